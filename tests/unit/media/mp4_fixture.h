/* Init segments and fragments made up for tests of what reads them. */
#pragma once

#include "media/mp4_fragment.h"

#include <string.h>

#define FIXTURE_VIDEO_HZ 12800
#define FIXTURE_AUDIO_HZ 48000

/** One SPS and one PPS, as x264 writes them for 720p. */
static const uint8_t FIXTURE_AVCC[] = {0x01, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0x00, 0x1c, 0x67, 0x42, 0xc0,
                                       0x1f, 0xda, 0x01, 0x40, 0x16, 0xec, 0x05, 0xa8, 0x08, 0x08, 0x0a,
                                       0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x64, 0x1e,
                                       0x30, 0x65, 0x40, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8};
/** AAC-LC, 48 kHz, stereo. */
static const uint8_t FIXTURE_ASC[] = {0x11, 0x90};

static inline void fixture_full_box(GByteArray *out, uint32_t type, size_t zeros) {
  guint box = mp4_box_begin_full(out, type, 0, 0);
  mp4_write_zeros(out, zeros);
  mp4_box_end(out, box);
}

static inline void fixture_write_entry(GByteArray *out, bool is_video) {
  guint entry = mp4_box_begin(out, is_video ? MP4_TYPE('a', 'v', 'c', '1') : MP4_TYPE('m', 'p', '4', 'a'));
  mp4_write_zeros(out, is_video ? 78 : 28);
  if (is_video) {
    guint avcc = mp4_box_begin(out, MP4_TYPE('a', 'v', 'c', 'C'));
    g_byte_array_append(out, FIXTURE_AVCC, sizeof FIXTURE_AVCC);
    mp4_box_end(out, avcc);
  } else {
    static const uint8_t descriptors[] = {3, 0x80, 0x80, 0x80, 22, 0, 1, 0, 4, 17, 0x40, 0x15, 0,
                                          0, 0,    0,    0,    0,  0, 0, 0, 0, 0,  5,    2};
    guint esds = mp4_box_begin_full(out, MP4_TYPE('e', 's', 'd', 's'), 0, 0);
    g_byte_array_append(out, descriptors, sizeof descriptors);
    g_byte_array_append(out, FIXTURE_ASC, sizeof FIXTURE_ASC);
    mp4_box_end(out, esds);
  }
  mp4_box_end(out, entry);
}

static inline void fixture_write_media(GByteArray *out, bool is_video) {
  guint mdia = mp4_box_begin(out, MP4_TYPE('m', 'd', 'i', 'a'));
  guint mdhd = mp4_box_begin_full(out, MP4_TYPE('m', 'd', 'h', 'd'), 0, 0);
  mp4_write_zeros(out, 8);
  mp4_write_u32(out, is_video ? FIXTURE_VIDEO_HZ : FIXTURE_AUDIO_HZ);
  mp4_write_zeros(out, 4);
  mp4_write_u16(out, 0x55C4); /* und */
  mp4_write_u16(out, 0);
  mp4_box_end(out, mdhd);
  fixture_full_box(out, MP4_TYPE('h', 'd', 'l', 'r'), 21);
  guint minf = mp4_box_begin(out, MP4_TYPE('m', 'i', 'n', 'f'));
  fixture_full_box(out, is_video ? MP4_TYPE('v', 'm', 'h', 'd') : MP4_TYPE('s', 'm', 'h', 'd'), is_video ? 8 : 4);
  fixture_full_box(out, MP4_TYPE('d', 'i', 'n', 'f'), 0);
  guint stbl = mp4_box_begin(out, MP4_TYPE('s', 't', 'b', 'l'));
  guint stsd = mp4_box_begin_full(out, MP4_TYPE('s', 't', 's', 'd'), 0, 0);
  mp4_write_u32(out, 1);
  fixture_write_entry(out, is_video);
  mp4_box_end(out, stsd);
  mp4_box_end(out, stbl);
  mp4_box_end(out, minf);
  mp4_box_end(out, mdia);
}

/** ftyp and moov of one track. */
static inline GBytes *fixture_init(bool is_video) {
  GByteArray *out = g_byte_array_new();
  guint ftyp = mp4_box_begin(out, MP4_TYPE('f', 't', 'y', 'p'));
  mp4_write_zeros(out, 8);
  mp4_box_end(out, ftyp);
  guint moov = mp4_box_begin(out, MP4_TYPE('m', 'o', 'o', 'v'));
  guint trak = mp4_box_begin(out, MP4_TYPE('t', 'r', 'a', 'k'));
  guint tkhd = mp4_box_begin_full(out, MP4_TYPE('t', 'k', 'h', 'd'), 0, 3);
  mp4_write_zeros(out, 8);
  mp4_write_u32(out, 1);
  mp4_write_zeros(out, 60);
  mp4_write_u32(out, is_video ? 1280 << 16 : 0);
  mp4_write_u32(out, is_video ? 720 << 16 : 0);
  mp4_box_end(out, tkhd);
  fixture_write_media(out, is_video);
  mp4_box_end(out, trak);
  guint mvex = mp4_box_begin(out, MP4_TYPE('m', 'v', 'e', 'x'));
  guint trex = mp4_box_begin_full(out, MP4_TYPE('t', 'r', 'e', 'x'), 0, 0);
  const uint32_t defaults[] = {1, 1, is_video ? 512 : 1024, 0, is_video ? 0x1010000 : 0x2000000};
  for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
    mp4_write_u32(out, defaults[i]);
  mp4_box_end(out, trex);
  mp4_box_end(out, mvex);
  mp4_box_end(out, moov);
  return g_byte_array_free_to_bytes(out);
}

/** A sample to be written: its bytes are `size_bytes` long. */
typedef struct {
  uint32_t size_bytes, composition_offset;
} FixtureSample;

/** moof and mdat; a picture is one NAL unit with a size of four bytes before it, the first an IDR picture. The bytes of a
 * sample are its number. */
static inline GBytes *fixture_fragment(bool is_video, int64_t decode_time, const FixtureSample *samples,
                                       size_t count) {
  GByteArray *out = g_byte_array_new();
  guint moof = mp4_box_begin(out, MP4_TYPE('m', 'o', 'o', 'f'));
  guint traf = mp4_box_begin(out, MP4_TYPE('t', 'r', 'a', 'f'));
  guint tfhd = mp4_box_begin_full(out, MP4_TYPE('t', 'f', 'h', 'd'), 0, 0x20000);
  mp4_write_u32(out, 1);
  mp4_box_end(out, tfhd);
  guint tfdt = mp4_box_begin_full(out, MP4_TYPE('t', 'f', 'd', 't'), 1, 0);
  mp4_write_u64(out, (uint64_t)decode_time);
  mp4_box_end(out, tfdt);
  guint trun = mp4_box_begin_full(out, MP4_TYPE('t', 'r', 'u', 'n'), 0, 0xA05);
  mp4_write_u32(out, (uint32_t)count);
  guint offset_at = out->len;
  mp4_write_u32(out, 0);
  mp4_write_u32(out, 0x2000000); /* the first is a sync sample */
  for (size_t i = 0; i < count; i++) {
    mp4_write_u32(out, samples[i].size_bytes);
    mp4_write_u32(out, samples[i].composition_offset);
  }
  mp4_box_end(out, trun);
  mp4_box_end(out, traf);
  mp4_box_end(out, moof);
  uint32_t offset = GUINT32_TO_BE(out->len + 8);
  memcpy(out->data + offset_at, &offset, 4);
  guint mdat = mp4_box_begin(out, MP4_TYPE('m', 'd', 'a', 't'));
  for (size_t i = 0; i < count; i++) {
    guint at = out->len;
    g_byte_array_set_size(out, at + samples[i].size_bytes);
    memset(out->data + at, (int)i + 1, samples[i].size_bytes);
    uint32_t size = GUINT32_TO_BE(samples[i].size_bytes - 4);
    if (is_video) {
      memcpy(out->data + at, &size, 4);
      out->data[at + 4] = i == 0 ? 0x65 : 0x41;
    }
  }
  mp4_box_end(out, mdat);
  return g_byte_array_free_to_bytes(out);
}
