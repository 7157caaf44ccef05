/** The cookie that remembers how somebody wants the pages. */
#include "server/pages/page_view.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *text = g_strndup((const char *)data, size);
  PageView view = page_view_parse_cookie(text);
  g_assert(view.language < PAGE_LANGUAGE_COUNT && view.text_size >= 0 && view.text_size <= PAGE_TEXT_SIZE_MAX);
  return 0;
}
