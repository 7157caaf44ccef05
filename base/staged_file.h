/** A file that comes in pieces and outlives crashes: its bytes in PATH, and in PATH.mark how many of them are safe on the
 * disk. The mark is moved only after an fsync of the bytes, so it never tells of more than there is; whatever lies behind
 * it after a crash is cut off when the file is opened again.
 *
 * Threads and processes: an open file has one writer, whatever process it is in (flock); an open file serves one thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct StagedFile StagedFile;

/** After so many bytes the mark is moved. */
#define STAGED_FILE_STEP_BYTES (8 << 20)

#define STAGED_FILE_MARK_SUFFIX ".mark"

/** Make an empty file (mode 0640), durable. G_FILE_ERROR_EXIST when there is one. */
bool staged_file_make(const char *path, GError **error);

/** Open for writing behind the mark. G_FILE_ERROR: _NOENT when there is none, _AGAIN when another writer has it. */
StagedFile *staged_file_open(const char *path, GError **error);
/** Bytes behind the mark are kept on the disk until the next opening, unless staged_file_keep() was called. */
void staged_file_close(StagedFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StagedFile, staged_file_close)

/** Bytes written, and those of them that are safe. */
int64_t staged_file_offset(const StagedFile *file);
int64_t staged_file_safe_offset(const StagedFile *file);

/** Between hold and keep or rewind the mark stays where it is, however much is written. */
void staged_file_hold(StagedFile *file);
/** Append, moving the mark every STAGED_FILE_STEP_BYTES. */
bool staged_file_append(StagedFile *file, const void *data, size_t size_bytes, GError **error);
/** Move the mark to the end of what was written: after true it survives a power cut. */
bool staged_file_keep(StagedFile *file, GError **error);
/** Forget what was written behind the mark. */
bool staged_file_rewind(StagedFile *file, GError **error);
/** Append the first `size_bytes` of the file `path`. */
bool staged_file_append_file(StagedFile *file, const char *path, int64_t size_bytes, GError **error);

/** The descriptor, for reading with pread(); the file's. */
int staged_file_descriptor(const StagedFile *file);

/** The safe offset of a file that may be open elsewhere. 0 when the mark cannot be read. */
int64_t staged_file_load_offset(const char *path);

/** When the mark was last moved, microseconds since 1970; 0 when there is none. */
int64_t staged_file_touched_us(const char *path);

/** Remove both files; what is not there is no error. */
bool staged_file_remove(const char *path, GError **error);
