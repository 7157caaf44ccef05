#include "server/server_metrics.h"

#include "server/metrics_text.h"

#include <stdatomic.h>
#include <unistd.h>

/** 0: no answer; then 1xx to 5xx by their first digit. */
#define STATUS_CLASSES 6

typedef struct {
  atomic_uint_fast64_t requests[STATUS_CLASSES];
  atomic_uint_fast64_t body_bytes;
  atomic_uint_fast64_t duration_us;
} RouteCounters;

struct ServerMetrics {
  const HttpRoute *routes;
  size_t count;
  int64_t start_us;        /**< since 1970 */
  RouteCounters *counters; /**< one per route, then one for requests without a route */
  atomic_uint_fast64_t aborted, refused;
};

ServerMetrics *server_metrics_new(const HttpRoute *routes, size_t count) {
  ServerMetrics *metrics = g_new0(ServerMetrics, 1);
  metrics->routes = routes;
  metrics->count = count;
  metrics->start_us = g_get_real_time();
  metrics->counters = g_new0(RouteCounters, count + 1);
  return metrics;
}

void server_metrics_free(ServerMetrics *metrics) {
  if (metrics == NULL)
    return;
  g_free(metrics->counters);
  g_free(metrics);
}

static void add(atomic_uint_fast64_t *counter, int64_t value) {
  atomic_fetch_add_explicit(counter, (uint_fast64_t)value, memory_order_relaxed);
}

static guint64 read_counter(const atomic_uint_fast64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

void server_metrics_count(ServerMetrics *metrics, const HttpCompletion *completion) {
  size_t index = completion->route != NULL ? (size_t)(completion->route - metrics->routes) : metrics->count;
  g_return_if_fail(index <= metrics->count);
  RouteCounters *counters = &metrics->counters[index];
  unsigned status_class = completion->status / 100;
  add(&counters->requests[status_class < STATUS_CLASSES ? status_class : 0], 1);
  add(&counters->duration_us, completion->duration_us);
  if (completion->is_sent)
    add(&counters->body_bytes, completion->body_bytes);
  else
    add(&metrics->aborted, 1);
  if (completion->refusal != NULL)
    add(&metrics->refused, 1);
}

static const char *route_name(const ServerMetrics *metrics, size_t index) {
  return index < metrics->count ? metrics->routes[index].name : "none";
}

static void write_routes(const ServerMetrics *metrics, GString *out) {
  metrics_text_head(out, "kapok_http_requests_total", "counter", "Requests by route and status class.");
  for (size_t i = 0; i <= metrics->count; i++)
    for (unsigned c = 0; c < STATUS_CLASSES; c++) {
      guint64 requests = read_counter(&metrics->counters[i].requests[c]);
      if (requests > 0)
        g_string_append_printf(out, "kapok_http_requests_total{route=\"%s\",code=\"%uxx\"} %" G_GUINT64_FORMAT "\n",
                               route_name(metrics, i), c, requests);
    }
  metrics_text_head(out, "kapok_http_response_body_bytes_total", "counter",
                    "Bytes of bodies that were sent whole.");
  for (size_t i = 0; i <= metrics->count; i++)
    g_string_append_printf(out, "kapok_http_response_body_bytes_total{route=\"%s\"} %" G_GUINT64_FORMAT "\n",
                           route_name(metrics, i), read_counter(&metrics->counters[i].body_bytes));
  metrics_text_head(out, "kapok_http_request_duration_seconds_total", "counter",
                    "Time from a request's first line to its answer's last byte, summed.");
  for (size_t i = 0; i <= metrics->count; i++) {
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(seconds, sizeof seconds, "%.6f", (double)read_counter(&metrics->counters[i].duration_us) / 1e6);
    g_string_append_printf(out, "kapok_http_request_duration_seconds_total{route=\"%s\"} %s\n",
                           route_name(metrics, i), seconds);
  }
}

/** Resident memory from /proc/self/statm; 0 when it cannot be read. */
static guint64 resident_bytes(void) {
  g_autofree char *text = NULL;
  if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
    return 0;
  char *second = NULL;
  g_ascii_strtoull(text, &second, 10);
  return g_ascii_strtoull(second, NULL, 10) * (guint64)sysconf(_SC_PAGESIZE);
}

static void write_transport(const HttpTransport *transport, GString *out) {
  HttpSharedFigures shared;
  HttpGuardFigures guard;
  http_transport_get_shared_figures(transport, &shared);
  http_transport_get_guard_figures(transport, &guard);
  metrics_text_value(out, "kapok_http_connections", "gauge", "Open connections.",
                     (double)http_transport_connection_count(transport));
  metrics_text_head(out, "kapok_http_connections_refused_total", "counter",
                    "Connections over a limit, answered with 503 (all) or 429 (of one address).");
  metrics_text_sample(out, "kapok_http_connections_refused_total", "limit=\"all\"", (double)guard.full);
  metrics_text_sample(out, "kapok_http_connections_refused_total", "limit=\"address\"", (double)guard.per_address);
  metrics_text_head(out, "kapok_http_connections_slow_total", "counter",
                    "Connections closed since they were too slow, by what was.");
  metrics_text_sample(out, "kapok_http_connections_slow_total", "part=\"head\"", (double)guard.slow_heads);
  metrics_text_sample(out, "kapok_http_connections_slow_total", "part=\"body\"", (double)guard.slow_bodies);
  metrics_text_sample(out, "kapok_http_connections_slow_total", "part=\"read\"", (double)guard.slow_reads);
  metrics_text_value(out, "kapok_http_cache_hits_total", "counter", "Requests answered with a ready answer.",
                     (double)shared.hits);
  metrics_text_value(out, "kapok_http_cache_misses_total", "counter",
                     "Requests that a ready answer could have been for, and was not there.", (double)shared.misses);
  metrics_text_value(out, "kapok_http_cache_evictions_total", "counter", "Ready answers dropped for want of room.",
                     (double)shared.evictions);
  metrics_text_value(out, "kapok_http_cache_bytes", "gauge", "Memory of ready answers.", (double)shared.bytes);
  metrics_text_value(out, "kapok_http_cache_answers", "gauge", "Ready answers.", (double)shared.answers);
}

void server_metrics_write(const ServerMetrics *metrics, const HttpTransport *transport, GString *out) {
  metrics_text_head(out, "kapok_build_info", "gauge", "The running version.");
  g_string_append_printf(out, "kapok_build_info{version=\"%s\"} 1\n", KAPOK_VERSION);
  if (transport != NULL)
    write_transport(transport, out);
  metrics_text_value(out, "kapok_http_aborted_total", "counter", "Answers that the client did not take to the end.",
                     (double)read_counter(&metrics->aborted));
  metrics_text_value(out, "kapok_http_refused_total", "counter", "Requests refused for their form.",
                     (double)read_counter(&metrics->refused));
  metrics_text_value(out, "process_resident_memory_bytes", "gauge", "Resident memory.", (double)resident_bytes());
  metrics_text_value(out, "process_start_time_seconds", "gauge", "Start of the process since 1970.",
                     (double)(guint64)(metrics->start_us / G_TIME_SPAN_SECOND));
  write_routes(metrics, out);
}
