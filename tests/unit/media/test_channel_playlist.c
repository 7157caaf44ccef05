#include "media/channel_playlist.h"

static void test_slots(void) {
  g_assert_cmpint(channel_slot_at(0), ==, 0);
  g_assert_cmpint(channel_slot_at(CHANNEL_SLOT_US - 1), ==, 0);
  g_assert_cmpint(channel_slot_at(CHANNEL_SLOT_US), ==, 1);
}

static void test_write(void) {
  static const int64_t starts_us[] = {INT64_C(1795996802500000), INT64_C(1795996814512345),
                                      INT64_C(1795996820000000)};
  g_autoptr(GString) text = g_string_new(NULL);
  channel_playlist_write(text, 179599680, starts_us, 2, CHANNEL_SLOTS_AHEAD);
  g_assert_cmpstr(text->str, ==,
                  "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:20\n#EXT-X-MEDIA-SEQUENCE:179599680\n"
                  "#EXT-X-START:TIME-OFFSET=-60\n"
                  "#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:02.500+08:00\n#EXTINF:12.012345,\n179599680.ts\n"
                  "#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:14.512+08:00\n#EXTINF:5.487655,\n179599681.ts\n");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/channel_playlist/slots", test_slots);
  g_test_add_func("/channel_playlist/write", test_write);
  return g_test_run();
}
