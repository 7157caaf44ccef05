#include "cli/data_folder.h"

#include "base/path.h"

#include <unistd.h>

static void test_data_folder_open(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *root = g_dir_make_tmp("kapok-XXXXXX", &error);
  g_assert_no_error(error);
  g_autofree char *path = g_build_filename(root, "a", "b", NULL);
  {
    g_auto(DataFolder) folder = {0};
    g_assert_false(data_folder_open_existing(path, &folder, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_clear_error(&error);
    g_assert_true(data_folder_open(path, &folder, &error));
    g_assert_no_error(error);
    g_assert_true(catalog_check(folder.catalog, &error));
  }
  g_auto(DataFolder) again = {0};
  g_assert_true(data_folder_open_existing(path, &again, &error));
  g_assert_no_error(error);
  g_assert_true(path_remove_tree(root, NULL));
}

static void test_data_folder_lock(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_dir_make_tmp("kapok-XXXXXX", &error);
  g_assert_no_error(error);
  int first = data_folder_lock(path, &error);
  g_assert_cmpint(first, >=, 0);
  g_assert_cmpint(data_folder_lock(path, &error), ==, -1);
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN);
  g_autofree char *process = g_strdup_printf("%d", (int)getpid());
  g_assert_nonnull(g_strstr_len(error->message, -1, process));
  g_clear_error(&error);
  close(first);
  int second = data_folder_lock(path, &error);
  g_assert_cmpint(second, >=, 0);
  close(second);
  g_assert_true(path_remove_tree(path, NULL));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/data-folder/open", test_data_folder_open);
  g_test_add_func("/data-folder/lock", test_data_folder_lock);
  return g_test_run();
}
