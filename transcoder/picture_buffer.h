/** Decoded pictures as GStreamer buffers. Usual pixel formats go in without a copy (the buffer holds a reference to
 * the frame); others, and frames whose size or format changed in mid-stream, are converted to the first one's size.
 * Threads: one thread per converter; the buffers may be used anywhere. */
#pragma once

#include <glib.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <libavutil/frame.h>

typedef struct PictureConverter PictureConverter;

/** `first` settles size and format. Error: UNSUPPORTED. */
PictureConverter *picture_converter_new(const AVFrame *first, GError **error);
void picture_converter_free(PictureConverter *converter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictureConverter, picture_converter_free)

/** Caps of the buffers with this frame rate; caller unrefs. */
GstCaps *picture_converter_caps(const PictureConverter *converter, int rate_num, int rate_den);

/** A new buffer without times; NULL when the frame cannot be converted. */
GstBuffer *picture_converter_wrap(PictureConverter *converter, const AVFrame *frame);
