#include "server/http/http_redact.h"

#include <string.h>

#define NAME_BYTES_MAX 64

/** Names, and what names may end with after '_' or '-'. */
static const char *const secret_names[] = {"token",  "signature", "sig",      "sign",   "code",
                                           "key",    "secret",    "password", "passwd", "pass",
                                           "ticket", "state",     "auth",     "jwt",    "session"};

/** The name without its %XX and in lower case; false when it is too long to be one of ours. */
static bool decode_name(const char *name, size_t length, char ret_name[NAME_BYTES_MAX]) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    if (c == '%' && i + 2 < length && g_ascii_isxdigit(name[i + 1]) && g_ascii_isxdigit(name[i + 2])) {
      c = (char)(g_ascii_xdigit_value(name[i + 1]) * 16 + g_ascii_xdigit_value(name[i + 2]));
      i += 2;
    }
    if (count + 1 >= NAME_BYTES_MAX)
      return false;
    ret_name[count++] = g_ascii_tolower(c);
  }
  ret_name[count] = '\0';
  return true;
}

bool http_redact_is_secret(const char *name, size_t length) {
  char decoded[NAME_BYTES_MAX];
  if (!decode_name(name, length, decoded))
    return true; /* nothing of ours is so long: better nothing than too much */
  size_t size = strlen(decoded);
  for (size_t i = 0; i < G_N_ELEMENTS(secret_names); i++) {
    size_t wanted = strlen(secret_names[i]);
    if (size < wanted || memcmp(decoded + size - wanted, secret_names[i], wanted) != 0)
      continue;
    if (size == wanted || decoded[size - wanted - 1] == '_' || decoded[size - wanted - 1] == '-')
      return true;
  }
  return false;
}

/** Behind it a secret stands in the path. */
#define SECRET_PATH "/iptv/"

/** What follows a secret in the path, which is left out; `address` itself when there is none. */
static const char *append_path_secret(GString *out, const char *address, const char *end) {
  size_t length = strlen(SECRET_PATH);
  if ((size_t)(end - address) <= length || memcmp(address, SECRET_PATH, length) != 0)
    return address;
  g_string_append(out, SECRET_PATH "-");
  const char *rest = address + length;
  while (rest < end && *rest != '/' && *rest != '?')
    rest++;
  return rest;
}

void http_redact_append(GString *out, const char *address, size_t size_max) {
  const char *end = address + strnlen(address, size_max);
  address = append_path_secret(out, address, end);
  size_t size = (size_t)(end - address);
  const char *query = memchr(address, '?', size);
  if (query == NULL) {
    g_string_append_len(out, address, (gssize)size);
    return;
  }
  g_string_append_len(out, address, query + 1 - address);
  for (const char *at = query + 1; at < end;) {
    size_t length = 0;
    while (at + length < end && at[length] != '&' && at[length] != '#')
      length++;
    const char *equals = memchr(at, '=', length);
    if (equals != NULL && http_redact_is_secret(at, (size_t)(equals - at))) {
      g_string_append_len(out, at, equals + 1 - at);
      g_string_append_c(out, '-');
    } else {
      g_string_append_len(out, at, (gssize)length);
    }
    at += length;
    if (at < end)
      g_string_append_c(out, *at++);
  }
}
