/* kapok backup and kapok restore. */
#include "catalog/backup.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/step_line.h"
#include "cli/texts.h"

#include <signal.h>
#include <stdio.h>

#define PROBLEMS_SHOWN_MAX 100

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number) {
  (void)number;
  is_interrupted = 1;
}

static void catch_interrupts(void) {
  struct sigaction action = {.sa_handler = on_interrupt};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

typedef struct {
  StepLine line;
  int problems;
} BackupView;

static void on_problem(BackupProblem problem, const char *key, const char *message, gpointer user_data) {
  static const Text words[] = {
      [BACKUP_PROBLEM_MISSING] = {"文件缺失", "missing file"},
      [BACKUP_PROBLEM_DAMAGED] = {"文件损坏", "damaged file"},
      [BACKUP_PROBLEM_FAILED] = {"文件无法处理", "file that cannot be handled"},
  };
  BackupView *view = user_data;
  step_line_erase(&view->line);
  if (++view->problems > PROBLEMS_SHOWN_MAX)
    return;
  g_autofree char *shown = text_one_line(message);
  text_print_note("%s\t%s\t%s", text_of(&words[problem]), key, shown);
}

static bool on_progress(BackupStep step, int64_t done, int64_t total, int64_t done_bytes, int64_t total_bytes,
                        gpointer user_data) {
  static const Text words[] = {
      [BACKUP_STEP_CATALOG] = {"复制目录库", "Copying the catalog"},
      [BACKUP_STEP_FILES] = {"复制文件", "Copying files"},
      [BACKUP_STEP_VERIFY] = {"核对文件", "Verifying files"},
  };
  BackupView *view = user_data;
  step_line_draw(&view->line, text_of(&words[step]), done, total, done_bytes, total_bytes);
  return is_interrupted;
}

static int finish(BackupView *view, bool is_done, int64_t problem_count, const GError *error) {
  step_line_erase(&view->line);
  if (is_interrupted)
    return CLI_EXIT_INTERRUPTED;
  if (!is_done) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  if (problem_count == 0)
    return CLI_EXIT_OK;
  text_print_error(text_pick("%" G_GINT64_FORMAT " 个文件没有包括在内，见上",
                             "%" G_GINT64_FORMAT " files are left out, see above"),
                   (gint64)problem_count);
  return CLI_EXIT_FAILURE;
}

static void print_backup(const BackupResult *result) {
  g_autofree char *bytes = units_format_size_short(result->file_bytes);
  g_autofree char *fresh = units_format_size_short(result->new_bytes);
  printf(text_pick("备份 %s：文件 %" G_GINT64_FORMAT " 个，共 %s；新增 %" G_GINT64_FORMAT " 个，%s",
                   "Backup %s: %" G_GINT64_FORMAT " files, %s; %" G_GINT64_FORMAT " new, %s"),
         result->snapshot, (gint64)result->file_count, bytes, (gint64)result->new_count, fresh);
  if (result->linked_count > 0)
    printf(text_pick("（其中 %" G_GINT64_FORMAT " 个和原文件共用存储）",
                     " (%" G_GINT64_FORMAT " of them share their bytes with the original)"),
           (gint64)result->linked_count);
  putchar('\n');
  if (result->removed_snapshots > 0)
    printf(text_pick("删除旧备份 %" G_GINT64_FORMAT " 个\n", "%" G_GINT64_FORMAT " old backups removed\n"),
           (gint64)result->removed_snapshots);
}

int cli_backup_run(const CliOptions *options, char *const *arguments) {
  LogLevel level = options->settings.log_level;
  log_init("backup", level == LOG_LEVEL_INFO ? LOG_LEVEL_WARNING : level, options->settings.log_format);
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  BackupView view = {0};
  step_line_init(&view.line);
  BackupRequest request = {
      .destination = arguments[0],
      .keep = (int)options->keep,
      .is_copy = options->copy,
      .is_verified = options->verify,
      .watcher = {.problem = on_problem, .progress = on_progress, .user_data = &view},
  };
  BackupResult result = {0};
  catch_interrupts();
  bool is_done = data_folder_open_existing(options->settings.data_dir, &folder, &error) &&
                 backup_run(folder.catalog, folder.store, &request, &result, &error);
  step_line_erase(&view.line);
  if (is_done)
    print_backup(&result);
  return finish(&view, is_done, result.problem_count, error);
}

static int list_snapshots(const char *destination) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) names = NULL;
  if (!backup_list_snapshots(destination, &names, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  for (guint i = 0; i < names->len; i++)
    puts(names->pdata[i]);
  return CLI_EXIT_OK;
}

int cli_restore_run(const CliOptions *options, char *const *arguments) {
  log_init("restore", options->settings.log_level, options->settings.log_format);
  if (options->list)
    return list_snapshots(arguments[0]);
  g_autoptr(GError) error = NULL;
  BackupView view = {0};
  step_line_init(&view.line);
  BackupWatcher watcher = {.problem = on_problem, .progress = on_progress, .user_data = &view};
  RestoreResult result = {0};
  catch_interrupts();
  bool is_done = backup_restore(arguments[0], cli_option_text(options->snapshot), options->settings.data_dir,
                                &watcher, &result, &error);
  step_line_erase(&view.line);
  if (is_done) {
    g_autofree char *bytes = units_format_size_short(result.file_bytes);
    printf(text_pick("已从备份 %s 恢复到 %s：文件 %" G_GINT64_FORMAT " 个，共 %s\n",
                     "Backup %s is restored to %s: %" G_GINT64_FORMAT " files, %s\n"),
           result.snapshot, options->settings.data_dir, (gint64)result.file_count, bytes);
  }
  return finish(&view, is_done, result.problem_count, error);
}
