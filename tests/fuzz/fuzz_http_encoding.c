/** Accept-Encoding. */
#include "server/http/http_encoding.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *text = g_strndup((const char *)data, size);
  g_assert(http_encoding_parse(text) <= (HTTP_ENCODING_GZIP | HTTP_ENCODING_BROTLI));
  return 0;
}
