#include "transcoder/child_process.h"

#include "base/log.h"
#include "transcoder/error.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STDERR_TAIL_BYTES 2000

struct ChildProcess {
  GPid pid;     /**< 0 once waited for */
  int input_fd; /**< -1 once all has been said */
  int output_fd, stderr_fd;
  GString *output; /**< bytes not yet given out as lines */
  GString *stderr_tail;
};

static bool write_line(int fd, const char *line) {
  size_t size = strlen(line), done = 0;
  while (done < size) {
    ssize_t wrote = write(fd, line + done, size - done);
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return false;
    done += (size_t)wrote;
  }
  return true;
}

static void close_input(ChildProcess *child) {
  if (child->input_fd >= 0)
    close(child->input_fd);
  child->input_fd = -1;
}

static void send_request(ChildProcess *child, const Request *request) {
  g_autofree char *line = request_to_json(request);
  if (!write_line(child->input_fd, line))
    log_warning("the child did not take its request");
  if (!request->may_go_on)
    close_input(child);
}

bool child_process_send_next(ChildProcess *child, int64_t span_index) {
  g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT "\n", span_index);
  bool is_taken = span_index >= 0 && child->input_fd >= 0 && write_line(child->input_fd, line);
  if (span_index < 0)
    close_input(child);
  return is_taken;
}

/** What a child does, for those who look at the list of processes: "span-3". The child itself does not read it. */
static char *describe_task(const Request *request) {
  return g_strdup_printf("%s-%" G_GINT64_FORMAT, job_kind_name(request->kind), request->span_index);
}

ChildProcess *child_process_start(const Request *request, int source_fd, GError **error) {
  return child_process_start_program("/proc/self/exe", request, source_fd, error);
}

ChildProcess *child_process_start_program(const char *program, const Request *request, int source_fd,
                                          GError **error) {
  g_autofree char *task = describe_task(request);
  const char *argv[] = {program, "kapok-transcoder", "child", task, NULL};
  const int target_fd = REQUEST_SOURCE_FD;
  GPid pid;
  int input_fd, output_fd, stderr_fd;
  g_autoptr(GError) cause = NULL;
  if (!g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO,
                                        NULL, NULL, -1, -1, -1, &source_fd, &target_fd, 1, &pid, &input_fd,
                                        &output_fd, &stderr_fd, &cause)) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_CRASHED, "the child does not start: %s", cause->message);
    return NULL;
  }
  ChildProcess *child = g_new0(ChildProcess, 1);
  child->pid = pid;
  child->input_fd = input_fd;
  child->output_fd = output_fd;
  child->stderr_fd = stderr_fd;
  child->output = g_string_new(NULL);
  child->stderr_tail = g_string_new(NULL);
  send_request(child, request);
  return child;
}

static bool take_line(ChildProcess *child, char **ret_line) {
  char *end = memchr(child->output->str, '\n', child->output->len);
  if (end == NULL)
    return false;
  gssize length = end - child->output->str;
  *ret_line = g_strndup(child->output->str, (gsize)length);
  g_string_erase(child->output, 0, length + 1);
  return true;
}

/** Read what is there; false at the end of the stream. */
static bool read_some(int fd, GString *into) {
  char buffer[16384];
  ssize_t got;
  do {
    got = read(fd, buffer, sizeof buffer);
  } while (got < 0 && errno == EINTR);
  if (got > 0)
    g_string_append_len(into, buffer, got);
  return got > 0;
}

static void read_stderr(ChildProcess *child) {
  if (!read_some(child->stderr_fd, child->stderr_tail)) {
    close(child->stderr_fd);
    child->stderr_fd = -1;
  }
  if (child->stderr_tail->len > STDERR_TAIL_BYTES)
    g_string_erase(child->stderr_tail, 0, (gssize)child->stderr_tail->len - STDERR_TAIL_BYTES);
}

ChildSays child_process_listen(ChildProcess *child, int timeout_ms, int wake_fd, char **ret_line) {
  gint64 deadline_us = g_get_monotonic_time() + timeout_ms * (gint64)1000;
  while (!take_line(child, ret_line)) {
    if (child->output_fd < 0 || child->output->len > CHILD_LINE_MAX)
      return CHILD_SAYS_END;
    gint64 left_us = deadline_us - g_get_monotonic_time();
    struct pollfd fds[] = {{child->output_fd, POLLIN, 0}, {child->stderr_fd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
    int ready = poll(fds, 3, (int)MAX(left_us / 1000, 0));
    if (ready < 0 && errno != EINTR)
      return CHILD_SAYS_END;
    if (ready <= 0 || fds[2].revents != 0)
      return CHILD_SAYS_NOTHING;
    if (fds[1].revents != 0)
      read_stderr(child);
    if (fds[0].revents != 0 && !read_some(child->output_fd, child->output)) {
      close(child->output_fd);
      child->output_fd = -1;
    }
  }
  return CHILD_SAYS_LINE;
}

static int reap(ChildProcess *child) {
  int status = 0;
  while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
    ;
  child->pid = 0;
  return status;
}

bool child_process_wait(ChildProcess *child, GError **error) {
  if (child->output_fd >= 0)
    kill(child->pid, SIGKILL); /* it said too much */
  while (child->stderr_fd >= 0)
    read_stderr(child);
  int status = reap(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return true;
  g_autofree char *said = g_utf8_make_valid(g_strstrip(child->stderr_tail->str), -1);
  if (WIFSIGNALED(status))
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_CRASHED, "the child died of %s%s%s",
                g_strsignal(WTERMSIG(status)), *said != '\0' ? ": " : "", said);
  else
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_CRASHED, "the child exited with %d%s%s",
                WEXITSTATUS(status), *said != '\0' ? ": " : "", said);
  return false;
}

void child_process_free(ChildProcess *child) {
  if (child == NULL)
    return;
  if (child->pid != 0) {
    kill(child->pid, SIGKILL);
    reap(child);
  }
  close_input(child);
  if (child->output_fd >= 0)
    close(child->output_fd);
  if (child->stderr_fd >= 0)
    close(child->stderr_fd);
  g_string_free(child->output, TRUE);
  g_string_free(child->stderr_tail, TRUE);
  g_free(child);
}
