#include "catalog/import.h"

#include "base/csv.h"
#include "base/text_decode.h"
#include "catalog/table_list.h"

#include <string.h>

/* Columns beside the fields. */
typedef enum { COLUMN_ID = -1, COLUMN_INSTITUTION = -2, COLUMN_LECTURERS = -3, COLUMN_PASSED_OVER = -4 } OwnColumn;
static const struct {
  const char *name, *zh;
  OwnColumn column;
} own_columns[] = {
    {"id", "编号", COLUMN_ID},
    {"institution", "机构名称", COLUMN_INSTITUTION},
    {"lecturers", "讲师姓名", COLUMN_LECTURERS},
    {"version", "版本", COLUMN_PASSED_OVER},
    {"created_at", "建立时间", COLUMN_PASSED_OVER},
    {"updated_at", "修改时间", COLUMN_PASSED_OVER},
};

typedef struct {
  RecordKind kind;
  int columns[CSV_FIELDS_MAX]; /* index of the field, or an OwnColumn */
  guint count;
} Heads;

static bool refuse(GError **error, const char *zh, const char *en, const char *given) {
  g_autoptr(GString) chinese = g_string_new(zh), english = g_string_new(en);
  g_string_replace(chinese, "{}", given, 1);
  g_string_replace(english, "{}", given, 1);
  return import_refuse(error, chinese->str, english->str);
}

static bool find_column(RecordKind kind, const char *head, int *ret_column) {
  const RecordSpec *spec = record_spec(kind);
  int field = record_spec_find_field(spec, head);
  if (field >= 0 && !(spec->fields[field].flags & RECORD_FIELD_INTERNAL)) {
    *ret_column = field;
    return true;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(own_columns); i++)
    if (g_ascii_strcasecmp(own_columns[i].name, head) == 0 || g_str_equal(own_columns[i].zh, head)) {
      *ret_column = own_columns[i].column;
      bool is_of_courses = own_columns[i].column == COLUMN_LECTURERS;
      bool has_institution = record_spec_find_field(spec, "institution_id") >= 0;
      return is_of_courses ? kind == RECORD_COURSE : own_columns[i].column != COLUMN_INSTITUTION || has_institution;
    }
  return false;
}

static bool read_heads(const GPtrArray *fields, Heads *heads, GError **error) {
  for (guint i = 0; i < fields->len; i++) {
    char *head = g_strstrip(fields->pdata[i]);
    if (!find_column(heads->kind, head, &heads->columns[i]))
      return refuse(error, "第一行的“{}”不是字段", "the first line names \"{}\", which is no field", head);
    for (guint j = 0; j < i; j++)
      if (heads->columns[j] == heads->columns[i] && heads->columns[i] != COLUMN_PASSED_OVER)
        return refuse(error, "第一行的“{}”出现了两次", "the first line names \"{}\" twice", head);
  }
  heads->count = fields->len;
  return true;
}

/* False: a list that cannot be read. */
static bool take_cell(ImportRow *row, int column, char *cell) {
  const RecordSpec *spec = record_spec(row->record->kind);
  if (!*g_strstrip(cell) || column == COLUMN_PASSED_OVER)
    return true;
  if (column == COLUMN_ID)
    row->record->id = g_strdup(cell);
  else if (column == COLUMN_INSTITUTION)
    row->institution = g_strdup(cell);
  else if (column == COLUMN_LECTURERS)
    return (row->lecturers = table_list_parse(cell)) != NULL;
  else if (record_field_is_list(&spec->fields[column]))
    return (row->record->values[column] = table_list_parse(cell)) != NULL;
  else
    row->record->values[column] = g_strdup(cell);
  return true;
}

static void read_row(const GPtrArray *fields, const Heads *heads, int64_t line, ImportFile *file) {
  if (fields->len > heads->count) {
    import_file_add_fault(file, line, "这一行的列比第一行多", "there are more cells than in the first line");
    return;
  }
  ImportRow row = {.line = line, .record = catalog_record_new(heads->kind)};
  g_array_append_val(file->rows, row); /* its own from now on */
  ImportRow *taken = &g_array_index(file->rows, ImportRow, file->rows->len - 1);
  RecordFault fault = {0};
  for (guint i = 0; i < fields->len; i++)
    if (!take_cell(taken, heads->columns[i], fields->pdata[i])) {
      const RecordSpec *spec = record_spec(heads->kind);
      const char *name = heads->columns[i] >= 0 ? spec->fields[heads->columns[i]].name : "lecturers";
      record_fault_set(&fault, RECORD_FAULT_FORM, name, fields->pdata[i]);
      break;
    }
  if (fault.reason == RECORD_FAULT_NONE)
    return;
  import_file_add_record_fault(file, line, &fault);
  g_array_set_size(file->rows, file->rows->len - 1);
}

static bool read_rows(CsvReader *reader, RecordKind kind, ImportFile *file, GError **error) {
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) cause = NULL;
  g_autofree Heads *heads = g_new0(Heads, 1);
  heads->kind = kind;
  int64_t line = 0;
  if (!csv_reader_next_row(reader, fields, &line, &cause))
    return cause ? refuse(error, "第一行无法读取", "{}", cause->message)
                 : refuse(error, "文件是空的", "the file is empty", "");
  if (!read_heads(fields, heads, error))
    return false;
  while (csv_reader_next_row(reader, fields, &line, &cause)) {
    if (file->rows->len >= IMPORT_ROWS_MAX)
      return refuse(error, "文件的行数太多", "the file has too many rows", "");
    read_row(fields, heads, line, file);
  }
  if (cause) /* the rest of the file cannot be told apart into rows */
    import_file_add_fault(file, reader->line, "引号不成对，从这里起无法读取", cause->message);
  return true;
}

bool import_table_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GString) text = text_decode(data, size, NULL, &cause);
  if (!text)
    return refuse(error, "文件不是能够识别的文本", "{}", cause->message);
  CsvReader reader;
  csv_reader_init(&reader, text->str, text->len);
  return read_rows(&reader, kind, file, error);
}
