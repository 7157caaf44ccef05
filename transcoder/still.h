/** One picture to a JPEG file, through GStreamer. */
#pragma once

#include <glib.h>
#include <gst/gst.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int32_t width, height; /**< of the file */
} StillConfig;

/** Takes `buffer` over. Errors: ENCODER, STORAGE. */
bool still_write_jpeg(GstBuffer *buffer, GstCaps *caps, const StillConfig *config, const char *path,
                      GError **error);
