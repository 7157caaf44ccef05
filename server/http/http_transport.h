/** HTTP/1.1 over libmicrohttpd: threads, connections, requests in, answers out. Everything of the library stays in
 * http_transport.c and http_wire.c.
 *
 * Threads: as many as configured, each with its own epoll; handlers run on them, several at once. start and stop are
 * called from one thread, which is none of them.
 */
#pragma once

#include "server/http/http_router.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** A request that is over, for log and metrics. Strings are valid during the call only. */
typedef struct {
  const char *method, *target, *request_id;
  const HttpRoute *route; /**< NULL when none matched */
  unsigned status;        /**< 0 when the connection went away before there was an answer */
  int64_t body_bytes;     /**< of the answer's body, had it gone out whole */
  bool is_sent;           /**< it did */
  int64_t duration_us;    /**< from the request's first line to the answer's last byte */
  const char *peer;       /**< address of the client without its port; NULL unless asked for */
  const char *refusal;    /**< why the transport refused it, or NULL */
} HttpCompletion;

typedef struct {
  const HttpRoute *routes;
  size_t route_count;
  gpointer context; /**< for handlers and on_complete; outlives the transport */
  void (*on_complete)(gpointer context, const HttpCompletion *completion); /**< may be NULL */
  const char *listen;                                                      /**< HOST:PORT, see http_listener.h */
  unsigned threads;                                                        /**< 0: one per core */
  unsigned connection_limit; /**< open connections at most; the system's file limit is raised for them */
  unsigned idle_timeout_s;   /**< 0: none */
  bool wants_peer;           /**< fill HttpCompletion.peer */
} HttpTransportConfig;

typedef struct HttpTransport HttpTransport;

/** Listen and serve. Strings of `config` are copied, the routes are borrowed. NULL with `error` of HTTP_ERROR. */
HttpTransport *http_transport_start(const HttpTransportConfig *config, GError **error);

/** The address really listened on, with the port the system chose for port 0. */
const char *http_transport_address(const HttpTransport *transport);

/** Connections open now. */
unsigned http_transport_connection_count(const HttpTransport *transport);

/** Stop listening, let answers under way go out for up to `grace_us`, close all connections and free. NULL is
 * accepted. */
void http_transport_stop(HttpTransport *transport, int64_t grace_us);
