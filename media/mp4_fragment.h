/** The samples of a stored segment: one moof and its mdat, one track (ISO/IEC 14496-12 §8.8, 23000-19 §7.3.2.3). Pure;
 * outside bytes. */
#pragma once

#include "media/mp4_init.h"

/** More than any segment has: an hour at 300 pictures a second. */
#define MP4_FRAGMENT_SAMPLES_MAX (300 * 3600)

typedef struct {
  int64_t decode_time;        /**< timescale units, from the lesson's start */
  int32_t composition_offset; /**< presentation time less decode time */
  uint32_t duration;
  uint32_t offset; /**< of its bytes in the segment */
  uint32_t size_bytes;
  bool is_sync;
} Mp4Sample;

/** How many bytes from the front of a segment hold its moof, given its first 8 or more; 0 when it begins otherwise. */
size_t mp4_fragment_head_bytes(const uint8_t *data, size_t size_bytes);

/** Append the samples of a segment of `segment_bytes` bytes to `samples` (Mp4Sample), of which `data` has the front: at
 * least the moof. False with MP4_ERROR, and `samples` as before. Every sample lies inside the segment. */
bool mp4_fragment_parse(const uint8_t *data, size_t size_bytes, int64_t segment_bytes, const Mp4Init *init,
                        GArray *samples, GError **error);
