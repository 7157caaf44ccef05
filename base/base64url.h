/** Base 64 with the alphabet for URLs (RFC 4648 §5), without padding: opaque texts such as cursors. */
#pragma once

/** Caller frees. */
char *base64url_encode(const char *text);
/** NULL when it is none of ours: other characters, or bytes that are no UTF-8 text. Caller frees. */
char *base64url_decode(const char *code);
