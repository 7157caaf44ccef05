/* kapok import: records from a table or JSON lines. */
#include "catalog/import.h"
#include "base/log.h"
#include "cli/actor.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool load(const char *path, RecordKind kind, ImportFile *file, GError **error) {
  ImportFormat format = IMPORT_FORMAT_CSV;
  if (!strchr(path, '.') || !import_format_find(path, &format)) {
    g_set_error(
        error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
        text_pick("%s：文件名须以 .csv、.xlsx 或 .jsonl 结尾", "%s: its name must end in .csv, .xlsx or .jsonl"),
        path);
    return false;
  }
  g_autoptr(GError) cause = NULL;
  if (import_file_load(path, format, kind, IMPORT_FILE_BYTES_MAX, file, NULL, NULL, &cause))
    return true;
  g_autofree char *reason = text_of_pair(cause->message);
  g_set_error(error, cause->domain, cause->code, "%s: %s", path, reason);
  return false;
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
  if (!load(arguments[0], kind, file, &error) || !data_folder_open(options->settings.data_dir, &folder, &error) ||
      !catalog_import(folder.catalog, actor, file, options->dry_run, show_progress, NULL, &counts, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  print_report(arguments[0], file, &counts, options->dry_run);
  return counts.failed == 0 ? CLI_EXIT_OK : CLI_EXIT_FAILURE;
}
