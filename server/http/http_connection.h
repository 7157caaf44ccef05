/** One connection and the request under way on it. Internal to server/http/.
 *
 * Threads: a connection belongs to the library's thread that serves it; what the transport's caretaker reads is atomic.
 */
#pragma once

#include "server/http/http_guard.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/http/http_shared.h"
#include "server/http/http_slow.h"
#include "server/http/http_transport.h"
#include "server/http/http_wire.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <sys/socket.h>

/** A request that no shared answer was there for, and its answer. */
typedef struct {
  HttpTransport *transport;
  char *raw_target;
  HttpTarget target;
  HttpRouteMatch match;
  HttpRequest request;
  char method[12];
  unsigned status;
  int64_t body_bytes;       /**< of the answer */
  const char *refusal;      /**< why it was refused for its form, or NULL */
  GByteArray *body;         /**< of the request, as far as it is here; NULL: none is wanted */
  GBytes *whole_body;       /**< all of it, while the handler runs */
  struct HttpBody *stream;  /**< of a streamed route, once it runs */
  HttpResponse *held;       /**< a refusal that waits until the body has been read and dropped */
  int64_t dropped_bytes;    /**< of a body that is too large */
  uint64_t content_version; /**< before the answer was made */
  HttpResponse *slow;       /**< the answer of a slow route, once it is there or being made */
  bool is_shareable;        /**< GET or HEAD without conditions and ranges, with a target of usual length */
} HttpExchange;

typedef struct {
  HttpTransport *transport;
  struct MHD_Connection *handle; /**< NULL while the front has the connection */
  HttpHeaderFunc find_header;    /**< of the request, with header_source */
  gconstpointer header_source;
  const struct sockaddr *peer; /**< the other end, or NULL */
  HttpGuarded guarded;
  int64_t start_us;        /**< of the request: its first line was there */
  const char *wire_target; /**< the library's own, for http_wire_judge() only */
  bool is_started;         /**< the head was there; counted in transport->exchanges */
  bool is_head;            /**< the method is HEAD */
  bool is_tls;
  unsigned shared_status;
  const HttpSharedAnswer *shared;          /**< the answer, or NULL */
  HttpExchange *exchange;                  /**< or this */
  size_t wire_length;                      /**< of the target as sent */
  size_t target_length;                    /**< of the target without its seal */
  bool is_sealed;                          /**< there was a good one */
  char *long_target;                       /**< a target that does not fit into `key`, else NULL */
  char key[HTTP_SHARED_KEY_BYTES_MAX + 1]; /**< the content coding as a letter, then the target, NUL-terminated */
} HttpConnection;

/** A connection, admitted by the guard or refused (HttpConnection.guarded.admission). `peer`: borrowed, may be NULL. */
HttpConnection *http_connection_new(HttpTransport *transport, int fd, const struct sockaddr *peer, bool is_tls);
void http_connection_free(HttpConnection *connection);
/** The library serves it from now on. */
void http_connection_attach(HttpConnection *connection, struct MHD_Connection *handle);

void http_exchange_free(HttpExchange *exchange);

/** The target of the request under way, as sent. */
const char *http_connection_target(const HttpConnection *connection);

/** A request has begun: note its target as sent. */
void http_exchange_take_target(HttpConnection *connection, const char *target);
/** The head of a GET or HEAD is there (http_exchange_take_target(), is_head, find_header): find the ready answer, or make one for
 * all when the target is media. True with connection->shared; false when the library is to answer, as if the request had not
 * been seen. */
bool http_exchange_find_ready(HttpConnection *connection, const HttpWireVerdict *verdict);
/** The answer is over: log it, count it, forget the request. */
void http_exchange_end(HttpConnection *connection, bool is_sent);

/** The library's callbacks for a request (http_exchange.c); user data is the transport. */
void *http_exchange_on_request_line(void *user_data, const char *target, struct MHD_Connection *handle);
enum MHD_Result http_exchange_on_request(void *user_data, struct MHD_Connection *handle, const char *url,
                                         const char *method, const char *version, const char *upload_data,
                                         size_t *upload_size, void **request_state);
void http_exchange_on_completed(void *user_data, struct MHD_Connection *handle, void **request_state,
                                enum MHD_RequestTerminationCode code);

/** A listening socket and what serves it. */
typedef struct {
  struct MHD_Daemon *daemon;
  char *address;
} HttpPort;

struct HttpTransport {
  HttpTransportConfig config;
  HttpPort plain, tls; /**< `tls` empty without a TLS port */
  GMutex handed_lock;
  GHashTable *handed;      /**< descriptor -> HttpConnection *: on their way from the front to the library */
  struct HttpFront *front; /**< has the plain port's listening socket; NULL: the library has it */
  char *hsts;              /**< value of Strict-Transport-Security, or NULL */
  HttpSharedCache *shared;
  HttpGuard *guard;
  HttpSlow *slow;
  GThread *caretaker;
  bool is_caretaker_done; /**< under caretaker_lock */
  GMutex caretaker_lock;
  GCond caretaker_wake;
  GThreadPool *stream_threads;
  GMutex streams_lock; /**< of `streams`: those whose handlers run (http_stream.h) */
  GQueue streams;
  atomic_uint connections;
  atomic_uint exchanges; /**< requests between their heads and the end of their answers */
  atomic_bool is_stopping;
};
