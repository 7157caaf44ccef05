#include "server/handlers/metrics_handler.h"

#include "base/log.h"
#include "server/byte_cache.h"
#include "server/handlers/handler.h"
#include "server/metrics_text.h"

static void write_uploads(const ServerContext *server, GString *out) {
  UploadDeskFigures figures;
  upload_desk_get_figures(server->uploads, &figures);
  metrics_text_value(out, "kapok_uploads_active", "gauge", "Uploads that come in now.", (double)figures.active);
  metrics_text_value(out, "kapok_upload_bytes_total", "counter", "Bytes of uploads that were acknowledged.",
                     (double)figures.received_bytes);
  metrics_text_value(out, "kapok_uploads_finished_total", "counter",
                     "Uploads that became a lesson or an attachment.", (double)figures.finished);
}

static void write_views(ByteCache *views, GString *out) {
  ByteCacheFigures figures;
  byte_cache_get_figures(views, &figures);
  metrics_text_value(out, "kapok_view_cache_hits_total", "counter",
                     "Remuxed segments and heads of MP4 files that were still there.", (double)figures.hits);
  metrics_text_value(out, "kapok_view_cache_misses_total", "counter", "Those that had to be made.",
                     (double)figures.misses);
  metrics_text_value(out, "kapok_view_cache_evictions_total", "counter", "Those dropped for want of room.",
                     (double)figures.evictions);
  metrics_text_value(out, "kapok_view_cache_bytes", "gauge", "Memory of remuxed segments and heads of MP4 files.",
                     (double)figures.bytes);
}

static void write_channels(const ServerContext *server, GString *out) {
  g_autoptr(GPtrArray) sheets = NULL;
  g_autoptr(GError) error = NULL;
  if (!channel_book_list(server->channels, &sheets, &error)) {
    log_warning("metrics: %s", error->message);
    return;
  }
  metrics_text_head(out, "kapok_channel_lessons_unavailable", "gauge",
                    "Lessons of a channel's schedule that filler takes the place of.");
  for (guint i = 0; i < sheets->len; i++) {
    const ChannelSheet *sheet = sheets->pdata[i];
    g_autoptr(GArray) problems = catalog_channel_problems(sheet->channel);
    g_autofree char *label = g_strdup_printf("channel=\"%s\"", sheet->channel->record->id);
    metrics_text_sample(out, "kapok_channel_lessons_unavailable", label, problems->len);
  }
}

void metrics_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  (void)request;
  ServerContext *server = context;
  const HttpTransport *transport = g_atomic_pointer_get(&server->transport);
  GString *text = g_string_new(NULL);
  server_metrics_write(server->metrics, transport, text);
  security_log_write_metrics(server->security_log, text);
  metrics_text_value(text, "kapok_access_log_lost_total", "counter",
                     "Lines of the access log that could not be written.",
                     (double)access_log_lost(server->access_log));
  metrics_text_value(text, "kapok_stored_files_damaged_total", "counter",
                     "Stored files that were found gone or cut short while they were in use.",
                     (double)open_files_damaged(server->files));
  write_uploads(server, text);
  write_views(server->views, text);
  write_channels(server, text);
  g_autoptr(GError) error = NULL;
  if (!queue_metrics_write(server->queue_metrics, server->catalog, server->store, text, &error))
    log_warning("metrics: %s", error->message); /* those of the server itself are told all the same */
  http_response_take_string(response, "text/plain; version=0.0.4; charset=utf-8", text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}
