#include "server/http/http_encoding.h"

#include "server/http/http_mime.h"

#include <gio/gio.h>
#include <string.h>

/** Smaller bodies fit into one packet anyway. */
#define PACKED_BYTES_MIN 1024
/** Larger ones would keep a thread busy for long. */
#define PACKED_BYTES_MAX (8 * 1024 * 1024)
#define PACKED_LEVEL 5

static bool is_name(const char *item, size_t length, const char *name) {
  return length == strlen(name) && g_ascii_strncasecmp(item, name, length) == 0;
}

/** Whether the parameters from `text` to `end` have a weight of 0. */
static bool is_refused(const char *text, const char *end) {
  const char *q = g_strstr_len(text, end - text, "q=");
  return q != NULL && strspn(q + 2, "0.") >= (size_t)(end - q - 2);
}

unsigned http_encoding_parse(const char *text) {
  unsigned encodings = 0;
  for (const char *item = text; item != NULL && *item != '\0';) {
    item += strspn(item, " \t,");
    const char *end = item + strcspn(item, ",");
    size_t length = strcspn(item, ",; \t");
    unsigned bit = is_name(item, length, "gzip") ? HTTP_ENCODING_GZIP
                   : is_name(item, length, "br") ? HTTP_ENCODING_BROTLI
                                                 : 0;
    if (bit != 0 && !is_refused(item + length, end))
      encodings |= bit;
    item = end;
  }
  return encodings;
}

char http_encoding_letter(const char *accept_encoding) {
  return (char)('a' + http_encoding_parse(accept_encoding));
}

/** Whether the handler has chosen between forms itself. */
static bool has_chosen(const HttpResponse *response) {
  const char *vary = http_response_find_header(response, "Vary");
  return http_response_find_header(response, "Content-Encoding") != NULL ||
         (vary != NULL && strstr(vary, "Accept-Encoding") != NULL);
}

/** Add Accept-Encoding to what the answer varies with. */
static void add_vary(HttpResponse *response) {
  const char *vary = http_response_find_header(response, "Vary");
  g_autofree char *both = vary != NULL ? g_strconcat(vary, ", Accept-Encoding", NULL) : g_strdup("Accept-Encoding");
  http_response_set_header(response, "Vary", both);
}

/** "abc" becomes "abc-gz": another form has another tag (RFC 9110 §8.8.3). */
static void mark_etag(HttpResponse *response) {
  size_t length = strlen(response->etag);
  if (length < 2 || length + strlen("-gz") >= sizeof response->etag)
    response->etag[0] = '\0';
  else
    memcpy(response->etag + length - 1, "-gz\"", sizeof "-gz\"");
}

void http_encoding_choose(HttpResponse *response, const HttpRequest *request) {
  const char *type = http_response_find_header(response, "Content-Type");
  if (response->status != 200 || response->bytes == NULL || type == NULL || response->length < PACKED_BYTES_MIN ||
      response->length > PACKED_BYTES_MAX || !http_mime_is_compressible(type) || has_chosen(response))
    return;
  add_vary(response);
  if (!(http_encoding_parse(http_request_find_header(request, "Accept-Encoding")) & HTTP_ENCODING_GZIP) ||
      http_request_find_header(request, "Range") != NULL)
    return;
  response->is_to_be_packed = true;
  response->takes_ranges = false;
  mark_etag(response);
}

GBytes *http_encoding_gzip(GBytes *plain, int level) {
  g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, level);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(compressor));
  gsize size = 0;
  const void *data = g_bytes_get_data(plain, &size);
  if (!g_output_stream_write_all(stream, data, size, NULL, NULL, NULL) ||
      !g_output_stream_close(stream, NULL, NULL))
    return NULL;
  return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

void http_encoding_apply(HttpResponse *response) {
  if (!response->is_to_be_packed || response->status != 200 || response->bytes == NULL)
    return;
  g_autoptr(GBytes) packed = http_encoding_gzip(response->bytes, PACKED_LEVEL);
  if (packed == NULL)
    return;
  g_autofree char *type = g_strdup(http_response_find_header(response, "Content-Type"));
  http_response_set_bytes(response, type, packed);
  http_response_set_header(response, "Content-Encoding", "gzip");
}
