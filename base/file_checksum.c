#include "base/file_checksum.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 18)

static bool fail(int code, const char *what, GError **error) {
  g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "cannot %s: %s", what, g_strerror(code));
  return false;
}

bool file_checksum_of_descriptor(int fd, FileChecksumStopFunc is_stopped, gpointer user_data,
                                 FileMeasure *ret_measure, GError **error) {
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_autofree guchar *buffer = g_malloc(BUFFER_BYTES);
  int64_t size_bytes = 0;
  for (;;) {
    if (is_stopped && is_stopped(user_data))
      return fail(EINTR, "go on reading", error);
    ssize_t count = pread(fd, buffer, BUFFER_BYTES, size_bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return fail(errno, "read", error);
    if (count == 0)
      break;
    g_checksum_update(sum, buffer, count);
    size_bytes += count;
  }
  gsize length = FILE_CHECKSUM_BYTES;
  ret_measure->size_bytes = size_bytes;
  g_checksum_get_digest(sum, ret_measure->checksum, &length);
  return true;
}

bool file_checksum_of_path(const char *path, FileMeasure *ret_measure, GError **error) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return fail(errno, path, error);
  bool is_read = file_checksum_of_descriptor(fd, NULL, NULL, ret_measure, error);
  close(fd);
  return is_read;
}

char *file_checksum_format(const uint8_t checksum[FILE_CHECKSUM_BYTES]) {
  char *text = g_malloc(FILE_CHECKSUM_HEX_LENGTH + 1);
  for (size_t i = 0; i < FILE_CHECKSUM_BYTES; i++)
    g_snprintf(text + 2 * i, 3, "%02x", checksum[i]);
  return text;
}

bool file_checksum_parse(const char *text, uint8_t ret_checksum[FILE_CHECKSUM_BYTES]) {
  uint8_t checksum[FILE_CHECKSUM_BYTES];
  for (size_t i = 0; i < FILE_CHECKSUM_BYTES; i++) {
    int high = g_ascii_xdigit_value(text[2 * i]);
    int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
    if (low < 0)
      return false;
    checksum[i] = (uint8_t)(high << 4 | low);
  }
  memcpy(ret_checksum, checksum, sizeof checksum);
  return true;
}
