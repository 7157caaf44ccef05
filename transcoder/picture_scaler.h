/** Brings pictures of any size, pixel format and colour matrix to what a rung is encoded from: 8-bit 4:2:0 in video
 * range, BT.709 or BT.601, square pixels, chroma samples at the left. The input may change from one picture to the
 * next. Pictures that are right already pass as a new reference.
 * Threads: one thread per scaler; what it gives may be used and freed anywhere, also after the scaler is gone. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int32_t width, height; /**< even */
  bool is_hd;            /**< BT.709, else BT.601 */
} PictureScalerConfig;

typedef struct PictureScaler PictureScaler;

PictureScaler *picture_scaler_new(const PictureScalerConfig *config);
void picture_scaler_free(PictureScaler *scaler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictureScaler, picture_scaler_free)

/** A new frame, caller frees. Error: UNSUPPORTED. */
AVFrame *picture_scaler_scale(PictureScaler *scaler, const AVFrame *frame, GError **error);
