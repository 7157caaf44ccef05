/** The body of a request as the handler of a streamed route (HTTP_ROUTE_STREAM) reads it, piece by piece while it comes. Such
 * a handler runs on a thread of its own, so it may wait for the body, for the disk and for whatever else it needs; the
 * library's threads only copy what came into a buffer of HTTP_BODY_BUFFER_BYTES, and read no further from the line while
 * that is full.
 *
 * Threads: peek and take are the handler's own; interrupt and silent_us may be called by any thread while the handler
 * runs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_BODY_BUFFER_BYTES ((size_t)1 << 20)

typedef struct HttpBody HttpBody;

typedef enum {
  HTTP_BODY_DATA, /**< there are bytes */
  HTTP_BODY_IDLE, /**< none came for half a second: time to do what should not wait */
  HTTP_BODY_END,  /**< all of it was taken */
  HTTP_BODY_CUT,  /**< the line was cut, or somebody interrupted; what came before was given out */
} HttpBodyResult;

/** The length that the head of the request announced; 0: no body, -1: not known. */
int64_t http_body_length(const HttpBody *body);

/** Wait for bytes; for the sake of large writes a little longer than until the first. `*ret_data` is borrowed until
 * http_body_take(). */
HttpBodyResult http_body_peek(HttpBody *body, const void **ret_data, size_t *ret_size);

/** Be done with the first `size` of the bytes that peek gave. */
void http_body_take(HttpBody *body, size_t size);

/** Let the handler's next peek say HTTP_BODY_CUT; what is in the buffer is not given out any more. */
void http_body_interrupt(HttpBody *body);

/** How long ago the last bytes came, in microseconds. */
int64_t http_body_silent_us(HttpBody *body);
