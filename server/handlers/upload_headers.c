#include "server/handlers/upload_headers.h"

#include "base/id.h"

#include <string.h>

bool upload_headers_parse_number(const char *text, int64_t *ret_number) {
  guint64 number = 0;
  size_t length = strlen(text);
  if (length == 0 || length > 19 || strspn(text, "0123456789") != length ||
      !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &number, NULL))
    return false;
  *ret_number = (int64_t)number;
  return true;
}

static size_t digest_size_of(const char *algorithm) {
  static const struct {
    const char *name;
    size_t size;
  } known[] = {{"sha256", 32}, {"sha1", 20}, {"md5", 16}};
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
    if (strcmp(known[i].name, algorithm) == 0)
      return known[i].size;
  return 0;
}

bool upload_headers_parse_checksum(const char *text, UploadChecksum *ret_checksum) {
  UploadChecksum checksum = {0};
  size_t name_length = strcspn(text, " ");
  const char *code = text + name_length + 1;
  if (text[name_length] == '\0' || name_length >= sizeof checksum.algorithm || strlen(code) > 64)
    return false;
  memcpy(checksum.algorithm, text, name_length);
  checksum.digest_size = digest_size_of(checksum.algorithm);
  if (checksum.digest_size == 0 || strlen(code) != (checksum.digest_size + 2) / 3 * 4)
    return false;
  gsize size = 0;
  g_autofree guchar *bytes = g_base64_decode(code, &size);
  if (size != checksum.digest_size)
    return false;
  memcpy(checksum.digest, bytes, size);
  *ret_checksum = checksum;
  return true;
}

bool upload_headers_parse_concat(const char *text, char **ret_ids) {
  if (strcmp(text, "partial") == 0) {
    *ret_ids = NULL;
    return true;
  }
  if (!g_str_has_prefix(text, "final;"))
    return false;
  g_auto(GStrv) urls = g_strsplit(text + strlen("final;"), " ", UPLOAD_PARTS_MAX + 2);
  g_autoptr(GString) ids = g_string_new(NULL);
  unsigned count = 0;
  for (char **url = urls; *url != NULL; url++) {
    if (**url == '\0')
      continue;
    const char *slash = strrchr(*url, '/'), *id = slash != NULL ? slash + 1 : *url;
    if (!id_is_valid(id) || ++count > UPLOAD_PARTS_MAX)
      return false;
    g_string_append_printf(ids, "%s%s", ids->len > 0 ? " " : "", id);
  }
  if (count == 0)
    return false;
  *ret_ids = g_strdup(ids->str);
  return true;
}
