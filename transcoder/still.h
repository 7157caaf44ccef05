/** One picture to a JPEG file, through GStreamer. */
#pragma once

#include <glib.h>
#include <gst/gst.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int32_t width, height; /**< of the file */
  int32_t rotation_deg;  /**< clockwise, before scaling */
} StillConfig;

/** Takes `buffer` over. Errors: ENCODER, STORAGE. */
bool still_write_jpeg(GstBuffer *buffer, GstCaps *caps, const StillConfig *config, const char *path,
                      GError **error);

/** videoflip's name for a clockwise turn; NULL for none. */
const char *still_flip_method(int32_t rotation_deg);
