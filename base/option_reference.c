/* The printed forms of an option table: Markdown reference and --help. */
#include "base/option_table.h"
#include "base/option_value.h"

#include <string.h>

#define HELP_COLUMN 32
#define HELP_WIDTH 100

static const char *const type_names[] = {
    [OPTION_TYPE_STRING] = "text",    [OPTION_TYPE_PATH] = "path",         [OPTION_TYPE_ADDRESS] = "address",
    [OPTION_TYPE_BOOL] = "yes or no", [OPTION_TYPE_ENUM] = "one of",       [OPTION_TYPE_INT] = "whole number",
    [OPTION_TYPE_SIZE] = "size",      [OPTION_TYPE_DURATION] = "duration", [OPTION_TYPE_BITRATE] = "bit rate",
};

static void append_type(GString *out, const OptionSpec *spec) {
  if (spec->choices) {
    g_autofree char *list = g_strjoinv("`, `", (char **)spec->choices);
    g_string_append_printf(out, "- Type: one of `%s`\n", list);
    return;
  }
  g_string_append_printf(out, "- Type: %s", type_names[spec->type]);
  if (spec->min != 0 || spec->max != 0) {
    g_autofree char *min = option_value_format_number(spec, spec->min);
    g_autofree char *max = option_value_format_number(spec, spec->max);
    g_string_append_printf(out, ", from `%s` to `%s`", min, max);
  }
  g_string_append_c(out, '\n');
}

static char *format_flag(const OptionSpec *spec) {
  if (spec->type == OPTION_TYPE_BOOL)
    return g_strdup_printf("--[no-]%s", spec->name);
  return g_strdup_printf("--%s %s", spec->name, spec->value_name);
}

char *option_table_format_reference(const OptionSpec *table, size_t count) {
  g_autoptr(GString) out = g_string_new(NULL);
  for (size_t i = 0; i < count; i++) {
    const OptionSpec *spec = &table[i];
    g_autofree char *flag = format_flag(spec);
    g_string_append_printf(out, "%s## %s\n\n%s\n\n- Command line: `%s`\n", i > 0 ? "\n" : "", spec->name,
                           spec->help, flag);
    append_type(out, spec);
    if (*spec->default_text)
      g_string_append_printf(out, "- Default: `%s`\n", spec->default_text);
    else
      g_string_append(out, "- Default: empty\n");
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static void append_wrapped(GString *out, const char *text) {
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  size_t column = HELP_COLUMN;
  for (char **word = words; *word; word++) {
    size_t length = strlen(*word);
    if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH) {
      g_string_append_printf(out, "\n%*s", HELP_COLUMN, "");
      column = HELP_COLUMN;
    }
    if (column > HELP_COLUMN) {
      g_string_append_c(out, ' ');
      column++;
    }
    g_string_append(out, *word);
    column += length;
  }
  g_string_append_c(out, '\n');
}

char *option_table_format_help(const OptionSpec *table, size_t count) {
  g_autoptr(GString) out = g_string_new(NULL);
  for (size_t i = 0; i < count; i++) {
    const OptionSpec *spec = &table[i];
    g_autofree char *flag = format_flag(spec);
    if (strlen(flag) + 3 < HELP_COLUMN)
      g_string_append_printf(out, "  %-*s", HELP_COLUMN - 2, flag);
    else
      g_string_append_printf(out, "  %s\n%*s", flag, HELP_COLUMN, "");
    g_autofree char *text = *spec->default_text
                                ? g_strdup_printf("%s (default: %s)", spec->help, spec->default_text)
                                : g_strdup(spec->help);
    append_wrapped(out, text);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}
