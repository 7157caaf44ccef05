/* kapok gc: stored files that nothing refers to go. */
#include "base/log.h"
#include "base/units.h"
#include "catalog/sweep.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>

static void on_found(const char *key, int64_t size_bytes, gpointer user_data) {
  const CliOptions *options = user_data;
  g_autofree char *size = units_format_size_short(size_bytes);
  printf("%s\t%s\t%s\n", options->dry_run ? text_pick("可以删除", "would go") : text_pick("已删除", "removed"), key,
         size);
}

static void print_totals(const SweepTotals *totals, bool is_dry_run) {
  g_autofree char *bytes = units_format_size_short(totals->file_bytes);
  fputs(is_dry_run ? text_pick("可以删除：", "Would go: ") : text_pick("已删除：", "Removed: "), stdout);
  printf(text_pick("文件 %" G_GINT64_FORMAT " 个，共 %s；其中课时已删除的媒体 %" G_GINT64_FORMAT " 个\n",
                   "%" G_GINT64_FORMAT " files, %s; among them %" G_GINT64_FORMAT " media of deleted lessons\n"),
         (gint64)totals->file_count, bytes, (gint64)totals->asset_count);
  if (totals->young_count > 0)
    printf(text_pick("还没有过宽限期的文件 %" G_GINT64_FORMAT " 个\n",
                     "%" G_GINT64_FORMAT " files are younger than the grace time\n"),
           (gint64)totals->young_count);
}

int cli_gc_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  log_init("gc", options->settings.log_level, options->settings.log_format);
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  SweepRequest request = {.grace_us = options->grace_us,
                          .is_dry_run = options->dry_run,
                          .found = on_found,
                          .user_data = (gpointer)options};
  SweepTotals totals = {0};
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error) ||
      !sweep_collect(folder.catalog, folder.store, &request, &totals, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  if (totals.is_held) {
    text_print_error(text_pick("正在备份，现在不能删除文件", "a backup runs: no files can be removed now"));
    return CLI_EXIT_FAILURE;
  }
  print_totals(&totals, options->dry_run);
  return CLI_EXIT_OK;
}
