/** One picture to a JPEG file: full range, BT.601, as JFIF wants it. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

/** The encoder's quantizer: 2 is best, 31 worst. */
enum { STILL_QUANTIZER_POSTER = 3, STILL_QUANTIZER_THUMBNAIL = 6 };

typedef struct {
  int32_t width, height; /**< of the file, square pixels; even */
  int quantizer;
} StillConfig;

/** Scale and write. `frame` may be of any size, pixel format, range and matrix, and is left as it is.
 * Errors: UNSUPPORTED, ENCODER, STORAGE. */
bool still_write_jpeg(const AVFrame *frame, const StillConfig *config, const char *path, GError **error);

/** Scale to fit a file of config's size: 8-bit 4:2:0, video range, BT.601; caller frees. still_write_jpeg() takes such a
 * picture without scaling it again. Error: UNSUPPORTED. */
AVFrame *still_scale(const AVFrame *frame, int32_t width, int32_t height, GError **error);
