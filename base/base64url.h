/** Base 64 with the alphabet for URLs (RFC 4648 §5), without padding: opaque texts such as cursors. */
#pragma once

#include <glib.h>

/** Caller frees. */
char *base64url_encode(const char *text);
char *base64url_encode_bytes(const void *data, size_t size);
/** NULL when it is none of ours: other characters, or bytes that are no UTF-8 text. Caller frees. */
char *base64url_decode(const char *code);
/** The bytes of the `length` characters at `code`; NULL when they are no base 64 of this kind, or none at all. */
GBytes *base64url_decode_bytes(const char *code, size_t length);
