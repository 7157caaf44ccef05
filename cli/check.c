/* kapok check: is what lies in the data folder sound? */
#include "base/log.h"
#include "base/units.h"
#include "catalog/integrity.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/step_line.h"
#include "cli/texts.h"

#include <stdio.h>

#define UNLISTED_SHOWN_MAX 20

typedef struct {
  StepLine line;
  int64_t unlisted;
} CheckView;

static const Text FINDINGS[] = {
    [INTEGRITY_DATABASE] = {"目录库损坏", "the catalog is damaged"},
    [INTEGRITY_FOREIGN_KEY] = {"目录库缺少记录", "a row of the catalog is missing"},
    [INTEGRITY_MISSING] = {"文件缺失", "missing file"},
    [INTEGRITY_LENGTH] = {"文件长度不对", "file of another length"},
    [INTEGRITY_CONTENT] = {"文件内容被改变", "file with changed content"},
    [INTEGRITY_UNREADABLE] = {"文件无法读取", "unreadable file"},
    [INTEGRITY_UNLISTED] = {"没有登记的文件", "unlisted file"},
};

static void on_finding(const IntegrityFinding *finding, gpointer user_data) {
  CheckView *view = user_data;
  step_line_erase(&view->line);
  if (finding->kind == INTEGRITY_UNLISTED && ++view->unlisted > UNLISTED_SHOWN_MAX)
    return;
  g_autofree char *subject = text_one_line(finding->subject);
  printf("%s\t%s", text_of(&FINDINGS[finding->kind]), subject);
  if (finding->kind == INTEGRITY_LENGTH)
    printf(text_pick("\t应为 %" G_GINT64_FORMAT " 字节，实为 %" G_GINT64_FORMAT " 字节",
                     "\t%" G_GINT64_FORMAT " bytes expected, %" G_GINT64_FORMAT " found"),
           (gint64)finding->recorded_bytes, (gint64)finding->actual_bytes);
  if (finding->asset_id)
    printf(text_pick("\t媒体 %s", "\tasset %s"), finding->asset_id);
  putchar('\n');
}

static bool on_progress(int64_t done, int64_t total, int64_t done_bytes, int64_t total_bytes, gpointer user_data) {
  CheckView *view = user_data;
  step_line_draw(&view->line, text_pick("检查文件", "Checking files"), done, total, done_bytes, total_bytes);
  return false;
}

static void print_totals(const IntegrityTotals *totals, bool is_deep) {
  g_autofree char *bytes = units_format_size_short(totals->file_bytes);
  g_autofree char *unlisted = units_format_size_short(totals->unlisted_bytes);
  printf(text_pick("文件 %" G_GINT64_FORMAT " 个，共 %s", "%" G_GINT64_FORMAT " files, %s"),
         (gint64)totals->file_count, bytes);
  if (is_deep)
    printf(text_pick("，内容已核对，新记下校验和 %" G_GINT64_FORMAT " 个",
                     "; contents compared, %" G_GINT64_FORMAT " checksums recorded for the first time"),
           (gint64)totals->sealed_count);
  else if (totals->unsealed_count > 0)
    printf(text_pick("，其中 %" G_GINT64_FORMAT " 个还没有校验和", "; %" G_GINT64_FORMAT " have no checksum yet"),
           (gint64)totals->unsealed_count);
  putchar('\n');
  if (totals->unlisted_count > 0)
    printf(text_pick("没有登记的文件 %" G_GINT64_FORMAT " 个，共 %s；不是损坏，见 kapok gc\n",
                     "%" G_GINT64_FORMAT " unlisted files, %s; no damage, see kapok gc\n"),
           (gint64)totals->unlisted_count, unlisted);
  if (totals->damage_count > 0)
    printf(text_pick("发现问题 %" G_GINT64_FORMAT " 个\n", "%" G_GINT64_FORMAT " problems found\n"),
           (gint64)totals->damage_count);
  else
    puts(text_pick("完好", "All is sound"));
}

int cli_check_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  log_init("check", options->settings.log_level, options->settings.log_format);
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  CheckView view = {0};
  step_line_init(&view.line);
  IntegrityCheck check = {
      .is_deep = options->deep, .report = on_finding, .progress = on_progress, .user_data = &view};
  IntegrityTotals totals = {0};
  bool is_done = data_folder_open_existing(options->settings.data_dir, &folder, &error) &&
                 integrity_check(folder.catalog, folder.store, &check, &totals, &error);
  step_line_erase(&view.line);
  if (!is_done) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  print_totals(&totals, options->deep);
  return totals.damage_count > 0 ? CLI_EXIT_FAILURE : CLI_EXIT_OK;
}
