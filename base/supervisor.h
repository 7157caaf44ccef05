/** Supervised processes: started, watched, started again after a crash with growing delay, stopped together.
 * Children get SIGTERM when the supervisor's process dies (PR_SET_PDEATHSIG).
 * Threads: one thread, running the default GMainContext. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Supervisor Supervisor;

Supervisor *supervisor_new(void);
/** Add a process; `argv` is copied. `name` appears in the log. Started by supervisor_run(). Returns its number: 0, 1, ... */
unsigned supervisor_add(Supervisor *supervisor, const char *name, const char *const *argv);
/** What the process is started with from its next start on. */
void supervisor_set_argv(Supervisor *supervisor, unsigned process, const char *const *argv);
/** The sockets (HandedSocket) that the process gets at each start from now on; the array is copied, descriptors are
 * borrowed. */
void supervisor_set_sockets(Supervisor *supervisor, unsigned process, const GArray *sockets);

/** Run until SIGTERM or SIGINT, or until a process exits SUPERVISOR_EXIT_FATAL, or keeps failing to start.
 * Then SIGTERM to all, SIGKILL after `grace_us`. Returns the exit status of this program. */
int supervisor_run(Supervisor *supervisor, gint64 grace_us);
void supervisor_free(Supervisor *supervisor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Supervisor, supervisor_free)

/** How a hand-over ended: `is_done`: the new process has said that it is ready (handed_sockets_tell_ready()), the old one
 * was told to leave. Else the old one goes on. */
typedef void (*SupervisorHandOverFunc)(gpointer user_data, bool is_done);

/** While running: start the process a second time beside itself. When the new one is ready, the old one gets SIGUSR2, is to
 * take nothing new, and may take up to SUPERVISOR_LEAVE_US to end what it has. When the new one ends or is not ready within
 * SUPERVISOR_READY_US, all stays as it was. False when a hand-over is under way already, when the supervisor stops or the
 * process is not running; `on_end` is then not called. */
bool supervisor_hand_over(Supervisor *supervisor, unsigned process, SupervisorHandOverFunc on_end,
                          gpointer user_data);
#define SUPERVISOR_READY_US (60 * G_TIME_SPAN_SECOND)
#define SUPERVISOR_LEAVE_US (120 * G_TIME_SPAN_SECOND)

/** While running: end the process with SIGTERM and start it anew at once when it is gone. */
void supervisor_restart(Supervisor *supervisor, unsigned process);

/** Exit status of a child that will not do better when started again (a wrong setting, a port in use). */
#define SUPERVISOR_EXIT_FATAL 78
