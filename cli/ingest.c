#include "base/log.h"
#include "catalog/course.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/take_file.h"
#include "cli/texts.h"
#include "cli/wait.h"

#include <stdio.h>

/** Take in one file; `number` 0 stands for a title without a number. */
static bool take_numbered(const DataFolder *folder, const CliOptions *options, const CatalogWord *category,
                          const char *path, size_t number, IntakeResult *ret_result, GError **error) {
  const char *title = cli_option_text(options->title);
  g_autofree char *numbered = title && number > 0 ? g_strdup_printf("%s %zu", title, number) : NULL;
  IntakeRequest request = {
      .path = path,
      .title = numbered ? numbered : title,
      .summary = cli_option_text(options->summary),
      .category = category ? category->slug : NULL,
      .institution = cli_option_text(options->institution),
      .max_source_bytes = options->settings.max_source_bytes,
      .quota = {options->settings.quota_bytes, options->settings.quota_lessons},
  };
  return take_file(folder, &request, ret_result, error);
}

static void clear_result(gpointer data) {
  intake_result_clear(data);
}

/** Take in all files and print a line for each; the results of those taken go into `results`. True when all were. */
static bool take_files(const DataFolder *folder, const CliOptions *options, const CatalogWord *category,
                       char *const *paths, GArray *results) {
  bool is_good = true;
  bool is_single = !paths[1];
  for (size_t i = 0; paths[i] && !take_file_is_interrupted(); i++) {
    g_autoptr(GError) error = NULL;
    IntakeResult result = {0};
    if (!take_numbered(folder, options, category, paths[i], is_single ? 0 : i + 1, &result, &error)) {
      g_autofree char *shown = text_one_line(paths[i]);
      if (!take_file_is_interrupted())
        text_print_error(text_pick("%s：%s", "%s: %s"), shown, error->message);
      is_good = false;
      continue;
    }
    g_autofree char *title = text_one_line(result.title);
    printf("%s\t%s\n", result.asset_id, title);
    fflush(stdout);
    g_array_append_val(results, result);
  }
  return is_good;
}

static int wait_for_results(const DataFolder *folder, const CliOptions *options, const GArray *results) {
  g_autofree WaitTarget *targets = g_new0(WaitTarget, results->len);
  for (guint i = 0; i < results->len; i++) {
    const IntakeResult *result = &g_array_index(results, IntakeResult, i);
    targets[i] = (WaitTarget){.asset_id = result->asset_id, .title = result->title};
  }
  return wait_for_lessons(folder, options, targets, results->len);
}

static int refuse_category(const char *name) {
  size_t count;
  const CatalogWord *words = catalog_categories(&count);
  text_print_error(text_pick("没有类别“%s”。九个类别：", "no category \"%s\"; the nine are:"), name);
  for (size_t i = 0; i < count; i++)
    text_print_note("  %s  %s  %s", words[i].slug, words[i].zh, words[i].en);
  return CLI_EXIT_USAGE;
}

int cli_ingest_run(const CliOptions *options, char *const *arguments) {
  // Progress is drawn on the same terminal: the events of a usual run are left out.
  LogLevel level = options->settings.log_level;
  log_init("ingest", level == LOG_LEVEL_INFO ? LOG_LEVEL_WARNING : level, options->settings.log_format);
  size_t word_count;
  const CatalogWord *words = catalog_categories(&word_count);
  const char *category_name = cli_option_text(options->category);
  const CatalogWord *category = category_name ? catalog_find_word(words, word_count, category_name) : NULL;
  if (category_name && !category)
    return refuse_category(category_name);

  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  if (!data_folder_open(options->settings.data_dir, &folder, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  g_autoptr(GArray) results = g_array_new(FALSE, FALSE, sizeof(IntakeResult));
  g_array_set_clear_func(results, clear_result);
  take_file_catch_interrupts(true);
  bool is_good = take_files(&folder, options, category, arguments, results);
  take_file_catch_interrupts(false);
  if (take_file_is_interrupted())
    return CLI_EXIT_INTERRUPTED;
  int status = CLI_EXIT_OK;
  if (options->wait && results->len > 0)
    status = wait_for_results(&folder, options, results);
  return status == CLI_EXIT_OK && !is_good ? CLI_EXIT_FAILURE : status;
}
