/** HTTP/1.1 over libmicrohttpd: threads, connections, requests in, answers out. Everything of the library stays in
 * the files of server/http/ that say they are internal.
 *
 * Threads: as many as configured, each with its own epoll; handlers run on them, several at once. start and stop are
 * called from one thread, which is none of them.
 */
#pragma once

#include "server/http/http_guard.h"
#include "server/http/http_proxies.h"
#include "server/http/http_request.h"
#include "server/http/http_shared.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** A request that is over, for log and metrics. Strings are valid during the call only. */
typedef struct {
  const char *method, *target, *request_id; /**< request_id "-" for shared answers */
  const HttpRoute *route;                   /**< NULL when none matched */
  unsigned status;                          /**< 0 when the connection went away before there was an answer */
  int64_t body_bytes;                       /**< of the answer's body, had it gone out whole */
  bool is_sent;                             /**< it did */
  int64_t duration_us;                      /**< from the request's first line to the answer's last byte */
  bool is_shared;                           /**< it came out of the cache of ready answers */
  const struct sockaddr *peer_address;      /**< the other end of the connection; NULL: not known */
  const HttpProxies *proxies;               /**< of the transport's configuration */
  HttpHeaderFunc find_header;               /**< of the request, with header_source */
  gconstpointer header_source;
  const char *refusal; /**< why the transport refused it, or NULL */
} HttpCompletion;

typedef struct {
  const HttpRoute *routes;
  size_t route_count;
  gpointer context; /**< for handlers and on_complete; outlives the transport */
  /** Asked before the handler: false when it has filled `response` with a refusal or another answer. It may set
   * request->identity, which `forget` (may be NULL) frees after the answer. May be NULL. */
  bool (*authorize)(gpointer context, HttpRequest *request, HttpResponse *response);
  void (*forget)(gpointer identity);
  /** Asked when the head of a request for a streamed route is there, after `authorize` and before the body comes, on the
   * connection's thread: false when it has filled `response` with a refusal. May be NULL. */
  bool (*check_stream)(gpointer context, const HttpRequest *request, HttpResponse *response);
  unsigned stream_limit; /**< streamed requests at once; what comes beyond is answered with 503 */
  /** Some targets carry a proof that they may be asked for. Called with every target as sent, on any thread: true when its bytes
   * from `*ret_begin` to `*ret_end` are a good proof. They are then left out for all that follows, and the request is marked
   * (HttpRequest.is_sealed); answers that are shared are shared among such requests only. May be NULL. */
  bool (*unseal)(gpointer context, const char *target, size_t length, size_t *ret_begin, size_t *ret_end);
  void (*on_complete)(gpointer context, const HttpCompletion *completion); /**< may be NULL */
  const char *listen;                                                      /**< HOST:PORT, see base/listener.h */
  int handed_fd, handed_tls_fd; /**< listening sockets to take in place of new ones, owned from now on; 0: none */
  const char *tls_listen;       /**< HOST:PORT for TLS; NULL or empty: none */
  const char *tls_certificate;  /**< path of a PEM chain */
  const char *tls_key;          /**< path of its PEM key */
  int64_t hsts_s;               /**< Strict-Transport-Security on TLS answers; 0: none */
  bool
      redirects_plain; /**< pages and API asked without TLS lead to the TLS port; media, health and metrics do not */
  bool has_front;      /**< connections of `listen` begin in the front (front/http_front.h) */
  unsigned threads;    /**< 0: one per core */
  unsigned connection_limit;  /**< open connections at most; the system's file limit is raised for them */
  unsigned idle_timeout_s;    /**< a connection on which nothing moves is closed after it; 0: none */
  unsigned address_limit;     /**< open connections of one address at most; 0: no limit. Proxies have none */
  int64_t head_timeout_us;    /**< for the head of a request, from its first byte; 0: none */
  int64_t min_rate_bps;       /**< bytes per second that bodies must come and answers be taken with; 0: none */
  const HttpProxies *proxies; /**< borrowed; NULL: none is trusted */
  unsigned send_buffer_bytes; /**< of each connection in the kernel; 0: as the system sees fit */
  size_t request_head_bytes;  /**< room of a connection for the heads of request and answer; 0: 8 KiB */
  int64_t cache_bytes;        /**< memory for ready answers at most */
  /** Changes with the content that shared answers are made from (http_response.h); called at every request, on any
   * thread. NULL: it never changes. */
  uint64_t (*content_version)(gpointer context);
  /** Whether the client whose headers these are must not be given the shared answer at `target` that others get. May be
   * NULL. */
  bool (*is_set_apart)(const char *target, HttpHeaderFunc find_header, gconstpointer header_source);
  void (*on_tick)(gpointer context); /**< called about once a second on a thread of its own; may be NULL */
} HttpTransportConfig;

typedef struct HttpTransport HttpTransport;

/** Listen and serve. Strings of `config` are copied, the routes are borrowed. NULL with `error` of HTTP_ERROR. */
HttpTransport *http_transport_start(const HttpTransportConfig *config, GError **error);

/** The address really listened on, with the port the system chose for port 0. */
const char *http_transport_address(const HttpTransport *transport);

/** The same of the TLS port; NULL without one. */
const char *http_transport_tls_address(const HttpTransport *transport);

/** When the certificate of the TLS port ends, seconds since 1970; 0 without one. */
int64_t http_transport_certificate_expires_s(void);

/** Connections open now. */
unsigned http_transport_connection_count(const HttpTransport *transport);

/** The client's address, past trusted proxies; "-" when it is not known. Caller frees. */
char *http_completion_format_client(const HttpCompletion *completion);

/** What the guard (http_guard.h) has refused and closed. */
void http_transport_get_guard_figures(const HttpTransport *transport, HttpGuardFigures *ret_figures);

typedef struct {
  uint64_t answers, handed_over;
} HttpFrontFigures;
/** What the front (front/http_front.h) has answered, and how many connections it gave to the library. */
void http_transport_get_front_figures(const HttpTransport *transport, HttpFrontFigures *ret_figures);

/** Let go of all ready answers: what they were made of is not what it was. */
void http_transport_forget_answers(HttpTransport *transport);

/** How the cache of ready answers does. */
void http_transport_get_shared_figures(const HttpTransport *transport, HttpSharedFigures *ret_figures);

/** Take no new connections from now on and ask clients to close those that are open; what is asked on them is answered. */
void http_transport_quiesce(HttpTransport *transport);

/** Stop listening, let answers under way go out for up to `grace_us`, close all connections and free. NULL is
 * accepted. */
void http_transport_stop(HttpTransport *transport, int64_t grace_us);
