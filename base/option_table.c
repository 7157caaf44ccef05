#include "base/option_table.h"

#include "base/option_value.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_QUARK(kapok - option - error - quark, option_error)

void option_table_set_defaults(const OptionSpec *table, size_t count, void *target) {
  for (size_t i = 0; i < count; i++) {
    g_autoptr(GError) error = NULL;
    if (!option_value_parse(&table[i], target, table[i].default_text, &error))
      g_error("a default is wrong: %s", error->message);
  }
}

void option_table_clear(const OptionSpec *table, size_t count, void *target) {
  for (size_t i = 0; i < count; i++)
    option_value_clear(&table[i], target);
}

static const OptionSpec *find_spec(const OptionSpec *table, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(table[i].name, name) == 0)
      return &table[i];
  }
  return NULL;
}

/* `own` may be NULL. */
static bool fail_unknown(const OptionSpec *table, size_t count, const char *const *own, const char *name,
                         GError **error) {
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (size_t i = 0; i < count; i++)
    g_ptr_array_add(names, (gpointer)table[i].name);
  for (; own && *own; own++)
    g_ptr_array_add(names, (gpointer)*own);
  g_ptr_array_add(names, NULL);
  const char *nearest = option_value_find_nearest(name, (const char *const *)names->pdata);
  g_autofree char *shown = g_utf8_make_valid(name, -1);
  if (nearest)
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_UNKNOWN, "unknown option \"%s\"; did you mean \"%s\"?", shown,
                nearest);
  else
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_UNKNOWN, "unknown option \"%s\"", shown);
  return false;
}

static bool fail_syntax(GError **error, const char *what) {
  g_set_error_literal(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, what);
  return false;
}

bool option_table_set(const OptionSpec *table, size_t count, void *target, const char *name, const char *text,
                      GError **error) {
  const OptionSpec *spec = find_spec(table, count, name);
  if (!spec)
    return fail_unknown(table, count, NULL, name, error);
  return option_value_parse(spec, target, text, error);
}

/* --- config file --- */

/* Undo the quotes of `value`, which starts with one. Returns a new string or NULL with `error` set. */
static char *unquote(const char *value, GError **error) {
  g_autoptr(GString) out = g_string_new(NULL);
  const char *p = value + 1;
  for (; *p && *p != '"'; p++) {
    if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
      p++;
    g_string_append_c(out, *p);
  }
  if (*p != '"') {
    fail_syntax(error, "the closing quote is missing");
    return NULL;
  }
  p += 1 + strspn(p + 1, " \t");
  if (*p && *p != '#') {
    fail_syntax(error, "there is text after the closing quote");
    return NULL;
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

/* The value of a line, after its '='. Returns a new string or NULL with `error` set. */
static char *read_value(const char *text, GError **error) {
  text += strspn(text, " \t");
  if (*text == '"')
    return unquote(text, error);
  size_t length = 0;
  while (text[length] && !(text[length] == '#' && (length == 0 || g_ascii_isspace(text[length - 1]))))
    length++;
  return g_strchomp(g_strndup(text, length));
}

/* `is_set` has an entry for each spec of the table. */
static bool load_line(const OptionSpec *table, size_t count, void *target, char *line, bool *is_set,
                      GError **error) {
  line = g_strstrip(line);
  if (!*line || *line == '#')
    return true;
  char *equals = strchr(line, '=');
  if (!equals || equals == line)
    return fail_syntax(error, "a line reads \"name = value\"");
  *equals = '\0';
  const char *name = g_strchomp(line);
  g_autofree char *value = read_value(equals + 1, error);
  if (!value)
    return false;
  const OptionSpec *spec = find_spec(table, count, name);
  if (!spec)
    return fail_unknown(table, count, NULL, name, error);
  if (is_set[spec - table]) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, "%s is set a second time", name);
    return false;
  }
  is_set[spec - table] = true;
  return option_value_parse(spec, target, value, error);
}

bool option_table_load_text(const OptionSpec *table, size_t count, void *target, const char *source,
                            const char *text, size_t size_bytes, GError **error) {
  g_autofree bool *is_set = g_new0(bool, count + 1);
  const char *end = text + size_bytes;
  if (size_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
    text += 3; /* a byte order mark of some editors */
  for (unsigned number = 1; text < end; number++) {
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    size_t length = (size_t)((newline ? newline : end) - text);
    g_autofree char *line = g_strndup(text, length);
    bool is_good = g_utf8_validate_len(text, length, NULL) ? load_line(table, count, target, line, is_set, error)
                                                           : fail_syntax(error, "the line is not valid UTF-8 text");
    if (!is_good) {
      g_prefix_error(error, "%s:%u: ", source, number);
      return false;
    }
    text += length + (newline ? 1 : 0);
  }
  return true;
}

static bool fail_file(GError **error, const char *path, const char *why) {
  g_set_error(error, OPTION_ERROR, OPTION_ERROR_FILE, "cannot read the config file \"%s\": %s", path, why);
  return false;
}

bool option_table_load_file(const OptionSpec *table, size_t count, void *target, const char *path, GError **error) {
  g_autofree char *text = NULL;
  gsize size;
  g_autoptr(GError) cause = NULL;
  struct stat status;
  if (stat(path, &status) != 0)
    return fail_file(error, path, g_strerror(errno));
  if (!S_ISREG(status.st_mode))
    return fail_file(error, path, "it is not a regular file");
  if (status.st_size > OPTION_FILE_SIZE_MAX)
    return fail_file(error, path, "it is larger than 1 MiB");
  if (!g_file_get_contents(path, &text, &size, &cause))
    return fail_file(error, path, cause->message);
  return option_table_load_text(table, count, target, path, text, size, error);
}

/* --- command line --- */

typedef struct {
  const OptionSpec *table;
  size_t count;
  void *target;
  const char *const *own;
} ArgsParser;

static bool is_own(const ArgsParser *parser, const char *name) {
  return parser->own && g_strv_contains(parser->own, name);
}

/* Set the option of `argument` ("--..."); `next` follows it or is NULL. `*ret_used` is how many arguments were
 * taken: 0 for one of the caller's own. */
static bool parse_argument(const ArgsParser *parser, const char *argument, const char *next, int *ret_used,
                           GError **error) {
  const char *equals = strchrnul(argument, '=');
  g_autofree char *name = g_strndup(argument + 2, (gsize)(equals - argument - 2));
  if (is_own(parser, name)) {
    *ret_used = 0;
    return true;
  }
  const OptionSpec *spec = find_spec(parser->table, parser->count, name);
  const OptionSpec *negated =
      !spec && !*equals && g_str_has_prefix(name, "no-") ? find_spec(parser->table, parser->count, name + 3) : NULL;
  if (negated && negated->type == OPTION_TYPE_BOOL) {
    *ret_used = 1;
    return option_value_parse(negated, parser->target, "no", error);
  }
  if (!spec)
    return fail_unknown(parser->table, parser->count, parser->own, name, error);
  bool takes_next = !*equals && spec->type != OPTION_TYPE_BOOL;
  if (takes_next && (!next || g_str_has_prefix(next, "--"))) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, "%s: its value is missing", name);
    return false;
  }
  const char *value = *equals ? equals + 1 : takes_next ? next : "yes";
  if (!g_utf8_validate(value, -1, NULL) && spec->type != OPTION_TYPE_PATH) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, "%s: its value is not valid UTF-8 text", name);
    return false;
  }
  *ret_used = takes_next ? 2 : 1;
  return option_value_parse(spec, parser->target, value, error);
}

bool option_table_parse_args(const OptionSpec *table, size_t count, void *target, char **argv,
                             const char *const *own, GError **error) {
  const ArgsParser parser = {table, count, target, own};
  g_autoptr(GPtrArray) kept = g_ptr_array_new();
  char **argument = argv;
  while (*argument && strcmp(*argument, "--") != 0) {
    int used = 0;
    if (g_str_has_prefix(*argument, "--") && !parse_argument(&parser, *argument, argument[1], &used, error)) {
      g_prefix_error(error, "command line: ");
      return false;
    }
    if (used == 0)
      g_ptr_array_add(kept, *argument);
    argument += MAX(used, 1);
  }
  for (; *argument; argument++)
    g_ptr_array_add(kept, *argument);
  for (guint i = 0; i < kept->len; i++)
    argv[i] = g_ptr_array_index(kept, i);
  argv[kept->len] = NULL;
  return true;
}
