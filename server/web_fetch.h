/** One request to another server, with limits: WEB_FETCH_TIMEOUT_S in all, WEB_FETCH_BYTES_MAX of body, no redirects, certificates
 * checked. For threads that may wait (http/http_slow.h).
 *
 * Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define WEB_FETCH_TIMEOUT_S 6L
#define WEB_FETCH_BYTES_MAX (256 * 1024)

typedef struct {
  const char *url;
  const char *form;            /**< sent by POST (application/x-www-form-urlencoded); NULL: GET */
  const char *user, *password; /**< HTTP Basic, sent as they are; NULL: none */
  const char *bearer;          /**< an access token (RFC 6750); NULL: none */
} WebRequest;

typedef struct {
  long status;
  GString *body;
} WebAnswer;
void web_answer_clear(WebAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WebAnswer, web_answer_clear)

/** False (OIDC_ERROR_PROVIDER, with the address but no secret) when there is no answer, or too long a one. */
bool web_fetch(const WebRequest *request, WebAnswer *ret_answer, GError **error);

/** Whether secrets may travel to this address: https, or http on this machine. */
bool web_fetch_is_safe(const char *url);
