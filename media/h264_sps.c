#include "media/h264_sps.h"

#include <glib.h>

enum { NAL_SPS = 7, NAL_PPS = 8 };
/* More than any real SPS has; the rest of a longer one is not looked at. */
#define SPS_BYTES_MAX 4096
#define EXTENDED_SAR 255
/* Luma samples of a side: far over every level, far under what overflows. */
#define SIDE_MAX 16384

typedef struct {
  const uint8_t *bytes;
  size_t size_bits, position_bits;
  bool is_short; /* more was asked for than there is, or a code that is none */
} BitReader;

static uint32_t read_bits(BitReader *reader, unsigned count) {
  uint32_t value = 0;
  if (reader->is_short || reader->size_bits - reader->position_bits < count) {
    reader->is_short = true;
    return 0;
  }
  for (unsigned i = 0; i < count; i++, reader->position_bits++)
    value = value << 1 | (reader->bytes[reader->position_bits / 8] >> (7 - reader->position_bits % 8) & 1);
  return value;
}

static bool read_flag(BitReader *reader) {
  return read_bits(reader, 1) != 0;
}

/* ue(v), §9.1 */
static uint32_t read_ue(BitReader *reader) {
  unsigned zeros = 0;
  while (!reader->is_short && read_bits(reader, 1) == 0)
    zeros++;
  if (zeros > 31) {
    reader->is_short = true;
    return 0;
  }
  return (uint32_t)((1ull << zeros) - 1) + read_bits(reader, zeros);
}

/* se(v), §9.1.1 */
static int64_t read_se(BitReader *reader) {
  int64_t code = read_ue(reader);
  return code % 2 != 0 ? (code + 1) / 2 : -(code / 2);
}

/* Takes the emulation prevention bytes out (§7.4.1); returns the size. */
static size_t unescape(const uint8_t *nal, size_t size_bytes, uint8_t *ret_bytes) {
  size_t size = 0, zeros = 0;
  for (size_t i = 0; i < MIN(size_bytes, SPS_BYTES_MAX); i++) {
    if (zeros >= 2 && nal[i] == 3) {
      zeros = 0;
      continue;
    }
    zeros = nal[i] == 0 ? zeros + 1 : 0;
    ret_bytes[size++] = nal[i];
  }
  return size;
}

/* scaling_list(), §7.3.2.1.1.1 */
static void skip_scaling_list(BitReader *reader, int size) {
  int64_t last = 8, next = 8;
  for (int i = 0; i < size && !reader->is_short; i++) {
    if (next != 0)
      next = (last + read_se(reader) + 256) % 256;
    if (next != 0)
      last = next;
  }
}

static bool is_high_profile(uint8_t profile_idc) {
  static const uint8_t PROFILES[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  for (size_t i = 0; i < G_N_ELEMENTS(PROFILES); i++)
    if (PROFILES[i] == profile_idc)
      return true;
  return false;
}

static bool read_chroma_format(BitReader *reader, H264Sps *sps) {
  uint32_t chroma_format = read_ue(reader);
  bool is_separate = chroma_format == 3 && read_flag(reader);
  uint32_t luma_depth = read_ue(reader), chroma_depth = read_ue(reader);
  if (chroma_format > 3 || is_separate || luma_depth > 6 || chroma_depth > 6)
    return false;
  sps->chroma_format_idc = (uint8_t)chroma_format;
  sps->bit_depth = (uint8_t)(8 + MAX(luma_depth, chroma_depth));
  read_flag(reader);       /* qpprime_y_zero_transform_bypass_flag */
  if (read_flag(reader)) { /* seq_scaling_matrix_present_flag */
    for (int i = 0; i < (chroma_format == 3 ? 12 : 8); i++) {
      if (read_flag(reader))
        skip_scaling_list(reader, i < 6 ? 16 : 64);
    }
  }
  return true;
}

static bool skip_picture_order(BitReader *reader) {
  uint32_t type = read_ue(reader);
  if (type == 0) {
    read_ue(reader);
  } else if (type == 1) {
    read_flag(reader);
    read_se(reader);
    read_se(reader);
    uint32_t count = read_ue(reader);
    if (count > 255)
      return false;
    for (uint32_t i = 0; i < count; i++)
      read_se(reader);
  }
  return type <= 2;
}

/* Macroblocks of a side, less what the cropping units cut away on both ends (§7.4.2.1.1). */
static bool crop(uint32_t blocks, uint32_t before, uint32_t after, uint32_t unit, int32_t *ret_side) {
  int64_t side = (int64_t)blocks * 16, cut = ((int64_t)before + after) * unit;
  if (side > SIDE_MAX || cut >= side)
    return false;
  *ret_side = (int32_t)(side - cut);
  return true;
}

static bool read_size(BitReader *reader, H264Sps *sps) {
  uint32_t width = read_ue(reader), height = read_ue(reader);
  if (width >= SIDE_MAX || height >= SIDE_MAX)
    return false;
  sps->is_frame_only = read_flag(reader);
  if (!sps->is_frame_only)
    read_flag(reader); /* mb_adaptive_frame_field_flag */
  read_flag(reader);   /* direct_8x8_inference_flag */
  uint32_t left = 0, right = 0, top = 0, bottom = 0;
  if (read_flag(reader)) {
    left = read_ue(reader);
    right = read_ue(reader);
    top = read_ue(reader);
    bottom = read_ue(reader);
  }
  uint32_t fields = sps->is_frame_only ? 1 : 2;
  uint32_t unit_x = sps->chroma_format_idc == 1 || sps->chroma_format_idc == 2 ? 2 : 1;
  uint32_t unit_y = (sps->chroma_format_idc == 1 ? 2 : 1) * fields;
  return crop(width + 1, left, right, unit_x, &sps->width) &&
         crop((height + 1) * fields, top, bottom, unit_y, &sps->height);
}

/* Table E-1 */
static void read_sample_aspect(BitReader *reader, H264Sps *sps) {
  static const uint8_t ASPECTS[][2] = {{0, 0},   {1, 1},    {12, 11}, {10, 11}, {16, 11}, {40, 33},
                                       {24, 11}, {20, 11},  {32, 11}, {80, 33}, {18, 11}, {15, 11},
                                       {64, 33}, {160, 99}, {4, 3},   {3, 2},   {2, 1}};
  uint32_t index = read_bits(reader, 8);
  if (index == EXTENDED_SAR) {
    sps->sample_aspect_num = (int32_t)read_bits(reader, 16);
    sps->sample_aspect_den = (int32_t)read_bits(reader, 16);
  } else if (index < G_N_ELEMENTS(ASPECTS)) {
    sps->sample_aspect_num = ASPECTS[index][0];
    sps->sample_aspect_den = ASPECTS[index][1];
  }
}

/* The start of vui_parameters(), §E.1.1 */
static void read_vui(BitReader *reader, H264Sps *sps) {
  if (read_flag(reader)) /* aspect_ratio_info_present_flag */
    read_sample_aspect(reader, sps);
  if (read_flag(reader)) /* overscan_info_present_flag */
    read_flag(reader);
  if (read_flag(reader)) { /* video_signal_type_present_flag */
    read_bits(reader, 3);
    sps->is_full_range = read_flag(reader);
    if (read_flag(reader)) {
      sps->colour_primaries = (uint8_t)read_bits(reader, 8);
      sps->transfer = (uint8_t)read_bits(reader, 8);
      sps->matrix = (uint8_t)read_bits(reader, 8);
    }
  }
}

bool h264_sps_parse(const uint8_t *nal, size_t size_bytes, H264Sps *ret_sps) {
  uint8_t bytes[SPS_BYTES_MAX];
  if (nal == NULL || size_bytes < 4 || (nal[0] & 0x9F) != NAL_SPS)
    return false;
  BitReader reader = {.bytes = bytes, .size_bits = unescape(nal, size_bytes, bytes) * 8, .position_bits = 8};
  H264Sps sps = {.chroma_format_idc = 1, .bit_depth = 8, .colour_primaries = 2, .transfer = 2, .matrix = 2};
  sps.profile_idc = (uint8_t)read_bits(&reader, 8);
  sps.constraint_flags = (uint8_t)read_bits(&reader, 8);
  sps.level_idc = (uint8_t)read_bits(&reader, 8);
  if (read_ue(&reader) > 31) /* seq_parameter_set_id */
    return false;
  if (is_high_profile(sps.profile_idc) && !read_chroma_format(&reader, &sps))
    return false;
  read_ue(&reader); /* log2_max_frame_num_minus4 */
  if (!skip_picture_order(&reader))
    return false;
  read_ue(&reader);   /* max_num_ref_frames */
  read_flag(&reader); /* gaps_in_frame_num_value_allowed_flag */
  if (!read_size(&reader, &sps))
    return false;
  if (read_flag(&reader)) /* vui_parameters_present_flag */
    read_vui(&reader, &sps);
  if (reader.is_short)
    return false;
  *ret_sps = sps;
  return true;
}

/* A length-prefixed parameter set of one type at `*position`. */
static bool read_parameter_set(const uint8_t *avcc, size_t size_bytes, uint8_t nal_type, size_t *position,
                               H264ParameterSet *ret_set) {
  if (size_bytes - *position < 2)
    return false;
  size_t length = (size_t)avcc[*position] << 8 | avcc[*position + 1];
  *position += 2;
  if (length == 0 || size_bytes - *position < length || (avcc[*position] & 0x9F) != nal_type)
    return false;
  *ret_set = (H264ParameterSet){avcc + *position, length};
  *position += length;
  return true;
}

bool h264_config_parse(const uint8_t *avcc, size_t size_bytes, H264Config *ret_config) {
  if (avcc == NULL || size_bytes < 7 || avcc[0] != 1 || (avcc[5] & 0x1F) != 1)
    return false;
  size_t position = 6;
  H264Config config = {.length_bytes = (size_t)(avcc[4] & 3) + 1};
  if (config.length_bytes == 3 || !read_parameter_set(avcc, size_bytes, NAL_SPS, &position, &config.sps) ||
      position >= size_bytes)
    return false;
  config.pps_count = avcc[position++];
  if (config.pps_count == 0 || config.pps_count > H264_PPS_MAX)
    return false;
  for (size_t i = 0; i < config.pps_count; i++)
    if (!read_parameter_set(avcc, size_bytes, NAL_PPS, &position, &config.pps[i]))
      return false;
  *ret_config = config;
  return true;
}
