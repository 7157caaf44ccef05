#include "base/base64url.h"

#include <glib.h>
#include <string.h>

char *base64url_encode(const char *text) {
  char *code = g_base64_encode((const guchar *)text, strlen(text));
  g_strdelimit(code, "+", '-');
  g_strdelimit(code, "/", '_');
  char *padding = strchr(code, '=');
  if (padding)
    *padding = '\0';
  return code;
}

char *base64url_decode(const char *text) {
  size_t length = strlen(text);
  if (length == 0 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != length)
    return NULL;
  g_autofree char *code = g_strconcat(text, &"==="[3 - (4 - length % 4) % 4], NULL);
  g_strdelimit(code, "-", '+');
  g_strdelimit(code, "_", '/');
  gsize size = 0;
  g_autofree guchar *data = g_base64_decode(code, &size);
  char *decoded = g_strndup((const char *)data, size);
  if (strlen(decoded) == size && g_utf8_validate(decoded, -1, NULL))
    return decoded;
  g_free(decoded);
  return NULL;
}
