#include "server/http/http_reply.h"

#include <string.h>

void http_reply_add_headers(HttpResponse *response, const HttpRoute *route) {
  http_response_set_header(response, "X-Content-Type-Options", "nosniff");
  http_response_set_header(response, "Referrer-Policy", "strict-origin-when-cross-origin");
  const char *type = http_response_find_header(response, "Content-Type");
  if ((route != NULL && route->flags & HTTP_ROUTE_PAGE) || (type != NULL && g_str_has_prefix(type, "text/html")))
    http_response_set_header(response, "Content-Security-Policy",
                             "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' "
                             "blob:; connect-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; "
                             "base-uri 'self'; frame-ancestors 'self'");
  if (route != NULL && route->flags & HTTP_ROUTE_CORS) {
    http_response_set_header(response, "Access-Control-Allow-Origin", "*");
    http_response_set_header(response, "Access-Control-Expose-Headers",
                             "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After, X-Request-Id");
  }
}

static void free_bytes(void *bytes) {
  g_bytes_unref(bytes);
}

/** What of a body that is read as it goes out is in memory for each answer under way. */
#define READER_BLOCK_BYTES (128 * 1024)

typedef struct {
  HttpBodyReader reader;
  int64_t offset;
  bool is_open; /* of unknown length */
} ReaderBody;

static ssize_t read_body(void *data, uint64_t position, char *to, size_t size_bytes) {
  const ReaderBody *body = data;
  int64_t got = body->reader.read(body->reader.source, body->offset + (int64_t)position, to, size_bytes);
  if (got == 0 && body->is_open)
    return MHD_CONTENT_READER_END_OF_STREAM;
  return got > 0 ? (ssize_t)got : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_body(void *data) {
  ReaderBody *body = data;
  body->reader.free(body->reader.source);
  g_free(body);
}

static struct MHD_Response *take_reader(HttpResponse *response) {
  ReaderBody *body = g_new0(ReaderBody, 1);
  bool is_open = response->length == HTTP_LENGTH_UNKNOWN;
  *body = (ReaderBody){.reader = response->reader, .offset = response->offset, .is_open = is_open};
  response->reader = (HttpBodyReader){0};
  uint64_t size = is_open ? MHD_SIZE_UNKNOWN : (uint64_t)response->length;
  struct MHD_Response *made =
      MHD_create_response_from_callback(size, READER_BLOCK_BYTES, read_body, body, free_body);
  if (made == NULL)
    free_body(body);
  return made;
}

/** Hands the body over to the library. */
static struct MHD_Response *take_body(HttpResponse *response) {
  struct MHD_Response *made = NULL;
  if (response->fd >= 0 && response->length > 0) {
    made = MHD_create_response_from_fd_at_offset64((uint64_t)response->length, response->fd,
                                                   (uint64_t)response->offset);
    if (made != NULL)
      response->fd = -1; /* closed by the library */
  } else if (response->reader.source != NULL && response->length != 0) {
    made = take_reader(response);
  } else if (response->bytes != NULL) {
    gsize size = 0;
    void *data = (void *)g_bytes_get_data(response->bytes, &size);
    made = MHD_create_response_from_buffer_with_free_callback_cls(size, data, free_bytes, response->bytes);
    if (made != NULL)
      response->bytes = NULL; /* unreferenced by free_bytes() */
  } else {
    made = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
  }
  return made;
}

/** Whether a 304 does without it. */
static bool is_of_body(const char *name) {
  return strcmp(name, "Content-Type") == 0 || strcmp(name, "Content-Encoding") == 0;
}

static struct MHD_Response *add_headers(struct MHD_Response *made, const HttpResponse *response,
                                        bool is_not_modified) {
  for (size_t i = 0; made != NULL && i < response->header_count; i++) {
    const char *name = response->headers[i].name;
    if (is_not_modified && is_of_body(name))
      continue;
    if (MHD_add_response_header(made, name, response->headers[i].value) != MHD_YES) {
      MHD_destroy_response(made);
      made = NULL;
    }
  }
  return made;
}

GBytes *http_reply_write_head(const HttpResponse *response, bool is_not_modified) {
  GString *head = g_string_new(NULL);
  for (size_t i = 0; i < response->header_count; i++)
    if (!is_not_modified || !is_of_body(response->headers[i].name))
      g_string_append_printf(head, "%s: %s\r\n", response->headers[i].name, response->headers[i].value);
  if (!is_not_modified)
    g_string_append_printf(head, "Content-Length: %" G_GINT64_FORMAT "\r\n", response->length);
  g_string_append(head, "\r\n");
  return g_string_free_to_bytes(head);
}

struct MHD_Response *http_reply_make(HttpResponse *response) {
  return add_headers(take_body(response), response, false);
}

struct MHD_Response *http_reply_make_not_modified(const HttpResponse *response) {
  return add_headers(MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT), response, true);
}
