#include "server/security_log.h"

#include "base/log.h"
#include "server/http/http_redact.h"
#include "server/metrics_text.h"

#include <string.h>

#define TARGET_BYTES_MAX 512
#define SIGN_IN_ROUTE "api_session"

typedef struct {
  uint64_t count;
  int64_t window_us; /**< its begin */
  unsigned written, held_back;
} Channel;

struct SecurityLog {
  GMutex lock;
  Channel channels[SECURITY_EVENT_COUNT];
};

static const char *const names[SECURITY_EVENT_COUNT] = {
    [SECURITY_EVENT_SIGN_IN] = "sign_in",
    [SECURITY_EVENT_SIGN_IN_FAILED] = "sign_in_failed",
    [SECURITY_EVENT_LOCKED_OUT] = "locked_out",
    [SECURITY_EVENT_RIGHTS_CHANGED] = "rights_changed",
    [SECURITY_EVENT_TOKEN_REFUSED] = "token_refused",
    [SECURITY_EVENT_ACCESS_DENIED] = "access_denied",
    [SECURITY_EVENT_REQUEST_REFUSED] = "request_refused",
    [SECURITY_EVENT_RATE_LIMITED] = "rate_limited",
};

SecurityLog *security_log_new(void) {
  SecurityLog *log = g_new0(SecurityLog, 1);
  g_mutex_init(&log->lock);
  return log;
}

void security_log_free(SecurityLog *log) {
  if (log == NULL)
    return;
  g_mutex_clear(&log->lock);
  g_free(log);
}

/** Begin a new window when the last is over. Returns what the last held back. */
static unsigned roll_locked(Channel *channel, int64_t now_us) {
  if (now_us - channel->window_us < SECURITY_LOG_WINDOW_US)
    return 0;
  unsigned held_back = channel->held_back;
  channel->window_us = now_us;
  channel->written = channel->held_back = 0;
  return held_back;
}

static void say_held_back(SecurityEvent event, unsigned count) {
  if (count == 0)
    return;
  g_autofree char *text = g_strdup_printf("%u", count);
  const char *const fields[] = {"event", names[event], "more", text, NULL};
  log_event(LOG_LEVEL_WARNING, "security", fields);
}

/** Count it; whether it is to be written. */
static bool admit(SecurityLog *log, SecurityEvent event) {
  Channel *channel = &log->channels[event];
  g_mutex_lock(&log->lock);
  unsigned held_back = roll_locked(channel, g_get_monotonic_time());
  channel->count++;
  bool is_written = channel->written < SECURITY_LOG_PER_WINDOW;
  *(is_written ? &channel->written : &channel->held_back) += 1;
  g_mutex_unlock(&log->lock);
  say_held_back(event, held_back);
  return is_written;
}

static void write_event(SecurityEvent event, const char *client, const char *id, const char *subject,
                        const char *detail) {
  const char *fields[12] = {"event", names[event], "client", client, "request", id};
  size_t count = 6;
  if (subject != NULL) {
    fields[count++] = "subject";
    fields[count++] = subject;
  }
  if (detail != NULL) {
    fields[count++] = "detail";
    fields[count++] = detail;
  }
  bool is_good = event == SECURITY_EVENT_SIGN_IN || event == SECURITY_EVENT_RIGHTS_CHANGED;
  log_event(is_good ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "security", fields);
}

void security_log_event(SecurityLog *log, SecurityEvent event, const HttpRequest *request, const char *subject,
                        const char *detail) {
  if (log == NULL || !admit(log, event))
    return;
  g_autofree char *client = http_request_format_client(request);
  write_event(event, client, request->id, subject, detail);
}

/** What the answer tells; SECURITY_EVENT_COUNT: nothing. */
static SecurityEvent event_of(const HttpCompletion *completion) {
  if (completion->refusal != NULL)
    return SECURITY_EVENT_REQUEST_REFUSED;
  if (completion->route != NULL && strcmp(completion->route->name, SIGN_IN_ROUTE) == 0)
    return SECURITY_EVENT_COUNT;
  switch (completion->status) {
  case 401:
    return SECURITY_EVENT_TOKEN_REFUSED;
  case 403:
    return SECURITY_EVENT_ACCESS_DENIED;
  case 429:
    return SECURITY_EVENT_RATE_LIMITED;
  default:
    return SECURITY_EVENT_COUNT;
  }
}

void security_log_completion(SecurityLog *log, const HttpCompletion *completion) {
  SecurityEvent event = event_of(completion);
  if (event == SECURITY_EVENT_COUNT || log == NULL || !admit(log, event))
    return;
  g_autofree char *client = http_completion_format_client(completion);
  g_autoptr(GString) target = g_string_new(completion->method);
  g_string_append_c(target, ' ');
  http_redact_append(target, completion->target, TARGET_BYTES_MAX);
  write_event(event, client, completion->request_id, completion->refusal, target->str);
}

void security_log_tick(SecurityLog *log, int64_t now_us) {
  for (int event = 0; event < SECURITY_EVENT_COUNT; event++) {
    g_mutex_lock(&log->lock);
    unsigned held_back = roll_locked(&log->channels[event], now_us);
    g_mutex_unlock(&log->lock);
    say_held_back((SecurityEvent)event, held_back);
  }
}

void security_log_write_metrics(SecurityLog *log, GString *out) {
  metrics_text_head(out, "kapok_security_events_total", "counter",
                    "Events of the security log, those that were not written too.");
  for (int event = 0; event < SECURITY_EVENT_COUNT; event++) {
    g_mutex_lock(&log->lock);
    uint64_t count = log->channels[event].count;
    g_mutex_unlock(&log->lock);
    g_autofree char *label = g_strdup_printf("event=\"%s\"", names[event]);
    metrics_text_sample(out, "kapok_security_events_total", label, (double)count);
  }
}
