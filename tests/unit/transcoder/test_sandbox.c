/** What a child that was taken over by its input would try. Each attempt runs in a process of its own. */

#include "base/path.h"
#include "transcoder/error.h"
#include "transcoder/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char *work_dir, *other_dir;

/** Returns 0 when the attempt ended as it should. */
typedef int (*Attempt)(void);

static int run_inside(Attempt attempt) {
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    GError *error = NULL;
    if (!sandbox_enter(work_dir, parent, &error)) {
      fprintf(stderr, "%s\n", error->message);
      _exit(99);
    }
    _exit(attempt());
  }
  int status = 0;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int read_other_source(void) {
  g_autofree char *path = g_build_filename(other_dir, "source", NULL);
  return open(path, O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int write_elsewhere(void) {
  g_autofree char *path = g_build_filename(other_dir, "new", NULL);
  return open(path, O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES ? 0 : 1;
}

static int read_passwords(void) {
  return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int write_work(void) {
  g_autofree char *path = g_build_filename(work_dir, "span.m4s", NULL);
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  return fd >= 0 && write(fd, "x", 1) == 1 ? 0 : 1;
}

static int read_library(void) {
  return open("/usr/bin/env", O_RDONLY) >= 0 ? 0 : 1;
}

static int open_socket(void) {
  return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM ? 0 : 1;
}

static int run_program(void) {
  char *const argv[] = {(char *)"true", NULL};
  return execv("/bin/true", argv) < 0 && errno == EPERM ? 0 : 1;
}

static int signal_parent(void) {
  return kill(getppid(), 0) < 0 && errno == EPERM ? 0 : 1;
}

static int make_process(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0; /* sanitizers need processes of their own */
#else
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  return child < 0 && errno == EPERM ? 0 : 1;
#endif
}

static gpointer add_one(gpointer value) {
  ++*(int *)value;
  return NULL;
}

static int make_thread(void) {
  int value = 0;
  g_thread_join(g_thread_new("t", add_one, &value));
  return value == 1 ? 0 : 1;
}

static int gain_privileges(void) {
  struct rlimit core;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0
             ? 0
             : 1;
}

static void test_sandbox_files(void) {
  if (!sandbox_has_file_wall()) {
    g_test_skip("this kernel has no Landlock");
    return;
  }
  g_assert_cmpint(run_inside(read_other_source), ==, 0);
  g_assert_cmpint(run_inside(write_elsewhere), ==, 0);
  g_assert_cmpint(run_inside(read_passwords), ==, 0);
}

static void test_sandbox_calls(void) {
  g_assert_cmpint(run_inside(open_socket), ==, 0);
  g_assert_cmpint(run_inside(run_program), ==, 0);
  g_assert_cmpint(run_inside(signal_parent), ==, 0);
  g_assert_cmpint(run_inside(make_process), ==, 0);
  g_assert_cmpint(run_inside(gain_privileges), ==, 0);
}

static void test_sandbox_allows_work(void) {
  g_assert_cmpint(run_inside(write_work), ==, 0);
  g_assert_cmpint(run_inside(read_library), ==, 0);
  g_assert_cmpint(run_inside(make_thread), ==, 0);
}

/** A worker that is not the parent (any more) is a worker that is gone. */
static void test_sandbox_orphan(void) {
  pid_t child = fork();
  if (child == 0) {
    g_autoptr(GError) error = NULL;
    bool entered = sandbox_enter(work_dir, 1, &error);
    _exit(!entered && g_error_matches(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED) ? 0 : 1);
  }
  int status = 0;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  work_dir = g_dir_make_tmp("kapok-sandbox-XXXXXX", NULL);
  other_dir = g_dir_make_tmp("kapok-sandbox-XXXXXX", NULL);
  g_autofree char *source = g_build_filename(other_dir, "source", NULL);
  g_assert_true(g_file_set_contents(source, "secret", -1, NULL));
  g_test_add_func("/sandbox/files", test_sandbox_files);
  g_test_add_func("/sandbox/calls", test_sandbox_calls);
  g_test_add_func("/sandbox/allows-work", test_sandbox_allows_work);
  g_test_add_func("/sandbox/orphan", test_sandbox_orphan);
  int result = g_test_run();
  path_remove_tree(work_dir, NULL);
  path_remove_tree(other_dir, NULL);
  g_free(work_dir);
  g_free(other_dir);
  return result;
}
