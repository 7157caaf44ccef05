/* Cookie headers: a value that is found stands in the header as it is. */
#include "server/http/http_request.h"

#include <stddef.h>
#include <stdint.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *header = g_strndup((const char *)data, size);
  static const char *const names[] = {"kapok_session", "__Host-kapok_session", "a", ""};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *value = http_cookie_dup(header, names[i]);
    if (value != NULL) {
      g_assert_nonnull(strstr(header, value));
      g_assert_cmpuint(strlen(value), <=, HTTP_COOKIE_BYTES_MAX);
      g_assert_null(strchr(value, ';'));
    }
  }
  return 0;
}
