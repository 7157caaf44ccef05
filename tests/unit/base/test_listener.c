#include "base/listener.h"

#include <glib.h>
#include <unistd.h>

static void test_listener_split(void) {
  static const struct {
    const char *address, *host, *port;
  } cases[] = {
      {"127.0.0.1:8080", "127.0.0.1", "8080"},
      {"[::1]:0", "::1", "0"},
      {":80", "", "80"},
      {"localhost:65535", "localhost", "65535"},
      {"localhost", NULL, NULL},
      {"localhost:", NULL, NULL},
      {"localhost:65536", NULL, NULL},
      {"localhost:8a", NULL, NULL},
      {"::1:80", NULL, NULL},
      {"[::1:80", NULL, NULL},
      {"[::1]80", NULL, NULL},
      {"", NULL, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *host = NULL;
    g_autofree char *port = NULL;
    g_autoptr(GError) error = NULL;
    g_test_message("%s", cases[i].address);
    g_assert_cmpint(listener_split(cases[i].address, &host, &port, &error), ==, cases[i].host != NULL);
    g_assert_cmpstr(host, ==, cases[i].host);
    g_assert_cmpstr(port, ==, cases[i].port);
  }
}

static void test_listener_open_in_use(void) {
  g_autoptr(GError) error = NULL;
  int fd = listener_open("127.0.0.1:0", &error);
  g_assert_no_error(error);
  g_assert_cmpint(fd, >=, 0);
  g_autofree char *address = listener_format_address(fd);
  g_assert_true(g_str_has_prefix(address, "127.0.0.1:"));
  g_assert_cmpint(listener_open(address, &error), ==, -1);
  g_assert_error(error, LISTENER_ERROR, LISTENER_ERROR_IN_USE);
  close(fd);
}

static void test_listener_open_any(void) {
  g_autoptr(GError) error = NULL;
  int fd = listener_open(":0", &error);
  g_assert_no_error(error);
  g_assert_cmpint(fd, >=, 0);
  close(fd);
}

static void test_listener_open_unknown_host(void) {
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(listener_open("no-such-host.invalid:80", &error), ==, -1);
  g_assert_error(error, LISTENER_ERROR, LISTENER_ERROR_ADDRESS);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/listener/split", test_listener_split);
  g_test_add_func("/base/listener/open/in_use", test_listener_open_in_use);
  g_test_add_func("/base/listener/open/any", test_listener_open_any);
  g_test_add_func("/base/listener/open/unknown_host", test_listener_open_unknown_host);
  return g_test_run();
}
