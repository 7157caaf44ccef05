#include "server/server_metrics.h"

#include "server/metrics_text.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

/** 0: no answer; then 1xx to 5xx by their first digit. */
#define STATUS_CLASSES 6

typedef struct {
  atomic_uint_fast64_t requests[STATUS_CLASSES];
  atomic_uint_fast64_t body_bytes;
  atomic_uint_fast64_t duration_us;
} RouteCounters;

/** What a viewer or a program waits for, by what it is. */
typedef enum {
  ROUTE_CLASS_PLAYLIST,
  ROUTE_CLASS_SEGMENT,
  ROUTE_CLASS_MEDIA, /**< pictures, captions, chapters */
  ROUTE_CLASS_API,
  ROUTE_CLASS_PAGE,
  ROUTE_CLASS_OTHER,
  ROUTE_CLASS_COUNT,
} RouteClass;

static const char *const class_names[ROUTE_CLASS_COUNT] = {"playlist", "segment", "media", "api", "page", "other"};

static const int64_t bucket_limits_us[] = {1000,   2500,   5000,    10000,   25000,   50000,   100000,
                                           250000, 500000, 1000000, 2500000, 5000000, 10000000};
#define BUCKET_COUNT G_N_ELEMENTS(bucket_limits_us)

typedef struct {
  atomic_uint_fast64_t buckets[BUCKET_COUNT + 1]; /**< not cumulative; the last is what is longer than all limits */
  atomic_uint_fast64_t duration_us;
} Latency;

struct ServerMetrics {
  const HttpRoute *routes;
  size_t count;
  int64_t start_us;        /**< since 1970 */
  RouteCounters *counters; /**< one per route, then one for requests without a route */
  RouteClass *classes;     /**< likewise */
  Latency latencies[ROUTE_CLASS_COUNT];
  atomic_uint_fast64_t aborted, refused, without_storage;
};

static RouteClass classify(const HttpRoute *route) {
  const char *pattern = route->pattern;
  if (g_str_has_suffix(pattern, ".m3u8") || g_str_has_suffix(pattern, ".mpd"))
    return ROUTE_CLASS_PLAYLIST;
  if (g_str_has_suffix(pattern, ".m4s") || g_str_has_suffix(pattern, ".mp4") || g_str_has_suffix(pattern, ".ts"))
    return ROUTE_CLASS_SEGMENT;
  if (g_str_has_prefix(pattern, "/media/"))
    return ROUTE_CLASS_MEDIA;
  if (g_str_has_prefix(pattern, "/api/"))
    return ROUTE_CLASS_API;
  bool is_page = route->flags & HTTP_ROUTE_PAGE || g_str_has_prefix(pattern, "/assets/");
  return is_page ? ROUTE_CLASS_PAGE : ROUTE_CLASS_OTHER;
}

ServerMetrics *server_metrics_new(const HttpRoute *routes, size_t count) {
  ServerMetrics *metrics = g_new0(ServerMetrics, 1);
  metrics->routes = routes;
  metrics->count = count;
  metrics->start_us = g_get_real_time();
  metrics->counters = g_new0(RouteCounters, count + 1);
  metrics->classes = g_new0(RouteClass, count + 1);
  for (size_t i = 0; i < count; i++)
    metrics->classes[i] = classify(&routes[i]);
  metrics->classes[count] = ROUTE_CLASS_OTHER;
  return metrics;
}

void server_metrics_free(ServerMetrics *metrics) {
  if (metrics == NULL)
    return;
  g_free(metrics->counters);
  g_free(metrics->classes);
  g_free(metrics);
}

static void add(atomic_uint_fast64_t *counter, int64_t value) {
  atomic_fetch_add_explicit(counter, (uint_fast64_t)value, memory_order_relaxed);
}

static guint64 read_counter(const atomic_uint_fast64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

static void count_latency(Latency *latency, int64_t duration_us) {
  size_t bucket = 0;
  while (bucket < BUCKET_COUNT && duration_us > bucket_limits_us[bucket])
    bucket++;
  add(&latency->buckets[bucket], 1);
  add(&latency->duration_us, duration_us);
}

void server_metrics_count(ServerMetrics *metrics, const HttpCompletion *completion) {
  size_t index = completion->route != NULL ? (size_t)(completion->route - metrics->routes) : metrics->count;
  g_return_if_fail(index <= metrics->count);
  RouteCounters *counters = &metrics->counters[index];
  unsigned status_class = completion->status / 100;
  add(&counters->requests[status_class < STATUS_CLASSES ? status_class : 0], 1);
  add(&counters->duration_us, completion->duration_us);
  count_latency(&metrics->latencies[metrics->classes[index]], completion->duration_us);
  if (completion->is_sent)
    add(&counters->body_bytes, completion->body_bytes);
  else
    add(&metrics->aborted, 1);
  if (completion->refusal != NULL)
    add(&metrics->refused, 1);
  if (completion->status == 507)
    add(&metrics->without_storage, 1);
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
  metrics_text_head(out, "kapok_http_route_seconds_total", "counter",
                    "Time from a request's first line to its answer's last byte, summed.");
  for (size_t i = 0; i <= metrics->count; i++) {
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(seconds, sizeof seconds, "%.6f", (double)read_counter(&metrics->counters[i].duration_us) / 1e6);
    g_string_append_printf(out, "kapok_http_route_seconds_total{route=\"%s\"} %s\n", route_name(metrics, i),
                           seconds);
  }
}

static void write_latency(const Latency *latency, const char *name, GString *out) {
  static const char metric[] = "kapok_http_request_duration_seconds";
  guint64 total = 0;
  for (size_t i = 0; i <= BUCKET_COUNT; i++) {
    char limit[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
    if (i < BUCKET_COUNT)
      g_ascii_formatd(limit, sizeof limit, "%g", (double)bucket_limits_us[i] / 1e6);
    total += read_counter(&latency->buckets[i]);
    g_string_append_printf(out, "%s_bucket{class=\"%s\",le=\"%s\"} %" G_GUINT64_FORMAT "\n", metric, name, limit,
                           total);
  }
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(seconds, sizeof seconds, "%.6f", (double)read_counter(&latency->duration_us) / 1e6);
  g_string_append_printf(out, "%s_sum{class=\"%s\"} %s\n", metric, name, seconds);
  g_string_append_printf(out, "%s_count{class=\"%s\"} %" G_GUINT64_FORMAT "\n", metric, name, total);
}

/** A process may hold so many descriptors, and holds so many; 0 when it cannot be told. */
static void write_descriptors(GString *out) {
  struct rlimit limit = {0};
  guint count = 0;
  g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
  while (folder != NULL && g_dir_read_name(folder) != NULL)
    count++;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    metrics_text_value(out, "process_max_fds", "gauge", "Descriptors that may be open.", (double)limit.rlim_cur);
  metrics_text_value(out, "process_open_fds", "gauge", "Open descriptors.", count);
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
  HttpFrontFigures front;
  http_transport_get_shared_figures(transport, &shared);
  http_transport_get_guard_figures(transport, &guard);
  http_transport_get_front_figures(transport, &front);
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
  metrics_text_value(out, "kapok_http_front_answers_total", "counter",
                     "Answers that went out past the HTTP library.", (double)front.answers);
  metrics_text_value(out, "kapok_http_front_handed_over_total", "counter",
                     "Connections that were handed over to the HTTP library.", (double)front.handed_over);
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
  metrics_text_value(out, "kapok_http_insufficient_storage_total", "counter",
                     "Answers 507: the disk took no more, or a quota was used up.",
                     (double)read_counter(&metrics->without_storage));
  metrics_text_value(out, "process_resident_memory_bytes", "gauge", "Resident memory.", (double)resident_bytes());
  metrics_text_value(out, "process_start_time_seconds", "gauge", "Start of the process since 1970.",
                     (double)(guint64)(metrics->start_us / G_TIME_SPAN_SECOND));
  if (http_transport_certificate_expires_s() > 0)
    metrics_text_value(out, "kapok_tls_certificate_expiry_time_seconds", "gauge",
                       "When the certificate ends, since 1970.", (double)http_transport_certificate_expires_s());
  write_descriptors(out);
  write_routes(metrics, out);
  metrics_text_head(out, "kapok_http_request_duration_seconds", "histogram",
                    "Time from a request's first line to its answer's last byte, by what was asked for.");
  for (int i = 0; i < ROUTE_CLASS_COUNT; i++)
    write_latency(&metrics->latencies[i], class_names[i], out);
}
