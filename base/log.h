/** Structured log: one line per event on standard error, as text or as JSON.
 *
 * An event has a level, a part ("server", "worker", ...), a message and fields; fields pushed on the calling
 * thread (request and job ids) are added to each of its events. Programs log; libraries return errors.
 * Also takes over GLib's own log (g_warning() of libraries lands here).
 *
 * Threads: every function may be called from any thread; a line is written with one write().
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR } LogLevel;
typedef enum { LOG_FORMAT_TEXT, LOG_FORMAT_JSON } LogFormat;

/** Set once at start, before other threads exist. `part` must stay valid. */
void log_init(const char *part, LogLevel level, LogFormat format);

bool log_is_enabled(LogLevel level);

/** Write an event. `fields` is a NULL-terminated list of name, value, name, value ... (strings, copied). */
void log_event(LogLevel level, const char *message, const char *const *fields);

/** printf-style convenience without fields. */
void log_printf(LogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);
#define log_debug(...) log_printf(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_printf(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_printf(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(...) log_printf(LOG_LEVEL_ERROR, __VA_ARGS__)

/** Add a field to every event of this thread until popped; at most LOG_CONTEXT_MAX nest. Strings are copied. */
#define LOG_CONTEXT_MAX 8
void log_context_push(const char *name, const char *value);
void log_context_pop(void);
