/** Problem documents (RFC 9457): every error answer, in Chinese or English by Accept-Language. */
#pragma once

#include "server/http/http_request.h"

/** Each has a status, a stable code and texts: see the table in http_problem.c. */
typedef enum {
  HTTP_PROBLEM_BAD_REQUEST,
  HTTP_PROBLEM_BAD_PARAMETER,
  HTTP_PROBLEM_BODY_NOT_EXPECTED,
  HTTP_PROBLEM_BAD_JSON,
  HTTP_PROBLEM_SIGN_IN, /**< sets WWW-Authenticate */
  HTTP_PROBLEM_WRONG_SIGN_IN,
  HTTP_PROBLEM_SECOND_FACTOR, /**< the password is right, a code is wanted too */
  HTTP_PROBLEM_FORBIDDEN,
  HTTP_PROBLEM_CROSS_SITE, /**< a request that another site's page made */
  HTTP_PROBLEM_NOT_FOUND,
  HTTP_PROBLEM_NOT_READY, /**< sets Retry-After */
  HTTP_PROBLEM_COMING,    /**< a segment that is still being made; sets Retry-After to 1 */
  HTTP_PROBLEM_PAUSED,    /**< a segment of a lesson whose work stands still; sets Retry-After */
  HTTP_PROBLEM_FAILED,
  HTTP_PROBLEM_METHOD,
  HTTP_PROBLEM_NOT_ACCEPTABLE,
  HTTP_PROBLEM_CONFLICT,
  HTTP_PROBLEM_PRECONDITION,
  HTTP_PROBLEM_TOO_LARGE,
  HTTP_PROBLEM_TARGET_TOO_LONG,
  HTTP_PROBLEM_MEDIA_TYPE,
  HTTP_PROBLEM_RANGE,
  HTTP_PROBLEM_OFFSET,      /**< an upload goes on at another offset */
  HTTP_PROBLEM_LOCKED,      /**< somebody else works on it just now; sets Retry-After */
  HTTP_PROBLEM_CHECKSUM,    /**< what came is not what was sent (460, of tus) */
  HTTP_PROBLEM_TUS_VERSION, /**< a version of tus that we do not speak */
  HTTP_PROBLEM_UPLOADS,     /**< too many uploads of one person at once; sets Retry-After */
  HTTP_PROBLEM_REFUSED,     /**< an upload that cannot become what it is to become */
  HTTP_PROBLEM_QUOTA,
  HTTP_PROBLEM_NO_SPACE,
  HTTP_PROBLEM_STORAGE,    /**< the disk is full or takes no writes: nothing was changed */
  HTTP_PROBLEM_FIELD,      /**< a field of the body has a wrong value */
  HTTP_PROBLEM_KEY_REUSED, /**< an Idempotency-Key came with another request */
  HTTP_PROBLEM_PRECONDITION_REQUIRED,
  HTTP_PROBLEM_HEADERS_TOO_LARGE,
  HTTP_PROBLEM_INTERNAL,
  HTTP_PROBLEM_NOT_IMPLEMENTED,
  HTTP_PROBLEM_PROVIDER,  /**< the provider at which people sign in does not answer as it should */
  HTTP_PROBLEM_BUSY,      /**< sets Retry-After */
  HTTP_PROBLEM_TOO_OFTEN, /**< the caller sets Retry-After */
  HTTP_PROBLEM_TOO_MANY,  /**< sets Retry-After */
  HTTP_PROBLEM_PAGES_MISSING,
  HTTP_PROBLEM_VERSION,
} HttpProblem;

unsigned http_problem_status(HttpProblem problem);
const char *http_problem_code(HttpProblem problem);

/** Make `response` the problem's answer: status, document, Content-Language, Cache-Control: no-store. The body and its
 * validators go, other headers stay. `detail` replaces the table's sentence (NULL: keep it). People who typed the address (Accept:
 * text/html) get a small page that says the same. */
void http_problem_set(HttpResponse *response, const HttpRequest *request, HttpProblem problem, const char *detail);

/** As http_problem_set() with the text of the request's language. */
void http_problem_set_texts(HttpResponse *response, const HttpRequest *request, HttpProblem problem,
                            const char *detail_zh, const char *detail_en);
