/* Targets with signatures, as they come off the wire. What is taken must be what was signed. */
#include "server/media_signature.h"

#include "base/path.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static MediaSignature *signature;
  static char *good;
  if (signature == NULL) {
    char *dir = g_dir_make_tmp("kapok-fuzz-XXXXXX", NULL);
    signature = media_signature_open(dir, INT64_C(3600) * G_USEC_PER_SEC, 1, NULL);
    good = media_signature_write(signature, "0123456789abc", 1);
    path_remove_tree(dir, NULL);
    g_free(dir);
  }
  size_t begin = 0, end = 0;
  g_autofree char *target = g_strndup((const char *)data, size);
  if (media_signature_check(signature, target, strlen(target), 1, &begin, &end))
    g_assert_true(g_str_has_prefix(target, good));
  /* the input in the place of one part of a good one */
  g_autofree char *mixed = g_strdup(good);
  size_t length = strlen(mixed);
  for (size_t i = 1; i < size && i < 8; i++)
    mixed[data[0] % length] = (char)data[i];
  g_autofree char *whole = g_strconcat(mixed, "/master.m3u8", NULL);
  if (media_signature_check(signature, whole, strlen(whole), 1, &begin, &end))
    g_assert_true(g_str_has_prefix(whole, good));
  return 0;
}
