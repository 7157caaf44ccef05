#include "server/access_log.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "server/http/http_redact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHARD_COUNT 16
/** A shard that has grown to this is written at once. */
#define SHARD_BYTES (64 * 1024)
/** Longer texts of a client are cut. */
#define TEXT_BYTES_MAX 2048

typedef struct {
  GMutex lock;
  GString *lines;
  unsigned count;
} Shard;

struct AccessLog {
  AccessLogFormat format;
  char *path; /**< NULL: standard error */
  int64_t max_bytes;
  unsigned keep;
  Shard shards[SHARD_COUNT];
  GMutex file_lock; /**< of fd and of writing; never taken before a shard's lock is let go */
  int fd;
  bool is_failing; /**< said once */
  atomic_uint_fast64_t lost;
};

/* --- one line --- */

/** As in Apache's and nginx's logs: what could be mistaken for something else becomes \xHH. */
static void append_escaped(GString *out, const char *text, size_t size_max) {
  for (size_t i = 0; text[i] != '\0' && i < size_max; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f)
      g_string_append_printf(out, "\\x%02X", c);
    else
      g_string_append_c(out, (char)c);
  }
}

static const char *find_header(const HttpCompletion *completion, const char *name) {
  return completion->find_header != NULL ? completion->find_header(completion->header_source, name) : NULL;
}

/** The address without secrets; caller frees. */
static GString *redact(const char *address) {
  GString *out = g_string_new(NULL);
  http_redact_append(out, address, TEXT_BYTES_MAX);
  return out;
}

static void append_time(GString *out, int64_t now_us) {
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static _Thread_local time_t last_s = -1;
  static _Thread_local char last_text[40];
  time_t now_s = (time_t)(now_us / G_TIME_SPAN_SECOND);
  if (now_s != last_s) {
    struct tm local = {0};
    localtime_r(&now_s, &local);
    long minutes = local.tm_gmtoff / 60;
    g_snprintf(last_text, sizeof last_text, "%02d/%s/%04d:%02d:%02d:%02d %c%02ld%02ld", local.tm_mday,
               months[local.tm_mon % 12], local.tm_year + 1900, local.tm_hour, local.tm_min, local.tm_sec,
               minutes < 0 ? '-' : '+', labs(minutes) / 60 % 100, labs(minutes) % 60);
    last_s = now_s;
  }
  g_string_append(out, last_text);
}

static void append_quoted_address(GString *out, const char *address) {
  g_autoptr(GString) clean = redact(address);
  append_escaped(out, clean->str, TEXT_BYTES_MAX);
}

static void format_combined(GString *out, const HttpCompletion *completion, const char *client, int64_t now_us) {
  const char *referer = find_header(completion, "Referer"), *agent = find_header(completion, "User-Agent");
  append_escaped(out, client, TEXT_BYTES_MAX);
  g_string_append(out, " - - [");
  append_time(out, now_us);
  g_string_append(out, "] \"");
  append_escaped(out, completion->method, TEXT_BYTES_MAX);
  g_string_append_c(out, ' ');
  append_quoted_address(out, completion->target);
  g_string_append_printf(out, " HTTP/1.1\" %u ", completion->status != 0 ? completion->status : 499);
  if (completion->body_bytes > 0)
    g_string_append_printf(out, "%" G_GINT64_FORMAT " \"", completion->body_bytes);
  else
    g_string_append(out, "- \"");
  append_quoted_address(out, referer != NULL ? referer : "-");
  g_string_append(out, "\" \"");
  append_escaped(out, agent != NULL ? agent : "-", TEXT_BYTES_MAX);
  g_string_append(out, "\"\n");
}

static void add_text(JsonWriter *writer, const char *name, const char *text) {
  if (text == NULL)
    return;
  g_autofree char *cut = g_strndup(text, TEXT_BYTES_MAX);
  g_autofree char *valid = g_utf8_make_valid(cut, -1);
  json_writer_member_string(writer, name, valid);
}

static void add_address(JsonWriter *writer, const char *name, const char *address) {
  if (address == NULL)
    return;
  g_autoptr(GString) clean = redact(address);
  add_text(writer, name, clean->str);
}

static void format_json(GString *out, const HttpCompletion *completion, const char *client, int64_t now_us) {
  g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(now_us / G_TIME_SPAN_SECOND);
  g_autofree char *whole = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *time = g_strdup_printf("%s.%03dZ", whole, (int)(now_us % G_TIME_SPAN_SECOND / 1000));
  JsonWriter writer;
  json_writer_init(&writer, out);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "time", time);
  add_text(&writer, "client", client);
  add_text(&writer, "method", completion->method);
  add_address(&writer, "target", completion->target);
  json_writer_member_int(&writer, "status", (int64_t)completion->status);
  json_writer_member_int(&writer, "bytes", completion->body_bytes);
  json_writer_member_int(&writer, "duration_us", completion->duration_us);
  json_writer_member_string(&writer, "route", completion->route != NULL ? completion->route->name : "none");
  json_writer_member_bool(&writer, "cached", completion->is_shared);
  json_writer_member_bool(&writer, "whole", completion->is_sent);
  add_text(&writer, "request", completion->request_id);
  add_address(&writer, "referer", find_header(completion, "Referer"));
  add_text(&writer, "agent", find_header(completion, "User-Agent"));
  add_text(&writer, "refusal", completion->refusal);
  json_writer_end_object(&writer);
  g_string_append_c(out, '\n');
}

void access_log_format(GString *out, AccessLogFormat format, const HttpCompletion *completion, int64_t now_us) {
  g_autofree char *client = http_completion_format_client(completion);
  if (format == ACCESS_LOG_JSON)
    format_json(out, completion, client, now_us);
  else
    format_combined(out, completion, client, now_us);
}

/* --- the file --- */

static int open_file(const char *path) {
  return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

AccessLog *access_log_open(const char *target, AccessLogFormat format, int64_t max_bytes, unsigned keep,
                           GError **error) {
  bool is_file = strcmp(target, "stderr") != 0;
  int fd = is_file ? open_file(target) : STDERR_FILENO;
  if (fd < 0) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "access-log: cannot open %s: %s", target,
                g_strerror(code));
    return NULL;
  }
  AccessLog *log = g_new0(AccessLog, 1);
  log->format = format;
  log->path = is_file ? g_strdup(target) : NULL;
  log->max_bytes = max_bytes;
  log->keep = MAX(keep, 1);
  log->fd = fd;
  g_mutex_init(&log->file_lock);
  for (size_t i = 0; i < SHARD_COUNT; i++) {
    g_mutex_init(&log->shards[i].lock);
    log->shards[i].lines = g_string_new(NULL);
  }
  return log;
}

static void write_locked(AccessLog *log, const GString *lines, unsigned count) {
  for (size_t done = 0; done < lines->len;) {
    ssize_t written = write(log->fd, lines->str + done, lines->len - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      int code = errno;
      atomic_fetch_add(&log->lost, count);
      if (!log->is_failing)
        log_warning("the access log cannot be written: %s", g_strerror(code));
      log->is_failing = true;
      return;
    }
    done += (size_t)written;
  }
  if (log->is_failing && lines->len > 0) {
    log_info("the access log can be written again");
    log->is_failing = false;
  }
}

/** Write what a shard holds. */
static void empty_shard(AccessLog *log, Shard *shard) {
  g_autoptr(GString) fresh = g_string_sized_new(SHARD_BYTES / 8);
  g_mutex_lock(&shard->lock);
  g_autoptr(GString) lines = shard->lines;
  unsigned count = shard->count;
  shard->lines = g_steal_pointer(&fresh);
  shard->count = 0;
  g_mutex_unlock(&shard->lock);
  if (lines->len == 0)
    return;
  g_mutex_lock(&log->file_lock);
  write_locked(log, lines, count);
  g_mutex_unlock(&log->file_lock);
}

void access_log_add(AccessLog *log, const HttpCompletion *completion) {
  if (log == NULL)
    return;
  static atomic_uint next_thread;
  static _Thread_local unsigned thread = 0; /* 0: not numbered yet */
  if (thread == 0)
    thread = atomic_fetch_add(&next_thread, 1) + 1;
  Shard *shard = &log->shards[thread % SHARD_COUNT];
  g_mutex_lock(&shard->lock);
  access_log_format(shard->lines, log->format, completion, g_get_real_time());
  shard->count++;
  bool is_full = shard->lines->len >= SHARD_BYTES;
  g_mutex_unlock(&shard->lock);
  if (is_full)
    empty_shard(log, shard);
}

/** Whether the path still names the file that is open. */
static bool is_in_place(const AccessLog *log, struct stat *ret_status) {
  struct stat named;
  return fstat(log->fd, ret_status) == 0 && stat(log->path, &named) == 0 && named.st_ino == ret_status->st_ino &&
         named.st_dev == ret_status->st_dev;
}

static void reopen_locked(AccessLog *log) {
  int fd = open_file(log->path);
  if (fd < 0) {
    if (!log->is_failing)
      log_warning("the access log cannot be opened anew: %s", g_strerror(errno));
    log->is_failing = true;
    return;
  }
  close(log->fd);
  log->fd = fd;
}

/** PATH to PATH.1, that one to PATH.2 and so on. */
static void move_away(const AccessLog *log) {
  for (unsigned i = log->keep; i > 0; i--) {
    g_autofree char *from = i > 1 ? g_strdup_printf("%s.%u", log->path, i - 1) : g_strdup(log->path);
    g_autofree char *to = g_strdup_printf("%s.%u", log->path, i);
    if (rename(from, to) != 0 && errno != ENOENT)
      log_warning("the access log cannot be moved to %s: %s", to, g_strerror(errno));
  }
}

static void look_after_file_locked(AccessLog *log) {
  struct stat status = {0};
  if (is_in_place(log, &status) && (log->max_bytes == 0 || status.st_size < log->max_bytes))
    return;
  flock(log->fd, LOCK_EX); /* of several processes one moves it */
  if (is_in_place(log, &status))
    move_away(log);
  flock(log->fd, LOCK_UN);
  reopen_locked(log);
}

void access_log_flush(AccessLog *log) {
  if (log == NULL)
    return;
  for (size_t i = 0; i < SHARD_COUNT; i++)
    empty_shard(log, &log->shards[i]);
  if (log->path == NULL)
    return;
  g_mutex_lock(&log->file_lock);
  look_after_file_locked(log);
  g_mutex_unlock(&log->file_lock);
}

void access_log_close(AccessLog *log) {
  if (log == NULL)
    return;
  for (size_t i = 0; i < SHARD_COUNT; i++) {
    empty_shard(log, &log->shards[i]);
    g_string_free(log->shards[i].lines, TRUE);
    g_mutex_clear(&log->shards[i].lock);
  }
  if (log->path != NULL)
    close(log->fd);
  g_mutex_clear(&log->file_lock);
  g_free(log->path);
  g_free(log);
}

uint64_t access_log_lost(AccessLog *log) {
  return log != NULL ? atomic_load(&log->lost) : 0;
}
