/** X-Forwarded-For, as a trusted proxy passes it on. */
#include "server/http/http_proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *text = g_strndup((const char *)data, size);
  g_autoptr(HttpProxies) proxies = http_proxies_parse("trusted-proxies", "127.0.0.1, 10.0.0.0/8, ::1", NULL);
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  g_autofree char *client = http_proxies_find_client(proxies, (const struct sockaddr *)&peer, text);
  g_assert(client != NULL);
  g_autoptr(HttpProxies) other = http_proxies_parse("trusted-proxies", text, NULL);
  return 0;
}
