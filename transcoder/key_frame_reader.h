/** Single key frames of a source's pictures, found by seeking and decoded alone: cheap looks here and there into long
 * lessons. For sources that can seek; others have transcoder/picture_reader.h.
 * Threads: one thread per reader. */
#pragma once

#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct KeyFrameReader KeyFrameReader;

/** `source` is borrowed and used by this reader alone. Errors: UNSUPPORTED; DAMAGED when the source cannot seek. */
KeyFrameReader *key_frame_reader_new(Source *source, const SourceInfo *info, GError **error);
void key_frame_reader_free(KeyFrameReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyFrameReader, key_frame_reader_free)

/** The key frame where the container leads for `time_us` of the lesson (as a rule the last at or before it), upright and
 * progressive, and its time. It is the reader's, until the next call. NULL when none comes. */
const AVFrame *key_frame_reader_read(KeyFrameReader *reader, int64_t time_us, int64_t *ret_time_us);

/** How far key frames lie apart, of the longest of some places of the lesson, in microseconds; INT64_MAX when a place
 * has no second one within a minute of pictures. */
int64_t key_frame_reader_distance_us(KeyFrameReader *reader, int64_t duration_us);
