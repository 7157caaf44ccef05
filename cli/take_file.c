#include "cli/take_file.h"

#include "base/units.h"
#include "cli/texts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_DRAW_INTERVAL_US (G_TIME_SPAN_SECOND / 5)

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number) {
  (void)number;
  is_interrupted = 1;
}

void take_file_catch_interrupts(bool catch_them) {
  struct sigaction action = {.sa_handler = catch_them ? on_interrupt : SIG_DFL};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

typedef struct {
  const char *path;
  int64_t drawn_us; /**< monotonic time of the last drawing */
  bool is_drawn;
} CopyView;

static bool on_copy(int64_t done_bytes, int64_t total_bytes, gpointer user_data) {
  CopyView *view = user_data;
  int64_t now_us = g_get_monotonic_time();
  if (isatty(STDERR_FILENO) && now_us - view->drawn_us >= COPY_DRAW_INTERVAL_US) {
    g_autofree char *name = g_path_get_basename(view->path);
    g_autofree char *shown = text_one_line(name);
    g_autofree char *done = units_format_size_short(done_bytes);
    g_autofree char *total = units_format_size_short(total_bytes);
    int percent = total_bytes > 0 ? (int)(100 * ((double)done_bytes / (double)total_bytes)) : 100;
    fprintf(stderr, text_pick("\r\033[K正在复制 %3d%%（%s / %s）%s", "\r\033[KCopying %3d%% (%s of %s) %s"),
            percent, done, total, shown);
    view->drawn_us = now_us;
    view->is_drawn = true;
  }
  return !is_interrupted;
}

/** What can be said of the file before it is taken in; the text is in the chosen language. */
static bool check_file(const char *path, GError **error) {
  struct stat status;
  const char *problem = NULL;
  if (stat(path, &status) != 0)
    problem = errno == ENOENT ? text_pick("找不到文件", "no such file") : g_strerror(errno);
  else if (S_ISDIR(status.st_mode))
    problem = text_pick("这是文件夹，不是文件", "this is a folder, not a file");
  else if (!S_ISREG(status.st_mode))
    problem = text_pick("这不是普通文件", "this is not a regular file");
  else if (access(path, R_OK) != 0)
    problem = text_pick("没有读取权限", "no permission to read it");
  if (!problem)
    return true;
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, problem);
  return false;
}

bool take_file_is_interrupted(void) {
  return is_interrupted;
}

bool take_file(const DataFolder *folder, const IntakeRequest *request, IntakeResult *ret_result, GError **error) {
  if (!check_file(request->path, error))
    return false;
  CopyView view = {.path = request->path, .drawn_us = g_get_monotonic_time()};
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
  bool is_taken = intake_file(folder->catalog, folder->store, request, on_copy, &view, ret_result, warnings, error);
  if (view.is_drawn)
    fputs("\r\033[K", stderr);
  for (guint i = 0; i < warnings->len; i++)
    text_print_note(text_pick("注意：%s", "warning: %s"), (const char *)g_ptr_array_index(warnings, i));
  return is_taken;
}
