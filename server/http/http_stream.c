#include "server/http/http_stream.h"

#include "base/log.h"

#include <string.h>

/** Peek waits for so much before it gives out what there is, but not longer than PATIENCE_US. */
#define WORTH_BYTES (HTTP_BODY_BUFFER_BYTES / 4)
#define PATIENCE_US (50 * G_TIME_SPAN_MILLISECOND)
#define IDLE_US (500 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  char *name, *value;
} CopiedHeader;

struct HttpBody {
  HttpTransport *transport;
  HttpExchange *exchange;
  HttpRequest request; /**< the handler's own: with copied headers */
  GArray *headers;     /**< CopiedHeader */
  int64_t length;
  HttpResponse response;
  GList link; /**< in transport->streams, under transport->streams_lock */

  GMutex lock; /**< of all that follows */
  GCond changed;
  int ref_count;
  HttpConnection *connection; /**< NULL: it has left */
  guint8 *ring;
  size_t start, fill;
  int64_t last_us; /**< when bytes came, monotonic */
  bool is_suspended, is_whole, is_cut, is_interrupted, is_done, owns_exchange;
};

/* --- life --- */

static void clear_header(gpointer data) {
  CopiedHeader *header = data;
  g_free(header->name);
  g_free(header->value);
}

static enum MHD_Result copy_header(void *user_data, enum MHD_ValueKind kind, const char *name, const char *value) {
  (void)kind;
  CopiedHeader header = {g_strdup(name), g_strdup(value != NULL ? value : "")};
  g_array_append_val((GArray *)user_data, header);
  return MHD_YES;
}

static const char *find_copied(gconstpointer source, const char *name) {
  const GArray *headers = source;
  for (guint i = 0; i < headers->len; i++) {
    const CopiedHeader *header = &g_array_index(headers, CopiedHeader, i);
    if (g_ascii_strcasecmp(header->name, name) == 0)
      return header->value;
  }
  return NULL;
}

static void unref_locked(HttpBody *body) {
  bool is_last = --body->ref_count == 0;
  g_mutex_unlock(&body->lock);
  if (!is_last)
    return;
  http_response_clear(&body->response);
  if (body->owns_exchange)
    http_exchange_free(body->exchange);
  g_array_unref(body->headers);
  g_free(body->ring);
  g_mutex_clear(&body->lock);
  g_cond_clear(&body->changed);
  g_free(body);
}

static HttpBody *stream_new(HttpConnection *connection, int64_t body_bytes) {
  HttpBody *body = g_new0(HttpBody, 1);
  body->transport = connection->transport;
  body->connection = connection;
  body->exchange = connection->exchange;
  body->length = body_bytes;
  body->headers = g_array_new(FALSE, FALSE, sizeof(CopiedHeader));
  g_array_set_clear_func(body->headers, clear_header);
  MHD_get_connection_values(connection->handle, MHD_HEADER_KIND, copy_header, body->headers);
  body->request = connection->exchange->request;
  body->request.find_header = find_copied;
  body->request.header_source = body->headers;
  body->request.format_client = NULL;
  body->request.stream = body;
  http_response_init(&body->response);
  body->ref_count = 2; /* the connection and the handler */
  body->link.data = body;
  body->ring = body_bytes != 0 ? g_malloc(HTTP_BODY_BUFFER_BYTES) : NULL;
  body->last_us = g_get_monotonic_time();
  g_mutex_init(&body->lock);
  g_cond_init(&body->changed);
  return body;
}

HttpBody *http_stream_start(HttpConnection *connection, int64_t body_bytes) {
  HttpTransport *transport = connection->transport;
  if (atomic_load(&transport->is_stopping))
    return NULL;
  g_mutex_lock(&transport->streams_lock);
  bool has_room = transport->streams.length < transport->config.stream_limit;
  HttpBody *body = has_room ? stream_new(connection, body_bytes) : NULL;
  if (has_room)
    g_queue_push_tail_link(&transport->streams, &body->link);
  g_mutex_unlock(&transport->streams_lock);
  if (has_room)
    g_thread_pool_push(transport->stream_threads, body, NULL);
  return body;
}

/* --- the connection's side --- */

static void suspend_locked(HttpBody *body) {
  body->is_suspended = true;
  http_guard_mark(&body->connection->guarded, HTTP_PHASE_WORK);
  MHD_suspend_connection(body->connection->handle);
}

static void resume_locked(HttpBody *body) {
  if (body->connection == NULL || !body->is_suspended)
    return;
  body->is_suspended = false;
  http_guard_mark(&body->connection->guarded, body->is_whole ? HTTP_PHASE_ANSWER : HTTP_PHASE_BODY);
  MHD_resume_connection(body->connection->handle);
}

static void copy_in_locked(HttpBody *body, const char *data, size_t size) {
  size_t end = (body->start + body->fill) % HTTP_BODY_BUFFER_BYTES;
  size_t first = MIN(size, HTTP_BODY_BUFFER_BYTES - end);
  memcpy(body->ring + end, data, first);
  memcpy(body->ring, data + first, size - first);
  body->fill += size;
}

size_t http_stream_put(HttpBody *body, const char *data, size_t size) {
  g_mutex_lock(&body->lock);
  if (body->is_done || body->is_interrupted || body->ring == NULL) {
    body->exchange->dropped_bytes += (int64_t)size;
    g_mutex_unlock(&body->lock);
    return size;
  }
  size_t count = MIN(size, HTTP_BODY_BUFFER_BYTES - body->fill);
  bool was_poor = body->fill < WORTH_BYTES;
  copy_in_locked(body, data, count);
  body->last_us = g_get_monotonic_time();
  if (count < size)
    suspend_locked(body);
  if (was_poor && (body->fill >= WORTH_BYTES || body->fill == count))
    g_cond_broadcast(&body->changed);
  g_mutex_unlock(&body->lock);
  return count;
}

bool http_stream_finish(HttpBody *body) {
  g_mutex_lock(&body->lock);
  body->is_whole = true;
  bool is_done = body->is_done;
  if (!is_done)
    suspend_locked(body);
  g_cond_broadcast(&body->changed);
  g_mutex_unlock(&body->lock);
  return is_done;
}

HttpResponse *http_stream_response(HttpBody *body) {
  return &body->response;
}

bool http_stream_leave(HttpBody *body) {
  g_mutex_lock(&body->lock);
  bool is_done = body->is_done;
  body->connection = NULL;
  body->is_suspended = false;
  body->is_cut = body->is_cut || !body->is_whole;
  body->owns_exchange = !is_done;
  g_cond_broadcast(&body->changed);
  unref_locked(body);
  return is_done;
}

/* --- the handler's side --- */

static void run(gpointer data, gpointer user_data) {
  HttpBody *body = data;
  HttpTransport *transport = user_data;
  log_context_push("request", body->request.id);
  body->request.match->route->handler(transport->config.context, &body->request, &body->response);
  log_context_pop();
  g_mutex_lock(&body->lock);
  body->is_done = true;
  resume_locked(body);
  g_mutex_unlock(&body->lock);
  g_mutex_lock(&transport->streams_lock); /* now only: an empty list says that no connection is suspended */
  g_queue_unlink(&transport->streams, &body->link);
  g_mutex_unlock(&transport->streams_lock);
  g_mutex_lock(&body->lock);
  unref_locked(body);
}

int64_t http_body_length(const HttpBody *body) {
  return body->length;
}

/** Wait until there is enough to be worth a write, or it has been waited for long enough. */
static void wait_locked(HttpBody *body) {
  int64_t idle_us = g_get_monotonic_time() + IDLE_US;
  while (body->fill == 0 && !body->is_whole && !body->is_cut)
    if (!g_cond_wait_until(&body->changed, &body->lock, idle_us))
      return;
  int64_t worth_us = g_get_monotonic_time() + PATIENCE_US;
  while (body->fill < WORTH_BYTES && !body->is_whole && !body->is_cut)
    if (!g_cond_wait_until(&body->changed, &body->lock, worth_us))
      return;
}

HttpBodyResult http_body_peek(HttpBody *body, const void **ret_data, size_t *ret_size) {
  g_mutex_lock(&body->lock);
  wait_locked(body);
  size_t size = body->is_interrupted ? 0 : MIN(body->fill, HTTP_BODY_BUFFER_BYTES - body->start);
  HttpBodyResult result = HTTP_BODY_DATA;
  if (size == 0)
    result = body->is_cut ? HTTP_BODY_CUT : body->is_whole ? HTTP_BODY_END : HTTP_BODY_IDLE;
  if (result == HTTP_BODY_DATA) {
    *ret_data = body->ring + body->start;
    *ret_size = size;
  }
  g_mutex_unlock(&body->lock);
  return result;
}

void http_body_take(HttpBody *body, size_t size) {
  g_mutex_lock(&body->lock);
  g_assert(size <= body->fill);
  body->start = (body->start + size) % HTTP_BODY_BUFFER_BYTES;
  body->fill -= size;
  if (!body->is_whole && body->fill <= HTTP_BODY_BUFFER_BYTES / 2)
    resume_locked(body);
  g_mutex_unlock(&body->lock);
}

void http_body_interrupt(HttpBody *body) {
  g_mutex_lock(&body->lock);
  body->is_cut = body->is_interrupted = true;
  if (!body->is_whole)
    resume_locked(body);
  g_cond_broadcast(&body->changed);
  g_mutex_unlock(&body->lock);
}

int64_t http_body_silent_us(HttpBody *body) {
  g_mutex_lock(&body->lock);
  int64_t silent_us = g_get_monotonic_time() - body->last_us;
  g_mutex_unlock(&body->lock);
  return silent_us;
}

/* --- all of a transport --- */

void http_streams_init(HttpTransport *transport) {
  g_mutex_init(&transport->streams_lock);
  g_queue_init(&transport->streams);
  transport->stream_threads = g_thread_pool_new(run, transport, -1, FALSE, NULL);
}

void http_streams_interrupt(HttpTransport *transport) {
  g_mutex_lock(&transport->streams_lock);
  for (GList *link = transport->streams.head; link != NULL; link = link->next)
    http_body_interrupt(link->data);
  g_mutex_unlock(&transport->streams_lock);
}

void http_streams_drain(HttpTransport *transport) {
  for (;;) {
    http_streams_interrupt(transport);
    g_mutex_lock(&transport->streams_lock);
    bool is_empty = transport->streams.length == 0;
    g_mutex_unlock(&transport->streams_lock);
    if (is_empty)
      return;
    g_usleep(5 * G_TIME_SPAN_MILLISECOND);
  }
}

void http_streams_clear(HttpTransport *transport) {
  g_thread_pool_free(transport->stream_threads, FALSE, TRUE);
  g_mutex_clear(&transport->streams_lock);
}
