#include "server/text_stream.h"

#include "base/log.h"

#include <string.h>

typedef struct {
  TextStreamNextFunc next;
  GDestroyNotify free_source;
  gpointer source;
  GString *text; /**< not sent yet, from `sent` on */
  size_t sent;
  bool is_end;
} TextStream;

static void stream_free(gpointer data) {
  TextStream *stream = data;
  stream->free_source(stream->source);
  g_string_free(stream->text, true);
  g_free(stream);
}

/** True when there is text, or the end. */
static bool fill(TextStream *stream) {
  g_autoptr(GError) error = NULL;
  while (stream->sent == stream->text->len && !stream->is_end) {
    g_string_truncate(stream->text, 0);
    stream->sent = 0;
    if (!stream->next(stream->source, stream->text, &stream->is_end, &error)) {
      log_error("an answer is cut off: %s", error->message);
      return false;
    }
  }
  return true;
}

static int64_t stream_read(gpointer data, int64_t position, void *to, size_t size_bytes) {
  TextStream *stream = data;
  (void)position; /* in order */
  if (!fill(stream))
    return -1;
  size_t count = MIN(size_bytes, stream->text->len - stream->sent);
  memcpy(to, stream->text->str + stream->sent, count);
  stream->sent += count;
  return (int64_t)count;
}

void text_stream_take(HttpResponse *response, const char *content_type, const char *file_name,
                      TextStreamNextFunc next, GDestroyNotify free_source, gpointer source) {
  TextStream *stream = g_new0(TextStream, 1);
  *stream = (TextStream){.next = next, .free_source = free_source, .source = source, .text = g_string_new(NULL)};
  HttpBodyReader reader = {.read = stream_read, .free = stream_free, .source = stream};
  g_autofree char *disposition = g_strdup_printf("attachment; filename=\"%s\"", file_name);
  http_response_take_reader(response, content_type, &reader, HTTP_LENGTH_UNKNOWN);
  http_response_set_header(response, "Content-Disposition", disposition);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}
