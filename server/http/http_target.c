#include "server/http/http_target.h"

#include "server/http/http_error.h"

#include <string.h>

static void http_param_clear(gpointer data) {
  HttpParam *param = data;
  g_free(param->name);
  g_free(param->value);
}

void http_target_clear(HttpTarget *target) {
  g_clear_pointer(&target->path, g_free);
  g_clear_pointer(&target->query, g_array_unref);
}

const char *http_target_find_param(const HttpTarget *target, const char *name) {
  for (guint i = 0; target->query != NULL && i < target->query->len; i++) {
    const HttpParam *param = &g_array_index(target->query, HttpParam, i);
    if (strcmp(param->name, name) == 0)
      return param->value;
  }
  return NULL;
}

static bool refuse(GError **error, const char *message) {
  g_set_error_literal(error, HTTP_ERROR, HTTP_ERROR_BAD_REQUEST, message);
  return false;
}

/** One character of `text` after decoding: its value, or -1 when the percent-encoding is broken. */
static int decode_one(const char *text, size_t size, bool plus_is_space, size_t *ret_used) {
  *ret_used = 1;
  if (text[0] == '+' && plus_is_space)
    return ' ';
  if (text[0] != '%')
    return (unsigned char)text[0];
  if (size < 3 || !g_ascii_isxdigit(text[1]) || !g_ascii_isxdigit(text[2]))
    return -1;
  *ret_used = 3;
  return g_ascii_xdigit_value(text[1]) * 16 + g_ascii_xdigit_value(text[2]);
}

/** Decode into a new string without control characters; NULL with `error` set. */
static char *decode(const char *text, size_t size, bool is_query, GError **error) {
  g_autofree char *decoded = g_malloc(size + 1);
  size_t length = 0;
  for (size_t i = 0, used = 0; i < size; i += used) {
    int value = decode_one(text + i, size - i, is_query, &used);
    if (value < 0)
      return refuse(error, "broken percent-encoding in the request target"), NULL;
    if (value < 0x20 || value == 0x7f)
      return refuse(error, "control character in the request target"), NULL;
    if (!is_query && (value == '\\' || (value == '/' && used == 3) || (value >= 0x80 && used == 1)))
      return refuse(error, "character not allowed in a path"), NULL;
    decoded[length++] = (char)value;
  }
  decoded[length] = '\0';
  if (!g_utf8_validate(decoded, (gssize)length, NULL))
    return refuse(error, "the request target is not UTF-8"), NULL;
  return g_steal_pointer(&decoded);
}

static bool has_dot_segment(const char *path) {
  for (const char *segment = path; segment != NULL; segment = strchr(segment, '/')) {
    segment += *segment == '/';
    size_t length = strcspn(segment, "/");
    if ((length == 1 && segment[0] == '.') || (length == 2 && segment[0] == '.' && segment[1] == '.'))
      return true;
  }
  return false;
}

static bool parse_query(const char *text, GArray **ret_query, GError **error) {
  g_autoptr(GArray) query = g_array_new(false, false, sizeof(HttpParam));
  g_array_set_clear_func(query, http_param_clear);
  while (*text != '\0') {
    size_t length = strcspn(text, "&");
    if (length > 0) {
      if (query->len == HTTP_TARGET_PARAMS_MAX)
        return refuse(error, "too many query parameters");
      const char *equals = memchr(text, '=', length);
      size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
      HttpParam param = {0};
      param.name = decode(text, name_length, true, error);
      if (param.name == NULL)
        return false;
      param.value = equals != NULL ? decode(equals + 1, length - name_length - 1, true, error) : g_strdup("");
      if (param.value == NULL) {
        http_param_clear(&param);
        return false;
      }
      g_array_append_val(query, param);
    }
    text += length + (text[length] == '&');
  }
  *ret_query = g_steal_pointer(&query);
  return true;
}

/** absolute-form (RFC 9112 §3.2.2) without its scheme and authority, or NULL when `text` is none. */
static const char *skip_authority(const char *text) {
  const char *rest = NULL;
  if (g_ascii_strncasecmp(text, "http://", 7) == 0)
    rest = text + 7;
  else if (g_ascii_strncasecmp(text, "https://", 8) == 0)
    rest = text + 8;
  if (rest == NULL)
    return NULL;
  size_t authority = strcspn(rest, "/?");
  if (authority == 0 || memchr(rest, '@', authority) != NULL)
    return NULL;
  return rest + authority;
}

bool http_target_parse(const char *text, HttpTarget *ret_target, GError **error) {
  if (strlen(text) > HTTP_TARGET_BYTES_MAX) {
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_TARGET_TOO_LONG, "the request target is longer than %d bytes",
                HTTP_TARGET_BYTES_MAX);
    return false;
  }
  if (strcmp(text, "*") == 0) {
    *ret_target = (HttpTarget){.path = g_strdup("*")};
    return true;
  }
  const char *origin = text[0] == '/' ? text : skip_authority(text);
  if (origin == NULL)
    return refuse(error, "the request target is no path");
  size_t path_length = strcspn(origin, "?");
  if (strpbrk(origin, "# ") != NULL)
    return refuse(error, "character not allowed in the request target");
  g_autofree char *path = path_length == 0 ? g_strdup("/") : decode(origin, path_length, false, error);
  if (path == NULL)
    return false;
  if (has_dot_segment(path))
    return refuse(error, "dot segment in the request target");
  GArray *query = NULL;
  if (origin[path_length] == '?' && !parse_query(origin + path_length + 1, &query, error))
    return false;
  *ret_target = (HttpTarget){.path = g_steal_pointer(&path), .query = query};
  return true;
}
