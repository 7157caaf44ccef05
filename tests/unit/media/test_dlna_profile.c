#include "media/dlna_profile.h"

static void test_dlna_profile_of_movie(void) {
  static const struct {
    DlnaMovie movie;
    const char *profile;
  } cases[] = {
      {{"avc1.64001f", "mp4a.40.2", 1280, 720, 2}, "AVC_MP4_HP_HD_AAC"},
      {{"avc1.640028", "mp4a.40.2", 1920, 1080, 1}, "AVC_MP4_HP_HD_AAC"},
      {{"avc1.640032", "mp4a.40.2", 1920, 1080, 2}, NULL}, /* level 5 */
      {{"avc1.640028", "mp4a.40.2", 1440, 1080, 2}, NULL}, /* no size of the profile */
      {{"avc1.640028", "mp4a.40.2", 1920, 1080, 6}, NULL}, /* too many channels */
      {{"avc1.640028", "mp4a.40.5", 1920, 1080, 2}, NULL}, /* HE-AAC */
      {{"avc1.640028", NULL, 1920, 1080, 0}, NULL},        /* silent */
      {{"avc1.4d401e", "mp4a.40.2", 640, 360, 2}, "AVC_MP4_MP_SD_AAC_MULT5"},
      {{"avc1.64001e", "mp4a.40.2", 640, 360, 2}, NULL},
      {{"avc1.64", "mp4a.40.2", 1280, 720, 2}, NULL},
      {{"hev1.1.6.L93", "mp4a.40.2", 1280, 720, 2}, NULL},
      {{"", "mp4a.40.2", 1280, 720, 2}, NULL},
      {{NULL, "mp4a.40.2", 0, 0, 2}, "AAC_ISO"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpstr(dlna_profile_of_movie(&cases[i].movie), ==, cases[i].profile);
}

static void test_dlna_features_write(void) {
  g_autofree char *named = dlna_features_write("AAC_ISO"), *plain = dlna_features_write(NULL);
  g_assert_cmpstr(
      named, ==,
      "DLNA.ORG_PN=AAC_ISO;DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000");
  g_assert_cmpstr(plain, ==, "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000");
}

static void test_dlna_transfer_parse(void) {
  g_assert_cmpint(dlna_transfer_parse(NULL), ==, DLNA_TRANSFER_STREAMING);
  g_assert_cmpint(dlna_transfer_parse("streaming"), ==, DLNA_TRANSFER_STREAMING);
  g_assert_cmpint(dlna_transfer_parse("Background"), ==, DLNA_TRANSFER_BACKGROUND);
  g_assert_cmpint(dlna_transfer_parse("Interactive"), ==, DLNA_TRANSFER_REFUSED);
  g_assert_cmpint(dlna_transfer_parse(""), ==, DLNA_TRANSFER_REFUSED);
  g_assert_cmpstr(dlna_transfer_name(DLNA_TRANSFER_BACKGROUND), ==, "Background");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dlna_profile/of_movie", test_dlna_profile_of_movie);
  g_test_add_func("/dlna_features/write", test_dlna_features_write);
  g_test_add_func("/dlna_transfer/parse", test_dlna_transfer_parse);
  return g_test_run();
}
