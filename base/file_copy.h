/** The bytes of one file into another: by a reflink where the file system has them, else large files past the page
 * cache, because memory for a gigabyte costs more time than the disk, and small ones through it.
 * Threads: any; no state is kept. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Called at the start, while the copy goes on and at its end; return false to stop it. */
typedef bool (*FileCopyProgress)(int64_t done_bytes, int64_t total_bytes, gpointer user_data);

typedef enum {
  FILE_COPY_DONE,
  FILE_COPY_STOPPED, /**< the progress function wanted so */
  FILE_COPY_SHORTER, /**< the source ended before its size */
  FILE_COPY_FAILED,  /**< errno says why */
} FileCopyResult;

/** Copy `size_bytes` bytes of `from`, from its position on, to the empty file `to`. Both are borrowed; afterwards `to`
 * has the flags it came with. Durable only after an fsync. `progress` may be NULL. */
FileCopyResult file_copy(int from, int to, int64_t size_bytes, FileCopyProgress progress, gpointer user_data);

/** Write all of it, in as many calls as it takes. False with errno. */
bool file_write_all(int fd, const void *data, size_t size_bytes);

/** Fill `buffer` unless the file ends before. Returns the count, -1 with errno. */
ssize_t file_read_full(int fd, void *buffer, size_t size_bytes);
