/* kapok quota: what institutions have and may have. */
#include "catalog/quota.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>

#define NAME_CELLS 28
#define BYTES_CELLS 24
#define DEFAULT_WORD "default"

static void print_cells(const char *text, int cells) {
  g_autofree char *fitted = text_fit(text, cells);
  printf("%s  ", fitted);
}

static char *format_bytes(const QuotaUsage *usage) {
  g_autofree char *used = units_format_size_short(usage->source_bytes + usage->derived_bytes);
  g_autofree char *limit = units_format_size_short(usage->quota.bytes_max);
  const char *mark = usage->has_own_bytes ? " *" : "";
  return usage->quota.bytes_max > 0 ? g_strdup_printf("%s / %s%s", used, limit, mark)
                                    : g_strdup_printf("%s%s", used, mark);
}

static void print_usage(const QuotaUsage *usage) {
  g_autofree char *bytes = format_bytes(usage);
  print_cells(*usage->institution ? usage->institution : text_pick("（没有机构）", "(no institution)"), NAME_CELLS);
  print_cells(bytes, BYTES_CELLS);
  printf("%" G_GINT64_FORMAT, (gint64)usage->lesson_count);
  if (usage->quota.lessons_max > 0)
    printf(" / %" G_GINT64_FORMAT, (gint64)usage->quota.lessons_max);
  puts(usage->has_own_lessons ? " *" : "");
}

static bool list_usage(Catalog *catalog, const Settings *settings, GError **error) {
  g_autoptr(GArray) list = NULL;
  Quota defaults = {settings->quota_bytes, settings->quota_lessons};
  if (!catalog_list_usage(catalog, &defaults, &list, error))
    return false;
  print_cells(text_pick("机构", "institution"), NAME_CELLS);
  print_cells(text_pick("存储", "stored"), BYTES_CELLS);
  puts(text_pick("课时", "lessons"));
  bool has_own = false;
  for (guint i = 0; i < list->len; i++) {
    const QuotaUsage *usage = &g_array_index(list, QuotaUsage, i);
    print_usage(usage);
    has_own |= usage->has_own_bytes || usage->has_own_lessons;
  }
  if (has_own)
    puts(text_pick("* 单独设定", "* set for this institution"));
  return true;
}

/** A limit of the command line: "default" takes it back, NULL leaves it as it is. */
static bool parse_size(const char *text, int64_t *limit, GError **error) {
  if (text && strcmp(text, DEFAULT_WORD) == 0)
    *limit = QUOTA_AS_SETTINGS;
  else if (text)
    return units_parse_size(text, limit, error);
  return true;
}

static bool parse_count(const char *text, int64_t *limit, GError **error) {
  if (text && strcmp(text, DEFAULT_WORD) == 0)
    *limit = QUOTA_AS_SETTINGS;
  else if (text)
    return g_ascii_string_to_signed(text, 10, 0, G_MAXINT32, limit, error);
  return true;
}

static bool set_quota(Catalog *catalog, const CliOptions *options, const char *institution, GError **error) {
  Quota quota = {0};
  if (!catalog_load_quota(catalog, institution, &quota, error) ||
      !parse_size(cli_option_text(options->size), &quota.bytes_max, error) ||
      !parse_count(cli_option_text(options->lessons), &quota.lessons_max, error))
    return false;
  return catalog_set_quota(catalog, institution, quota.bytes_max, quota.lessons_max, error);
}

int cli_quota_run(const CliOptions *options, char *const *arguments) {
  log_init("quota", options->settings.log_level, options->settings.log_format);
  bool has_limit = cli_option_text(options->size) || cli_option_text(options->lessons);
  if (has_limit != (arguments[0] != NULL)) {
    text_print_error(text_pick("设定配额需要机构名称，以及 --size 或 --lessons",
                               "to set a quota name an institution, and --size or --lessons"));
    return CLI_EXIT_USAGE;
  }
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error) ||
      (has_limit && !set_quota(folder.catalog, options, arguments[0], &error)) ||
      !list_usage(folder.catalog, &options->settings, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  return CLI_EXIT_OK;
}
