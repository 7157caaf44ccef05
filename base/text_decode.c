#include "base/text_decode.h"

#include <stdbool.h>
#include <string.h>

#define UTF8_MARK "\xef\xbb\xbf"

GQuark text_decode_error_quark(void) {
  return g_quark_from_static_string("kapok-text-decode-error");
}

static bool begins_with(const char *data, gsize size, const char *mark, gsize mark_size) {
  return size >= mark_size && memcmp(data, mark, mark_size) == 0;
}

static GString *refuse(GError **error) {
  g_set_error_literal(error, TEXT_DECODE_ERROR, TEXT_DECODE_ERROR_UNKNOWN,
                      "the file is no text in UTF-8, UTF-16 or GBK");
  return NULL;
}

static GString *convert(const char *data, gsize size, const char *charset, GError **error) {
  gsize length = 0;
  g_autofree char *text = g_convert(data, (gssize)size, "UTF-8", charset, NULL, &length, NULL);
  if (!text || memchr(text, '\0', length) || !g_utf8_validate_len(text, length, NULL))
    return refuse(error);
  return g_string_new_len(text, (gssize)length);
}

GString *text_decode(const char *data, gsize size, const char **ret_encoding, GError **error) {
  const char *encoding = "UTF-8";
  GString *text = NULL;
  if (begins_with(data, size, "\xff\xfe", 2) || begins_with(data, size, "\xfe\xff", 2)) {
    encoding = "UTF-16";
    text = convert(data, size, "UTF-16", error);
  } else {
    gsize mark = begins_with(data, size, UTF8_MARK, 3) ? 3 : 0;
    if (g_utf8_validate_len(data + mark, size - mark, NULL)) {
      text = g_string_new_len(data + mark, (gssize)(size - mark));
    } else {
      encoding = "GB18030";
      text = mark == 0 ? convert(data, size, encoding, error) : refuse(error);
    }
  }
  if (text && ret_encoding)
    *ret_encoding = encoding;
  return text;
}
