/* Each child leads a process group of its own, so that what it started ends with it: when the child is gone, the
 * rest of its group is killed. A child that ends while the supervisor is not stopping is started again after a
 * delay, which doubles from BACKOFF_MIN_US to BACKOFF_MAX_US and starts anew once a child has lived HEALTHY_US.
 */
#include "base/supervisor.h"

#include "base/log.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BACKOFF_MIN_US (G_USEC_PER_SEC / 2)
#define BACKOFF_MAX_US (30 * G_USEC_PER_SEC)
#define HEALTHY_US (60 * G_USEC_PER_SEC)
#define SPAWN_TRIES 4 /* in a row; then the supervisor gives up */

typedef struct {
  Supervisor *supervisor;
  char *name;
  char **argv;
  GPid pid; /* 0: not running */
  gint64 started_us;
  gint64 backoff_us; /* before the next start */
  unsigned spawn_failures;
  guint watch_source;
  guint restart_source;
} Child;

struct Supervisor {
  GPtrArray *children; /* Child */
  GMainLoop *loop;     /* while running */
  gint64 grace_us;
  bool is_stopping;
  int exit_status;
  guint kill_source;
};

static void start_child(Child *child);
static void stop_all(Supervisor *supervisor, int exit_status);

static void child_free(gpointer data) {
  Child *child = data;
  g_clear_handle_id(&child->watch_source, g_source_remove);
  g_clear_handle_id(&child->restart_source, g_source_remove);
  g_free(child->name);
  g_strfreev(child->argv);
  g_free(child);
}

static void log_child(LogLevel level, const char *message, const Child *child, const char *name,
                      const char *value) {
  g_autofree char *pid = g_strdup_printf("%d", (int)child->pid);
  const char *const fields[] = {"process", child->name, "pid", pid, name, value, NULL};
  log_event(level, message, fields);
}

static bool is_any_running(const Supervisor *supervisor) {
  for (guint i = 0; i < supervisor->children->len; i++) {
    if (((const Child *)g_ptr_array_index(supervisor->children, i))->pid != 0)
      return true;
  }
  return false;
}

static void signal_all(const Supervisor *supervisor, int number) {
  for (guint i = 0; i < supervisor->children->len; i++) {
    const Child *child = g_ptr_array_index(supervisor->children, i);
    if (child->pid != 0)
      kill(-child->pid, number);
  }
}

static gboolean on_restart(gpointer data) {
  Child *child = data;
  child->restart_source = 0;
  start_child(child);
  return G_SOURCE_REMOVE;
}

static void schedule_restart(Child *child) {
  child->restart_source = g_timeout_add((guint)(child->backoff_us / 1000), on_restart, child);
  child->backoff_us = MIN(child->backoff_us * 2, BACKOFF_MAX_US);
}

static void log_exit(const Child *child, int wait_status, bool is_stopping) {
  LogLevel level = is_stopping ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
  g_autofree char *value = NULL;
  if (WIFSIGNALED(wait_status)) {
    value = g_strdup_printf("%d (%s)", WTERMSIG(wait_status), g_strsignal(WTERMSIG(wait_status)));
    log_child(level, "process ended by a signal", child, "signal", value);
  } else {
    value = g_strdup_printf("%d", WEXITSTATUS(wait_status));
    log_child(level, "process exited", child, "status", value);
  }
}

static void on_child_exit(GPid pid, gint wait_status, gpointer data) {
  Child *child = data;
  Supervisor *supervisor = child->supervisor;
  kill(-pid, SIGKILL); /* what it left behind */
  log_exit(child, wait_status, supervisor->is_stopping);
  g_spawn_close_pid(pid);
  child->pid = 0;
  child->watch_source = 0;

  if (supervisor->is_stopping) {
    if (!is_any_running(supervisor))
      g_main_loop_quit(supervisor->loop);
    return;
  }
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SUPERVISOR_EXIT_FATAL) {
    stop_all(supervisor, SUPERVISOR_EXIT_FATAL);
    return;
  }
  if (g_get_monotonic_time() - child->started_us >= HEALTHY_US)
    child->backoff_us = BACKOFF_MIN_US;
  schedule_restart(child);
}

/* Runs in the new process before exec: async-signal-safe calls only. */
static void set_up_child(gpointer data) {
  const pid_t *parent = data;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != *parent)
    _exit(EXIT_FAILURE); /* the supervisor died before the line above */
}

static void start_child(Child *child) {
  g_autoptr(GError) error = NULL;
  pid_t self = getpid();
  GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH;
  if (!g_spawn_async(NULL, child->argv, NULL, flags, set_up_child, &self, &child->pid, &error)) {
    child->pid = 0;
    log_child(LOG_LEVEL_ERROR, "cannot start a process", child, "error", error->message);
    if (++child->spawn_failures >= SPAWN_TRIES)
      stop_all(child->supervisor, EXIT_FAILURE);
    else
      schedule_restart(child);
    return;
  }
  child->spawn_failures = 0;
  child->started_us = g_get_monotonic_time();
  child->watch_source = g_child_watch_add(child->pid, on_child_exit, child);
  log_child(LOG_LEVEL_INFO, "process started", child, NULL, NULL);
}

static gboolean on_grace_over(gpointer data) {
  Supervisor *supervisor = data;
  supervisor->kill_source = 0;
  log_warning("processes did not end in time and are killed");
  signal_all(supervisor, SIGKILL);
  return G_SOURCE_REMOVE;
}

static void stop_all(Supervisor *supervisor, int exit_status) {
  if (supervisor->is_stopping)
    return;
  supervisor->is_stopping = true;
  supervisor->exit_status = exit_status;
  for (guint i = 0; i < supervisor->children->len; i++) {
    Child *child = g_ptr_array_index(supervisor->children, i);
    g_clear_handle_id(&child->restart_source, g_source_remove);
  }
  signal_all(supervisor, SIGTERM);
  supervisor->kill_source = g_timeout_add((guint)(supervisor->grace_us / 1000), on_grace_over, supervisor);
  if (!is_any_running(supervisor))
    g_main_loop_quit(supervisor->loop);
}

/* The first signal stops in good order, the second at once. */
static gboolean on_stop_signal(gpointer data) {
  Supervisor *supervisor = data;
  if (supervisor->is_stopping) {
    signal_all(supervisor, SIGKILL);
  } else {
    log_info("stopping");
    stop_all(supervisor, EXIT_SUCCESS);
  }
  return G_SOURCE_CONTINUE;
}

Supervisor *supervisor_new(void) {
  Supervisor *supervisor = g_new0(Supervisor, 1);
  supervisor->children = g_ptr_array_new_with_free_func(child_free);
  return supervisor;
}

void supervisor_add(Supervisor *supervisor, const char *name, const char *const *argv) {
  Child *child = g_new0(Child, 1);
  child->supervisor = supervisor;
  child->name = g_strdup(name);
  child->argv = g_strdupv((char **)argv);
  child->backoff_us = BACKOFF_MIN_US;
  g_ptr_array_add(supervisor->children, child);
}

int supervisor_run(Supervisor *supervisor, gint64 grace_us) {
  supervisor->loop = g_main_loop_new(NULL, FALSE);
  supervisor->grace_us = grace_us;
  supervisor->is_stopping = false;
  supervisor->exit_status = EXIT_SUCCESS;
  guint term_source = g_unix_signal_add(SIGTERM, on_stop_signal, supervisor);
  guint int_source = g_unix_signal_add(SIGINT, on_stop_signal, supervisor);

  for (guint i = 0; i < supervisor->children->len && !supervisor->is_stopping; i++)
    start_child(g_ptr_array_index(supervisor->children, i));
  if (!supervisor->is_stopping || is_any_running(supervisor))
    g_main_loop_run(supervisor->loop);

  g_source_remove(term_source);
  g_source_remove(int_source);
  g_clear_handle_id(&supervisor->kill_source, g_source_remove);
  g_clear_pointer(&supervisor->loop, g_main_loop_unref);
  return supervisor->exit_status;
}

void supervisor_free(Supervisor *supervisor) {
  if (!supervisor)
    return;
  g_ptr_array_unref(supervisor->children);
  g_free(supervisor);
}
