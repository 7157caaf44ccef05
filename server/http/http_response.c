#include "server/http/http_response.h"

#include <string.h>
#include <unistd.h>

void http_response_init(HttpResponse *response) {
  *response = (HttpResponse){.status = 200, .fd = -1, .mapped_fd = -1};
}

static void drop_bytes(HttpResponse *response) {
  g_clear_pointer(&response->bytes, g_bytes_unref);
  if (response->fd >= 0)
    close(response->fd);
  response->fd = response->mapped_fd = -1;
  if (response->reader.source != NULL)
    response->reader.free(response->reader.source);
  response->reader = (HttpBodyReader){0};
  response->offset = 0;
  response->length = 0;
}

void http_response_clear(HttpResponse *response) {
  drop_bytes(response);
  for (size_t i = 0; i < response->header_count; i++)
    g_free(response->headers[i].value);
  response->header_count = 0;
}

static HttpHeader *find_header(const HttpResponse *response, const char *name) {
  for (size_t i = 0; i < response->header_count; i++)
    if (g_ascii_strcasecmp(response->headers[i].name, name) == 0)
      return (HttpHeader *)&response->headers[i];
  return NULL;
}

static char *clean(const char *value) {
  char *copy = g_strdup(value);
  for (char *c = copy; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      *c = ' ';
  return copy;
}

void http_response_add_header(HttpResponse *response, const char *name, const char *value) {
  g_return_if_fail(response->header_count < HTTP_RESPONSE_HEADERS_MAX);
  response->headers[response->header_count++] = (HttpHeader){name, clean(value)};
}

void http_response_set_header(HttpResponse *response, const char *name, const char *value) {
  HttpHeader *header = find_header(response, name);
  if (header == NULL) {
    http_response_add_header(response, name, value);
    return;
  }
  g_free(header->value);
  header->value = clean(value);
}

const char *http_response_find_header(const HttpResponse *response, const char *name) {
  const HttpHeader *header = find_header(response, name);
  return header != NULL ? header->value : NULL;
}

static void remove_header(HttpResponse *response, const char *name) {
  HttpHeader *header = find_header(response, name);
  if (header == NULL)
    return;
  g_free(header->value);
  *header = response->headers[--response->header_count];
}

void http_response_drop_body(HttpResponse *response) {
  drop_bytes(response);
  remove_header(response, "Content-Type");
  remove_header(response, "Content-Encoding");
  response->etag[0] = '\0';
  response->last_modified_s = 0;
  response->takes_ranges = false;
  response->sharing = HTTP_SHARING_NONE;
  response->is_to_be_packed = false;
}

void http_response_set_bytes(HttpResponse *response, const char *content_type, GBytes *bytes) {
  g_bytes_ref(bytes); /* may be the body already */
  drop_bytes(response);
  response->bytes = bytes;
  response->length = (int64_t)g_bytes_get_size(bytes);
  http_response_set_header(response, "Content-Type", content_type);
}

void http_response_take_string(HttpResponse *response, const char *content_type, GString *text) {
  g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);
  http_response_set_bytes(response, content_type, bytes);
}

void http_response_take_file(HttpResponse *response, const char *content_type, int fd, int64_t offset,
                             int64_t length) {
  drop_bytes(response);
  response->fd = fd;
  response->offset = offset;
  response->length = length;
  http_response_set_header(response, "Content-Type", content_type);
}

void http_response_take_reader(HttpResponse *response, const char *content_type, const HttpBodyReader *reader,
                               int64_t length) {
  drop_bytes(response);
  response->reader = *reader;
  response->length = length;
  http_response_set_header(response, "Content-Type", content_type);
}

/** FNV-1a, 64 bits: names are told apart, nothing is kept secret. */
static uint64_t hash_text(const char *text) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *text != '\0'; text++)
    hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
  return hash;
}

void http_response_set_etag_of(HttpResponse *response, const char *text, int64_t offset, int64_t length) {
  g_snprintf(response->etag, sizeof response->etag,
             "\"%016" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x\"", hash_text(text),
             (guint64)offset, (guint64)length);
}

void http_etag_write(GBytes *bytes, char ret_etag[HTTP_ETAG_SIZE]) {
  g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
  g_snprintf(ret_etag, HTTP_ETAG_SIZE, "\"%.32s\"", sum);
}

void http_response_set_etag_of_body(HttpResponse *response) {
  g_return_if_fail(response->bytes != NULL);
  http_etag_write(response->bytes, response->etag);
}
