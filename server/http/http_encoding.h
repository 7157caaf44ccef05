/** Content codings of answers (RFC 9110 §8.4, §12.5.3): texts go out packed to who takes them. */
#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"

typedef enum {
  HTTP_ENCODING_GZIP = 1 << 0,
  HTTP_ENCODING_BROTLI = 1 << 1,
} HttpEncoding;

/** The HttpEncoding bits that Accept-Encoding `text` takes; NULL: none. Parser of outside bytes; pure. */
unsigned http_encoding_parse(const char *text);

/** One letter for each set of codings, for keys. */
char http_encoding_letter(const char *accept_encoding);

/** Decide, once a handler has made its answer, whether it is to go out packed: a 200 of a type and size for which it pays,
 * in memory, not packed yet, to a client that takes gzip and wants no range. Sets Vary and makes the ETag that of the
 * packed form. */
void http_encoding_choose(HttpResponse *response, const HttpRequest *request);
/** Pack the body of an answer that is still a 200, when that was decided. */
void http_encoding_apply(HttpResponse *response);

/** `plain` packed with gzip at `level` 1 to 9; NULL when that failed. Caller unrefs. */
GBytes *http_encoding_gzip(GBytes *plain, int level);
