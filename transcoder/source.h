/** A source opened with libavformat through a descriptor: the demuxer reads these bytes and can open nothing else.
 * Only a transcoder's child calls this. Threads: one thread per Source. */
#pragma once

#include <glib.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

typedef struct Source Source;

/** Open and find the streams. `fd` is borrowed and must stay open; its file position is not used or changed.
 * Errors: EMPTY, NOT_MEDIA, DAMAGED (a known container that cannot be read), NO_TRACKS. */
Source *source_open(int fd, GError **error);
void source_free(Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)

/** Open the same bytes once more, with a position of its own. Errors as above. */
Source *source_open_again(const Source *source, GError **error);

/** Owned by the source. */
AVFormatContext *source_format(Source *source);

/** Go back to the first packets (of stream `stream`, which others follow). False when the source cannot seek. */
bool source_rewind(Source *source, int stream);
