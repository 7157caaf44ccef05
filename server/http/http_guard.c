#include "server/http/http_guard.h"

#include "base/listener.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>

/** Connections that change their phase more often than this are not looked at closely. */
#define CALM_US (2 * G_TIME_SPAN_SECOND)

struct HttpGuard {
  HttpGuardConfig config;
  GMutex lock; /**< of all that follows, and of the life of every HttpGuarded */
  GQueue connections;
  GHashTable *by_address; /**< char * -> count */
  HttpGuardFigures figures;
};

HttpGuard *http_guard_new(const HttpGuardConfig *config) {
  HttpGuard *guard = g_new0(HttpGuard, 1);
  guard->config = *config;
  g_mutex_init(&guard->lock);
  g_queue_init(&guard->connections);
  guard->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return guard;
}

void http_guard_free(HttpGuard *guard) {
  if (guard == NULL)
    return;
  g_hash_table_unref(guard->by_address);
  g_mutex_clear(&guard->lock);
  g_free(guard);
}

static unsigned count_of_locked(HttpGuard *guard, const char *address) {
  return GPOINTER_TO_UINT(g_hash_table_lookup(guard->by_address, address));
}

static void set_count_locked(HttpGuard *guard, const char *address, unsigned count) {
  if (count == 0)
    g_hash_table_remove(guard->by_address, address);
  else
    g_hash_table_replace(guard->by_address, g_strdup(address), GUINT_TO_POINTER(count));
}

static HttpAdmission judge_locked(HttpGuard *guard, const char *address) {
  if (guard->connections.length > guard->config.connection_limit) {
    guard->figures.full++;
    return HTTP_ADMISSION_FULL;
  }
  if (address != NULL && guard->config.address_limit > 0 &&
      count_of_locked(guard, address) > guard->config.address_limit) {
    guard->figures.per_address++;
    return HTTP_ADMISSION_ADDRESS;
  }
  return HTTP_ADMISSION_GRANTED;
}

HttpAdmission http_guard_admit(HttpGuard *guard, HttpGuarded *guarded, int fd, const struct sockaddr *address) {
  bool is_counted =
      address != NULL && guard->config.address_limit > 0 && !http_proxies_trust(guard->config.proxies, address);
  *guarded = (HttpGuarded){.fd = fd, .address = is_counted ? listener_format_host(address) : NULL};
  guarded->link.data = guarded;
  guarded->since_us = guarded->window_us = g_get_monotonic_time();
  g_mutex_lock(&guard->lock);
  g_queue_push_tail_link(&guard->connections, &guarded->link);
  if (guarded->address != NULL)
    set_count_locked(guard, guarded->address, count_of_locked(guard, guarded->address) + 1);
  guarded->admission = judge_locked(guard, guarded->address);
  g_mutex_unlock(&guard->lock);
  return guarded->admission;
}

void http_guard_leave(HttpGuard *guard, HttpGuarded *guarded) {
  g_mutex_lock(&guard->lock);
  g_queue_unlink(&guard->connections, &guarded->link);
  if (guarded->address != NULL)
    set_count_locked(guard, guarded->address, count_of_locked(guard, guarded->address) - 1);
  g_mutex_unlock(&guard->lock);
  g_clear_pointer(&guarded->address, g_free);
}

void http_guard_mark(HttpGuarded *guarded, HttpPhase phase) {
  unsigned turn = atomic_load_explicit(&guarded->turn, memory_order_relaxed);
  if ((turn & 3) != (unsigned)phase)
    atomic_store_explicit(&guarded->turn, ((turn >> 2) + 1) << 2 | (unsigned)phase, memory_order_relaxed);
}

/** Bytes that came in and bytes that the other side has taken, since the connection began. */
static bool read_counters(int fd, uint64_t *ret_received, uint64_t *ret_acknowledged) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
      size < G_STRUCT_OFFSET(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
    return false;
  *ret_received = info.tcpi_bytes_received;
  *ret_acknowledged = info.tcpi_bytes_acked;
  return true;
}

static bool is_head_late(const HttpGuard *guard, HttpGuarded *guarded, uint64_t received, int64_t now_us) {
  if (guarded->head_begun_us == 0 && received > guarded->window_bytes)
    guarded->head_begun_us = now_us;
  return guard->config.head_timeout_us > 0 && guarded->head_begun_us > 0 &&
         now_us - guarded->head_begun_us > guard->config.head_timeout_us;
}

/** Whether fewer bytes went over in the last window than the minimum rate asks for. */
static bool is_too_slow(const HttpGuard *guard, HttpGuarded *guarded, uint64_t bytes, int64_t now_us) {
  int64_t span_us = now_us - guarded->window_us;
  if (guard->config.min_rate_bps == 0 || span_us < HTTP_GUARD_WINDOW_US)
    return false;
  bool is_slow = (double)(bytes - guarded->window_bytes) * G_TIME_SPAN_SECOND <
                 (double)guard->config.min_rate_bps * (double)span_us;
  guarded->window_us = now_us;
  guarded->window_bytes = bytes;
  return is_slow;
}

/** What is counted up for the connection's fault, or NULL when it has none. */
static uint64_t *find_fault_locked(HttpGuard *guard, HttpGuarded *guarded, int64_t now_us) {
  unsigned turn = atomic_load_explicit(&guarded->turn, memory_order_relaxed);
  uint64_t received = 0, acknowledged = 0;
  bool is_new_turn = turn != guarded->seen_turn;
  if (guarded->admission != HTTP_ADMISSION_GRANTED)
    return now_us - guarded->since_us > HTTP_GUARD_REFUSED_US ? &guard->figures.slow_heads : NULL;
  if (!is_new_turn && now_us - guarded->since_us < CALM_US)
    return NULL;
  if (!read_counters(guarded->fd, &received, &acknowledged))
    return NULL;
  HttpPhase phase = (HttpPhase)(turn & 3);
  uint64_t bytes = phase == HTTP_PHASE_ANSWER ? acknowledged : received;
  if (is_new_turn) {
    guarded->seen_turn = turn;
    guarded->since_us = guarded->window_us = now_us;
    guarded->window_bytes = bytes;
    guarded->head_begun_us = 0;
    return NULL;
  }
  switch (phase) {
  case HTTP_PHASE_HEAD:
    return is_head_late(guard, guarded, received, now_us) ? &guard->figures.slow_heads : NULL;
  case HTTP_PHASE_BODY:
    return is_too_slow(guard, guarded, bytes, now_us) ? &guard->figures.slow_bodies : NULL;
  case HTTP_PHASE_ANSWER:
    return is_too_slow(guard, guarded, bytes, now_us) ? &guard->figures.slow_reads : NULL;
  case HTTP_PHASE_WORK:
    return NULL;
  }
  return NULL;
}

void http_guard_sweep(HttpGuard *guard, int64_t now_us) {
  g_mutex_lock(&guard->lock);
  for (GList *link = guard->connections.head; link != NULL; link = link->next) {
    HttpGuarded *guarded = link->data;
    uint64_t *fault = find_fault_locked(guard, guarded, now_us);
    if (fault == NULL)
      continue;
    ++*fault;
    shutdown(guarded->fd, SHUT_RDWR); /* its thread closes it; until it has left, the descriptor is its own */
  }
  g_mutex_unlock(&guard->lock);
}

void http_guard_get_figures(HttpGuard *guard, HttpGuardFigures *ret_figures) {
  g_mutex_lock(&guard->lock);
  *ret_figures = guard->figures;
  g_mutex_unlock(&guard->lock);
}
