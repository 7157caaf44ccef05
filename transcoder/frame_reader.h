/** Decoded frames of one stream of a source, from any point on, exactly.
 *
 * A seek lands on a key frame before the wanted time; when what comes out then begins too late (open GOPs, wrong
 * indexes), it is done again further back, at last from the start. Damage is skipped over: a packet that cannot be
 * decoded is counted, not fatal.
 * In a linear source (transcoder/source.h) a seek onwards decodes up to there, one back begins at the start again.
 * Threads: one thread per reader. */
#pragma once

#include "transcoder/source.h"

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct FrameReader FrameReader;

/** Which pictures of a video are worth decoding. */
typedef enum {
  FRAMES_ALL,
  FRAMES_CHANGED /**< not those that no other refers to and that are too small to show anything new */
} FramesWanted;

/** `source` is borrowed and used by this reader alone. `start_us` of the source's clock is time 0 of the reader.
 * Error: UNSUPPORTED. */
FrameReader *frame_reader_new(Source *source, int stream, int64_t start_us, GError **error);
void frame_reader_free(FrameReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameReader, frame_reader_free)

/** For what is decoded from now on; all, when nothing is said. Streams without time stamps of their own are always
 * decoded whole. */
void frame_reader_want(FrameReader *reader, FramesWanted wanted);

/** Go to the last frame that starts at or before `time_us` (or the first of all): the next frame_reader_next() gives
 * it. Returns false with DAMAGED when no frame can be decoded at all. */
bool frame_reader_seek(FrameReader *reader, int64_t time_us, GError **error);

/** Go on about `time_us`, wherever the container's index leads: for looks here and there. False when it cannot. */
bool frame_reader_jump(FrameReader *reader, int64_t time_us);

/** The next frame and its time. The frame is the reader's, until the next call. NULL at the end. */
const AVFrame *frame_reader_next(FrameReader *reader, int64_t *ret_time_us);

/** Packets that could not be decoded so far. */
int64_t frame_reader_damaged(const FrameReader *reader);
