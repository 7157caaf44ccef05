/** Why an asset failed, in words for teachers. One const table: code, Chinese, English. */
#pragma once

#include <glib.h>

/** Codes that workers report (see failure.c for the texts):
 * "not_media"        no demuxer knows it: a text file renamed .mp4, ...
 * "empty"            0 bytes
 * "no_tracks"        a container without video or audio
 * "bad_picture"      picture of size 0, or beyond the limits
 * "too_long" "too_large" "too_short"
 * "unsupported"      no decoder for its codec
 * "damaged"          nothing in it could be decoded
 * "encoder"          our encoder failed: an operator should look
 * "crashed"          the child that worked on it crashed, again after a retry
 * "timeout"          no progress for too long
 * "storage"          disk full or not writable
 * "source_missing"   the source file is gone
 * "cancelled"        somebody cancelled it
 * "replaced"         another took its place before it was whole
 * "internal"         all else
 */
const char *failure_text_zh(const char *code); /**< never NULL: unknown codes give the text of "internal" */
const char *failure_text_en(const char *code);
