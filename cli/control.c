/* pause, resume, cancel and retry: an operator's hand on lessons that are being made. */
#include "catalog/control.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>

typedef struct {
  const char *name;
  bool (*one)(Catalog *catalog, const char *asset_id, GError **error);
  bool (*all)(Catalog *catalog, int64_t *ret_count, GError **error); /**< NULL: there is no --all */
  Text done;                                                         /**< what is said of a lesson then */
} Control;

static const Control PAUSE = {"pause", catalog_pause_asset, catalog_pause_all, {"已暂停", "paused"}};
static const Control RESUME = {"resume", catalog_resume_asset, catalog_resume_all, {"继续转码", "goes on"}};
static const Control CANCEL = {"cancel", catalog_cancel_asset, NULL, {"已取消", "cancelled"}};
static const Control RETRY = {"retry", catalog_retry_asset, NULL, {"重新排队", "queued again"}};

/** True when it went well for every asset. */
static bool control_each(const Control *control, const DataFolder *folder, char *const *asset_ids) {
  bool is_good = true;
  for (; *asset_ids; asset_ids++) {
    g_autoptr(GError) error = NULL;
    if (control->one(folder->catalog, *asset_ids, &error)) {
      printf("%s\t%s\n", *asset_ids, text_of(&control->done));
    } else {
      text_print_error("%s", error->message);
      is_good = false;
    }
  }
  return is_good;
}

static bool control_all(const Control *control, const DataFolder *folder) {
  g_autoptr(GError) error = NULL;
  int64_t count = 0;
  if (!control->all(folder->catalog, &count, &error)) {
    text_print_error("%s", error->message);
    return false;
  }
  printf(text_pick("%" G_GINT64_FORMAT " 节课\t%s\n", "%" G_GINT64_FORMAT " lessons\t%s\n"), (gint64)count,
         text_of(&control->done));
  return true;
}

static int run(const Control *control, const CliOptions *options, char *const *arguments) {
  log_init(control->name, options->settings.log_level, options->settings.log_format);
  if (control->all && options->all == (*arguments != NULL)) {
    text_print_error(text_pick("给出媒体编号，或者 --all", "name assets, or --all"));
    text_print_error(text_pick("见 kapok %s --help", "see kapok %s --help"), control->name);
    return CLI_EXIT_USAGE;
  }
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  bool is_good = options->all ? control_all(control, &folder) : control_each(control, &folder, arguments);
  return is_good ? CLI_EXIT_OK : CLI_EXIT_FAILURE;
}

int cli_pause_run(const CliOptions *options, char *const *arguments) {
  return run(&PAUSE, options, arguments);
}

int cli_resume_run(const CliOptions *options, char *const *arguments) {
  return run(&RESUME, options, arguments);
}

int cli_cancel_run(const CliOptions *options, char *const *arguments) {
  return run(&CANCEL, options, arguments);
}

int cli_retry_run(const CliOptions *options, char *const *arguments) {
  return run(&RETRY, options, arguments);
}
