/** The walls around a child that parses outside bytes: what a hostile file could make it do ends here.
 *
 * For the calling process and for good:
 * - it dies with its worker, gains no privileges and leaves no core file; memory, file size and descriptors are bounded;
 * - files (Landlock): it may write below its work folder only, and read system libraries and
 *   what it had open before; nothing else, other sources and the catalog least of all;
 * - system calls (seccomp): no sockets, no programs, no processes, no tracing, no mounts.
 * A kernel without Landlock leaves that wall out; `kapok-transcoder check` tells.
 * Threads: call before other threads exist. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/** `work_dir` also becomes the folder for temporary files (TMPDIR). `worker`: the process to die with.
 * Errors: INTERNAL; STOPPED when the worker is gone already. */
bool sandbox_enter(const char *work_dir, pid_t worker, GError **error);

/** Give way to others by `niceness` (0 to 19). */
void sandbox_set_niceness(int niceness);

/** Whether this kernel has the wall around files. */
bool sandbox_has_file_wall(void);
