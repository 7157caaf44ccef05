#include "catalog/division.h"

#include "base/csv.h"
#include "base/text_decode.h"

#include <string.h>

#define ROWS_MAX 200000
#define FAULTS_MAX 1000
#define NAME_CHARACTERS_MAX 100

typedef struct {
  int code, name, name_en; /* columns; -1: none */
} Heads;

static void clear_row(gpointer data) {
  DivisionRow *row = data;
  g_free(row->name);
  g_free(row->name_en);
}

static void clear_fault(gpointer data) {
  DivisionFault *fault = data;
  g_free(fault->message_zh);
  g_free(fault->message_en);
}

static bool refuse(GError **error, const char *reason) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, reason);
  return false;
}

static int find_head(const GPtrArray *fields, const char *name, const char *zh) {
  for (guint i = 0; i < fields->len; i++) {
    const char *head = g_strstrip(fields->pdata[i]);
    if (g_ascii_strcasecmp(head, name) == 0 || g_str_equal(head, zh))
      return (int)i;
  }
  return -1;
}

static const char *cell(const GPtrArray *fields, int column) {
  return column >= 0 && (guint)column < fields->len ? g_strstrip(fields->pdata[column]) : "";
}

/* `text` with `given` in place of "{}". */
static char *fill(const char *text, const char *given) {
  g_autoptr(GString) out = g_string_new(text);
  g_string_replace(out, "{}", given, 1);
  return g_strdup(out->str);
}

static void add_fault(GArray *faults, int64_t line, const char *zh, const char *en, const char *given) {
  if (faults->len >= FAULTS_MAX)
    return;
  DivisionFault fault = {line, fill(zh, given), fill(en, given)};
  g_array_append_val(faults, fault);
}

static bool is_name(const char *text) {
  return *text && g_utf8_strlen(text, -1) <= NAME_CHARACTERS_MAX && !strpbrk(text, "\r\n\t");
}

static void read_row(const GPtrArray *fields, const Heads *heads, int64_t line, GHashTable *seen, GArray *rows,
                     GArray *faults) {
  const char *code = cell(fields, heads->code), *name = cell(fields, heads->name);
  const char *name_en = cell(fields, heads->name_en);
  if (division_level(code) == 0)
    add_fault(faults, line, "“{}”不是 12 位的市、县、乡、村代码",
              "\"{}\" is no code of 12 digits of a city, county, township or village", code);
  else if (!is_name(name))
    add_fault(faults, line, "{} 的名称空缺或太长", "the name of {} is missing or too long", code);
  else if (*name_en && !is_name(name_en))
    add_fault(faults, line, "{} 的英文名称太长", "the English name of {} is too long", code);
  else if (!g_hash_table_add(seen, g_strdup(code)))
    add_fault(faults, line, "代码 {} 出现了两次", "the code {} is there twice", code);
  else {
    DivisionRow row = {.line = line, .name = g_strdup(name), .name_en = g_strdup(name_en)};
    g_strlcpy(row.code, code, sizeof row.code);
    g_array_append_val(rows, row);
  }
}

static int compare_codes(gconstpointer a, gconstpointer b) {
  return strcmp(((const DivisionRow *)a)->code, ((const DivisionRow *)b)->code);
}

static bool read_rows(CsvReader *reader, GArray *rows, GArray *faults, GError **error) {
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GError) cause = NULL;
  int64_t line = 0;
  if (!csv_reader_next_row(reader, fields, &line, &cause))
    return refuse(error, cause ? cause->message : "the file is empty");
  Heads heads = {find_head(fields, "code", "代码"), find_head(fields, "name", "名称"),
                 find_head(fields, "name_en", "英文名称")};
  if (heads.code < 0 || heads.name < 0)
    return refuse(error, "the first line must name the columns code and name (代码, 名称)");
  while (csv_reader_next_row(reader, fields, &line, &cause)) {
    if (rows->len >= ROWS_MAX)
      return refuse(error, "the file has too many rows");
    read_row(fields, &heads, line, seen, rows, faults);
  }
  return !cause || refuse(error, cause->message);
}

bool division_table_parse(const char *data, size_t size, GArray **ret_rows, GArray **ret_faults, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GString) text = text_decode(data, size, NULL, &cause);
  if (!text)
    return refuse(error, cause->message);
  g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(DivisionRow));
  g_array_set_clear_func(rows, clear_row);
  g_autoptr(GArray) faults = g_array_new(FALSE, TRUE, sizeof(DivisionFault));
  g_array_set_clear_func(faults, clear_fault);
  CsvReader reader;
  csv_reader_init(&reader, text->str, text->len);
  if (!read_rows(&reader, rows, faults, error))
    return false;
  g_array_sort(rows, compare_codes); /* so that each comes after the one above it */
  *ret_rows = g_steal_pointer(&rows);
  *ret_faults = g_steal_pointer(&faults);
  return true;
}
