/* Heads of requests that the front answers: whatever it takes must be what RFC 9112 calls a request without a body, and
 * must be whole. */
#include "server/http/front/http_front_head.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, const char *from, const char *end) {
  g_assert_true(text >= from && text + strlen(text) < end);
  g_assert_null(strpbrk(text, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const refused[] = {"Content-Length", "transfer-encoding", "RANGE",
                                        "Expect",         "If-Match",          "If-Range"};
  if (size == 0)
    return 0;
  g_autofree char *bytes = g_memdup2(data, size); /* of just that size, so that reading past it is seen */
  HttpFrontHead head;
  if (!http_front_head_parse(bytes, size, &head))
    return 0;
  g_assert_cmpuint(head.size, <=, size);
  g_assert_cmpmem(data + head.size - 4, 4, "\r\n\r\n", 4);
  g_assert_true(memcmp(data, "GET /", 5) == 0 || memcmp(data, "HEAD /", 6) == 0);
  check_text(head.target, bytes, bytes + size);
  g_assert_cmpuint(head.header_count, <=, HTTP_FRONT_HEADERS_MAX);
  for (size_t i = 0; i < head.header_count; i++) {
    check_text(head.headers[i].name, bytes, bytes + size);
    check_text(head.headers[i].value, bytes, bytes + size);
  }
  g_assert_nonnull(http_front_head_find(&head, "host"));
  for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
    g_assert_null(http_front_head_find(&head, refused[i]));
  return 0;
}
