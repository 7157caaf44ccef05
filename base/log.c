#include "base/log.h"

#include "base/json_writer.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define VALUE_SIZE_MAX 4096 /* bytes; longer messages and values are cut, marked with an ellipsis */

typedef struct {
  const char *part;
  LogLevel level;
  LogFormat format;
} LogSettings;

/* Fields of the calling thread. */
typedef struct {
  unsigned depth;
  char *names[LOG_CONTEXT_MAX];
  char *values[LOG_CONTEXT_MAX];
} LogContext;

static const char *const level_names_text[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
static const char *const level_names_json[] = {"debug", "info", "warning", "error"};

/* Written by log_init() before other threads exist, read by all. */
static LogSettings settings = {.part = "kapok", .level = LOG_LEVEL_INFO, .format = LOG_FORMAT_TEXT};

/* Keeps the pieces of a partly written line together. */
static GMutex write_mutex;

static void context_free(gpointer data) {
  LogContext *context = data;
  for (unsigned i = 0; i < MIN(context->depth, LOG_CONTEXT_MAX); i++) {
    g_free(context->names[i]);
    g_free(context->values[i]);
  }
  g_free(context);
}

static GPrivate context_key = G_PRIVATE_INIT(context_free);

bool log_is_enabled(LogLevel level) {
  return level >= settings.level;
}

/* Valid UTF-8 of at most VALUE_SIZE_MAX bytes and the mark; caller frees. */
static char *clean_value(const char *value) {
  size_t length = strnlen(value, VALUE_SIZE_MAX + 1);
  if (length <= VALUE_SIZE_MAX)
    return g_utf8_make_valid(value, (gssize)length);
  length = VALUE_SIZE_MAX;
  while (length > VALUE_SIZE_MAX - 3 && ((unsigned char)value[length] & 0xC0) == 0x80)
    length--; /* not into the middle of a character */
  g_autofree char *cut = g_utf8_make_valid(value, (gssize)length);
  return g_strconcat(cut, "…", NULL);
}

/* One line whatever the text holds: control characters, C1 ones too, are shown as escapes. */
static void append_plain(GString *line, const char *text) {
  for (const char *p = text; *p; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (c == '\n')
      g_string_append(line, "\\n");
    else if (c == '\t')
      g_string_append(line, "\\t");
    else if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
      g_string_append_printf(line, "\\u%04x", c);
    else
      g_string_append_unichar(line, c);
  }
}

static bool needs_quotes(const char *value) {
  return !*value || strpbrk(value, " \"'=\\") != NULL;
}

static void append_text_field(GString *line, const char *name, const char *value) {
  g_autofree char *clean = clean_value(value);
  g_string_append_c(line, ' ');
  append_plain(line, name);
  g_string_append_c(line, '=');
  if (!needs_quotes(clean)) {
    append_plain(line, clean);
    return;
  }
  g_autoptr(GString) escaped = g_string_new(NULL);
  for (const char *p = clean; *p; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_c(escaped, '\\');
    g_string_append_c(escaped, *p);
  }
  g_string_append_c(line, '"');
  append_plain(line, escaped->str);
  g_string_append_c(line, '"');
}

static void append_json_field(JsonWriter *writer, const char *name, const char *value) {
  g_autofree char *clean = clean_value(value);
  json_writer_member_string(writer, name, clean);
}

static char *format_time(void) {
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autofree char *seconds = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *zone = g_date_time_format(now, "%:z");
  return g_strdup_printf("%s.%03d%s", seconds, g_date_time_get_microsecond(now) / 1000, zone);
}

static void format_text(GString *line, LogLevel level, const char *part, const char *message,
                        const char *const *fields, const LogContext *context) {
  g_autofree char *time = format_time();
  g_autofree char *clean = clean_value(message);
  g_string_append_printf(line, "%s %s %s ", time, level_names_text[level], part);
  append_plain(line, clean);
  for (unsigned i = 0; context && i < MIN(context->depth, LOG_CONTEXT_MAX); i++)
    append_text_field(line, context->names[i], context->values[i]);
  for (; fields && fields[0]; fields += 2)
    append_text_field(line, fields[0], fields[1]);
}

static void format_json(GString *line, LogLevel level, const char *part, const char *message,
                        const char *const *fields, const LogContext *context) {
  g_autofree char *time = format_time();
  JsonWriter writer;
  json_writer_init(&writer, line);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "time", time);
  json_writer_member_string(&writer, "level", level_names_json[level]);
  json_writer_member_string(&writer, "part", part);
  append_json_field(&writer, "message", message);
  for (unsigned i = 0; context && i < MIN(context->depth, LOG_CONTEXT_MAX); i++)
    append_json_field(&writer, context->names[i], context->values[i]);
  for (; fields && fields[0]; fields += 2)
    append_json_field(&writer, fields[0], fields[1]);
  json_writer_end_object(&writer);
}

static void write_line(const GString *line) {
  g_mutex_lock(&write_mutex);
  for (size_t done = 0; done < line->len;) {
    ssize_t count = write(STDERR_FILENO, line->str + done, line->len - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break; /* nowhere to say it */
    done += (size_t)count;
  }
  g_mutex_unlock(&write_mutex);
}

static void write_event(LogLevel level, const char *part, const char *message, const char *const *fields) {
  int saved_errno = errno;
  const LogContext *context = g_private_get(&context_key);
  g_autoptr(GString) line = g_string_sized_new(256);
  if (settings.format == LOG_FORMAT_JSON)
    format_json(line, level, part, message, fields, context);
  else
    format_text(line, level, part, message, fields, context);
  g_string_append_c(line, '\n');
  write_line(line);
  errno = saved_errno;
}

void log_event(LogLevel level, const char *message, const char *const *fields) {
  if (log_is_enabled(level))
    write_event(level, settings.part, message, fields);
}

void log_printf(LogLevel level, const char *format, ...) {
  if (!log_is_enabled(level))
    return;
  va_list args;
  va_start(args, format);
  g_autofree char *message = g_strdup_vprintf(format, args);
  va_end(args);
  write_event(level, settings.part, message, NULL);
}

void log_context_push(const char *name, const char *value) {
  LogContext *context = g_private_get(&context_key);
  if (!context) {
    context = g_new0(LogContext, 1);
    g_private_set(&context_key, context);
  }
  if (context->depth < LOG_CONTEXT_MAX) {
    context->names[context->depth] = g_strdup(name);
    context->values[context->depth] = g_strdup(value);
  }
  context->depth++; /* counted past the maximum as well, so that pops match */
}

void log_context_pop(void) {
  LogContext *context = g_private_get(&context_key);
  g_assert(context && context->depth > 0);
  context->depth--;
  if (context->depth < LOG_CONTEXT_MAX) {
    g_clear_pointer(&context->names[context->depth], g_free);
    g_clear_pointer(&context->values[context->depth], g_free);
  }
}

static LogLevel level_of_glib(GLogLevelFlags flags) {
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return LOG_LEVEL_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return LOG_LEVEL_WARNING;
  return flags & G_LOG_LEVEL_DEBUG ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

/* A field's value; text that is not NUL-terminated is copied into `*storage`. */
static const char *glib_field_text(const GLogField *field, char **storage) {
  if (field->length < 0)
    return field->value;
  *storage = g_strndup(field->value, (gsize)field->length);
  return *storage;
}

/* Matches GLogWriterFunc. Chatter of libraries stays silent unless G_MESSAGES_DEBUG asks for it. */
static GLogWriterOutput write_glib_event(GLogLevelFlags flags, const GLogField *fields, gsize count,
                                         gpointer data) {
  (void)data;
  g_autofree char *message_storage = NULL;
  g_autofree char *domain_storage = NULL;
  const char *message = "", *domain = NULL;
  for (gsize i = 0; i < count; i++) {
    if (strcmp(fields[i].key, "MESSAGE") == 0)
      message = glib_field_text(&fields[i], &message_storage);
    else if (strcmp(fields[i].key, "GLIB_DOMAIN") == 0)
      domain = glib_field_text(&fields[i], &domain_storage);
  }
  LogLevel level = level_of_glib(flags);
  if (!log_is_enabled(level) || g_log_writer_default_would_drop(flags, domain))
    return G_LOG_WRITER_HANDLED;
  const char *const event_fields[] = {"domain", domain, NULL};
  write_event(level, settings.part, message, domain ? event_fields : NULL);
  return G_LOG_WRITER_HANDLED;
}

void log_init(const char *part, LogLevel level, LogFormat format) {
  settings = (LogSettings){.part = part, .level = level, .format = format};
  static gsize is_writer_set = 0;
  if (g_once_init_enter(&is_writer_set)) {
    g_log_set_writer_func(write_glib_event, NULL, NULL);
    g_once_init_leave(&is_writer_set, 1);
  }
}
