/** The log of security events: who was refused, and what looks like an attack. One warning (info for what went well) per event
 * with the message "security" and the fields event, client, subject and detail, so that programs such as fail2ban can follow it;
 * and a counter per event for /metrics.
 *
 * A flood does not fill the log: of each event SECURITY_LOG_PER_WINDOW are written in SECURITY_LOG_WINDOW_US, then one line
 * says how many more there were. All are counted.
 *
 * Threads: any, at once.
 */
#pragma once

#include "server/http/http_transport.h"

#include <glib.h>
#include <stdint.h>

#define SECURITY_LOG_PER_WINDOW 30
#define SECURITY_LOG_WINDOW_US (10 * G_TIME_SPAN_SECOND)

typedef enum {
  SECURITY_EVENT_SIGN_IN,         /**< a person signed in */
  SECURITY_EVENT_SIGN_IN_FAILED,  /**< a wrong name, password or second factor */
  SECURITY_EVENT_LOCKED_OUT,      /**< somebody has to wait after too many failures */
  SECURITY_EVENT_RIGHTS_CHANGED,  /**< roles, passwords or tokens were given or taken */
  SECURITY_EVENT_TOKEN_REFUSED,   /**< 401: a token, session or signature that is not good */
  SECURITY_EVENT_ACCESS_DENIED,   /**< 403 */
  SECURITY_EVENT_REQUEST_REFUSED, /**< 400: a request that could be read in two ways (http_wire.h) */
  SECURITY_EVENT_RATE_LIMITED,    /**< 429 */
  SECURITY_EVENT_COUNT,
} SecurityEvent;

typedef struct SecurityLog SecurityLog;

SecurityLog *security_log_new(void);
/** NULL is accepted. */
void security_log_free(SecurityLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecurityLog, security_log_free)

/** For handlers. `subject`: whom it concerns (a name of an account), `detail`: what else helps; both may be NULL and must hold no
 * secrets. `request` gives the client's address and the request's id. NULL as `log` is accepted. */
void security_log_event(SecurityLog *log, SecurityEvent event, const HttpRequest *request, const char *subject,
                        const char *detail);

/** Answers that speak for themselves (401, 403, 429, refused requests); to be called at each request's end. Those of signing in
 * do not: its handler says what happened. */
void security_log_completion(SecurityLog *log, const HttpCompletion *completion);

/** Say what was held back; to be called about once a second. */
void security_log_tick(SecurityLog *log, int64_t now_us);

/** As Prometheus text. */
void security_log_write_metrics(SecurityLog *log, GString *out);
