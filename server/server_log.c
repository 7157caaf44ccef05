#include "server/server_log.h"

#include "base/log.h"
#include "server/http/http_redact.h"

/** Longer targets are cut in the log. */
#define LOGGED_TARGET_BYTES_MAX 512

static LogLevel completion_level(const HttpCompletion *completion) {
  unsigned flags = completion->route != NULL ? completion->route->flags : 0;
  bool is_wait = completion->status == 503 && flags & HTTP_ROUTE_WAITS;
  if (completion->status >= 500 && !is_wait)
    return LOG_LEVEL_WARNING;
  return flags & HTTP_ROUTE_QUIET && (completion->status < 400 || is_wait) ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

void server_log_completion(const HttpCompletion *completion) {
  LogLevel level = completion_level(completion);
  if (!log_is_enabled(level))
    return;
  g_autoptr(GString) target = g_string_new(NULL);
  http_redact_append(target, completion->target, LOGGED_TARGET_BYTES_MAX);
  g_autofree char *safe_target = g_utf8_make_valid(target->str, -1);
  g_autofree char *peer = http_completion_format_client(completion);
  char status[16], bytes[24], duration[24];
  g_snprintf(status, sizeof status, "%u", completion->status);
  g_snprintf(bytes, sizeof bytes, "%" G_GINT64_FORMAT, completion->body_bytes);
  g_snprintf(duration, sizeof duration, "%.1f", (double)completion->duration_us / 1000.0);
  const char *fields[20];
  size_t count = 0;
  fields[count++] = "request";
  fields[count++] = completion->request_id;
  fields[count++] = "method";
  fields[count++] = completion->method;
  fields[count++] = "target";
  fields[count++] = safe_target;
  fields[count++] = "status";
  fields[count++] = status;
  fields[count++] = "bytes";
  fields[count++] = bytes;
  fields[count++] = "ms";
  fields[count++] = duration;
  fields[count++] = "peer";
  fields[count++] = peer;
  if (completion->refusal != NULL) {
    fields[count++] = "refusal";
    fields[count++] = completion->refusal;
  } else if (!completion->is_sent) {
    fields[count++] = "aborted";
    fields[count++] = "yes";
  }
  fields[count] = NULL;
  log_event(level, "request", fields);
}
