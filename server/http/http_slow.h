/** Threads for requests whose handlers work hard or wait for others (password hashes, another server's answer), so that they
 * neither hold up what else the server's threads do nor take the machine from it: few threads, at a lower priority than
 * the rest, and a short queue.
 *
 * Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct HttpSlow HttpSlow;

/** Requests that wait or run, at most; one more is told to come again. */
#define HTTP_SLOW_QUEUE_MAX 32

typedef void (*HttpSlowFunc)(gpointer data);

HttpSlow *http_slow_new(void);
/** Waits for what was pushed to end. NULL is accepted. */
void http_slow_free(HttpSlow *slow);

/** Call `func` with `data` on one of the threads soon; false when too many wait already. */
bool http_slow_push(HttpSlow *slow, HttpSlowFunc func, gpointer data);
/** Wait until all that was pushed has ended, and take no more. */
void http_slow_drain(HttpSlow *slow);
