#include "cli/options.h"

#include <string.h>

static const OptionSpec OWN_OPTIONS[] = {
    {.name = "config",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(CliOptions, config),
     .default_text = "",
     .value_name = "FILE",
     .help = "Config file; what the command line says goes before it."},
    {.name = "title",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, title),
     .default_text = "",
     .value_name = "TEXT",
     .help = "Title of the course."},
    {.name = "summary",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, summary),
     .default_text = "",
     .value_name = "TEXT",
     .help = "Summary of the course."},
    {.name = "category",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, category),
     .default_text = "",
     .value_name = "NAME",
     .help = "One of the nine categories."},
    {.name = "institution",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, institution),
     .default_text = "",
     .value_name = "NAME",
     .help = "Institution that owns the course."},
    {.name = "kind",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, kind),
     .default_text = "",
     .value_name = "KIND",
     .help = "Kind of records."},
    {.name = "wait",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, wait),
     .default_text = "no",
     .help = "Wait until the lessons are whole."},
    {.name = "all",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, all),
     .default_text = "no",
     .help = "Every lesson that is being made."},
    {.name = "explain",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(CliOptions, explain),
     .default_text = "",
     .value_name = "FILE",
     .help = "Tell what would be made of FILE, without making it."},
    {.name = "json",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, json),
     .default_text = "no",
     .help = "Print JSON."},
    {.name = "deep",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, deep),
     .default_text = "no",
     .help = "Read every stored file and compare its checksum."},
    {.name = "keep",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(CliOptions, keep),
     .default_text = "7",
     .min = 1,
     .max = 10000,
     .value_name = "N",
     .help = "How many backups stay in the folder, the new one included."},
    {.name = "copy",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, copy),
     .default_text = "no",
     .help = "Copy files also where they could share their bytes with the original."},
    {.name = "verify",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, verify),
     .default_text = "no",
     .help = "Read every file of the backup again and compare its checksum."},
    {.name = "list",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, list),
     .default_text = "no",
     .help = "List the backups."},
    {.name = "snapshot",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, snapshot),
     .default_text = "",
     .value_name = "NAME",
     .help = "Which backup; else the newest."},
    {.name = "media",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(CliOptions, media),
     .default_text = "",
     .value_name = "FILE",
     .help = "A video that every course shows."},
    {.name = "courses",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(CliOptions, courses),
     .default_text = "",
     .value_name = "FILE",
     .help = "The courses, as JSON lines."},
    {.name = "role",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, role),
     .default_text = "",
     .value_name = "ROLE[@PLACE]",
     .help = "A role of the person."},
    {.name = "division",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, division),
     .default_text = "",
     .value_name = "CODE",
     .help = "Division where the person lives or works."},
    {.name = "remove",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, remove),
     .default_text = "no",
     .help = "Take the role away."},
    {.name = "dry-run",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, dry_run),
     .default_text = "no",
     .help = "Change nothing, only tell."},
    {.name = "restart",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(CliOptions, restart),
     .default_text = "no",
     .help = "Start workers anew too."},
    {.name = "grace",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(CliOptions, grace_us),
     .default_text = "7d",
     .min = 0,
     .max = 3650 * INT64_C(86400000000),
     .value_name = "DURATION",
     .help = "What is younger stays."},
    {.name = "size",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, size),
     .default_text = "",
     .value_name = "SIZE",
     .help = "How much may be stored."},
    {.name = "lessons",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(CliOptions, lessons),
     .default_text = "",
     .value_name = "N",
     .help = "How many lessons there may be."},
};

static bool is_own(const char *const *own, const char *name) {
  return strcmp(name, "config") == 0 || (own && g_strv_contains(own, name));
}

/** The settings' table followed by the command's own options. */
static GArray *build_table(const char *const *own) {
  size_t count;
  const OptionSpec *settings = settings_option_table(&count);
  GArray *table = g_array_new(FALSE, FALSE, sizeof(OptionSpec));
  g_array_append_vals(table, settings, (guint)count);
  for (size_t i = 0; i < G_N_ELEMENTS(OWN_OPTIONS); i++)
    if (is_own(own, OWN_OPTIONS[i].name))
      g_array_append_val(table, OWN_OPTIONS[i]);
  return table;
}

static CliOptions *new_with_defaults(void) {
  CliOptions *options = g_new0(CliOptions, 1);
  size_t count;
  const OptionSpec *settings = settings_option_table(&count);
  option_table_set_defaults(settings, count, options);
  option_table_set_defaults(OWN_OPTIONS, G_N_ELEMENTS(OWN_OPTIONS), options);
  return options;
}

void cli_options_free(CliOptions *options) {
  if (!options)
    return;
  size_t count;
  const OptionSpec *settings = settings_option_table(&count);
  option_table_clear(settings, count, options);
  option_table_clear(OWN_OPTIONS, G_N_ELEMENTS(OWN_OPTIONS), options);
  g_strfreev(options->given);
  g_free(options);
}

/** Take the options of `arguments` into `options`; `ret_positional` may be NULL. */
static bool take_arguments(CliOptions *options, const GArray *table, char *const *arguments, char ***ret_positional,
                           GError **error) {
  g_auto(GStrv) owned = g_strdupv((char **)arguments);
  g_autofree char **left = g_memdup2(owned, (g_strv_length(owned) + 1) * sizeof *owned);
  if (!option_table_parse_args((const OptionSpec *)(void *)table->data, table->len, options, left, NULL, error))
    return false;
  if (!ret_positional)
    return true;
  GPtrArray *positional = g_ptr_array_new();
  bool is_after_dashes = false;
  for (char **at = left; *at; at++) {
    if (!is_after_dashes && strcmp(*at, "--") == 0)
      is_after_dashes = true;
    else
      g_ptr_array_add(positional, g_strdup(*at));
  }
  g_ptr_array_add(positional, NULL);
  *ret_positional = (char **)g_ptr_array_free(positional, FALSE);
  return true;
}

CliOptions *cli_options_parse(char *const *arguments, const char *const *own, char ***ret_positional,
                              GError **error) {
  g_autoptr(GArray) table = build_table(own);
  // The command line is read twice: once to learn the config file's name, then again on top of what that file says.
  g_autoptr(CliOptions) first = new_with_defaults();
  if (!take_arguments(first, table, arguments, NULL, error))
    return NULL;
  g_autoptr(CliOptions) options = new_with_defaults();
  if (cli_option_text(first->config)) {
    size_t count;
    const OptionSpec *settings = settings_option_table(&count);
    if (!option_table_load_file(settings, count, options, first->config, error))
      return NULL;
  }
  if (!take_arguments(options, table, arguments, ret_positional, error) ||
      !settings_check(&options->settings, error))
    return NULL;
  options->given = g_strdupv((char **)arguments);
  return g_steal_pointer(&options);
}

void cli_options_append_settings(const CliOptions *options, GPtrArray *argv) {
  size_t count;
  const OptionSpec *settings = settings_option_table(&count);
  g_autoptr(CliOptions) defaults = new_with_defaults();
  for (size_t i = 0; i < count; i++) {
    g_autofree char *value = option_table_format_value(&settings[i], options);
    g_autofree char *default_value = option_table_format_value(&settings[i], defaults);
    if (strcmp(value, default_value) != 0)
      g_ptr_array_add(argv, g_strdup_printf("--%s=%s", settings[i].name, value));
  }
}

const char *cli_option_text(const char *value) {
  return value && *value ? value : NULL;
}
