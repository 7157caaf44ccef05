#include "cli/watch_folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static void test_watch_folder_parse(void) {
  g_autoptr(GArray) folders = watch_folders_parse("/srv/投稿=西区社区学院::/srv/b=:=none:/srv/c/../d");
  static const char *const expected[][2] = {{"/srv/投稿", "西区社区学院"}, {"/srv/b", NULL}, {"/srv/d", NULL}};
  g_assert_cmpuint(folders->len, ==, G_N_ELEMENTS(expected));
  for (guint i = 0; i < folders->len; i++) {
    const WatchFolder *folder = &g_array_index(folders, WatchFolder, i);
    g_assert_cmpstr(folder->path, ==, expected[i][0]);
    g_assert_cmpstr(folder->institution, ==, expected[i][1]);
  }
  g_autoptr(GArray) none = watch_folders_parse("");
  g_assert_cmpuint(none->len, ==, 0);
}

static void test_watch_folder_names(void) {
  static const char *const good[] = {"课.mp4", "a.MOV", "no end", "教材.pdf"};
  static const char *const bad[] = {".课.mp4",      "课.vtt", "课.zh-CN.SRT", "课.mp4.part", "~$课.ppt",
                                    "a.crdownload", "x~"};
  for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
    g_assert_true(watch_name_is_source(good[i]));
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_false(watch_name_is_source(bad[i]));
}

static void test_watch_folder_is_closed(void) {
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("kapok-watch-XXXXXX", &path, NULL);
  g_assert_cmpint(fd, >=, 0);
  g_assert_false(watch_file_is_closed(path));
  close(fd);
  g_assert_true(watch_file_is_closed(path));
  g_unlink(path);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/watch_folder/parse", test_watch_folder_parse);
  g_test_add_func("/cli/watch_folder/names", test_watch_folder_names);
  g_test_add_func("/cli/watch_folder/is_closed", test_watch_folder_is_closed);
  return g_test_run();
}
