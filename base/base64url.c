#include "base/base64url.h"

#include <string.h>

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

char *base64url_encode_bytes(const void *data, size_t size) {
  char *code = g_base64_encode(data, size);
  g_strdelimit(code, "+", '-');
  g_strdelimit(code, "/", '_');
  char *padding = strchr(code, '=');
  if (padding)
    *padding = '\0';
  return code;
}

char *base64url_encode(const char *text) {
  return base64url_encode_bytes(text, strlen(text));
}

GBytes *base64url_decode_bytes(const char *code, size_t length) {
  if (length == 0 || length % 4 == 1 || strspn(code, ALPHABET) < length)
    return NULL;
  g_autofree char *own = g_strndup(code, length);
  g_autofree char *padded = g_strconcat(own, &"==="[3 - (4 - length % 4) % 4], NULL);
  g_strdelimit(padded, "-", '+');
  g_strdelimit(padded, "_", '/');
  gsize size = 0;
  guchar *data = g_base64_decode(padded, &size);
  return g_bytes_new_take(data, size);
}

char *base64url_decode(const char *code) {
  g_autoptr(GBytes) bytes = base64url_decode_bytes(code, strlen(code));
  gsize size = 0;
  const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
  if (!data || memchr(data, '\0', size) || !g_utf8_validate(data, (gssize)size, NULL))
    return NULL;
  return g_strndup(data, size);
}
