#include "catalog/spreadsheet.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define PROGRAM "xlsx2csv"
#define MEMORY_BYTES_MAX ((rlim_t)1 << 30)
#define PROCESSOR_SECONDS_MAX 60
#define FILES_MAX 64
#define PIECE_BYTES 65536
#define LOOK_MS 200

/* Runs in the child before the program: system calls only. */
static void limit_child(gpointer unused) {
  (void)unused;
  setrlimit(RLIMIT_AS, &(struct rlimit){MEMORY_BYTES_MAX, MEMORY_BYTES_MAX});
  setrlimit(RLIMIT_CPU, &(struct rlimit){PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX});
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){FILES_MAX, FILES_MAX});
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0);
}

static bool refuse(GError **error, GIOErrorEnum code, const char *zh, const char *en) {
  g_set_error(error, G_IO_ERROR, (int)code, "%s · %s", zh, en);
  return false;
}

typedef struct {
  int fd;
  gint64 end_us;
  SpreadsheetStopFunc should_stop;
  gpointer user_data;
} Wait;

/* True when there is something to read, or the end. */
static bool wait_for_bytes(const Wait *wait, GError **error) {
  for (;;) {
    struct pollfd look = {.fd = wait->fd, .events = POLLIN};
    int ready = poll(&look, 1, LOOK_MS);
    if (ready > 0)
      return true;
    if (ready < 0 && errno != EINTR)
      return refuse(error, G_IO_ERROR_FAILED, "读取表格失败", "the sheet cannot be read");
    if (g_get_monotonic_time() > wait->end_us)
      return refuse(error, G_IO_ERROR_TIMED_OUT, "读取表格的时间太长", "reading the sheet takes too long");
    if (wait->should_stop && wait->should_stop(wait->user_data))
      return refuse(error, G_IO_ERROR_CANCELLED, "已停止", "stopped");
  }
}

static GByteArray *read_all(const Wait *wait, gsize size_max, GError **error) {
  g_autoptr(GByteArray) text = g_byte_array_new();
  g_autofree guint8 *piece = g_malloc(PIECE_BYTES);
  while (wait_for_bytes(wait, error)) {
    ssize_t got = read(wait->fd, piece, PIECE_BYTES);
    if (got == 0)
      return g_steal_pointer(&text);
    if (got < 0 && errno != EINTR && !refuse(error, G_IO_ERROR_FAILED, "读取表格失败", "the sheet cannot be read"))
      return NULL;
    if (got > 0 && text->len + (gsize)got > size_max) {
      refuse(error, G_IO_ERROR_NO_SPACE, "表格太大", "the sheet is too large");
      return NULL;
    }
    if (got > 0)
      g_byte_array_append(text, piece, (guint)got);
  }
  return NULL;
}

static GSubprocess *start(const char *path, GError **error) {
  g_autofree char *program = g_find_program_in_path(PROGRAM);
  if (!program) {
    refuse(error, G_IO_ERROR_NOT_FOUND, "读取 .xlsx 需要程序 " PROGRAM "：请安装它，或把表格另存为 CSV",
           "reading .xlsx needs the program " PROGRAM ": install it, or save the sheet as CSV");
    return NULL;
  }
  char *environment[] = {(char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C.UTF-8", NULL};
  g_autoptr(GSubprocessLauncher) launcher =
      g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_environ(launcher, environment);
  g_subprocess_launcher_set_child_setup(launcher, limit_child, NULL, NULL);
  g_autofree char *absolute = g_canonicalize_filename(path, NULL); /* a name is no option then */
  const char *const argv[] = {program, absolute, NULL};
  return g_subprocess_launcher_spawnv(launcher, argv, error);
}

GBytes *spreadsheet_load(const char *path, gsize size_max, SpreadsheetStopFunc should_stop, gpointer user_data,
                         GError **error) {
  g_autoptr(GSubprocess) child = NULL;
  if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "没有文件 %s · there is no file %s", path, path);
    return NULL;
  }
  child = start(path, error);
  if (!child)
    return NULL;
  Wait wait = {.fd = g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(g_subprocess_get_stdout_pipe(child))),
               .end_us = g_get_monotonic_time() + SPREADSHEET_SECONDS_MAX * G_TIME_SPAN_SECOND,
               .should_stop = should_stop,
               .user_data = user_data};
  g_autoptr(GByteArray) text = read_all(&wait, size_max, error);
  if (!text)
    g_subprocess_force_exit(child);
  if (!g_subprocess_wait(child, NULL, text ? error : NULL) || !text)
    return NULL;
  if (!g_subprocess_get_successful(child)) {
    g_autofree char *name = g_path_get_basename(path);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "%s 不是能够读取的 .xlsx 表格 · %s is no .xlsx sheet that can be read", name, name);
    return NULL;
  }
  return g_byte_array_free_to_bytes(g_steal_pointer(&text));
}
