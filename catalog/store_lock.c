#include "catalog/store_lock.h"

#include "catalog/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define PATIENCE_US G_TIME_SPAN_MINUTE
#define PAUSE_US (50 * G_TIME_SPAN_MILLISECOND)

static int open_lock(const BlobStore *store) {
  g_autofree char *folder = g_path_get_dirname(blob_store_work_root(store));
  g_autofree char *path = g_build_filename(folder, "store.lock", NULL);
  return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
}

int store_lock_hold(const BlobStore *store, GError **error) {
  int fd = open_lock(store);
  int64_t end_us = g_get_monotonic_time() + PATIENCE_US;
  while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || g_get_monotonic_time() > end_us) {
      int code = errno;
      close(fd);
      fd = -1;
      errno = code;
      break;
    }
    g_usleep(PAUSE_US);
  }
  if (fd >= 0)
    return fd;
  bool is_held = errno == EWOULDBLOCK;
  g_set_error(error, CATALOG_ERROR, is_held ? CATALOG_ERROR_BUSY : CATALOG_ERROR_IO,
              "cannot hold the stored files: %s", is_held ? "another backup is at work" : g_strerror(errno));
  return -1;
}

int store_lock_use(const BlobStore *store) {
  int fd = open_lock(store);
  if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0)
    return fd;
  close(fd);
  return -1;
}
