#include "server/handlers/client_quirks.h"

static const struct {
  const char *user_agent;
  bool needs_ts;
} CASES[] = {
    {NULL, false},
    {"", false},
    {"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/38.0.2125.122 Safari/537.36 "
     "WebAppManager",
     true},
    {"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/53.0.2785.34 Safari/537.36 "
     "WebAppManager",
     false},
    {"Mozilla/5.0 (SMART-TV; LINUX; Tizen 4.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 TV Safari/538.1",
     true},
    {"Mozilla/5.0 (SMART-TV; LINUX; Tizen 5.5) AppleWebKit/537.36 (KHTML, like Gecko) 69.0.3497.106/5.5 TV "
     "Safari/537.36",
     false},
    {"stagefright/1.2 (Linux;Android 4.4.2)", true},
    {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
     "Safari/537.36",
     false},
    {"Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 (KHTML, like Gecko) MAG200 stbapp ver: 2 rev: 250 "
     "Safari/533.3",
     true},
    {"Lavf/59.27.100", false},
};

static void test_client_quirks_needs_ts(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
    g_assert_cmpint(client_quirks_needs_ts(CASES[i].user_agent), ==, CASES[i].needs_ts);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client_quirks/needs_ts", test_client_quirks_needs_ts);
  return g_test_run();
}
