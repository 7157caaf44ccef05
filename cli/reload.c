#include "cli/command.h"
#include "cli/data_folder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define LOOK_US (50 * G_TIME_SPAN_MILLISECOND)
/** The supervisor gives up on the new server before that (SUPERVISOR_READY_US). */
#define WAIT_US (90 * G_TIME_SPAN_SECOND)

/** Wait until the reload after the `before`th has ended. */
static bool wait_for_outcome(const char *data_dir, unsigned before, DataFolderHolder *ret_holder, GError **error) {
  int64_t deadline_us = g_get_monotonic_time() + WAIT_US;
  while (g_get_monotonic_time() < deadline_us) {
    g_usleep(LOOK_US);
    data_folder_holder_clear(ret_holder);
    if (!data_folder_find_holder(data_dir, ret_holder, error))
      return false;
    if (ret_holder->reloads > before)
      return true;
  }
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
              text_pick("kapok serve（进程 %d）没有说明结果，请看日志",
                        "kapok serve (process %d) does not say how it ended; see the log"),
              (int)ret_holder->pid);
  return false;
}

static bool reload(const CliOptions *options, DataFolderHolder *ret_holder, GError **error) {
  const char *data_dir = options->settings.data_dir;
  if (!data_folder_find_holder(data_dir, ret_holder, error))
    return false;
  if (kill(ret_holder->pid, options->restart ? SIGUSR2 : SIGUSR1) != 0) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code),
                text_pick("无法通知 kapok serve（进程 %d）：%s", "cannot tell kapok serve (process %d): %s"),
                (int)ret_holder->pid, g_strerror(code));
    return false;
  }
  return wait_for_outcome(data_dir, ret_holder->reloads, ret_holder, error);
}

int cli_reload_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  g_autoptr(GError) error = NULL;
  g_auto(DataFolderHolder) holder = {0};
  if (!reload(options, &holder, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  if (!holder.is_reload_good) {
    text_print_error(text_pick("一切照旧：%s", "all stays as it was: %s"), holder.reload_message);
    return CLI_EXIT_FAILURE;
  }
  if (*holder.reload_message)
    text_print_note("%s", holder.reload_message);
  puts(options->restart ? text_pick("已重新启动，没有中断连接", "restarted, no connection was cut")
                        : text_pick("已采用新的设置", "the new settings are taken over"));
  return CLI_EXIT_OK;
}
