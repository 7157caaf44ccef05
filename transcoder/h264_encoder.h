/** One x264 encoder: H.264 High, constant quality under a VBV cap, closed groups of pictures that begin where the
 * caller says, headers that are the same for every encoder of a rung ("stitchable"), so that spans can be put together.
 * Pictures may stand for any number of ticks.
 * Threads: one thread per encoder; x264 may have threads of its own. */
#pragma once

#include "media/ladder.h"

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const LadderRung *rung;
  Rational frame_rate; /**< of the ticks */
  const char *preset;
  bool is_hd;  /**< BT.709, else BT.601; video range */
  int threads; /**< x264's own, at least 1 */
} H264EncoderConfig;

/** An encoded picture, in decode order. */
typedef struct {
  const uint8_t *data; /**< NAL units with 4-byte lengths; x264's, until the next call */
  size_t size;         /**< 0: none came out */
  int64_t tick;
  bool is_sync; /**< an IDR */
} H264Sample;

typedef struct H264Encoder H264Encoder;

/** Error: ENCODER. */
H264Encoder *h264_encoder_new(const H264EncoderConfig *config, GError **error);
void h264_encoder_free(H264Encoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(H264Encoder, h264_encoder_free)

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1); the encoder's. */
GBytes *h264_encoder_avcc(const H264Encoder *encoder);

/** Encode a picture of the rung's size in 4:2:0; ticks grow. A picture may come out, not always this one. */
bool h264_encoder_encode(H264Encoder *encoder, const AVFrame *frame, int64_t tick, bool is_key,
                         H264Sample *ret_sample, GError **error);

/** After the last picture: the next one that is still inside; `ret_sample->size` 0 when there is none left. */
bool h264_encoder_drain(H264Encoder *encoder, H264Sample *ret_sample, GError **error);
