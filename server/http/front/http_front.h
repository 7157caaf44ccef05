/** The front of the plain port: takes its connections, answers by itself what a ready answer is there for (http_shared.h) and
 * hands every other connection over to the library for good, with its request unread.
 *
 * A request is looked at where it lies in the kernel (MSG_PEEK) and taken from there only when its answer is known, so
 * nothing has to be given back. Limits, deadlines, rights and log are those of every request (http_guard.h,
 * http_exchange.c). Bodies in files go out by sendfile().
 *
 * Threads: the front has threads of its own, each with an epoll; a connection stays with the one that accepted it. The
 * functions here are called by one other thread.
 */
#pragma once

#include "server/http/http_connection.h"

typedef struct HttpFront HttpFront;

/** Gives a connection over: `connection` with its descriptor now belong to the library. Called on the front's threads. */
typedef void (*HttpFrontHandOver)(HttpTransport *transport, HttpConnection *connection, const struct sockaddr *peer,
                                  socklen_t peer_size);

/** Accept on `fd`, which is owned from now on, with `threads` threads, once http_front_run() was called. NULL with HTTP_ERROR;
 * `fd` is then still the caller's. */
HttpFront *http_front_new(HttpTransport *transport, int fd, unsigned threads, HttpFrontHandOver hand_over,
                          GError **error);
void http_front_run(HttpFront *front);

/** Take no new connections from now on. */
void http_front_quiesce(HttpFront *front);

/** `front` NULL: nothing. */
void http_front_get_figures(const HttpFront *front, HttpFrontFigures *ret_figures);

/** End the threads, close all connections and free. NULL is accepted. */
void http_front_free(HttpFront *front);
