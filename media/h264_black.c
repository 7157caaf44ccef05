#include "media/h264_black.h"

#include <stdbool.h>

#define MACROBLOCK 16
enum { PROFILE_HIGH = 100, LEVEL_4_0 = 40, LEVEL_5_1 = 51 };
/** What level 4.0 allows (Table A-1). */
#define MACROBLOCKS_4_0 8192
enum { NAL_IDR = 0x65, NAL_SPS = 0x67, NAL_PPS = 0x68 };
enum { LUMA_BLACK = 16, CHROMA_GREY = 128, LUMA_BYTES = 256, CHROMA_BYTES = 64 };

/** Bits of a NAL unit, without emulation prevention. */
typedef struct {
  GByteArray *out;
  uint8_t byte;
  unsigned used; /**< bits of `byte` */
} Bits;

static void put(Bits *bits, uint32_t value, unsigned count) {
  for (unsigned i = count; i-- > 0;) {
    bits->byte = (uint8_t)(bits->byte << 1 | (value >> i & 1));
    if (++bits->used < 8)
      continue;
    g_byte_array_append(bits->out, &bits->byte, 1);
    bits->byte = 0;
    bits->used = 0;
  }
}

/** ue(v), §9.1. */
static void put_ue(Bits *bits, uint32_t value) {
  unsigned length = g_bit_storage((gulong)value + 1);
  put(bits, 0, length - 1);
  put(bits, value + 1, length);
}

static void put_ues(Bits *bits, const uint32_t *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    put_ue(bits, values[i]);
}

static void align(Bits *bits) {
  if (bits->used > 0)
    put(bits, 0, 8 - bits->used);
}

/** rbsp_trailing_bits(). */
static void finish(Bits *bits) {
  put(bits, 1, 1);
  align(bits);
}

/** The NAL unit of header `type` with emulation prevention (§7.4.1); takes the bits. */
static GByteArray *wrap(Bits *bits, uint8_t type) {
  GByteArray *nal = g_byte_array_sized_new(bits->out->len + 16);
  unsigned zeros = 0;
  g_byte_array_append(nal, &type, 1);
  for (guint i = 0; i < bits->out->len; i++) {
    uint8_t byte = bits->out->data[i];
    if (zeros >= 2 && byte <= 3) {
      g_byte_array_append(nal, (const uint8_t[]){3}, 1);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    g_byte_array_append(nal, &byte, 1);
  }
  g_byte_array_unref(bits->out);
  return nal;
}

static int32_t in_macroblocks(int32_t samples) {
  return (samples + MACROBLOCK - 1) / MACROBLOCK;
}

static uint8_t level_of(int32_t width, int32_t height) {
  return in_macroblocks(width) * in_macroblocks(height) <= MACROBLOCKS_4_0 ? LEVEL_4_0 : LEVEL_5_1;
}

/** seq_parameter_set_rbsp(), §7.3.2.1.1. */
static GByteArray *write_sps(int32_t width, int32_t height) {
  Bits bits = {.out = g_byte_array_new()};
  int32_t columns = in_macroblocks(width), rows = in_macroblocks(height);
  uint32_t right = (uint32_t)(columns * MACROBLOCK - width) / 2,
           bottom = (uint32_t)(rows * MACROBLOCK - height) / 2;
  put(&bits, PROFILE_HIGH, 8);
  put(&bits, 0, 8);
  put(&bits, level_of(width, height), 8);
  put_ues(&bits, (const uint32_t[]){0, 1, 0, 0}, 4); /* its id, 4:2:0, 8 bits, 8 bits */
  put(&bits, 0, 2);                                  /* no lossless bypass, no scaling matrices */
  put_ues(&bits, (const uint32_t[]){0, 2, 1}, 3);    /* 4 bits of frame_num, order of output is that of decoding */
  put(&bits, 0, 1);
  put_ue(&bits, (uint32_t)columns - 1);
  put_ue(&bits, (uint32_t)rows - 1);
  put(&bits, 3, 2); /* frames only, direct_8x8_inference */
  put(&bits, right + bottom > 0, 1);
  if (right + bottom > 0)
    put_ues(&bits, (const uint32_t[]){0, right, 0, bottom}, 4);
  put(&bits, 0, 1); /* no VUI */
  finish(&bits);
  return wrap(&bits, NAL_SPS);
}

/** pic_parameter_set_rbsp(), §7.3.2.2. */
static GByteArray *write_pps(void) {
  Bits bits = {.out = g_byte_array_new()};
  put_ues(&bits, (const uint32_t[]){0, 0}, 2);
  put(&bits, 0, 2);                               /* CAVLC, no field order */
  put_ues(&bits, (const uint32_t[]){0, 0, 0}, 3); /* one slice group, one reference each */
  put(&bits, 0, 3);                               /* no weighted prediction */
  put_ues(&bits, (const uint32_t[]){0, 0, 0}, 3); /* quantisers as they are */
  put(&bits, 4, 3);                               /* deblocking_filter_control_present_flag */
  finish(&bits);
  return wrap(&bits, NAL_PPS);
}

static void put_slice_header(Bits *bits, uint32_t idr_pic_id) {
  put_ues(bits, (const uint32_t[]){0, 7, 0}, 3); /* from macroblock 0, I, its PPS */
  put(bits, 0, 4);                               /* frame_num */
  put_ue(bits, idr_pic_id);
  put(bits, 0, 2);                            /* output earlier pictures, no long-term reference */
  put_ues(bits, (const uint32_t[]){0, 1}, 2); /* quantiser as it is, no deblocking */
}

/** The first macroblock, I_PCM: black (§7.3.5). */
static void put_pcm(Bits *bits) {
  put_ue(bits, 25);
  align(bits);
  for (int i = 0; i < LUMA_BYTES; i++)
    put(bits, LUMA_BLACK, 8);
  for (int i = 0; i < 2 * CHROMA_BYTES; i++)
    put(bits, CHROMA_GREY, 8);
}

/** One that is predicted from its neighbours, by their mean, without a residual: Intra16x16 with mode 2. coeff_token for none
 * is longer beside the I_PCM one, which counts as full (§9.2.1). */
static void put_predicted(Bits *bits, bool is_beside_pcm) {
  put_ues(bits, (const uint32_t[]){3, 0, 0}, 3);
  if (is_beside_pcm)
    put(bits, 3, 6);
  else
    put(bits, 1, 1);
}

static GBytes *write_sample(int32_t width, int32_t height, uint32_t idr_pic_id) {
  Bits bits = {.out = g_byte_array_new()};
  int32_t columns = in_macroblocks(width), count = columns * in_macroblocks(height);
  put_slice_header(&bits, idr_pic_id);
  put_pcm(&bits);
  for (int32_t i = 1; i < count; i++)
    put_predicted(&bits, (i == 1 && columns > 1) || i == columns);
  finish(&bits);
  g_autoptr(GByteArray) nal = wrap(&bits, NAL_IDR);
  const uint32_t length = GUINT32_TO_BE(nal->len);
  g_byte_array_prepend(nal, (const uint8_t *)&length, sizeof length);
  return g_byte_array_free_to_bytes(g_steal_pointer(&nal));
}

static void append_set(GByteArray *out, const GByteArray *nal) {
  const uint8_t head[] = {(uint8_t)(nal->len >> 8), (uint8_t)nal->len};
  g_byte_array_append(out, head, sizeof head);
  g_byte_array_append(out, nal->data, nal->len);
}

/** ISO/IEC 14496-15 §5.3.3.1. */
static GBytes *write_config(int32_t width, int32_t height) {
  g_autoptr(GByteArray) sps = write_sps(width, height), pps = write_pps();
  const uint8_t head[] = {1, PROFILE_HIGH, 0, level_of(width, height), 0xFF, 0xE1};
  const uint8_t tail[] = {0xFD, 0xF8, 0xF8, 0}; /* 4:2:0, 8 bits, no SPS extension */
  GByteArray *out = g_byte_array_new();
  g_byte_array_append(out, head, sizeof head);
  append_set(out, sps);
  g_byte_array_append(out, (const uint8_t[]){1}, 1);
  append_set(out, pps);
  g_byte_array_append(out, tail, sizeof tail);
  return g_byte_array_free_to_bytes(out);
}

void h264_black_init(H264Black *black, int32_t width, int32_t height) {
  width = CLAMP(width, MACROBLOCK, H264_BLACK_SIZE_MAX) & ~1;
  height = CLAMP(height, MACROBLOCK, H264_BLACK_SIZE_MAX) & ~1;
  black->config = write_config(width, height);
  for (uint32_t i = 0; i < 2; i++)
    black->samples[i] = write_sample(width, height, i);
}

void h264_black_clear(H264Black *black) {
  g_clear_pointer(&black->config, g_bytes_unref);
  g_clear_pointer(&black->samples[0], g_bytes_unref);
  g_clear_pointer(&black->samples[1], g_bytes_unref);
}
