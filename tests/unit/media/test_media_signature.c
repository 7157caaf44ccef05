#include "media/media_signature.h"

#include <glib.h>
#include <string.h>

static void test_media_signature_guess(void) {
  static const struct {
    const char *bytes;
    size_t size;
    MediaSignature expected;
  } cases[] = {
      {"", 0, MEDIA_SIGNATURE_UNKNOWN},
      {"\0\0\0\x20"
       "ftypisom",
       12, MEDIA_SIGNATURE_MEDIA},
      {"\0\0\0\x20"
       "fty",
       7, MEDIA_SIGNATURE_UNKNOWN},
      {"\x1a\x45\xdf\xa3", 4, MEDIA_SIGNATURE_MEDIA},
      {"RIFF\1\2\3\4AVI LIST", 16, MEDIA_SIGNATURE_MEDIA},
      {"RIFF\1\2\3\4WEBPVP8 ", 16, MEDIA_SIGNATURE_OTHER},
      {"%PDF-1.7", 8, MEDIA_SIGNATURE_PDF},
      {"PK\3\4\24\0", 6, MEDIA_SIGNATURE_OTHER},
      {"MZ\x90", 3, MEDIA_SIGNATURE_OTHER},
      {"<!doctype html>", 15, MEDIA_SIGNATURE_OTHER},
      {"plain text", 10, MEDIA_SIGNATURE_UNKNOWN},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(media_signature_guess(cases[i].bytes, cases[i].size), ==, cases[i].expected);
}

static void test_media_signature_transport_stream(void) {
  char data[3 * 204] = {0};
  data[0] = data[188] = data[376] = 0x47;
  g_assert_cmpint(media_signature_guess(data, sizeof data), ==, MEDIA_SIGNATURE_MEDIA);
  data[188] = 0;
  g_assert_cmpint(media_signature_guess(data, sizeof data), ==, MEDIA_SIGNATURE_UNKNOWN);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/media_signature/guess", test_media_signature_guess);
  g_test_add_func("/media/media_signature/transport_stream", test_media_signature_transport_stream);
  return g_test_run();
}
