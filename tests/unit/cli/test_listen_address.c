#include "cli/listen_address.h"

#include <gio/gio.h>

static void test_listen_address_parse(void) {
  static const struct {
    const char *text, *host;
    int port; /* -1: refused */
    const char *url;
  } cases[] = {
      {"127.0.0.1:8080", "127.0.0.1", 8080, "http://127.0.0.1:8080/"},
      {"[::1]:80", "::1", 80, "http://[::1]:80/"},
      {":8080", "", 8080, "http://localhost:8080/"},
      {"0.0.0.0:1", "0.0.0.0", 1, "http://localhost:1/"},
      {"[::]:1", "::", 1, "http://localhost:1/"},
      {"host", NULL, -1, NULL},
      {"host:", NULL, -1, NULL},
      {"host:65536", NULL, -1, NULL},
      {"host:8o", NULL, -1, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(ListenAddress) address = {0};
    bool is_good = listen_address_parse(cases[i].text, &address, &error);
    g_assert_cmpint(is_good, ==, cases[i].port >= 0);
    if (!is_good)
      continue;
    g_autofree char *url = listen_address_url(&address);
    g_assert_cmpstr(address.host, ==, cases[i].host);
    g_assert_cmpint(address.port, ==, cases[i].port);
    g_assert_cmpstr(url, ==, cases[i].url);
  }
}

static void test_listen_address_in_use(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketListener) listener = g_socket_listener_new();
  uint16_t port = g_socket_listener_add_any_inet_port(listener, NULL, &error);
  g_assert_no_error(error);
  ListenAddress address = {.host = (char *)"127.0.0.1", .port = port};
  g_assert_true(listen_address_answers(&address));
  g_assert_false(listen_address_probe(&address, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error(&error);

  g_socket_listener_close(listener);
  g_assert_false(listen_address_answers(&address));
  g_assert_true(listen_address_probe(&address, &error));
  g_assert_no_error(error);
}

static void test_listen_address_not_ours(void) {
  g_autoptr(GError) error = NULL;
  ListenAddress address = {.host = (char *)"192.0.2.1", .port = 8080}; // TEST-NET-1, RFC 5737
  g_assert_false(listen_address_probe(&address, &error));
  g_assert_nonnull(error);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/listen-address/parse", test_listen_address_parse);
  g_test_add_func("/listen-address/in-use", test_listen_address_in_use);
  g_test_add_func("/listen-address/not-ours", test_listen_address_not_ours);
  return g_test_run();
}
