#include "server/handlers/client_quirks.h"

#include <string.h>

static const struct {
  const char *user_agent;
  bool needs_ts, counts_segments;
} CASES[] = {
    {NULL, false, false},
    {"", false, false},
    {"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/38.0.2125.122 Safari/537.36 "
     "WebAppManager",
     true, false},
    {"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/53.0.2785.34 Safari/537.36 "
     "WebAppManager",
     false, false},
    {"Mozilla/5.0 (SMART-TV; LINUX; Tizen 4.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 TV Safari/538.1",
     true, false},
    {"Mozilla/5.0 (SMART-TV; LINUX; Tizen 5.5) AppleWebKit/537.36 (KHTML, like Gecko) 69.0.3497.106/5.5 TV "
     "Safari/537.36",
     false, false},
    {"stagefright/1.2 (Linux;Android 4.4.2)", true, false},
    {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
     "Safari/537.36",
     false, false},
    {"Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 (KHTML, like Gecko) MAG200 stbapp ver: 2 rev: 250 "
     "Safari/533.3",
     true, false},
    {"KodifromDebian/20.1 (X11; Linux x86_64) Kodi_Fork_Kodi from Debian/1.0 Debian GNU/Linux/12 App_Bitness/64",
     true, true},
    {"Kodi/21.1 (Linux; Android 11.0; BRAVIA 4K) Android/11.0.0 Sys_CPU/armv7l App_Bitness/32 Version/21.1", true,
     true},
    {"Lavf/59.27.100", false, true},
    {"libmpv", false, true},
    {"VLC/3.0.24 LibVLC/3.0.24", false, false},
};

static void test_client_quirks_by_user_agent(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_assert_cmpint(client_quirks_needs_ts(CASES[i].user_agent), ==, CASES[i].needs_ts);
    g_assert_cmpint(client_quirks_counts_segments(CASES[i].user_agent), ==, CASES[i].counts_segments);
  }
}

static const char *find_agent(gconstpointer source, const char *name) {
  return strcmp(name, "User-Agent") == 0 ? source : NULL;
}

static void test_client_quirks_set_apart(void) {
  const char *kodi = "Kodi/21.1", *mpv = "libmpv", *browser = "Mozilla/5.0";
  g_assert_true(client_quirks_set_apart("/media/x/master.m3u8", find_agent, kodi));
  g_assert_false(client_quirks_set_apart("/media/x/master.m3u8", find_agent, mpv));
  g_assert_false(client_quirks_set_apart("/media/x/v360/playlist.m3u8", find_agent, kodi));
  g_assert_true(client_quirks_set_apart("/channels/x/live.m3u8", find_agent, mpv));
  g_assert_true(client_quirks_set_apart("/channels/x/master.m3u8", find_agent, mpv));
  g_assert_false(client_quirks_set_apart("/channels/x/live.m3u8", find_agent, browser));
  g_assert_false(client_quirks_set_apart("/channels/x/360/playlist.m3u8", find_agent, mpv));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client_quirks/by_user_agent", test_client_quirks_by_user_agent);
  g_test_add_func("/client_quirks/set_apart", test_client_quirks_set_apart);
  return g_test_run();
}
