/** Supervised processes: started, watched, started again after a crash with growing delay, stopped together.
 * Children get SIGTERM when the supervisor's process dies (PR_SET_PDEATHSIG).
 * Threads: one thread, running the default GMainContext. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Supervisor Supervisor;

Supervisor *supervisor_new(void);
/** Add a process; `argv` is copied. `name` appears in the log. Started by supervisor_run(). */
void supervisor_add(Supervisor *supervisor, const char *name, const char *const *argv);
/** Run until SIGTERM or SIGINT, or until a process exits SUPERVISOR_EXIT_FATAL, or keeps failing to start.
 * Then SIGTERM to all, SIGKILL after `grace_us`. Returns the exit status of this program. */
int supervisor_run(Supervisor *supervisor, gint64 grace_us);
void supervisor_free(Supervisor *supervisor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Supervisor, supervisor_free)

/** Exit status of a child that will not do better when started again (a wrong setting, a port in use). */
#define SUPERVISOR_EXIT_FATAL 78
