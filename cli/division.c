/* kapok division load FILE, kapok division list [CODE]: the tree of divisions. */
#include "catalog/division.h"
#include "base/log.h"
#include "cli/actor.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>

#define FILE_BYTES_MAX (64 << 20)
#define PAGE_LIMIT 500

static int usage(void) {
  text_print_error("%s", text_pick("用 kapok division load FILE 或 kapok division list [CODE]",
                                   "use kapok division load FILE or kapok division list [CODE]"));
  return CLI_EXIT_USAGE;
}

static void print_faults(const char *file, const GArray *faults) {
  for (guint i = 0; i < faults->len; i++) {
    const DivisionFault *fault = &g_array_index(faults, DivisionFault, i);
    text_print_error("%s:%" G_GINT64_FORMAT ": %s", file, (gint64)fault->line,
                     text_is_english() ? fault->message_en : fault->message_zh);
  }
}

static bool read_file(const char *file, char **ret_data, gsize *ret_size, GError **error) {
  g_autoptr(GMappedFile) mapped = g_mapped_file_new(file, FALSE, error);
  if (!mapped)
    return false;
  gsize size = g_mapped_file_get_length(mapped);
  if (size > FILE_BYTES_MAX) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                text_pick("%s 太大，不是行政区划表", "%s is too large for a table of divisions"), file);
    return false;
  }
  *ret_data = g_memdup2(mapped ? g_mapped_file_get_contents(mapped) : "", size);
  *ret_size = size;
  return true;
}

static bool load(Catalog *catalog, const char *file, bool *ret_is_whole, GError **error) {
  g_autofree char *data = NULL, *actor = cli_actor();
  gsize size = 0;
  g_autoptr(GArray) rows = NULL, faults = NULL;
  DivisionCounts counts = {0};
  if (!read_file(file, &data, &size, error) || !division_table_parse(data ? data : "", size, &rows, &faults, error))
    return false;
  print_faults(file, faults);
  *ret_is_whole = faults->len == 0;
  if (faults->len > 0)
    return true;
  if (!catalog_put_divisions(catalog, actor, rows, &counts, error))
    return false;
  printf(text_pick("新增 %" G_GINT64_FORMAT "，改名 %" G_GINT64_FORMAT "，不变 %" G_GINT64_FORMAT "\n",
                   "%" G_GINT64_FORMAT " added, %" G_GINT64_FORMAT " renamed, %" G_GINT64_FORMAT " unchanged\n"),
         (gint64)counts.added, (gint64)counts.renamed, (gint64)counts.unchanged);
  return true;
}

static bool list(Catalog *catalog, const char *below, GError **error) {
  g_autofree char *after = g_strdup("");
  for (;;) {
    g_autoptr(GArray) divisions = NULL;
    if (!catalog_walk_divisions(catalog, after, PAGE_LIMIT, &divisions, error))
      return false;
    for (guint i = 0; i < divisions->len; i++) {
      const CatalogDivision *division = &g_array_index(divisions, CatalogDivision, i);
      if (!below || division_is_within(division->code, below))
        printf("%s  %*s%s%s%s\n", division->code, 2 * (division->level - 1), "", division->name,
               *division->name_en ? "  " : "", division->name_en);
    }
    if (divisions->len < PAGE_LIMIT)
      return true;
    g_free(after);
    after = g_strdup(g_array_index(divisions, CatalogDivision, divisions->len - 1).code);
  }
}

int cli_division_run(const CliOptions *options, char *const *arguments) {
  log_init("division", options->settings.log_level, options->settings.log_format);
  bool is_load = strcmp(arguments[0], "load") == 0;
  if ((is_load && !arguments[1]) || (!is_load && strcmp(arguments[0], "list") != 0))
    return usage();
  if (!is_load && arguments[1] && division_level(arguments[1]) == 0) {
    text_print_error(text_pick("“%s”不是行政区划代码", "\"%s\" is no code of a division"), arguments[1]);
    return CLI_EXIT_USAGE;
  }
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  bool is_whole = true;
  bool is_open = is_load ? data_folder_open(options->settings.data_dir, &folder, &error)
                         : data_folder_open_existing(options->settings.data_dir, &folder, &error);
  if (!is_open || !(is_load ? load(folder.catalog, arguments[1], &is_whole, &error)
                            : list(folder.catalog, arguments[1], &error))) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  return is_whole ? CLI_EXIT_OK : CLI_EXIT_FAILURE;
}
