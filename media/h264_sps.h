/** H.264 parameter sets as containers store them (ISO/IEC 14496-10 §7.3.2.1.1, Annex E; 14496-15 §5.3.3.1). Bytes from
 * outside: everything is bounds-checked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A sequence parameter set, as far as it decides who can play a stream. */
typedef struct {
  uint8_t profile_idc, constraint_flags, level_idc; /**< the three bytes of a codec string */
  int32_t width, height;                            /**< luma samples after cropping */
  uint8_t chroma_format_idc;                        /**< 1: 4:2:0 */
  uint8_t bit_depth;                                /**< the larger of luma's and chroma's */
  bool is_frame_only;                               /**< frame_mbs_only_flag: no fields */
  int32_t sample_aspect_num, sample_aspect_den;     /**< 0/0: unspecified */
  bool is_full_range;
  uint8_t colour_primaries, transfer, matrix; /**< ITU-T H.273; 2: unspecified */
} H264Sps;

/** Parse a NAL unit of type 7 (with its header byte, with emulation prevention). False when it is damaged or no SPS. */
bool h264_sps_parse(const uint8_t *nal, size_t size_bytes, H264Sps *ret_sps);

/** A parameter set inside an AVCDecoderConfigurationRecord. */
typedef struct {
  const uint8_t *nal; /**< borrowed */
  size_t size_bytes;
} H264ParameterSet;

#define H264_PPS_MAX 8

/** An AVCDecoderConfigurationRecord with one SPS and few PPS. */
typedef struct {
  size_t length_bytes; /**< of the sizes before NAL units: 1, 2 or 4 */
  H264ParameterSet sps;
  H264ParameterSet pps[H264_PPS_MAX];
  size_t pps_count;
} H264Config;

/** False when it is damaged, has another number of SPS than one, or no or more than H264_PPS_MAX PPS.
 * `ret_config` borrows from `avcc`. */
bool h264_config_parse(const uint8_t *avcc, size_t size_bytes, H264Config *ret_config);
