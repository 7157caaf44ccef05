#include "base/file_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHUNK_BYTES (8 << 20) /* between two calls of the progress function */
#define BUFFER_BYTES (1 << 18)
#define DIRECT_MIN_BYTES (64 << 20)
#define DIRECT_ALIGNMENT 4096 /* of memory, offset and length: enough for every disk and file system we know */

/* What goes past the page cache: one piece is read while the one before is written. */
typedef struct {
  char *buffer; /* of CHUNK_BYTES */
  size_t wanted_bytes;
  ssize_t count; /* what was read, or -1 */
  int code;      /* errno of the read */
} Piece;

typedef struct {
  int from, to;
  int64_t done_bytes, total_bytes;
  bool is_range_refused; /* copy_file_range() does not work between these files */
  Piece pieces[2];       /* the next to write first; without buffers: through the page cache */
} Copy;

bool file_write_all(int fd, const void *data, size_t size_bytes) {
  const char *at = data;
  while (size_bytes > 0) {
    ssize_t count = write(fd, at, size_bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return false;
    at += count;
    size_bytes -= (size_t)count;
  }
  return true;
}

ssize_t file_read_full(int fd, void *buffer, size_t size_bytes) {
  size_t filled = 0;
  while (filled < size_bytes) {
    ssize_t count = read(fd, (char *)buffer + filled, size_bytes - filled);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -1;
    if (count == 0)
      break;
    filled += (size_t)count;
  }
  return (ssize_t)filled;
}

/* --- past the page cache --- */

static bool set_direct(int fd, bool is_direct) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, is_direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

static void free_pieces(Copy *copy) {
  for (int i = 0; i < 2; i++) {
    free(copy->pieces[i].buffer);
    copy->pieces[i] = (Piece){0};
  }
}

static void begin_direct(Copy *copy) {
  void *buffers[2] = {NULL, NULL};
  if (copy->total_bytes < DIRECT_MIN_BYTES)
    return;
  bool is_there = posix_memalign(&buffers[0], DIRECT_ALIGNMENT, CHUNK_BYTES) == 0 &&
                  posix_memalign(&buffers[1], DIRECT_ALIGNMENT, CHUNK_BYTES) == 0;
  for (int i = 0; i < 2; i++)
    copy->pieces[i].buffer = buffers[i];
  if (!is_there || !set_direct(copy->to, true))
    free_pieces(copy);
}

static void end_direct(Copy *copy) {
  if (copy->pieces[0].buffer == NULL)
    return;
  set_direct(copy->to, false);
  free_pieces(copy);
}

/* The part that is a multiple of the alignment goes straight to the disk, the rest, which is the file's end, through
 * the cache. A file system that takes the flag but no direct write is no failure. */
static bool write_direct(Copy *copy, const char *buffer, size_t size_bytes) {
  size_t aligned = size_bytes - size_bytes % DIRECT_ALIGNMENT;
  const char *rest = buffer;
  if (aligned > 0 && file_write_all(copy->to, rest, aligned))
    rest += aligned;
  else if (aligned > 0 && errno != EINVAL)
    return false;
  off_t written = rest - buffer;
  if ((size_t)written == size_bytes)
    return true;
  return set_direct(copy->to, false) && lseek(copy->to, copy->done_bytes + written, SEEK_SET) >= 0 &&
         file_write_all(copy->to, rest, size_bytes - (size_t)written);
}

typedef struct {
  int fd;
  Piece *piece;
} PieceRead;

static gpointer read_piece(gpointer data) {
  const PieceRead *read = data;
  read->piece->count = file_read_full(read->fd, read->piece->buffer, read->piece->wanted_bytes);
  read->piece->code = errno;
  return NULL;
}

static size_t piece_size(const Copy *copy, int64_t from_bytes) {
  return (size_t)CLAMP(copy->total_bytes - from_bytes, 0, CHUNK_BYTES);
}

/* Write the first piece, which has been read but at the very start, and read the second meanwhile. */
static ssize_t copy_direct(Copy *copy) {
  Piece piece = copy->pieces[0], *next = &copy->pieces[1];
  PieceRead read = {copy->from, &piece};
  if (copy->done_bytes == 0) {
    piece.wanted_bytes = piece_size(copy, 0);
    read_piece(&read);
  }
  errno = piece.code;
  if (piece.count <= 0)
    return piece.count;
  next->wanted_bytes = piece_size(copy, copy->done_bytes + piece.count);
  read.piece = next;
  GThread *thread = g_thread_new("copy", read_piece, &read);
  bool is_written = write_direct(copy, piece.buffer, (size_t)piece.count);
  int code = errno;
  g_thread_join(thread);
  copy->pieces[0] = *next;
  copy->pieces[1] = piece;
  errno = code;
  return is_written ? piece.count : -1;
}

/* --- through the page cache --- */

static ssize_t copy_through_memory(const Copy *copy, size_t size_bytes) {
  g_autofree char *buffer = g_malloc(BUFFER_BYTES);
  ssize_t count = file_read_full(copy->from, buffer, MIN(size_bytes, BUFFER_BYTES));
  return count > 0 && !file_write_all(copy->to, buffer, (size_t)count) ? -1 : count;
}

static ssize_t copy_cached(Copy *copy, size_t size_bytes) {
  if (!copy->is_range_refused) {
    ssize_t count = copy_file_range(copy->from, NULL, copy->to, NULL, size_bytes, 0);
    if (count > 0 || (count < 0 && errno == EINTR))
      return count;
    if (count < 0 && (errno == ENOSPC || errno == EIO || errno == EFBIG || errno == EDQUOT))
      return -1;
    copy->is_range_refused = true; /* also at 0, which some file systems answer for nothing done */
  }
  return copy_through_memory(copy, size_bytes);
}

/* --- the whole --- */

static FileCopyResult copy_chunks(Copy *copy, FileCopyProgress progress, gpointer user_data) {
  for (;;) {
    if (progress != NULL && !progress(copy->done_bytes, copy->total_bytes, user_data))
      return FILE_COPY_STOPPED;
    size_t left = piece_size(copy, copy->done_bytes);
    if (left == 0)
      return FILE_COPY_DONE;
    ssize_t count = copy->pieces[0].buffer != NULL ? copy_direct(copy) : copy_cached(copy, left);
    if (count == 0)
      return FILE_COPY_SHORTER;
    if (count < 0 && errno != EINTR)
      return FILE_COPY_FAILED;
    copy->done_bytes += MAX(count, 0);
  }
}

FileCopyResult file_copy(int from, int to, int64_t size_bytes, FileCopyProgress progress, gpointer user_data) {
  Copy copy = {.from = from, .to = to, .total_bytes = size_bytes};
  if (size_bytes > 0 && ioctl(to, FICLONE, from) == 0)
    copy.done_bytes = size_bytes;
  else
    begin_direct(&copy);
  posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
  FileCopyResult result = copy_chunks(&copy, progress, user_data);
  int saved_errno = errno;
  end_direct(&copy);
  errno = saved_errno;
  return result;
}
