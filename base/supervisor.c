/* Each child leads a process group of its own, so that what it started ends with it: when the child is gone, the
 * rest of its group is killed. A child that ends while the supervisor is not stopping is started again after a
 * delay, which doubles from BACKOFF_MIN_US to BACKOFF_MAX_US and starts anew once a child has lived HEALTHY_US.
 *
 * A child is one process, or for the time of a hand-over several: the current one, the next one that is not ready yet, and
 * earlier ones that are leaving.
 */
#include "base/supervisor.h"

#include "base/handed_sockets.h"
#include "base/log.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BACKOFF_MIN_US (G_USEC_PER_SEC / 2)
#define BACKOFF_MAX_US (30 * G_USEC_PER_SEC)
#define HEALTHY_US (60 * G_USEC_PER_SEC)
#define SPAWN_TRIES 4 /* in a row; then the supervisor gives up */

#define FIRST_HANDED_FD 3
#define PID_DIGITS 10

typedef struct Child Child;

typedef enum { ROLE_CURRENT, ROLE_NEXT, ROLE_LEAVING } Role;

typedef struct {
  Child *child;
  Role role;
  GPid pid;
  gint64 started_us;
  guint watch_source;
  guint timer_source; /* until a next one must be ready, a leaving one gone */
  guint ready_source;
  int ready_fd; /* the next one's word comes here; -1 */
} Process;

struct Child {
  Supervisor *supervisor;
  char *name;
  char **argv;
  GArray *sockets;      /* HandedSocket */
  GPtrArray *processes; /* Process */
  gint64 backoff_us;    /* before the next start */
  unsigned spawn_failures;
  bool is_restart_wanted; /* the current one was told to end */
  guint restart_source;
  SupervisorHandOverFunc on_hand_over; /* while one is under way */
  gpointer hand_over_data;
};

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

static void process_free(gpointer data) {
  Process *process = data;
  g_clear_handle_id(&process->watch_source, g_source_remove);
  g_clear_handle_id(&process->timer_source, g_source_remove);
  g_clear_handle_id(&process->ready_source, g_source_remove);
  if (process->ready_fd >= 0)
    close(process->ready_fd);
  g_free(process);
}

static void child_free(gpointer data) {
  Child *child = data;
  g_clear_handle_id(&child->restart_source, g_source_remove);
  g_ptr_array_unref(child->processes);
  g_array_unref(child->sockets);
  g_free(child->name);
  g_strfreev(child->argv);
  g_free(child);
}

static void log_process(LogLevel level, const char *message, const Process *process, const char *name,
                        const char *value) {
  g_autofree char *pid = g_strdup_printf("%d", (int)process->pid);
  const char *const fields[] = {"process", process->child->name, "pid", pid, name, value, NULL};
  log_event(level, message, fields);
}

static Process *find_process(const Child *child, Role role) {
  for (guint i = 0; i < child->processes->len; i++) {
    Process *process = g_ptr_array_index(child->processes, i);
    if (process->role == role)
      return process;
  }
  return NULL;
}

static Child *child_at(const Supervisor *supervisor, guint index) {
  return g_ptr_array_index(supervisor->children, index);
}

static bool is_any_running(const Supervisor *supervisor) {
  for (guint i = 0; i < supervisor->children->len; i++) {
    if (child_at(supervisor, i)->processes->len > 0)
      return true;
  }
  return false;
}

static void signal_process(const Process *process, int number) {
  kill(-process->pid, number);
}

static void signal_all(const Supervisor *supervisor, int number) {
  for (guint i = 0; i < supervisor->children->len; i++) {
    const Child *child = child_at(supervisor, i);
    for (guint j = 0; j < child->processes->len; j++)
      signal_process(g_ptr_array_index(child->processes, j), number);
  }
}

static gboolean on_restart(gpointer data) {
  Child *child = data;
  child->restart_source = 0;
  start_child(child);
  return G_SOURCE_REMOVE;
}

static void schedule_restart(Child *child) {
  if (child->is_restart_wanted) {
    child->is_restart_wanted = false;
    child->restart_source = g_idle_add(on_restart, child);
    return;
  }
  child->restart_source = g_timeout_add((guint)(child->backoff_us / 1000), on_restart, child);
  child->backoff_us = MIN(child->backoff_us * 2, BACKOFF_MAX_US);
}

static void log_exit(const Process *process, int wait_status, bool is_expected) {
  LogLevel level = is_expected ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
  g_autofree char *value = NULL;
  if (WIFSIGNALED(wait_status)) {
    value = g_strdup_printf("%d (%s)", WTERMSIG(wait_status), g_strsignal(WTERMSIG(wait_status)));
    log_process(level, "process ended by a signal", process, "signal", value);
  } else {
    value = g_strdup_printf("%d", WEXITSTATUS(wait_status));
    log_process(level, "process exited", process, "status", value);
  }
}

static void end_hand_over(Child *child, bool is_done) {
  SupervisorHandOverFunc on_end = child->on_hand_over;
  child->on_hand_over = NULL;
  if (on_end)
    on_end(child->hand_over_data, is_done);
}

/* The current process of a child is gone. */
static void replace_current(Child *child, gint64 started_us) {
  if (find_process(child, ROLE_NEXT))
    return; /* it takes its place when it is ready, or its end comes back here */
  if (g_get_monotonic_time() - started_us >= HEALTHY_US)
    child->backoff_us = BACKOFF_MIN_US;
  schedule_restart(child);
}

static void on_process_exit(GPid pid, gint wait_status, gpointer data) {
  Process *process = data;
  Child *child = process->child;
  Supervisor *supervisor = child->supervisor;
  Role role = process->role;
  gint64 started_us = process->started_us;
  bool is_expected = supervisor->is_stopping || role == ROLE_LEAVING || child->is_restart_wanted;
  kill(-pid, SIGKILL); /* what it left behind */
  log_exit(process, wait_status, is_expected);
  g_spawn_close_pid(pid);
  process->watch_source = 0;
  g_ptr_array_remove(child->processes, process);

  if (supervisor->is_stopping) {
    if (!is_any_running(supervisor))
      g_main_loop_quit(supervisor->loop);
    return;
  }
  if (role == ROLE_NEXT) {
    log_warning("the new process did not come up; the old one goes on");
    end_hand_over(child, false);
    if (!find_process(child, ROLE_CURRENT) && child->restart_source == 0)
      schedule_restart(child);
  } else if (role == ROLE_CURRENT) {
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SUPERVISOR_EXIT_FATAL)
      stop_all(supervisor, SUPERVISOR_EXIT_FATAL);
    else
      replace_current(child, started_us);
  }
}

/* What the new process needs before exec. */
typedef struct {
  pid_t parent;
  char *pid_text; /* PID_DIGITS digits in its environment, or NULL */
} SetUp;

/* Runs in the new process before exec: async-signal-safe calls only. Its environment is its own copy already. */
static void set_up_process(gpointer data) {
  const SetUp *set_up = data;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != set_up->parent)
    _exit(EXIT_FAILURE); /* the supervisor died before the line above */
  pid_t pid = getpid();
  for (int i = PID_DIGITS - 1; set_up->pid_text && i >= 0; i--, pid /= 10)
    set_up->pid_text[i] = (char)('0' + pid % 10);
}

/* The environment of a process with sockets and a descriptor for its word. */
static char **make_environment(const Child *child, int ready_fd, char **ret_pid_text) {
  static const char pid_variable[] = "LISTEN_PID=";
  char **environment = g_get_environ();
  g_autoptr(GString) names = g_string_new(NULL);
  for (guint i = 0; i < child->sockets->len; i++)
    g_string_append_printf(names, "%s%s", i > 0 ? ":" : "", g_array_index(child->sockets, HandedSocket, i).name);
  g_autofree char *count = g_strdup_printf("%u", child->sockets->len);
  g_autofree char *ready = g_strdup_printf("%d", ready_fd);
  environment = g_environ_setenv(environment, "LISTEN_FDS", count, TRUE);
  environment = g_environ_setenv(environment, "LISTEN_FDNAMES", names->str, TRUE);
  environment = g_environ_setenv(environment, HANDED_SOCKETS_READY_VARIABLE, ready, TRUE);
  environment = g_environ_setenv(environment, "LISTEN_PID", "0000000000", TRUE);
  for (char **at = environment; *at; at++)
    if (g_str_has_prefix(*at, pid_variable))
      *ret_pid_text = *at + strlen(pid_variable);
  return environment;
}

/* Start a process of the child, with its sockets from descriptor 3 on and the writing end of `pipe` after them. */
static bool spawn(const Child *child, int ready_write_fd, GPid *ret_pid, GError **error) {
  int sources[HANDED_SOCKETS_MAX + 1], targets[HANDED_SOCKETS_MAX + 1];
  guint count = MIN(child->sockets->len, HANDED_SOCKETS_MAX);
  SetUp set_up = {.parent = getpid()};
  for (guint i = 0; i < count; i++)
    sources[i] = g_array_index(child->sockets, HandedSocket, i).fd;
  sources[count] = ready_write_fd;
  for (guint i = 0; i <= count; i++)
    targets[i] = FIRST_HANDED_FD + (int)i;
  g_auto(GStrv) environment =
      count > 0 ? make_environment(child, targets[count], &set_up.pid_text) : g_get_environ();
  GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH;
  return g_spawn_async_with_pipes_and_fds(
      NULL, (const gchar *const *)child->argv, (const gchar *const *)environment, flags, set_up_process, &set_up,
      -1, -1, -1, sources, targets, count > 0 ? count + 1 : 0, ret_pid, NULL, NULL, NULL, error);
}

/* NULL when it cannot be started, which is logged. */
static Process *start_process(Child *child, Role role) {
  g_autoptr(GError) error = NULL;
  int ready[2] = {-1, -1};
  Process *process = g_new0(Process, 1);
  process->child = child;
  process->role = role;
  process->ready_fd = -1;
  bool is_started = g_unix_open_pipe(ready, FD_CLOEXEC, &error) && spawn(child, ready[1], &process->pid, &error);
  if (ready[1] >= 0)
    close(ready[1]);
  process->ready_fd = ready[0];
  if (!is_started) {
    log_process(LOG_LEVEL_ERROR, "cannot start a process", process, "error", error->message);
    process_free(process);
    return NULL;
  }
  process->started_us = g_get_monotonic_time();
  process->watch_source = g_child_watch_add(process->pid, on_process_exit, process);
  g_ptr_array_add(child->processes, process);
  log_process(LOG_LEVEL_INFO, "process started", process, NULL, NULL);
  return process;
}

static void start_child(Child *child) {
  if (start_process(child, ROLE_CURRENT)) {
    child->spawn_failures = 0;
    return;
  }
  if (++child->spawn_failures >= SPAWN_TRIES)
    stop_all(child->supervisor, EXIT_FAILURE);
  else
    schedule_restart(child);
}

static gboolean on_leave_over(gpointer data) {
  Process *process = data;
  process->timer_source = 0;
  log_process(LOG_LEVEL_WARNING, "the process does not leave and is killed", process, NULL, NULL);
  signal_process(process, SIGKILL);
  return G_SOURCE_REMOVE;
}

static gboolean on_ready_over(gpointer data) {
  Process *process = data;
  process->timer_source = 0;
  log_process(LOG_LEVEL_WARNING, "the new process is not ready in time and is killed", process, NULL, NULL);
  signal_process(process, SIGKILL);
  return G_SOURCE_REMOVE;
}

/* A byte: the next process is ready. End of file: it never will be, and its exit is seen elsewhere. */
static gboolean on_ready_word(gint fd, GIOCondition condition, gpointer data) {
  (void)condition;
  Process *next = data;
  Child *child = next->child;
  char word;
  next->ready_source = 0;
  if (read(fd, &word, 1) != 1 || child->supervisor->is_stopping)
    return G_SOURCE_REMOVE;
  g_clear_handle_id(&next->timer_source, g_source_remove);
  Process *old = find_process(child, ROLE_CURRENT);
  next->role = ROLE_CURRENT;
  if (old) {
    old->role = ROLE_LEAVING;
    old->timer_source = g_timeout_add((guint)(SUPERVISOR_LEAVE_US / 1000), on_leave_over, old);
    kill(old->pid, SIGUSR2);
  }
  log_process(LOG_LEVEL_INFO, "the new process has taken over", next, NULL, NULL);
  end_hand_over(child, true);
  return G_SOURCE_REMOVE;
}

bool supervisor_hand_over(Supervisor *supervisor, unsigned process, SupervisorHandOverFunc on_end,
                          gpointer user_data) {
  Child *child = child_at(supervisor, process);
  if (!supervisor->loop || supervisor->is_stopping || find_process(child, ROLE_NEXT) ||
      !find_process(child, ROLE_CURRENT))
    return false;
  Process *next = start_process(child, ROLE_NEXT);
  if (!next)
    return false;
  child->on_hand_over = on_end;
  child->hand_over_data = user_data;
  next->ready_source = g_unix_fd_add(next->ready_fd, G_IO_IN | G_IO_HUP, on_ready_word, next);
  next->timer_source = g_timeout_add((guint)(SUPERVISOR_READY_US / 1000), on_ready_over, next);
  return true;
}

void supervisor_restart(Supervisor *supervisor, unsigned process) {
  Child *child = child_at(supervisor, process);
  const Process *current = find_process(child, ROLE_CURRENT);
  if (supervisor->is_stopping || !current)
    return;
  child->is_restart_wanted = true;
  kill(current->pid, SIGTERM);
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
    Child *child = child_at(supervisor, i);
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

unsigned supervisor_add(Supervisor *supervisor, const char *name, const char *const *argv) {
  Child *child = g_new0(Child, 1);
  child->supervisor = supervisor;
  child->name = g_strdup(name);
  child->argv = g_strdupv((char **)argv);
  child->backoff_us = BACKOFF_MIN_US;
  child->sockets = handed_sockets_new();
  child->processes = g_ptr_array_new_with_free_func(process_free);
  g_ptr_array_add(supervisor->children, child);
  return supervisor->children->len - 1;
}

void supervisor_set_argv(Supervisor *supervisor, unsigned process, const char *const *argv) {
  Child *child = child_at(supervisor, process);
  g_strfreev(child->argv);
  child->argv = g_strdupv((char **)argv);
}

void supervisor_set_sockets(Supervisor *supervisor, unsigned process, const GArray *sockets) {
  Child *child = child_at(supervisor, process);
  g_array_set_size(child->sockets, 0);
  for (guint i = 0; i < sockets->len; i++) {
    const HandedSocket *socket = &g_array_index(sockets, HandedSocket, i);
    handed_sockets_add(child->sockets, socket->name, socket->fd);
  }
}

int supervisor_run(Supervisor *supervisor, gint64 grace_us) {
  supervisor->loop = g_main_loop_new(NULL, FALSE);
  supervisor->grace_us = grace_us;
  supervisor->is_stopping = false;
  supervisor->exit_status = EXIT_SUCCESS;
  guint term_source = g_unix_signal_add(SIGTERM, on_stop_signal, supervisor);
  guint int_source = g_unix_signal_add(SIGINT, on_stop_signal, supervisor);

  for (guint i = 0; i < supervisor->children->len && !supervisor->is_stopping; i++)
    start_child(child_at(supervisor, i));
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
