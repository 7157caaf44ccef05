/** Request targets and addresses of pages, as they go into logs. */
#include "server/http/http_redact.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *text = g_strndup((const char *)data, size);
  g_autoptr(GString) once = g_string_new(NULL), twice = g_string_new(NULL), cut = g_string_new(NULL);
  http_redact_append(once, text, SIZE_MAX);
  http_redact_append(twice, once->str, SIZE_MAX);
  g_assert(strcmp(once->str, twice->str) == 0); /* nothing is left to be taken out */
  http_redact_append(cut, text, size / 2);
  return 0;
}
