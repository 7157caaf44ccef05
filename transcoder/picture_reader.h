/** The pictures of a source as they are to be shown: decoded (transcoder/frame_reader.h) and put through the filter
 * that the probe found necessary (transcoder/picture_filter.h), from any point on, exactly. What a time shows does not
 * depend on where reading began: with fields to join it begins a little earlier.
 * Threads: one thread per reader. */
#pragma once

#include "transcoder/frame_reader.h"
#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct PictureReader PictureReader;

/** `source` is borrowed and used by this reader alone. Times are those of the lesson (info->start_us is 0).
 * Error: UNSUPPORTED. */
PictureReader *picture_reader_new(Source *source, const SourceInfo *info, GError **error);
void picture_reader_free(PictureReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictureReader, picture_reader_free)

/** As frame_reader_want(); all pictures of a source whose fields are joined. */
void picture_reader_want(PictureReader *reader, FramesWanted wanted);

/** Go to the last picture that starts at or before `time_us` (or the first of all): the next picture_reader_next()
 * gives it. Errors: DAMAGED when none can be decoded at all, UNSUPPORTED. */
bool picture_reader_seek(PictureReader *reader, int64_t time_us, GError **error);

/** The next picture, upright and progressive, and its time. It is the reader's, until the next call. NULL at the end. */
const AVFrame *picture_reader_next(PictureReader *reader, int64_t *ret_time_us);

/** Packets that could not be decoded, and frames that could not be filtered, so far. */
int64_t picture_reader_damaged(const PictureReader *reader);
