/** What uploaded media may be made of: the containers and codings that a child opens, and no other of the many that
 * the libraries know. What is not listed is refused before a byte of it is parsed. docs/operations.md tells the list to
 * operators. Threads: any. */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

/** libavformat's "format_whitelist": names of demuxers, separated by commas. */
const char *media_allow_list_containers(void);

/** libavcodec's "codec_whitelist": names of the decoders of all codings that are listed. Made once. */
const char *media_allow_list_decoders(void);

bool media_allow_list_has_container(const AVInputFormat *container);

/** The decoder of a coding; NULL when it is not listed, or not installed. */
const AVCodec *media_allow_list_find_decoder(enum AVCodecID codec);
