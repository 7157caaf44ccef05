/** The access log: one line per request, in the combined format of Apache and nginx or as JSON, on standard error or in a file.
 *
 * Lines are gathered in memory and written about once a second, so that a request costs no system call; a crash loses that
 * second. A file is opened anew when somebody has moved it away (logrotate needs no signal), and begun anew when it has reached
 * its largest size; several processes may write to one. Secrets in addresses are left out (http_redact.h); bodies, cookies
 * and Authorization are never logged.
 *
 * Threads: any, at once.
 */
#pragma once

#include "server/http/http_transport.h"

#include <glib.h>
#include <stdint.h>

typedef enum { ACCESS_LOG_COMBINED, ACCESS_LOG_JSON } AccessLogFormat;

typedef struct AccessLog AccessLog;

/** `target`: "stderr" or the path of a file, which is made when missing. `max_bytes`: a file that is larger is moved to PATH.1,
 * that one to PATH.2 and so on up to PATH.`keep`; 0: never. NULL with G_FILE_ERROR naming the path. */
AccessLog *access_log_open(const char *target, AccessLogFormat format, int64_t max_bytes, unsigned keep,
                           GError **error);
/** Writes what is there. NULL is accepted. */
void access_log_close(AccessLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccessLog, access_log_close)

/** NULL is accepted: nothing is logged. */
void access_log_add(AccessLog *log, const HttpCompletion *completion);

/** Write what is there and look after the file; to be called about once a second. NULL is accepted. */
void access_log_flush(AccessLog *log);

/** Lines that could not be written, the disk being full for example. */
uint64_t access_log_lost(AccessLog *log);

/** One line with its end, for its tests. `now_us`: since 1970, when the request ended. */
void access_log_format(GString *out, AccessLogFormat format, const HttpCompletion *completion, int64_t now_us);
