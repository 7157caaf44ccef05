#include "base/staged_file.h"

#include "base/disk_fault.h"
#include "base/file_copy.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** Bytes after which the disk is told to begin, so that the fsync finds little left to do. */
#define WRITEBACK_BYTES (1 << 20)
#define COPY_BYTES (1 << 20)

/* The mark file holds two slots, written in turn, each in a sector of its own: a write that a power cut spoils leaves the
 * other. */
#define SLOT_BYTES 4096
#define SLOT_MAGIC UINT64_C(0x314b52414d504b4b) /* "KKPMARK1" */

typedef struct {
  uint64_t magic, turn, offset, check;
} Slot;

struct StagedFile {
  char *path;
  int fd, mark_fd;
  int64_t offset, safe, pushed; /* `pushed`: the disk was told to begin up to here */
  uint64_t turn;
  bool is_held;
};

static bool fail(GError **error, int code, const char *what, const char *path) {
  g_autofree char *shown = g_filename_display_name(path);
  GFileError reason = disk_fault_is_refusal(code) ? G_FILE_ERROR_NOSPC : g_file_error_from_errno(code);
  g_set_error(error, G_FILE_ERROR, (gint)reason, "cannot %s \"%s\": %s", what, shown, g_strerror(code));
  return false;
}

static char *mark_path(const char *path) {
  return g_strconcat(path, STAGED_FILE_MARK_SUFFIX, NULL);
}

static uint64_t check_of(const Slot *slot) {
  uint64_t sum = slot->magic ^ (slot->turn * UINT64_C(0x9e3779b97f4a7c15));
  return (sum ^ (slot->offset * UINT64_C(0xc2b2ae3d27d4eb4f))) + UINT64_C(0x165667b19e3779f9);
}

/* The newer of the two slots that are whole; a zeroed one when none is. */
static Slot read_mark(int fd) {
  Slot newest = {0};
  for (int i = 0; i < 2; i++) {
    Slot slot;
    if (pread(fd, &slot, sizeof slot, (off_t)i * SLOT_BYTES) != sizeof slot || slot.magic != SLOT_MAGIC ||
        slot.check != check_of(&slot) || slot.offset > INT64_MAX)
      continue;
    if (slot.turn >= newest.turn)
      newest = slot;
  }
  return newest;
}

/* Returns 0 or an errno. */
static int write_mark(int fd, uint64_t turn, int64_t offset) {
  Slot slot = {.magic = SLOT_MAGIC, .turn = turn, .offset = (uint64_t)offset};
  slot.check = check_of(&slot);
  if (pwrite(fd, &slot, sizeof slot, (off_t)(turn % 2) * SLOT_BYTES) != sizeof slot || fdatasync(fd) != 0)
    return errno != 0 ? errno : EIO;
  return 0;
}

static bool make_empty(const char *path, bool is_mark, GError **error) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0)
    return fail(error, errno, "make", path);
  int code = is_mark ? write_mark(fd, 1, 0) : 0;
  if (code == 0 && fsync(fd) != 0)
    code = errno;
  close(fd);
  return code == 0 || fail(error, code, "write", path);
}

bool staged_file_make(const char *path, GError **error) {
  g_autofree char *mark = mark_path(path), *folder = g_path_get_dirname(path);
  if (!make_empty(path, false, error))
    return false;
  if (make_empty(mark, true, error) && path_sync_dir(folder, error))
    return true;
  unlink(mark);
  unlink(path);
  return false;
}

/* Locked, with what lies behind the mark cut off. */
static bool open_both(StagedFile *file, GError **error) {
  g_autofree char *mark = mark_path(file->path);
  struct stat status;
  file->fd = open(file->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file->fd < 0)
    return fail(error, errno, "open", file->path);
  if (flock(file->fd, LOCK_EX | LOCK_NB) != 0)
    return fail(error, errno == EWOULDBLOCK ? EAGAIN : errno, "lock", file->path);
  file->mark_fd = open(mark, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file->mark_fd < 0)
    return fail(error, errno, "open", mark);
  if (fstat(file->fd, &status) != 0)
    return fail(error, errno, "look at", file->path);
  Slot slot = read_mark(file->mark_fd);
  file->turn = slot.turn;
  file->safe = MIN((int64_t)slot.offset, status.st_size);
  file->offset = file->pushed = file->safe;
  if (status.st_size > file->safe && ftruncate(file->fd, file->safe) != 0)
    return fail(error, errno, "cut", file->path);
  return lseek(file->fd, file->safe, SEEK_SET) >= 0 || fail(error, errno, "seek in", file->path);
}

StagedFile *staged_file_open(const char *path, GError **error) {
  g_autoptr(StagedFile) file = g_new0(StagedFile, 1);
  file->path = g_strdup(path);
  file->fd = file->mark_fd = -1;
  return open_both(file, error) ? g_steal_pointer(&file) : NULL;
}

void staged_file_close(StagedFile *file) {
  if (!file)
    return;
  if (file->mark_fd >= 0)
    close(file->mark_fd);
  if (file->fd >= 0)
    close(file->fd);
  g_free(file->path);
  g_free(file);
}

int64_t staged_file_offset(const StagedFile *file) {
  return file->offset;
}

int64_t staged_file_safe_offset(const StagedFile *file) {
  return file->safe;
}

int staged_file_descriptor(const StagedFile *file) {
  return file->fd;
}

void staged_file_hold(StagedFile *file) {
  file->is_held = true;
}

bool staged_file_keep(StagedFile *file, GError **error) {
  file->is_held = false;
  if (file->offset == file->safe)
    return true;
  if (fdatasync(file->fd) != 0)
    return fail(error, errno, "make durable", file->path);
  int code = write_mark(file->mark_fd, file->turn + 1, file->offset);
  if (code != 0)
    return fail(error, code, "mark", file->path);
  file->turn++;
  file->safe = file->offset;
  return true;
}

bool staged_file_rewind(StagedFile *file, GError **error) {
  file->is_held = false;
  if (ftruncate(file->fd, file->safe) != 0 || lseek(file->fd, file->safe, SEEK_SET) < 0)
    return fail(error, errno, "cut", file->path);
  file->offset = file->pushed = file->safe;
  return true;
}

/* After a failed write the file may be longer than the offset; what is too much is cut off. */
static bool give_up_write(StagedFile *file, int code, GError **error) {
  if (ftruncate(file->fd, file->offset) == 0)
    lseek(file->fd, file->offset, SEEK_SET);
  return fail(error, code, "write", file->path);
}

bool staged_file_append(StagedFile *file, const void *data, size_t size_bytes, GError **error) {
  const char *at = data;
  while (size_bytes > 0) {
    size_t room = (size_t)(file->safe + STAGED_FILE_STEP_BYTES - file->offset);
    size_t piece = file->is_held || room > size_bytes ? size_bytes : room;
    if (!file_write_all(file->fd, at, piece))
      return give_up_write(file, errno, error);
    file->offset += (int64_t)piece;
    at += piece;
    size_bytes -= piece;
    if (file->offset - file->pushed >= WRITEBACK_BYTES) {
      sync_file_range(file->fd, file->pushed, file->offset - file->pushed, SYNC_FILE_RANGE_WRITE);
      file->pushed = file->offset;
    }
    if (!file->is_held && file->offset - file->safe >= STAGED_FILE_STEP_BYTES && !staged_file_keep(file, error))
      return false;
  }
  return true;
}

bool staged_file_append_file(StagedFile *file, const char *path, int64_t size_bytes, GError **error) {
  g_autofree char *buffer = g_malloc(COPY_BYTES);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return fail(error, errno, "open", path);
  bool is_good = true;
  while (is_good && size_bytes > 0) {
    ssize_t count = file_read_full(fd, buffer, (size_t)MIN(size_bytes, COPY_BYTES));
    if (count <= 0)
      is_good = fail(error, count < 0 ? errno : EIO, "read", path);
    else
      is_good = staged_file_append(file, buffer, (size_t)count, error);
    size_bytes -= count;
  }
  close(fd);
  return is_good;
}

int64_t staged_file_load_offset(const char *path) {
  g_autofree char *mark = mark_path(path);
  int fd = open(mark, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return 0;
  Slot slot = read_mark(fd);
  close(fd);
  struct stat status;
  int64_t size = stat(path, &status) == 0 ? status.st_size : 0;
  return MIN((int64_t)slot.offset, size);
}

int64_t staged_file_touched_us(const char *path) {
  g_autofree char *mark = mark_path(path);
  struct stat status;
  return stat(mark, &status) == 0 ? (int64_t)status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000
                                  : 0;
}

bool staged_file_remove(const char *path, GError **error) {
  g_autofree char *mark = mark_path(path);
  if (unlink(path) != 0 && errno != ENOENT)
    return fail(error, errno, "remove", path);
  return unlink(mark) == 0 || errno == ENOENT || fail(error, errno, "remove", mark);
}
