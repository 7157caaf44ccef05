/** A source opened with libavformat through a descriptor: the demuxer reads these bytes and can open nothing else, and
 * only containers and codings of the allow-list (transcoder/media_allow_list.h) are looked at.
 * Only a transcoder's child calls this. Threads: one thread per Source. */
#pragma once

#include "media/rational.h"

#include <glib.h>
#include <jansson.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

/** No time or duration that a source gives, in its own units or in microseconds, is further from zero, so that sums and
 * differences of a few hold. Damaged files tell any: what is beyond is not told. */
#define SOURCE_TIME_MAX (INT64_MAX / 16)

typedef struct Source Source;

/** How the time stamps of a source are to be taken; found by the probe, kept in the plan. */
typedef struct {
  bool is_linear;     /**< read from the start in one go: seeks fail or land wrong, or the clock jumps */
  bool is_counted;    /**< pictures have no usable time stamps: each follows the one before it at `rate` */
  Rational rate;      /**< of the pictures, where they are counted */
  int32_t streams[2]; /**< whose packets make the clock of a linear source; -1: none */
} SourceTiming;

/** Into and out of the plan's "timing" object. `json` NULL gives what ordinary sources have. */
json_t *source_timing_pack(const SourceTiming *timing);
bool source_timing_unpack(json_t *json, SourceTiming *ret_timing, json_error_t *why);

/** Open and find the streams. `fd` is borrowed and must stay open; its file position is not used or changed.
 * Errors: EMPTY, NOT_MEDIA, UNSUPPORTED (a container that is not taken), DAMAGED (a known container that cannot be
 * read), NO_TRACKS. */
Source *source_open(int fd, GError **error);
/** A second, independent reader of the same source, with its timing and limits. */
Source *source_open_again(const Source *source, GError **error);
void source_free(Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)

/** Pictures larger than this are not decoded, wherever in the stream they come. Default: 2^27. */
void source_limit_pixels(Source *source, int64_t max_pixels);
int64_t source_max_pixels(const Source *source);

/** From now on read with this timing; a linear source is read from its start then. */
bool source_set_timing(Source *source, const SourceTiming *timing, GError **error);
const SourceTiming *source_timing(const Source *source);

/** Owned by the source, and another after source_rewind() of a linear source: do not keep it or its streams. */
AVFormatContext *source_format(Source *source);

int64_t source_size(const Source *source);
/** Read up to `size` bytes from anywhere in the file, beside the demuxer. Returns how many (0 at the end), or libav's
 * error. */
int source_read_at(const Source *source, int64_t offset, void *ret_bytes, int size);

/** Only packets of this stream will be given from now on (-1: of all). */
void source_choose_stream(Source *source, int stream);

/** The next packet of the chosen stream; in a linear source its times are on one clock without jumps. Passes over
 * damaged places. False at the end. */
bool source_read(Source *source, AVPacket *packet);

/** Go to the last place of stream `stream` (-1: of the file, `time` in microseconds) at or before `time`, of the stream's
 * time base, where decoding can begin, as far as the container knows one. False when it cannot. */
bool source_seek(Source *source, int stream, int64_t time);

/** How often the clock of a linear source has jumped in what was read so far. */
int64_t source_jumps(const Source *source);

/** Go back to the first packets (of stream `stream`, which others follow). A linear source is opened anew, which costs
 * nothing when nothing has been read yet. False when the source cannot seek. */
bool source_rewind(Source *source, int stream);
