#include "base/staged_file.h"

#include "base/path.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *root, *path;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  fixture->root = g_dir_make_tmp("kapok-staged-XXXXXX", &error);
  fixture->path = g_build_filename(fixture->root, "upload", NULL);
  g_assert_true(staged_file_make(fixture->path, &error));
  g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data) {
  (void)data;
  path_remove_tree(fixture->root, NULL);
  g_free(fixture->root);
  g_free(fixture->path);
}

static StagedFile *open_file(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  StagedFile *file = staged_file_open(fixture->path, &error);
  g_assert_no_error(error);
  return file;
}

static void append(StagedFile *file, const char *text) {
  g_autoptr(GError) error = NULL;
  g_assert_true(staged_file_append(file, text, strlen(text), &error));
  g_assert_no_error(error);
}

static void assert_content(const Fixture *fixture, const char *expected) {
  g_autofree char *text = NULL;
  gsize size = 0;
  g_assert_true(g_file_get_contents(fixture->path, &text, &size, NULL));
  g_assert_cmpuint(size, ==, strlen(expected));
  g_assert_cmpstr(text, ==, expected);
}

static void test_staged_file_keep(Fixture *fixture, gconstpointer data) {
  (void)data;
  StagedFile *file = open_file(fixture);
  append(file, "kept");
  g_assert_true(staged_file_keep(file, NULL));
  append(file, " and not kept");
  g_assert_cmpint(staged_file_offset(file), ==, 17);
  g_assert_cmpint(staged_file_safe_offset(file), ==, 4);
  g_assert_cmpint(staged_file_load_offset(fixture->path), ==, 4);
  staged_file_close(file); /* as a crash would */
  file = open_file(fixture);
  g_assert_cmpint(staged_file_offset(file), ==, 4);
  assert_content(fixture, "kept");
  append(file, ", too");
  g_assert_true(staged_file_keep(file, NULL));
  staged_file_close(file);
  assert_content(fixture, "kept, too");
}

static void test_staged_file_rewind(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(StagedFile) file = open_file(fixture);
  g_autofree char *large = g_strnfill(STAGED_FILE_STEP_BYTES + 10, 'x');
  append(file, "a");
  g_assert_true(staged_file_keep(file, NULL));
  staged_file_hold(file);
  append(file, large);
  g_assert_cmpint(staged_file_load_offset(fixture->path), ==, 1);
  g_assert_true(staged_file_rewind(file, NULL));
  append(file, "b");
  g_assert_true(staged_file_keep(file, NULL));
  assert_content(fixture, "ab");
}

static void test_staged_file_steps(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(StagedFile) file = open_file(fixture);
  g_autofree char *large = g_strnfill(2 * STAGED_FILE_STEP_BYTES + 10, 'x');
  append(file, large);
  g_assert_cmpint(staged_file_load_offset(fixture->path), ==, 2 * STAGED_FILE_STEP_BYTES);
}

static void test_staged_file_one_writer(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(StagedFile) file = open_file(fixture);
  g_autoptr(GError) error = NULL;
  g_assert_null(staged_file_open(fixture->path, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN);
}

/* Each slot of the mark spoilt in turn: the other one counts; both: nothing is claimed to be safe. */
static void test_staged_file_spoilt_mark(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autofree char *mark = g_strconcat(fixture->path, STAGED_FILE_MARK_SUFFIX, NULL);
  StagedFile *file = open_file(fixture);
  append(file, "one");
  g_assert_true(staged_file_keep(file, NULL)); /* turn 2: the first slot */
  append(file, "two");
  g_assert_true(staged_file_keep(file, NULL)); /* turn 3: the second */
  staged_file_close(file);
  int fd = g_open(mark, O_WRONLY | O_CLOEXEC, 0);
  g_assert_cmpint(pwrite(fd, "spoilt", 6, 4096 + 16), ==, 6);
  g_assert_cmpint(staged_file_load_offset(fixture->path), ==, 3);
  g_assert_cmpint(pwrite(fd, "spoilt", 6, 16), ==, 6);
  g_assert_cmpint(staged_file_load_offset(fixture->path), ==, 0);
  close(fd);
}

static void test_staged_file_remove(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_assert_false(staged_file_make(fixture->path, NULL));
  g_assert_true(staged_file_remove(fixture->path, NULL));
  g_assert_true(staged_file_remove(fixture->path, NULL));
  g_assert_null(staged_file_open(fixture->path, NULL));
  g_assert_cmpint(staged_file_load_offset(fixture->path), ==, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/base/staged_file/" #name, Fixture, NULL, set_up, test_staged_file_##name, tear_down)
  ADD(keep);
  ADD(rewind);
  ADD(steps);
  ADD(one_writer);
  ADD(spoilt_mark);
  ADD(remove);
  return g_test_run();
}
