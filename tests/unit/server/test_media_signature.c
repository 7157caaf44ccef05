#include "server/media_signature.h"

#include "base/path.h"

#include <glib/gstdio.h>
#include <string.h>

#define ASSET "0123456789abc"
#define OTHER "0123456789abd"
#define HOUR INT64_C(3600)
#define NOW INT64_C(1800000000)

typedef struct {
  char *dir;
  MediaSignature *signature;
} Fixture;

static void open_at(Fixture *fixture, int64_t now_s) {
  g_autoptr(GError) error = NULL;
  media_signature_free(fixture->signature);
  fixture->signature = media_signature_open(fixture->dir, 2 * HOUR * G_USEC_PER_SEC, now_s, &error);
  g_assert_no_error(error);
}

static void set_up(Fixture *fixture, gconstpointer data) {
  (void)data;
  fixture->dir = g_dir_make_tmp("kapok-signature-XXXXXX", NULL);
  fixture->signature = NULL;
  open_at(fixture, NOW);
}

static void tear_down(Fixture *fixture, gconstpointer data) {
  (void)data;
  media_signature_free(fixture->signature);
  path_remove_tree(fixture->dir, NULL);
  g_free(fixture->dir);
}

static bool check(const Fixture *fixture, const char *target, int64_t now_s) {
  size_t begin = 0, end = 0;
  if (!media_signature_check(fixture->signature, target, strlen(target), now_s, &begin, &end))
    return false;
  g_autofree char *rest = g_strconcat("/media/", target + end, NULL);
  g_assert_cmpuint(begin, ==, 7);
  g_assert_true(g_str_has_prefix(rest, "/media/" ASSET "/"));
  return true;
}

static char *sign(const Fixture *fixture, const char *rest) {
  g_autofree char *path = media_signature_write(fixture->signature, ASSET, NOW);
  return g_strconcat(path, rest, NULL);
}

static void test_media_signature_holds(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autofree char *target = sign(fixture, "/v360/0.m4s?x=1"),
                  *same = media_signature_write(fixture->signature, ASSET, NOW + 60);
  g_assert_true(check(fixture, target, NOW));
  g_assert_true(check(fixture, target, NOW + 2 * HOUR - 1));
  g_assert_false(check(fixture, target, NOW + 3 * HOUR + 1));
  g_assert_true(g_str_has_prefix(target, same)); /* addresses stay for a while */
}

/** No other byte will do, and no other asset. */
static void test_media_signature_is_strict(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autofree char *target = sign(fixture, "/master.m3u8");
  for (size_t i = 0; i < strlen("/media/~") + MEDIA_SIGNATURE_LENGTH + 1 + strlen(ASSET) + 1; i++)
    for (int c = 1; c < 256; c++) {
      g_autofree char *changed = g_strdup(target);
      changed[i] = (char)c;
      if (changed[i] != target[i] && check(fixture, changed, NOW))
        g_error("%s is taken for %s", changed, target);
    }
  for (size_t length = 0; length < strlen(target) - strlen("master.m3u8"); length++) {
    g_autofree char *cut = g_strndup(target, length);
    g_assert_false(check(fixture, cut, NOW));
  }
  g_autofree char *of_other = media_signature_write(fixture->signature, OTHER, NOW);
  g_autofree char *mixed =
      g_strdup_printf("%.*s/" ASSET "/master.m3u8", (int)(strlen(of_other) - strlen(OTHER) - 1), of_other);
  g_assert_false(check(fixture, mixed, NOW));
}

/** Keys are kept over restarts, change with time, and stay good for what they signed. */
static void test_media_signature_keys(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autofree char *target = sign(fixture, "/master.m3u8"),
                  *file = g_build_filename(fixture->dir, "media.key", NULL);
  GStatBuf status;
  open_at(fixture, NOW + 60);
  g_assert_true(check(fixture, target, NOW + 60));
  g_assert_cmpint(g_stat(file, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  g_autofree char *late = media_signature_write(fixture->signature, ASSET, NOW + MEDIA_KEY_AGE_S - 60);
  g_autofree char *late_target = g_strconcat(late, "/master.m3u8", NULL);
  g_assert_true(media_signature_tend(fixture->signature, NOW + MEDIA_KEY_AGE_S, &error));
  g_assert_true(check(fixture, late_target, NOW + MEDIA_KEY_AGE_S));
  g_autofree char *fresh = media_signature_write(fixture->signature, ASSET, NOW + MEDIA_KEY_AGE_S - 60);
  g_assert_cmpstr(fresh, !=, late);
  open_at(fixture, NOW + MEDIA_KEY_AGE_S + 60);
  g_assert_true(check(fixture, late_target, NOW + MEDIA_KEY_AGE_S + 60));
  g_assert_cmpint(g_unlink(file), ==, 0);
  open_at(fixture, NOW + MEDIA_KEY_AGE_S + 60);
  g_assert_false(check(fixture, late_target, NOW + MEDIA_KEY_AGE_S + 60));
}

static void test_media_signature_bad_file(Fixture *fixture, gconstpointer data) {
  (void)data;
  static const char *const texts[] = {"x", "a 1 zz\n", "A 1 00\n", "a b c\n"};
  g_autofree char *file = g_build_filename(fixture->dir, "media.key", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(file, texts[i], -1, NULL));
    g_assert_null(media_signature_open(fixture->dir, HOUR, NOW, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add("/media_signature/holds", Fixture, NULL, set_up, test_media_signature_holds, tear_down);
  g_test_add("/media_signature/is_strict", Fixture, NULL, set_up, test_media_signature_is_strict, tear_down);
  g_test_add("/media_signature/keys", Fixture, NULL, set_up, test_media_signature_keys, tear_down);
  g_test_add("/media_signature/bad_file", Fixture, NULL, set_up, test_media_signature_bad_file, tear_down);
  return g_test_run();
}
