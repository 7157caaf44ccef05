#include "base/file_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MEBIBYTE (1 << 20)

typedef struct {
  char *folder, *from, *to;
  int from_fd, to_fd;
} Fixture;

static void fixture_set_up(Fixture *fixture, gconstpointer data) {
  (void)data;
  fixture->folder = g_dir_make_tmp("kapok-copy-XXXXXX", NULL);
  g_assert_nonnull(fixture->folder);
  fixture->from = g_build_filename(fixture->folder, "from", NULL);
  fixture->to = g_build_filename(fixture->folder, "to", NULL);
  fixture->from_fd = open(fixture->from, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  fixture->to_fd = open(fixture->to, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint(fixture->from_fd, >=, 0);
  g_assert_cmpint(fixture->to_fd, >=, 0);
}

static void fixture_tear_down(Fixture *fixture, gconstpointer data) {
  (void)data;
  close(fixture->from_fd);
  close(fixture->to_fd);
  g_unlink(fixture->from);
  g_unlink(fixture->to);
  g_rmdir(fixture->folder);
  g_free(fixture->from);
  g_free(fixture->to);
  g_free(fixture->folder);
}

/* Every 8 bytes are others, so that no part can stand for another. */
static void fill(const Fixture *fixture, size_t size_bytes) {
  guint64 block[8192];
  g_assert_cmpint(ftruncate(fixture->from_fd, 0), ==, 0);
  g_assert_cmpint(lseek(fixture->from_fd, 0, SEEK_SET), ==, 0);
  g_assert_cmpint(ftruncate(fixture->to_fd, 0), ==, 0);
  g_assert_cmpint(lseek(fixture->to_fd, 0, SEEK_SET), ==, 0);
  for (size_t at = 0; at < size_bytes; at += sizeof block) {
    for (size_t i = 0; i < G_N_ELEMENTS(block); i++)
      block[i] = (at + i) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    g_assert_true(file_write_all(fixture->from_fd, block, MIN(sizeof block, size_bytes - at)));
  }
  g_assert_cmpint(lseek(fixture->from_fd, 0, SEEK_SET), ==, 0);
}

static void assert_equal(const Fixture *fixture, size_t size_bytes) {
  g_autoptr(GMappedFile) from = g_mapped_file_new(fixture->from, FALSE, NULL);
  g_autoptr(GMappedFile) to = g_mapped_file_new(fixture->to, FALSE, NULL);
  g_assert_cmpuint(g_mapped_file_get_length(to), ==, size_bytes);
  if (size_bytes > 0)
    g_assert_true(memcmp(g_mapped_file_get_contents(from), g_mapped_file_get_contents(to), size_bytes) == 0);
}

/* Small ones through the page cache, large ones past it, with ends on a block's border and beside it. */
static void test_file_copy_sizes(Fixture *fixture, gconstpointer data) {
  (void)data;
  static const size_t SIZES[] = {0,
                                 1,
                                 4096,
                                 9 * MEBIBYTE + 5,
                                 64 * MEBIBYTE,
                                 64 * MEBIBYTE + 1,
                                 64 * MEBIBYTE + 4096,
                                 72 * MEBIBYTE - 1,
                                 72 * MEBIBYTE + 8191};
  for (size_t i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    fill(fixture, SIZES[i]);
    int flags = fcntl(fixture->to_fd, F_GETFL);
    FileCopyResult result = file_copy(fixture->from_fd, fixture->to_fd, (int64_t)SIZES[i], NULL, NULL);
    g_test_message("%zu bytes", SIZES[i]);
    g_assert_cmpint(result, ==, FILE_COPY_DONE);
    g_assert_cmpint(fcntl(fixture->to_fd, F_GETFL), ==, flags);
    assert_equal(fixture, SIZES[i]);
  }
}

static void test_file_copy_shorter(Fixture *fixture, gconstpointer data) {
  (void)data;
  static const size_t SIZES[] = {0, 5000, 70 * MEBIBYTE + 3};
  for (size_t i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    fill(fixture, SIZES[i]);
    g_assert_cmpint(file_copy(fixture->from_fd, fixture->to_fd, (int64_t)SIZES[i] + 1, NULL, NULL), ==,
                    FILE_COPY_SHORTER);
  }
}

static bool stop_at_half(int64_t done_bytes, int64_t total_bytes, gpointer user_data) {
  int64_t *last = user_data;
  g_assert_cmpint(done_bytes, >=, *last);
  *last = done_bytes;
  return done_bytes < total_bytes / 2;
}

static void test_file_copy_stopped(Fixture *fixture, gconstpointer data) {
  (void)data;
  int64_t last = 0;
  int flags = fcntl(fixture->to_fd, F_GETFL);
  fill(fixture, 80 * MEBIBYTE);
  g_assert_cmpint(file_copy(fixture->from_fd, fixture->to_fd, 80 * MEBIBYTE, stop_at_half, &last), ==,
                  FILE_COPY_STOPPED);
  g_assert_cmpint(last, ==, 40 * MEBIBYTE);
  g_assert_cmpint(fcntl(fixture->to_fd, F_GETFL), ==, flags);
}

static void test_file_copy_full_disk(Fixture *fixture, gconstpointer data) {
  (void)data;
  static const size_t SIZES[] = {5000, 65 * MEBIBYTE};
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) {
    g_test_skip("there is no /dev/full");
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    fill(fixture, SIZES[i]);
    g_assert_cmpint(file_copy(fixture->from_fd, full, (int64_t)SIZES[i], NULL, NULL), ==, FILE_COPY_FAILED);
    g_assert_cmpint(errno, ==, ENOSPC);
  }
  close(full);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                                                        \
  g_test_add("/file-copy/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD("sizes", test_file_copy_sizes);
  ADD("shorter", test_file_copy_shorter);
  ADD("stopped", test_file_copy_stopped);
  ADD("full-disk", test_file_copy_full_disk);
  return g_test_run();
}
