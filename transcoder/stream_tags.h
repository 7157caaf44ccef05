/** What a container says of a stream in words. Outside bytes: checked and cut to size here. */
#pragma once

#include <libavformat/avformat.h>
#include <stddef.h>

/** BCP 47, in the shortest code of the language; empty when nothing usable is said. */
void stream_tags_language(const AVStream *stream, char *ret_language, size_t size);

/** The title: valid UTF-8, trimmed, cut at a whole character; empty when there is none. */
void stream_tags_label(const AVDictionary *metadata, char *ret_label, size_t size);
