/** A black picture in H.264, for where a channel has nothing to show: an IDR picture of one I_PCM macroblock from which all
 * others are predicted without a residual (ITU-T H.264 §7.3). Pure.
 *
 * Two IDR pictures that follow each other differ in idr_pic_id (§7.4.3). */
#pragma once

#include <glib.h>
#include <stdint.h>

#define H264_BLACK_SIZE_MAX 4096

typedef struct {
  GBytes *config;     /**< AVCDecoderConfigurationRecord, 4-byte lengths */
  GBytes *samples[2]; /**< access units as stored; to be used in turn */
} H264Black;

/** `width` and `height`: 16 to H264_BLACK_SIZE_MAX, even. */
void h264_black_init(H264Black *black, int32_t width, int32_t height);
void h264_black_clear(H264Black *black);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(H264Black, h264_black_clear)
