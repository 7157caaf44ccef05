#include "cli/data_folder.h"

#include "base/path.h"
#include "cli/texts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PID_TEXT_BYTES 24

char *data_folder_catalog_path(const char *path) {
  return g_build_filename(path, "catalog.sqlite3", NULL);
}

bool data_folder_open(const char *path, DataFolder *ret_folder, GError **error) {
  if (!path_make_dirs(path, error))
    return false;
  g_autoptr(BlobStore) store = blob_store_open_files(path, error);
  if (!store)
    return false;
  g_autofree char *catalog_path = data_folder_catalog_path(path);
  Catalog *catalog = catalog_open(catalog_path, error);
  if (!catalog)
    return false;
  ret_folder->catalog = catalog;
  ret_folder->store = g_steal_pointer(&store);
  return true;
}

bool data_folder_open_existing(const char *path, DataFolder *ret_folder, GError **error) {
  g_autofree char *catalog_path = data_folder_catalog_path(path);
  if (!g_file_test(catalog_path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                text_pick("“%s”里没有 Kapok 的数据", "there is no Kapok data in \"%s\""), path);
    return false;
  }
  return data_folder_open(path, ret_folder, error);
}

void data_folder_clear(DataFolder *folder) {
  g_clear_pointer(&folder->catalog, catalog_close);
  g_clear_pointer(&folder->store, blob_store_free);
}

/** Who holds the lock, as it wrote into the file; empty when that cannot be read. */
static void read_holder(int descriptor, char text[PID_TEXT_BYTES]) {
  ssize_t length = pread(descriptor, text, PID_TEXT_BYTES - 1, 0);
  text[MAX(length, 0)] = '\0';
  text[strcspn(text, "\n")] = '\0';
}

static bool write_holder(int descriptor) {
  char text[PID_TEXT_BYTES];
  int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
  return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, (size_t)length, 0) == length;
}

static void set_lock_error(const char *path, int code, GError **error) {
  g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code),
              text_pick("无法锁定“%s”：%s", "cannot lock \"%s\": %s"), path, g_strerror(code));
}

int data_folder_lock(const char *path, GError **error) {
  g_autofree char *lock_path = g_build_filename(path, "serve.lock", NULL);
  int descriptor = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    set_lock_error(lock_path, errno, error);
    return -1;
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    if (write_holder(descriptor))
      return descriptor;
    set_lock_error(lock_path, errno, error);
  } else if (errno == EWOULDBLOCK) {
    char holder[PID_TEXT_BYTES];
    read_holder(descriptor, holder);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
                text_pick("另一个 kapok serve（进程 %s）正在使用数据文件夹“%s”",
                          "another kapok serve (process %s) uses the data folder \"%s\""),
                *holder ? holder : "?", path);
  } else {
    set_lock_error(lock_path, errno, error);
  }
  close(descriptor);
  return -1;
}

#define HOLDER_BYTES_MAX 4096

void data_folder_holder_clear(DataFolderHolder *holder) {
  g_clear_pointer(&holder->reload_message, g_free);
}

void data_folder_note_reload(int lock, unsigned reloads, bool is_good, const char *message) {
  g_autofree char *text =
      g_strdup_printf("%ld\n%u %s %.*s\n", (long)getpid(), reloads, is_good ? "good" : "bad", 2048, message);
  size_t length = strlen(text);
  if (pwrite(lock, text, length, 0) != (ssize_t)length || ftruncate(lock, (off_t)length) != 0)
    return; /* whoever waits for it gives up after a while */
}

/** "PID\n" and, after a reload, "N good|bad MESSAGE\n". */
static void parse_holder(const char *text, DataFolderHolder *ret_holder) {
  char *end = NULL;
  ret_holder->pid = (pid_t)g_ascii_strtoll(text, &end, 10);
  ret_holder->reloads = (unsigned)g_ascii_strtoull(end, &end, 10);
  ret_holder->is_reload_good = g_str_has_prefix(end, " good ");
  const char *message = *end == ' ' ? strchr(end + 1, ' ') : NULL;
  ret_holder->reload_message = g_strchomp(g_strdup(message ? message + 1 : ""));
}

bool data_folder_find_holder(const char *path, DataFolderHolder *ret_holder, GError **error) {
  g_autofree char *lock_path = g_build_filename(path, "serve.lock", NULL);
  int descriptor = open(lock_path, O_RDONLY | O_CLOEXEC);
  bool is_held = descriptor >= 0 && flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  char text[HOLDER_BYTES_MAX + 1];
  ssize_t length = is_held ? pread(descriptor, text, HOLDER_BYTES_MAX, 0) : -1;
  if (descriptor >= 0)
    close(descriptor);
  if (length <= 0) {
    g_set_error(
        error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
        text_pick("数据文件夹“%s”没有正在运行的 kapok serve", "no kapok serve runs on the data folder \"%s\""),
        path);
    return false;
  }
  text[length] = '\0';
  parse_holder(text, ret_holder);
  return true;
}
