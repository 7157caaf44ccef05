/* kapok import: records from a table or JSON lines. */
#include "catalog/import.h"
#include "base/log.h"
#include "cli/actor.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/spreadsheet.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has_end(const char *file, const char *end) {
  g_autofree char *lower = g_ascii_strdown(file, -1);
  return g_str_has_suffix(lower, end);
}

static GBytes *read_file(const char *file, GError **error) {
  g_autoptr(GMappedFile) mapped = g_mapped_file_new(file, FALSE, error);
  if (!mapped)
    return NULL;
  if (g_mapped_file_get_length(mapped) > IMPORT_FILE_BYTES_MAX) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, text_pick("%s 太大", "%s is too large"), file);
    return NULL;
  }
  return g_mapped_file_get_bytes(mapped);
}

static bool parse(const char *path, RecordKind kind, ImportFile *file, GError **error) {
  bool is_sheet = has_end(path, ".xlsx"), is_table = is_sheet || has_end(path, ".csv");
  if (!is_table && !has_end(path, ".jsonl") && !has_end(path, ".ndjson")) {
    g_set_error(
        error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
        text_pick("%s：文件名须以 .csv、.xlsx 或 .jsonl 结尾", "%s: its name must end in .csv, .xlsx or .jsonl"),
        path);
    return false;
  }
  g_autoptr(GBytes) bytes =
      is_sheet ? spreadsheet_load(path, IMPORT_FILE_BYTES_MAX, error) : read_file(path, error);
  if (!bytes)
    return false;
  gsize size = 0;
  const char *data = g_bytes_get_data(bytes, &size);
  return is_table ? import_table_parse(kind, data ? data : "", size, file, error)
                  : import_lines_parse(kind, data ? data : "", size, file, error);
}

static void show_progress(int64_t done, int64_t total, gpointer user_data) {
  (void)user_data;
  if (isatty(STDERR_FILENO))
    fprintf(stderr, "\r%" G_GINT64_FORMAT " / %" G_GINT64_FORMAT "%s", (gint64)done, (gint64)total,
            done == total ? "\n" : "");
}

static int compare_faults(gconstpointer a, gconstpointer b) {
  int64_t first = ((const ImportFault *)a)->line, second = ((const ImportFault *)b)->line;
  return (first > second) - (first < second);
}

static void print_report(const char *path, ImportFile *file, const ImportCounts *counts, bool is_dry_run) {
  g_array_sort(file->faults, compare_faults);
  for (guint i = 0; i < file->faults->len; i++) {
    const ImportFault *fault = &g_array_index(file->faults, ImportFault, i);
    text_print_error("%s:%" G_GINT64_FORMAT ": %s", path, (gint64)fault->line,
                     text_is_english() ? fault->message_en : fault->message_zh);
  }
  if (is_dry_run)
    printf("%s", text_pick("试运行，没有改动：", "Dry run, nothing is changed: "));
  printf(text_pick("新增 %" G_GINT64_FORMAT "，修改 %" G_GINT64_FORMAT "，不变 %" G_GINT64_FORMAT
                   "，有错 %" G_GINT64_FORMAT "\n",
                   "%" G_GINT64_FORMAT " created, %" G_GINT64_FORMAT " updated, %" G_GINT64_FORMAT
                   " unchanged, %" G_GINT64_FORMAT " wrong\n"),
         (gint64)counts->created, (gint64)counts->updated, (gint64)counts->unchanged, (gint64)counts->failed);
  if (file->passed_over > 0)
    printf(text_pick("跳过课时和附件 %" G_GINT64_FORMAT " 行：它们随备份恢复\n",
                     "%" G_GINT64_FORMAT " lines of lessons and attachments passed over: backups bring them\n"),
           (gint64)file->passed_over);
}

int cli_import_run(const CliOptions *options, char *const *arguments) {
  log_init("import", options->settings.log_level, options->settings.log_format);
  const char *kind_name = cli_option_text(options->kind);
  RecordKind kind = RECORD_COURSE;
  if (kind_name && (!record_spec_find(kind_name, &kind) || kind == RECORD_ATTACHMENT)) {
    text_print_error(
        text_pick("没有“%s”这一类；有 courses、institutions、lecturers、rooms、collections",
                  "there is no kind %s; there are courses, institutions, lecturers, rooms, collections"),
        kind_name);
    return CLI_EXIT_USAGE;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(ImportFile) file = import_file_new();
  g_auto(DataFolder) folder = {0};
  g_autofree char *actor = cli_actor();
  ImportCounts counts = {0};
  if (!parse(arguments[0], kind, file, &error) || !data_folder_open(options->settings.data_dir, &folder, &error) ||
      !catalog_import(folder.catalog, actor, file, options->dry_run, show_progress, NULL, &counts, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  print_report(arguments[0], file, &counts, options->dry_run);
  return counts.failed == 0 ? CLI_EXIT_OK : CLI_EXIT_FAILURE;
}
