#include "server/http/http_proxies.h"

#include "base/listener.h"
#include "server/http/http_error.h"

#include <gio/gio.h>
#include <string.h>

struct HttpProxies {
  GPtrArray *masks; /**< GInetAddressMask */
};

void http_proxies_free(HttpProxies *proxies) {
  if (proxies == NULL)
    return;
  g_ptr_array_unref(proxies->masks);
  g_free(proxies);
}

HttpProxies *http_proxies_parse(const char *setting, const char *text, GError **error) {
  g_autoptr(HttpProxies) proxies = g_new0(HttpProxies, 1);
  proxies->masks = g_ptr_array_new_with_free_func(g_object_unref);
  g_auto(GStrv) words = g_strsplit_set(text, ", \t", -1);
  for (char **word = words; *word != NULL; word++) {
    if (**word == '\0')
      continue;
    GInetAddressMask *mask = g_inet_address_mask_new_from_string(*word, NULL);
    if (mask == NULL) {
      g_set_error(error, HTTP_ERROR, HTTP_ERROR_ADDRESS, "%s: “%s” is no address and no network", setting, *word);
      return NULL;
    }
    g_ptr_array_add(proxies->masks, mask);
  }
  return g_steal_pointer(&proxies);
}

bool http_proxies_hold(const HttpProxies *proxies, const char *text) {
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
  for (guint i = 0; address != NULL && i < proxies->masks->len; i++)
    if (g_inet_address_mask_matches(g_ptr_array_index(proxies->masks, i), address))
      return true;
  return false;
}

bool http_proxies_trust(const HttpProxies *proxies, const struct sockaddr *address) {
  if (proxies == NULL || proxies->masks->len == 0)
    return false;
  g_autofree char *text = listener_format_host(address);
  return http_proxies_hold(proxies, text);
}

/** "1.2.3.4", "1.2.3.4:80", "::1", "[::1]:80" as an address in its usual form; NULL when it is none. */
static char *read_hop(const char *text, size_t length) {
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  while (length > 0 && (*text == ' ' || *text == '\t')) {
    text++;
    length--;
  }
  g_autofree char *hop = g_strndup(text, length);
  char *colon = strchr(hop, ':');
  if (hop[0] == '[') {
    char *close = strchr(hop, ']');
    if (close != NULL)
      *close = '\0';
    memmove(hop, hop + 1, strlen(hop));
  } else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
    *colon = '\0'; /* the port of an IPv4 address */
  }
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(hop);
  return address != NULL ? g_inet_address_to_string(address) : NULL;
}

char *http_proxies_find_client(const HttpProxies *proxies, const struct sockaddr *peer, const char *forwarded_for) {
  g_autofree char *client = listener_format_host(peer);
  if (proxies == NULL || forwarded_for == NULL)
    return g_steal_pointer(&client);
  const char *end = forwarded_for + strlen(forwarded_for);
  for (int hops = 0; hops < HTTP_PROXIES_HOPS_MAX && end > forwarded_for && http_proxies_hold(proxies, client);
       hops++) {
    const char *start = end;
    while (start > forwarded_for && start[-1] != ',')
      start--;
    char *hop = read_hop(start, (size_t)(end - start));
    if (hop == NULL)
      break;
    g_free(client);
    client = hop;
    end = start > forwarded_for ? start - 1 : start;
  }
  return g_steal_pointer(&client);
}
