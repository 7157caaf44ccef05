#include "base/log.h"
#include "base/units.h"
#include "catalog/course.h"
#include "catalog/intake.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"
#include "cli/wait.h"

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

/** While files are copied; the waiting installs handlers of its own. */
static void catch_interrupts(bool catch_them) {
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

/** Take in one file; `number` 0 stands for a title without a number. */
static bool take_file(const DataFolder *folder, const CliOptions *options, const CatalogWord *category,
                      const char *path, size_t number, IntakeResult *ret_result, GError **error) {
  if (!check_file(path, error))
    return false;
  const char *title = cli_option_text(options->title);
  g_autofree char *numbered = title && number > 0 ? g_strdup_printf("%s %zu", title, number) : NULL;
  IntakeRequest request = {
      .path = path,
      .title = numbered ? numbered : title,
      .summary = cli_option_text(options->summary),
      .category = category ? category->slug : NULL,
      .institution = cli_option_text(options->institution),
      .max_source_bytes = options->settings.max_source_bytes,
  };
  CopyView view = {.path = path, .drawn_us = g_get_monotonic_time()};
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
  bool is_taken =
      intake_file(folder->catalog, folder->store, &request, on_copy, &view, ret_result, warnings, error);
  if (view.is_drawn)
    fputs("\r\033[K", stderr);
  for (guint i = 0; i < warnings->len; i++)
    text_print_note(text_pick("注意：%s", "warning: %s"), (const char *)g_ptr_array_index(warnings, i));
  return is_taken;
}

static void clear_result(gpointer data) {
  intake_result_clear(data);
}

/** Take in all files and print a line for each; the results of those taken go into `results`. True when all were. */
static bool take_files(const DataFolder *folder, const CliOptions *options, const CatalogWord *category,
                       char *const *paths, GArray *results) {
  bool is_good = true;
  bool is_single = !paths[1];
  for (size_t i = 0; paths[i] && !is_interrupted; i++) {
    g_autoptr(GError) error = NULL;
    IntakeResult result = {0};
    if (!take_file(folder, options, category, paths[i], is_single ? 0 : i + 1, &result, &error)) {
      g_autofree char *shown = text_one_line(paths[i]);
      if (!is_interrupted)
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
  catch_interrupts(true);
  bool is_good = take_files(&folder, options, category, arguments, results);
  catch_interrupts(false);
  if (is_interrupted)
    return CLI_EXIT_INTERRUPTED;
  int status = CLI_EXIT_OK;
  if (options->wait && results->len > 0)
    status = wait_for_results(&folder, options, results);
  return status == CLI_EXIT_OK && !is_good ? CLI_EXIT_FAILURE : status;
}
