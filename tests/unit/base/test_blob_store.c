#include "base/blob_store.h"

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *root;
  BlobStore *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  fixture->root = g_dir_make_tmp("kapok-blob-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->store = blob_store_open_files(fixture->root, &error);
  g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data) {
  (void)data;
  blob_store_free(fixture->store);
  g_assert_true(path_remove_tree(fixture->root, NULL));
  g_free(fixture->root);
}

static void put(const Fixture *fixture, const char *key, const char *text) {
  g_autoptr(GError) error = NULL;
  g_assert_true(blob_store_put_bytes(fixture->store, key, text, strlen(text), &error));
  g_assert_no_error(error);
}

static void assert_bytes(GBytes *bytes, const void *data, size_t size) {
  g_assert_nonnull(bytes);
  g_assert_cmpuint(g_bytes_get_size(bytes), ==, size);
  g_assert_true(size == 0 || memcmp(g_bytes_get_data(bytes, NULL), data, size) == 0);
}

static void assert_holds(const Fixture *fixture, const char *key, const char *text) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = blob_store_read(fixture->store, key, 1 << 20, &error);
  g_assert_no_error(error);
  assert_bytes(bytes, text, strlen(text));
}

static void assert_missing(const Fixture *fixture, const char *key) {
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(blob_store_open(fixture->store, key, NULL, &error), ==, -1);
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_NOT_FOUND);
}

static unsigned count_entries(const char *folder) {
  unsigned count = 0;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  g_assert_nonnull(dir);
  while (g_dir_read_name(dir))
    count++;
  return count;
}

static char *write_file(const char *folder, const char *name, const char *text) {
  char *path = g_build_filename(folder, name, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  return path;
}

static int compare_keys(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, joined by spaces; caller frees. */
static char *list(const Fixture *fixture, const char *prefix) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) keys = blob_store_list(fixture->store, prefix, &error);
  g_assert_no_error(error);
  g_ptr_array_sort(keys, compare_keys);
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < keys->len; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? " " : "", (const char *)g_ptr_array_index(keys, i));
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static void test_blob_key(void) {
  g_autofree char *longest = g_strnfill(511, 'a');
  g_autofree char *too_long = g_strnfill(512, 'a');
  g_assert_true(blob_key_is_valid(longest));
  g_assert_false(blob_key_is_valid(too_long));
  g_assert_false(blob_key_is_valid(NULL));
  static const char *const good[] = {"a", "assets/0a/v-1_2.m4s", "a..b", "...", "-", ".a", "a/..."};
  for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
    g_assert_true(blob_key_is_valid(good[i]));
  static const char *const bad[] = {"",      "/",   "/a",   "a/",   "a//b", ".",    "..",  "a/..", "../a",
                                    "a/./b", "a b", "a\\b", "a\nb", "课",   "a%2f", "a:b", "a?",   "a*"};
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_test_message("%s", bad[i]);
    g_assert_false(blob_key_is_valid(bad[i]));
  }
}

static void test_blob_store_refuses_keys(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autofree char *work_dir = blob_store_make_work_dir(fixture->store, "t", NULL);
  g_autofree char *file = write_file(work_dir, "f", "x");
  static const char *const bad[] = {"", "../escape", "a/../../escape", "/etc/x", "a//b", "课"};
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    GError *errors[6] = {NULL};
    g_assert_false(blob_store_put_bytes(fixture->store, bad[i], "x", 1, &errors[0]));
    g_assert_false(blob_store_put_file(fixture->store, bad[i], file, &errors[1]));
    g_assert_false(blob_store_copy_file(fixture->store, bad[i], file, NULL, NULL, &errors[2]));
    g_assert_cmpint(blob_store_open(fixture->store, bad[i], NULL, &errors[3]), ==, -1);
    g_assert_false(blob_store_delete(fixture->store, bad[i], &errors[4]));
    g_assert_null(blob_store_read(fixture->store, bad[i], 10, &errors[5]));
    for (size_t n = 0; n < G_N_ELEMENTS(errors); n++) {
      g_assert_error(errors[n], BLOB_ERROR, BLOB_ERROR_KEY);
      g_clear_error(&errors[n]);
    }
  }
  static const char *const bad_prefixes[] = {"a", "/", "../", "a//", "课/"};
  for (size_t i = 0; i < G_N_ELEMENTS(bad_prefixes); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(blob_store_list(fixture->store, bad_prefixes[i], &error));
    g_assert_error(error, BLOB_ERROR, BLOB_ERROR_KEY);
  }
  static const char *const bad_labels[] = {"", "a/b", "..", "a b"};
  for (size_t i = 0; i < G_N_ELEMENTS(bad_labels); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(blob_store_make_work_dir(fixture->store, bad_labels[i], &error));
    g_assert_error(error, BLOB_ERROR, BLOB_ERROR_KEY);
  }
}

static void test_blob_store_put_bytes(Fixture *fixture, gconstpointer data) {
  (void)data;
  assert_missing(fixture, "a/b/c");
  put(fixture, "a/b/c", "hello");
  put(fixture, "empty", "");
  assert_holds(fixture, "a/b/c", "hello");
  assert_holds(fixture, "empty", "");
  assert_missing(fixture, "a/b");     /* a folder is no object */
  assert_missing(fixture, "a/b/c/d"); /* nor is there one below an object */
  g_assert_cmpuint(count_entries(blob_store_work_root(fixture->store)), ==, 0);

  g_autoptr(GError) error = NULL;
  int64_t size = 0;
  int fd = blob_store_open(fixture->store, "a/b/c", &size, &error);
  g_assert_no_error(error);
  g_assert_cmpint(size, ==, 5);
  g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  g_assert_cmpint(write(fd, "x", 1), ==, -1);
  close(fd);
  g_assert_null(blob_store_read(fixture->store, "a/b/c", 4, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
}

static void test_blob_store_put_file(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autofree char *work_dir = blob_store_make_work_dir(fixture->store, "span", &error);
  g_assert_no_error(error);
  g_autofree char *file = write_file(work_dir, "out.mp4", "span one");
  g_assert_true(blob_store_put_file(fixture->store, "assets/x/span-1.mp4", file, &error));
  g_assert_no_error(error);
  assert_holds(fixture, "assets/x/span-1.mp4", "span one");
  g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));

  g_assert_false(blob_store_put_file(fixture->store, "assets/x/span-2.mp4", file, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
  g_clear_error(&error);
  g_assert_false(blob_store_put_file(fixture->store, "assets/x/dir", work_dir, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
  g_clear_error(&error);
  g_autofree char *link = g_build_filename(work_dir, "link", NULL);
  g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
  g_assert_false(blob_store_put_file(fixture->store, "assets/x/link", link, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
  g_clear_error(&error);
  g_autofree char *keys = list(fixture, "");
  g_assert_cmpstr(keys, ==, "assets/x/span-1.mp4");
}

static void test_blob_store_never_overwrites(Fixture *fixture, gconstpointer data) {
  (void)data;
  put(fixture, "k/one", "first");
  int64_t size;
  int fd = blob_store_open(fixture->store, "k/one", &size, NULL);
  struct stat before, after;
  g_assert_cmpint(fstat(fd, &before), ==, 0);
  close(fd);
  g_autofree char *work_dir = blob_store_make_work_dir(fixture->store, "t", NULL);
  g_autofree char *file = write_file(work_dir, "f", "second");

  GError *errors[4] = {NULL};
  g_assert_false(blob_store_put_bytes(fixture->store, "k/one", "second", 6, &errors[0]));
  g_assert_false(blob_store_put_file(fixture->store, "k/one", file, &errors[1]));
  g_assert_false(blob_store_copy_file(fixture->store, "k/one", file, NULL, NULL, &errors[2]));
  g_assert_false(blob_store_put_bytes(fixture->store, "k", "over a folder", 13, &errors[3]));
  for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
    g_assert_error(errors[i], BLOB_ERROR, BLOB_ERROR_IO);
    g_clear_error(&errors[i]);
  }
  assert_holds(fixture, "k/one", "first");
  fd = blob_store_open(fixture->store, "k/one", &size, NULL);
  g_assert_cmpint(fstat(fd, &after), ==, 0);
  close(fd);
  g_assert_cmpuint(before.st_ino, ==, after.st_ino);
  g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS)); /* the caller's file stays his */
  g_assert_cmpuint(count_entries(blob_store_work_root(fixture->store)), ==, 1);
}

typedef struct {
  int calls;
  int64_t last_done, total;
  int64_t stop_at; /* -1: never */
} Progress;

static bool on_progress(int64_t done_bytes, int64_t total_bytes, gpointer user_data) {
  Progress *progress = user_data;
  g_assert_cmpint(done_bytes, >=, progress->last_done);
  progress->calls++;
  progress->last_done = done_bytes;
  progress->total = total_bytes;
  return progress->stop_at < 0 || done_bytes < progress->stop_at;
}

static void test_blob_store_copy_file(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  const size_t size = (20 << 20) + 17;
  g_autofree char *content = g_malloc(size);
  for (size_t i = 0; i < size; i++)
    content[i] = (char)(i * 31 + (i >> 12));
  g_autofree char *work_dir = blob_store_make_work_dir(fixture->store, "t", NULL);
  g_autofree char *file = g_build_filename(work_dir, "source", NULL);
  g_assert_true(g_file_set_contents(file, content, (gssize)size, NULL));

  Progress progress = {.stop_at = -1};
  g_assert_true(blob_store_copy_file(fixture->store, "sources/a", file, on_progress, &progress, &error));
  g_assert_no_error(error);
  g_assert_cmpint(progress.last_done, ==, (gint64)size);
  g_assert_cmpint(progress.total, ==, (gint64)size);
  g_assert_cmpint(progress.calls, >=, 2);
  g_autoptr(GBytes) bytes = blob_store_read(fixture->store, "sources/a", size, &error);
  g_assert_no_error(error);
  assert_bytes(bytes, content, size);
  g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));

  progress = (Progress){.stop_at = 0};
  g_assert_false(blob_store_copy_file(fixture->store, "sources/b", file, on_progress, &progress, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_CANCELLED);
  g_clear_error(&error);
  assert_missing(fixture, "sources/b");
  g_assert_cmpuint(count_entries(blob_store_work_root(fixture->store)), ==, 1); /* only our folder */

  g_assert_false(blob_store_copy_file(fixture->store, "sources/c", "/nowhere", NULL, NULL, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
  g_clear_error(&error);
  g_assert_false(blob_store_copy_file(fixture->store, "sources/c", "/dev/zero", NULL, NULL, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
}

/* From another file system, where neither a reflink nor a rename is possible. */
static void test_blob_store_copy_from_other_file_system(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autofree char *content = NULL;
  gsize size;
  g_assert_true(g_file_get_contents("/proc/self/exe", &content, &size, NULL));
  g_autofree char *file = g_strdup_printf("/dev/shm/kapok-blob-%d", (int)getpid());
  if (!g_file_set_contents(file, content, (gssize)size, NULL)) {
    g_test_skip("there is no /dev/shm");
    return;
  }
  bool is_put = blob_store_put_file(fixture->store, "x/y", file, &error);
  g_assert_true(is_put || g_error_matches(error, BLOB_ERROR, BLOB_ERROR_IO));
  g_clear_error(&error);
  if (!is_put) {
    g_autofree char *objects = g_build_filename(fixture->root, "objects", NULL);
    g_assert_cmpuint(count_entries(objects), ==, 0); /* a failed put leaves no folders */
    g_assert_true(blob_store_copy_file(fixture->store, "x/y", file, NULL, NULL, &error));
    g_assert_no_error(error);
  }
  g_unlink(file);
  g_autoptr(GBytes) bytes = blob_store_read(fixture->store, "x/y", size, &error);
  g_assert_no_error(error);
  assert_bytes(bytes, content, size);
}

static void test_blob_store_delete(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  put(fixture, "a/b/one", "1");
  put(fixture, "a/b/two", "2");
  int fd = blob_store_open(fixture->store, "a/b/one", NULL, NULL);
  g_assert_true(blob_store_delete(fixture->store, "a/b/one", &error));
  g_assert_true(blob_store_delete(fixture->store, "a/b/one", &error));
  g_assert_true(blob_store_delete(fixture->store, "x/y", &error));
  g_assert_true(blob_store_delete(fixture->store, "a/b", &error)); /* a folder is no object */
  g_assert_no_error(error);
  assert_missing(fixture, "a/b/one");
  assert_holds(fixture, "a/b/two", "2");
  char byte;
  g_assert_cmpint(read(fd, &byte, 1), ==, 1); /* readers that have it open go on */
  close(fd);
  g_assert_true(blob_store_delete(fixture->store, "a/b/two", &error));
  g_autofree char *objects = g_build_filename(fixture->root, "objects", NULL);
  g_assert_cmpuint(count_entries(objects), ==, 0); /* no empty folders stay */
  put(fixture, "a/b/one", "again");
  assert_holds(fixture, "a/b/one", "again");
}

static void test_blob_store_list(Fixture *fixture, gconstpointer data) {
  (void)data;
  put(fixture, "a/1", "");
  put(fixture, "a/b/2", "");
  put(fixture, "ab", "");
  put(fixture, "c/d/e/f", "");
  g_autofree char *stranger = g_build_filename(fixture->root, "objects", "not a key", NULL);
  g_assert_true(g_file_set_contents(stranger, "x", 1, NULL));
  g_autofree char *link = g_build_filename(fixture->root, "objects", "link", NULL);
  g_assert_cmpint(symlink("/etc", link), ==, 0);
  static const struct {
    const char *prefix, *keys;
  } cases[] = {
      {"", "a/1 a/b/2 ab c/d/e/f"},
      {"a/", "a/1 a/b/2"},
      {"a/b/", "a/b/2"},
      {"c/d/", "c/d/e/f"},
      {"none/", ""},
      {"ab/", ""},
      {"link/", ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *keys = list(fixture, cases[i].prefix);
    g_assert_cmpstr(keys, ==, cases[i].keys);
  }
}

static void test_blob_store_follows_no_links(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autofree char *outside = g_build_filename(fixture->root, "outside", NULL);
  g_autofree char *victim = NULL;
  g_assert_true(path_make_dirs(outside, NULL));
  victim = write_file(outside, "victim", "precious");
  g_autofree char *dir_link = g_build_filename(fixture->root, "objects", "dir", NULL);
  g_autofree char *file_link = g_build_filename(fixture->root, "objects", "file", NULL);
  g_assert_cmpint(symlink(outside, dir_link), ==, 0);
  g_assert_cmpint(symlink(victim, file_link), ==, 0);

  assert_missing(fixture, "dir/victim");
  assert_missing(fixture, "file");
  g_assert_false(blob_store_put_bytes(fixture->store, "dir/new", "x", 1, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
  g_clear_error(&error);
  g_assert_true(blob_store_delete(fixture->store, "dir/victim", &error));
  g_assert_true(g_file_test(victim, G_FILE_TEST_EXISTS));
  g_assert_cmpuint(count_entries(outside), ==, 1);
}

static void test_blob_store_work_dir(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autofree char *one = blob_store_make_work_dir(fixture->store, "span-abc", &error);
  g_autofree char *two = blob_store_make_work_dir(fixture->store, "span-abc", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(one, !=, two);
  g_autofree char *prefix = g_strdup_printf("%s/tmp/span-abc-%d-", fixture->root, (int)getpid());
  g_assert_true(g_str_has_prefix(one, prefix));
  g_autofree char *parent = g_path_get_dirname(one);
  g_assert_cmpstr(parent, ==, blob_store_work_root(fixture->store));
  struct stat status;
  g_assert_cmpint(stat(one, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 0777, ==, 0700);
  g_assert_cmpuint(count_entries(one), ==, 0);
}

static void test_blob_store_open_files(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(GError) error = NULL;
  put(fixture, "kept", "1");
  g_autoptr(BlobStore) again = blob_store_open_files(fixture->root, &error);
  g_assert_no_error(error);
  g_autoptr(GBytes) bytes = blob_store_read(again, "kept", 10, &error);
  g_assert_nonnull(bytes);
  int64_t free_bytes = -1;
  g_assert_true(blob_store_free_space(again, &free_bytes, &error));
  g_assert_cmpint(free_bytes, >, 0);

  g_autofree char *file = write_file(fixture->root, "file", "x");
  g_assert_null(blob_store_open_files(file, &error));
  g_assert_error(error, BLOB_ERROR, BLOB_ERROR_IO);
}

#define THREADS 4
#define ROUNDS 60

typedef struct {
  const Fixture *fixture;
  int number;
  gint *wins;
} Racer;

/* All put and delete in the same folders, and race for one key each round. */
static gpointer race(gpointer data) {
  const Racer *racer = data;
  const BlobStore *store = racer->fixture->store;
  for (int i = 0; i < ROUNDS; i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *mine = g_strdup_printf("race/x/own-%d", racer->number);
    g_autofree char *shared = g_strdup_printf("shared/%d/key", i);
    g_assert_true(blob_store_put_bytes(store, mine, "m", 1, &error));
    g_assert_no_error(error);
    if (blob_store_put_bytes(store, shared, mine, strlen(mine), NULL))
      g_atomic_int_inc(&racer->wins[i]);
    g_assert_true(blob_store_delete(store, mine, &error));
    g_assert_no_error(error);
  }
  return NULL;
}

static void test_blob_store_threads(Fixture *fixture, gconstpointer data) {
  (void)data;
  gint wins[ROUNDS] = {0};
  Racer racers[THREADS];
  GThread *threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    racers[i] = (Racer){fixture, i, wins};
    threads[i] = g_thread_new("racer", race, &racers[i]);
  }
  for (int i = 0; i < THREADS; i++)
    g_thread_join(threads[i]);
  for (int i = 0; i < ROUNDS; i++)
    g_assert_cmpint(wins[i], ==, 1);
  g_autofree char *left = list(fixture, "race/");
  g_assert_cmpstr(left, ==, "");
  g_assert_cmpuint(count_entries(blob_store_work_root(fixture->store)), ==, 0);
}

#define ADD(name, function) g_test_add("/base/blob_store/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/blob_store/key", test_blob_key);
  ADD("refuses_keys", test_blob_store_refuses_keys);
  ADD("put_bytes", test_blob_store_put_bytes);
  ADD("put_file", test_blob_store_put_file);
  ADD("never_overwrites", test_blob_store_never_overwrites);
  ADD("copy_file", test_blob_store_copy_file);
  ADD("copy_from_other_file_system", test_blob_store_copy_from_other_file_system);
  ADD("delete", test_blob_store_delete);
  ADD("list", test_blob_store_list);
  ADD("follows_no_links", test_blob_store_follows_no_links);
  ADD("work_dir", test_blob_store_work_dir);
  ADD("open_files", test_blob_store_open_files);
  ADD("threads", test_blob_store_threads);
  return g_test_run();
}
