#include "server/http/http_proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} Address;

static Address make_address(const char *text) {
  Address address = {0};
  if (strchr(text, ':') != NULL) {
    address.v6.sin6_family = AF_INET6;
    g_assert_cmpint(inet_pton(AF_INET6, text, &address.v6.sin6_addr), ==, 1);
  } else {
    address.v4.sin_family = AF_INET;
    g_assert_cmpint(inet_pton(AF_INET, text, &address.v4.sin_addr), ==, 1);
  }
  return address;
}

static void test_http_proxies_find_client(void) {
  static const struct {
    const char *peer, *header, *client;
  } cases[] = {
      {"1.2.3.4", NULL, "1.2.3.4"},
      {"1.2.3.4", "5.6.7.8", "1.2.3.4"}, /* no proxy of ours: what it says counts for nothing */
      {"127.0.0.1", NULL, "127.0.0.1"},
      {"127.0.0.1", "5.6.7.8", "5.6.7.8"},
      {"::ffff:127.0.0.1", "5.6.7.8", "5.6.7.8"},
      {"10.1.1.1", "9.9.9.9, 5.6.7.8", "5.6.7.8"}, /* the client may write what it likes before */
      {"10.1.1.1", "5.6.7.8, 10.2.2.2", "5.6.7.8"},
      {"10.1.1.1", "5.6.7.8:4711,10.2.2.2 ", "5.6.7.8"},
      {"10.1.1.1", "[2001:db8::1]:443", "2001:db8::1"},
      {"10.1.1.1", "2001:db8::1", "2001:db8::1"},
      {"10.1.1.1", "5.6.7.8, unknown", "10.1.1.1"},
      {"10.1.1.1", "", "10.1.1.1"},
      {"10.1.1.1", ",,,", "10.1.1.1"},
      {"fd00::1", "5.6.7.8", "5.6.7.8"},
      {"10.1.1.1", "10.3.3.3, 10.2.2.2", "10.3.3.3"},
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(HttpProxies) proxies = http_proxies_parse("trusted-proxies", "127.0.0.1, 10.0.0.0/8 fd00::/8", &error);
  g_assert_no_error(error);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Address peer = make_address(cases[i].peer);
    g_autofree char *client = http_proxies_find_client(proxies, &peer.any, cases[i].header);
    g_test_message("%s, %s", cases[i].peer, cases[i].header != NULL ? cases[i].header : "none");
    g_assert_cmpstr(client, ==, cases[i].client);
  }
}

static void test_http_proxies_parse(void) {
  static const char *const wrong[] = {"nonsense", "10.0.0.0/33", "10.0.0.1/8", "127.0.0.1, x"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(http_proxies_parse("trusted-proxies", wrong[i], &error));
    g_assert_nonnull(error);
  }
  g_autoptr(HttpProxies) none = http_proxies_parse("trusted-proxies", "", NULL);
  Address address = make_address("127.0.0.1");
  g_assert_false(http_proxies_trust(none, &address.any));
  g_assert_false(http_proxies_trust(NULL, &address.any));
  g_autoptr(HttpProxies) some = http_proxies_parse("room-network", "192.168.1.0/24, ::1", NULL);
  g_assert_true(http_proxies_hold(some, "192.168.1.77"));
  g_assert_true(http_proxies_hold(some, "::1"));
  g_assert_false(http_proxies_hold(some, "192.168.2.1"));
  g_assert_false(http_proxies_hold(some, "-"));
  g_assert_false(http_proxies_hold(some, ""));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_proxies/find_client", test_http_proxies_find_client);
  g_test_add_func("/http_proxies/parse", test_http_proxies_parse);
  return g_test_run();
}
