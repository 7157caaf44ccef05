/** Who may hold a connection, and for how long: limits in all and per address, and deadlines that a client cannot put off
 * by sending or reading a byte now and then. Internal to server/http/.
 *
 * The library's own time-out (idle-timeout) is for connections on which nothing moves. The guard looks about once a second
 * at what the kernel has counted on each connection (TCP_INFO): bytes that came in, bytes that the other side took.
 *
 * Threads: a connection's own thread admits it, marks its phases and lets it go; one other thread sweeps.
 */
#pragma once

#include "server/http/http_proxies.h"

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/** Over this span a client must keep the minimum rate. */
#define HTTP_GUARD_WINDOW_US (15 * G_TIME_SPAN_SECOND)
/** So long a connection over a limit may take to ask, so that it can be told why it is refused. */
#define HTTP_GUARD_REFUSED_US (5 * G_TIME_SPAN_SECOND)

typedef enum {
  HTTP_PHASE_HEAD,   /**< waits for a request, or for the rest of its head */
  HTTP_PHASE_BODY,   /**< the head is there, the body comes */
  HTTP_PHASE_ANSWER, /**< the answer is made and goes out */
  HTTP_PHASE_WORK,   /**< we are not done with what came: the other side has nothing to do */
} HttpPhase;

typedef enum {
  HTTP_ADMISSION_GRANTED,
  HTTP_ADMISSION_FULL,    /**< connection_limit: to be answered with 503 */
  HTTP_ADMISSION_ADDRESS, /**< address_limit: to be answered with 429 */
} HttpAdmission;

typedef struct {
  unsigned connection_limit;
  unsigned address_limit;     /**< connections of one address; 0: none. Trusted proxies have none */
  int64_t head_timeout_us;    /**< from the first byte of a head to its last; 0: none */
  int64_t min_rate_bps;       /**< bytes per second of bodies in and answers out; 0: none */
  const HttpProxies *proxies; /**< borrowed; may be NULL */
} HttpGuardConfig;

/** The guard's part of a connection. */
typedef struct {
  int fd;
  HttpAdmission admission;
  atomic_uint turn; /**< HttpPhase in the two lowest bits, above them a count of changes */
  char *address;    /**< counted under this; NULL: not counted */
  GList link;
  unsigned seen_turn; /**< what follows is the sweeper's own */
  int64_t since_us, window_us;
  uint64_t window_bytes;
  int64_t head_begun_us;
} HttpGuarded;

typedef struct HttpGuard HttpGuard;

typedef struct {
  uint64_t full, per_address;                   /**< refused */
  uint64_t slow_heads, slow_bodies, slow_reads; /**< closed */
} HttpGuardFigures;

HttpGuard *http_guard_new(const HttpGuardConfig *config);
/** Every connection is gone. NULL is accepted. */
void http_guard_free(HttpGuard *guard);

/** A connection is new: judge and register it. `address`: its other end, or NULL. */
HttpAdmission http_guard_admit(HttpGuard *guard, HttpGuarded *guarded, int fd, const struct sockaddr *address);
/** It is about to be closed. */
void http_guard_leave(HttpGuard *guard, HttpGuarded *guarded);

/** The connection goes over to `phase`. */
void http_guard_mark(HttpGuarded *guarded, HttpPhase phase);

/** Shut down what is too slow. */
void http_guard_sweep(HttpGuard *guard, int64_t now_us);

void http_guard_get_figures(HttpGuard *guard, HttpGuardFigures *ret_figures);
