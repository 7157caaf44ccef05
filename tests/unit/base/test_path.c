#include "base/path.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

static void test_path_join_safe(void) {
  static const char *const good[] = {"a", "a/b.ts", "a/..b", "a/b..", "...", "太极/课 一.mp4", ".hidden", "a/ /b"};
  for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_join_safe("/root", good[i], &error);
    g_autofree char *expected = g_strconcat("/root/", good[i], NULL);
    g_assert_no_error(error);
    g_assert_cmpstr(path, ==, expected);
  }
  static const char *const bad[] = {
      "",     "/",  "/etc/passwd", "..",   "../x", "a/..",    "a/../b", ".",         "./a",   "a/.",
      "a//b", "a/", "//a",         "a\\b", "a\nb", "a\x7f/b", "a/\x01", "..\\..\\a", "a/./b", "a/b/../../../c",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    g_test_message("%s", bad[i]);
    g_assert_null(path_join_safe("/root", bad[i], &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  }
}

static char *make_folder(void) {
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("kapok-path-XXXXXX", &error);
  g_assert_no_error(error);
  return folder;
}

static void test_path_make_dirs(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = make_folder();
  g_autofree char *deep = g_build_filename(folder, "a", "b", "c", NULL);
  g_assert_true(path_make_dirs(deep, &error));
  g_assert_true(path_make_dirs(deep, &error));
  g_assert_true(path_sync_dir(deep, &error));
  g_assert_no_error(error);
  GStatBuf status;
  g_assert_cmpint(g_stat(deep, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 07, ==, 0);

  g_autofree char *file = g_build_filename(deep, "file", NULL);
  g_autofree char *below = g_build_filename(file, "x", NULL);
  g_assert_true(g_file_set_contents(file, "x", 1, NULL));
  g_assert_false(path_make_dirs(below, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_clear_error(&error);
  g_assert_false(path_sync_dir(file, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_assert_true(path_remove_tree(folder, NULL));
}

static void test_path_remove_tree(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = make_folder();
  g_autofree char *kept = g_build_filename(folder, "kept", NULL);
  g_autofree char *gone = g_build_filename(folder, "gone", NULL);
  g_autofree char *deep = g_build_filename(gone, "a", "b", NULL);
  g_autofree char *link = g_build_filename(deep, "link", NULL);
  g_autofree char *dangling = g_build_filename(gone, "dangling", NULL);
  g_autofree char *kept_file = g_build_filename(kept, "file", NULL);
  g_assert_true(path_make_dirs(kept, &error) && path_make_dirs(deep, &error));
  g_assert_true(g_file_set_contents(kept_file, "x", 1, NULL));
  g_assert_cmpint(symlink(kept, link), ==, 0);
  g_assert_cmpint(symlink("nowhere", dangling), ==, 0);

  g_assert_true(path_remove_tree(gone, &error));
  g_assert_no_error(error);
  g_assert_false(g_file_test(gone, G_FILE_TEST_EXISTS));
  g_assert_true(g_file_test(kept_file, G_FILE_TEST_EXISTS));
  g_assert_true(path_remove_tree(gone, &error)); /* nothing there */
  g_assert_true(path_remove_tree(kept_file, &error));
  g_assert_false(g_file_test(kept_file, G_FILE_TEST_EXISTS));
  g_assert_true(path_remove_tree(folder, &error));
  g_assert_no_error(error);
}

static void test_path_program_dir(void) {
  g_autofree char *folder = path_program_dir();
  g_autofree char *program = g_build_filename(folder, "base_test_path", NULL);
  g_assert_true(g_file_test(program, G_FILE_TEST_IS_EXECUTABLE));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/path/join_safe", test_path_join_safe);
  g_test_add_func("/base/path/make_dirs", test_path_make_dirs);
  g_test_add_func("/base/path/remove_tree", test_path_remove_tree);
  g_test_add_func("/base/path/program_dir", test_path_program_dir);
  return g_test_run();
}
