#include "base/log.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/take_file.h"
#include "cli/texts.h"
#include "cli/wait.h"

#include <stdio.h>

static int finish(const DataFolder *folder, const CliOptions *options, const IntakeResult *result) {
  g_autofree char *title = text_one_line(result->title);
  printf("%s\t%s\n", result->asset_id, title);
  fflush(stdout);
  if (!options->wait)
    return CLI_EXIT_OK;
  const WaitTarget target = {.asset_id = result->asset_id, .title = result->title};
  int status = wait_for_lessons(folder, options, &target, 1);
  if (status == CLI_EXIT_FAILURE)
    text_print_note(text_pick("课程仍然播放原来的内容。", "The lesson goes on playing what it had."));
  return status;
}

int cli_replace_run(const CliOptions *options, char *const *arguments) {
  LogLevel level = options->settings.log_level; // progress is drawn on the same terminal
  log_init("replace", level == LOG_LEVEL_INFO ? LOG_LEVEL_WARNING : level, options->settings.log_format);
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  IntakeRequest request = {.path = arguments[1],
                           .replaces_id = arguments[0],
                           .max_source_bytes = options->settings.max_source_bytes,
                           .quota = {options->settings.quota_bytes, options->settings.quota_lessons}};
  IntakeResult result = {0};
  take_file_catch_interrupts(true);
  bool is_taken = take_file(&folder, &request, &result, &error);
  take_file_catch_interrupts(false);
  if (take_file_is_interrupted())
    return CLI_EXIT_INTERRUPTED;
  if (!is_taken) {
    g_autofree char *shown = text_one_line(request.path);
    text_print_error(text_pick("%s：%s", "%s: %s"), shown, error->message);
    return CLI_EXIT_FAILURE;
  }
  int status = finish(&folder, options, &result);
  intake_result_clear(&result);
  return status;
}
