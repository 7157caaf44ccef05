/** H.264 of a source as a copy needs it: a configuration record, and packets with the size before each NAL unit, whether
 * the container stores it so (ISO/IEC 14496-15) or with start codes (ISO/IEC 14496-10, Annex B; transport streams, AVI).
 * Bytes from outside: everything is bounds-checked. */
#pragma once

#include "media/h264_sps.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  GBytes *avcc;         /**< AVCDecoderConfigurationRecord */
  H264Config config;    /**< borrows from `avcc` */
  bool has_start_codes; /**< the packets of the source */
  const uint8_t *data;  /**< of the packet at hand, with sizes of config.length_bytes; borrowed */
  size_t size_bytes;
  GByteArray *sized; /**< holds the packet at hand when it came with start codes */
} H264Stream;

/** Take the header of a stream (extradata of libavformat's). False when it is damaged, has another number of SPS than one,
 * or no or more than H264_PPS_MAX PPS. `stream` is zeroed before; clear it also after false. */
bool h264_stream_open(H264Stream *stream, const uint8_t *header, size_t size_bytes);

/** Make a packet of the source the one at hand; `data` must outlive it. A packet with start codes, in which none is found, is
 * empty. */
void h264_stream_take(H264Stream *stream, const uint8_t *data, size_t size_bytes);

void h264_stream_clear(H264Stream *stream);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(H264Stream, h264_stream_clear)
