/** Streamed requests between the library's thread of a connection and the thread of the handler. Internal to server/http/.
 *
 * The connection's thread starts a stream when the head is there, puts the pieces of the body into it, says that it is
 * whole, and leaves it at the request's end. While the buffer is full, and while the handler works on after the body's
 * end, the connection is suspended (MHD_suspend_connection); the handler's thread resumes it.
 *
 * A stream outlives its connection when the line is cut while the handler works: the exchange is then the stream's.
 */
#pragma once

#include "server/http/http_body.h"
#include "server/http/http_connection.h"
#include "server/http/http_response.h"

/** Run the route's handler on a thread of its own. `body_bytes` as in HttpWireVerdict. NULL when too many run already. */
HttpBody *http_stream_start(HttpConnection *connection, int64_t body_bytes);

/** Put a piece in; returns how much was taken. When that is not all of it the connection is suspended. What comes after
 * the handler's end is taken and dropped, and counted in the exchange's dropped_bytes. */
size_t http_stream_put(HttpBody *body, const char *data, size_t size);

/** The body is whole. True when the handler is done; else the connection is suspended until it is. */
bool http_stream_finish(HttpBody *body);

/** What the handler answered, once it is done; the stream's. */
HttpResponse *http_stream_response(HttpBody *body);

/** The connection has no more to do with it. False when the handler still works: then the exchange is the stream's. */
bool http_stream_leave(HttpBody *body);

/** Streams of a transport. */
void http_streams_init(HttpTransport *transport);
/** Interrupt all, for a stop. */
void http_streams_interrupt(HttpTransport *transport);
/** Interrupt all that are there or still begin, until no handler works and no connection is suspended. */
void http_streams_drain(HttpTransport *transport);
/** Free; no handler works. */
void http_streams_clear(HttpTransport *transport);
