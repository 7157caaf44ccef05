/** The request target (RFC 9112 §3.2): origin-form and absolute-form, percent-decoding, query parameters.
 * Parser of outside bytes. Stricter than the RFC where leniency only serves attackers: what is refused here never
 * reaches a handler or a file name.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define HTTP_TARGET_BYTES_MAX 4096
#define HTTP_TARGET_PARAMS_MAX 32

typedef struct {
  char *name, *value; /**< decoded, valid UTF-8 */
} HttpParam;

typedef struct {
  char *path;    /**< decoded, valid UTF-8, begins with '/'; "*" for OPTIONS * */
  GArray *query; /**< HttpParam in the order sent; NULL without a query */
} HttpTarget;

/** Parse `text`, the target as sent. Refused (HTTP_ERROR_BAD_REQUEST): control characters, NUL, backslash and
 * encoded '/' in the path, "." and ".." segments however encoded, broken percent-encoding, what is not UTF-8 after
 * decoding, unencoded bytes past ASCII in the path, more than HTTP_TARGET_PARAMS_MAX parameters. On success
 * `*ret_target` is to be cleared with http_target_clear(). */
bool http_target_parse(const char *text, HttpTarget *ret_target, GError **error);
void http_target_clear(HttpTarget *target);

/** The first parameter of that name, or NULL. */
const char *http_target_find_param(const HttpTarget *target, const char *name);
