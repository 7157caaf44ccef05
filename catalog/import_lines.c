#include "catalog/import.h"

#include "base/text_decode.h"
#include "catalog/division.h"
#include "catalog/record_json.h"

#include <jansson.h>
#include <string.h>

static const char *const passed_over[] = {"lesson", "attachment", NULL};

/* What kind a line is: its own word, or "" when it names none. Caller frees. */
static char *kind_of(const char *text, size_t size, char **ret_code, char **ret_name, char **ret_name_en) {
  json_t *object = json_loadb(text, size, 0, NULL);
  const char *kind = json_string_value(json_object_get(object, "kind_of"));
  const char *code = json_string_value(json_object_get(object, "code"));
  const char *name = json_string_value(json_object_get(object, "name"));
  const char *name_en = json_string_value(json_object_get(object, "name_en"));
  char *own = g_strdup(kind ? kind : "");
  *ret_code = g_strdup(code ? code : "");
  *ret_name = g_strdup(name ? name : "");
  *ret_name_en = g_strdup(name_en ? name_en : "");
  json_decref(object);
  return own;
}

static void take_division(ImportFile *file, int64_t line, const char *code, const char *name, const char *name_en) {
  RecordFault fault = {0};
  if (division_level(code) == 0)
    record_fault_set(&fault, RECORD_FAULT_FORM, "code", code);
  else if (!*name || g_utf8_strlen(name, -1) > 100)
    record_fault_set(&fault, *name ? RECORD_FAULT_TOO_LONG : RECORD_FAULT_MISSING, "name", name);
  if (fault.reason != RECORD_FAULT_NONE) {
    import_file_add_record_fault(file, line, &fault);
    return;
  }
  DivisionRow row = {.line = line, .name = g_strdup(name), .name_en = g_strdup(name_en)};
  g_strlcpy(row.code, code, sizeof row.code);
  g_array_append_val(file->divisions, row);
}

static void take_record(ImportFile *file, RecordKind kind, int64_t line, const char *text, size_t size) {
  g_autoptr(GError) error = NULL;
  RecordFault fault = {0};
  CatalogRecord *record = record_json_parse(kind, text, size, &fault, &error);
  if (record) {
    ImportRow row = {.line = line, .record = record};
    g_array_append_val(file->rows, row);
  } else if (fault.reason != RECORD_FAULT_NONE) {
    import_file_add_record_fault(file, line, &fault);
  } else {
    import_file_add_fault(file, line, "这一行不是 JSON 对象", error->message);
  }
}

static void take_line(ImportFile *file, RecordKind kind, int64_t line, const char *text, size_t size) {
  g_autofree char *code = NULL, *name = NULL, *name_en = NULL;
  g_autofree char *own = kind_of(text, size, &code, &name, &name_en);
  RecordFault fault = {0};
  if (g_str_equal(own, "division")) {
    take_division(file, line, code, name, name_en);
  } else if (g_strv_contains(passed_over, own)) {
    file->passed_over++;
  } else if (*own && !record_spec_find(own, &kind)) {
    record_fault_set(&fault, RECORD_FAULT_NO_WORD, "kind_of", own);
    import_file_add_record_fault(file, line, &fault);
  } else {
    take_record(file, kind, line, text, size);
  }
}

static int compare_codes(gconstpointer a, gconstpointer b) {
  return strcmp(((const DivisionRow *)a)->code, ((const DivisionRow *)b)->code);
}

bool import_lines_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GString) text = text_decode(data, size, NULL, &cause);
  if (!text) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, cause->message);
    return false;
  }
  int64_t line = 1;
  for (const char *at = text->str, *end = text->str + text->len; at < end; line++) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((stop ? stop : end) - at);
    if (strspn(at, " \t\r") < length && file->rows->len < IMPORT_ROWS_MAX)
      take_line(file, kind, line, at, length);
    at += length + 1;
  }
  if (file->rows->len >= IMPORT_ROWS_MAX) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "the file has too many lines");
    return false;
  }
  g_array_sort(file->divisions, compare_codes);
  return true;
}
