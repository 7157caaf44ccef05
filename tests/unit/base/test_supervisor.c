#include "base/supervisor.h"

#include "base/handed_sockets.h"
#include "base/listener.h"
#include "base/log.h"
#include "base/path.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_US (5 * G_USEC_PER_SEC)

typedef struct {
  char *folder;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data) {
  (void)data;
  fixture->folder = g_dir_make_tmp("kapok-supervisor-XXXXXX", NULL);
  g_assert_nonnull(fixture->folder);
}

static void tear_down(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_assert_true(path_remove_tree(fixture->folder, NULL));
  g_free(fixture->folder);
}

/* `script` sees the folder of the fixture as $1. */
static void add_shell(Supervisor *supervisor, const Fixture *fixture, const char *name, const char *script) {
  const char *const argv[] = {"/bin/sh", "-c", script, name, fixture->folder, NULL};
  supervisor_add(supervisor, name, argv);
}

static char *read_file(const char *folder, const char *name) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  char *text = NULL;
  return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static pid_t read_pid(const char *folder, const char *name) {
  g_autofree char *text = read_file(folder, name);
  return (pid_t)atoi(text);
}

/* Gone, or dead and waiting for init to take it. */
static bool is_dead(pid_t pid) {
  g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return true;
  const char *state = strrchr(text, ')');
  return state && (state[2] == 'Z' || state[2] == 'X');
}

static bool dies_soon(pid_t pid) {
  for (int i = 0; i < 250 && !is_dead(pid); i++)
    g_usleep(20000);
  return is_dead(pid);
}

typedef struct {
  const char *folder;
  const char *name; /* when this file has `length` bytes, stop */
  size_t length;
  int signal;
  unsigned ticks;
} StopWhen;

static gboolean on_tick(gpointer data) {
  StopWhen *when = data;
  g_autofree char *text = read_file(when->folder, when->name);
  g_assert_cmpuint(when->ticks++, <, 1000);
  if (strlen(text) < when->length)
    return G_SOURCE_CONTINUE;
  kill(getpid(), when->signal);
  return G_SOURCE_REMOVE;
}

static gboolean on_restart_signal(gpointer data) {
  supervisor_restart(data, 0);
  return G_SOURCE_CONTINUE;
}

/* A child that fails is started again, later each time; another is left alone. */
static void test_supervisor_restarts(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "crasher", "printf x >> $1/crashes; kill -9 $$");
  add_shell(supervisor, fixture, "steady", "printf x >> $1/steady; exec sleep 60");
  StopWhen when = {.folder = fixture->folder, .name = "crashes", .length = 3, .signal = SIGTERM};
  g_timeout_add(20, on_tick, &when);
  gint64 started_us = g_get_monotonic_time();
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, EXIT_SUCCESS);
  gint64 took_us = g_get_monotonic_time() - started_us;
  g_assert_cmpint(took_us, >=, 3 * G_USEC_PER_SEC / 2); /* 0.5 s and 1 s */
  g_autofree char *crashes = read_file(fixture->folder, "crashes");
  g_autofree char *steady = read_file(fixture->folder, "steady");
  g_assert_cmpstr(crashes, ==, "xxx");
  g_assert_cmpstr(steady, ==, "x");
}

/* Grandchildren end too, even those that ignore SIGTERM. */
static void test_supervisor_stops_groups(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "parent",
            "(trap '' TERM; while :; do sleep 0.1; done) & echo $! > $1/stubborn\n"
            "sleep 60 & echo $! > $1/plain; printf x > $1/ready; wait");
  StopWhen when = {.folder = fixture->folder, .name = "ready", .length = 1, .signal = SIGINT};
  g_timeout_add(20, on_tick, &when);
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, EXIT_SUCCESS);
  g_assert_cmpint(read_pid(fixture->folder, "stubborn"), >, 1);
  g_assert_true(dies_soon(read_pid(fixture->folder, "stubborn")));
  g_assert_true(dies_soon(read_pid(fixture->folder, "plain")));
}

/* A child that ignores SIGTERM is killed after the grace time. */
static void test_supervisor_kills_after_grace(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "deaf",
            "trap '' TERM; echo $$ > $1/pid; printf x > $1/ready; while :; do sleep 0.1; done");
  StopWhen when = {.folder = fixture->folder, .name = "ready", .length = 1, .signal = SIGTERM};
  g_timeout_add(20, on_tick, &when);
  gint64 started_us = g_get_monotonic_time();
  g_assert_cmpint(supervisor_run(supervisor, G_USEC_PER_SEC / 2), ==, EXIT_SUCCESS);
  g_assert_cmpint(g_get_monotonic_time() - started_us, >=, G_USEC_PER_SEC / 2);
  g_assert_true(dies_soon(read_pid(fixture->folder, "pid")));
}

static void test_supervisor_fatal(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "steady", "echo $$ > $1/pid; exec sleep 60");
  add_shell(supervisor, fixture, "wrong",
            "while [ ! -s $1/pid ]; do sleep 0.02; done; printf x >> $1/runs; exit 78");
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, SUPERVISOR_EXIT_FATAL);
  g_autofree char *runs = read_file(fixture->folder, "runs");
  g_assert_cmpstr(runs, ==, "x");
  g_assert_true(dies_soon(read_pid(fixture->folder, "pid")));
}

/* What a crashed child leaves behind is killed before it is started again. */
static void test_supervisor_sweeps_after_crash(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "crasher",
            "[ -e $1/orphan ] && { printf x > $1/second; exec sleep 60; }\n"
            "sleep 60 & echo $! > $1/orphan; kill -9 $$");
  StopWhen when = {.folder = fixture->folder, .name = "second", .length = 1, .signal = SIGTERM};
  g_timeout_add(20, on_tick, &when);
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, EXIT_SUCCESS);
  g_assert_true(dies_soon(read_pid(fixture->folder, "orphan")));
}

static void test_supervisor_gives_up_on_missing_program(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  g_autofree char *program = g_build_filename(fixture->folder, "missing", NULL);
  const char *const argv[] = {program, NULL};
  supervisor_add(supervisor, "missing", argv);
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, EXIT_FAILURE);
}

static int run_in_child(const Fixture *fixture) {
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "steady", "echo $$ > $1/pid; printf x > $1/ready; exec sleep 60");
  return supervisor_run(supervisor, GRACE_US);
}

/* kill -9 of the supervisor takes its children along. */
static void test_supervisor_death_signal(Fixture *fixture, gconstpointer data) {
  (void)data;
  pid_t pid = fork();
  if (pid == 0)
    _exit(run_in_child(fixture));
  g_assert_cmpint(pid, >, 0);
  for (int i = 0; i < 500 && read_pid(fixture->folder, "pid") == 0; i++)
    g_usleep(20000);
  pid_t child = read_pid(fixture->folder, "pid");
  g_assert_cmpint(child, >, 1);
  g_assert_false(is_dead(child));
  kill(pid, SIGKILL);
  g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
  g_assert_true(dies_soon(child));
}

typedef struct {
  Supervisor *supervisor;
  const Fixture *fixture;
  unsigned ticks, asked, ended, done;
} HandOver;

static void on_hand_over_end(gpointer data, bool is_done) {
  HandOver *hand_over = data;
  hand_over->ended++;
  hand_over->done += is_done;
  if (!is_done)
    kill(getpid(), SIGTERM);
}

/* Once one process is up: hand over to a second one, then to a third one, which will fail. */
static gboolean on_hand_over_tick(gpointer data) {
  HandOver *hand_over = data;
  g_autofree char *up = read_file(hand_over->fixture->folder, "up");
  g_assert_cmpuint(hand_over->ticks++, <, 1500);
  g_autofree char *left = read_file(hand_over->fixture->folder, "left");
  /* as many are up as were asked for, and all but the last one have left */
  if (hand_over->asked < 2 && strlen(up) == hand_over->asked + 1 && strlen(left) == hand_over->ended &&
      hand_over->ended == hand_over->asked) {
    g_assert_true(supervisor_hand_over(hand_over->supervisor, 0, on_hand_over_end, hand_over));
    g_assert_false(supervisor_hand_over(hand_over->supervisor, 0, on_hand_over_end, hand_over));
    hand_over->asked++;
  }
  return G_SOURCE_CONTINUE;
}

/* The new process takes over when it says so, with the same socket; one that fails changes nothing. */
static void test_supervisor_hand_over(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  g_autoptr(GArray) sockets = handed_sockets_new();
  int fd = listener_open("127.0.0.1:0", NULL);
  g_assert_cmpint(fd, >=, 0);
  add_shell(
      supervisor, fixture, "server",
      "[ $LISTEN_PID -eq $$ ] && [ $LISTEN_FDS = 1 ] && [ $LISTEN_FDNAMES = http ] && [ -S /dev/fd/3 ] || exit 78\n"
      "trap 'printf x >> $1/left; exit 0' USR2\n"
      "[ \"$(cat $1/up 2>/dev/null)\" = xx ] && exit 78\n"
      "printf x >> $1/up; eval \"printf 1 >&$KAPOK_READY_FD\"; while :; do sleep 0.05; done");
  handed_sockets_add(sockets, "http", fd);
  supervisor_set_sockets(supervisor, 0, sockets);
  HandOver hand_over = {.supervisor = supervisor, .fixture = fixture};
  guint source = g_timeout_add(20, on_hand_over_tick, &hand_over);
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, EXIT_SUCCESS);
  g_source_remove(source);
  g_assert_cmpuint(hand_over.ended, ==, 2);
  g_assert_cmpuint(hand_over.done, ==, 1);
  g_autofree char *left = read_file(fixture->folder, "left");
  g_assert_cmpstr(left, ==, "x");
  close(fd);
}

/* Ended when asked to, and started anew without the pause of a crash. */
static void test_supervisor_restart(Fixture *fixture, gconstpointer data) {
  (void)data;
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_shell(supervisor, fixture, "worker", "printf x >> $1/runs; exec sleep 60");
  StopWhen first = {.folder = fixture->folder, .name = "runs", .length = 1, .signal = SIGUSR1};
  StopWhen second = {.folder = fixture->folder, .name = "runs", .length = 2, .signal = SIGTERM};
  g_timeout_add(20, on_tick, &first);
  g_timeout_add(20, on_tick, &second);
  guint source = g_unix_signal_add(SIGUSR1, on_restart_signal, supervisor);
  g_assert_cmpint(supervisor_run(supervisor, GRACE_US), ==, EXIT_SUCCESS);
  g_source_remove(source);
}

#define ADD(name, function) g_test_add("/base/supervisor/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
  ADD("death_signal", test_supervisor_death_signal); /* first: it forks while there is one thread */
  ADD("restarts", test_supervisor_restarts);
  ADD("stops_groups", test_supervisor_stops_groups);
  ADD("kills_after_grace", test_supervisor_kills_after_grace);
  ADD("fatal", test_supervisor_fatal);
  ADD("sweeps_after_crash", test_supervisor_sweeps_after_crash);
  ADD("hand_over", test_supervisor_hand_over);
  ADD("restart", test_supervisor_restart);
  ADD("gives_up_on_missing_program", test_supervisor_gives_up_on_missing_program);
  return g_test_run();
}
