/* Fuzz target: the request target. What is accepted must be a clean absolute path: it becomes a file name. */
#include "server/http/http_target.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_path(const char *path, const char *text) {
  bool is_clean = path[0] == '/' || strcmp(path, "*") == 0;
  is_clean = is_clean && g_utf8_validate(path, -1, NULL) && strchr(path, '\\') == NULL;
  for (const char *c = path; *c != '\0'; c++)
    is_clean = is_clean && !g_ascii_iscntrl(*c);
  g_auto(GStrv) segments = g_strsplit(path, "/", -1);
  for (char **segment = segments; *segment != NULL; segment++)
    is_clean = is_clean && strcmp(*segment, ".") != 0 && strcmp(*segment, "..") != 0;
  if (!is_clean)
    g_error("“%s” became “%s”", text, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  g_autofree char *text = g_strndup((const char *)data, size_bytes);
  HttpTarget target = {0};
  if (!http_target_parse(text, &target, NULL))
    return 0;
  check_path(target.path, text);
  for (guint i = 0; target.query != NULL && i < target.query->len; i++) {
    const HttpParam *param = &g_array_index(target.query, HttpParam, i);
    if (!g_utf8_validate(param->name, -1, NULL) || !g_utf8_validate(param->value, -1, NULL))
      g_error("“%s” has a parameter that is not UTF-8", text);
  }
  http_target_clear(&target);
  return 0;
}
