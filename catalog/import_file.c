#include "catalog/division.h"
#include "catalog/import.h"
#include "catalog/spreadsheet.h"

#define FAULTS_MAX 10000

static void clear_fault(gpointer data) {
  ImportFault *fault = data;
  g_free(fault->message_zh);
  g_free(fault->message_en);
}

GArray *import_faults_new(void) {
  GArray *faults = g_array_new(FALSE, TRUE, sizeof(ImportFault));
  g_array_set_clear_func(faults, clear_fault);
  return faults;
}

void import_lesson_free(ImportLesson *lesson) {
  if (!lesson)
    return;
  g_free(lesson->id);
  g_free(lesson->course_id);
  g_free(lesson->title);
  g_free(lesson->asset_id);
  g_free(lesson->sign_asset_id);
  g_free(lesson);
}

void import_schedule_free(ImportSchedule *schedule) {
  if (!schedule)
    return;
  g_free(schedule->channel_id);
  channel_document_free(schedule->document);
  g_free(schedule);
}

static void clear_row(gpointer data) {
  ImportRow *row = data;
  catalog_record_free(row->record);
  import_lesson_free(row->lesson);
  import_schedule_free(row->schedule);
  g_free(row->institution);
  g_free(row->lecturers);
}

static void clear_division(gpointer data) {
  DivisionRow *row = data;
  g_free(row->name);
  g_free(row->name_en);
}

ImportFile *import_file_new(void) {
  ImportFile *file = g_new0(ImportFile, 1);
  file->rows = g_array_new(FALSE, TRUE, sizeof(ImportRow));
  g_array_set_clear_func(file->rows, clear_row);
  file->divisions = g_array_new(FALSE, TRUE, sizeof(DivisionRow));
  g_array_set_clear_func(file->divisions, clear_division);
  file->faults = import_faults_new();
  return file;
}

void import_file_free(ImportFile *file) {
  if (!file)
    return;
  g_array_unref(file->rows);
  g_array_unref(file->divisions);
  g_array_unref(file->faults);
  g_free(file);
}

void import_file_add_fault(ImportFile *file, int64_t line, const char *message_zh, const char *message_en) {
  ImportFault fault = {line, g_strdup(message_zh), g_strdup(message_en)};
  if (file->faults->len < FAULTS_MAX)
    g_array_append_val(file->faults, fault);
  else
    clear_fault(&fault);
}

void import_file_add_record_fault(ImportFile *file, int64_t line, const RecordFault *fault) {
  g_autofree char *zh = record_fault_text_zh(fault), *en = record_fault_text_en(fault);
  import_file_add_fault(file, line, zh, en);
}

bool import_refuse(GError **error, const char *message_zh, const char *message_en) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "%s · %s", message_zh, message_en);
  return false;
}

/* --- files --- */

static const struct {
  const char *name, *end;
  ImportFormat format;
} formats[] = {
    {"csv", ".csv", IMPORT_FORMAT_CSV},
    {"xlsx", ".xlsx", IMPORT_FORMAT_XLSX},
    {"jsonl", ".jsonl", IMPORT_FORMAT_LINES},
    {"ndjson", ".ndjson", IMPORT_FORMAT_LINES},
};

const char *import_format_name(ImportFormat format) {
  return formats[format].name;
}

bool import_format_find(const char *name, ImportFormat *ret_format) {
  g_autofree char *lower = g_ascii_strdown(name, -1);
  for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
    if (g_str_equal(lower, formats[i].name) || g_str_has_suffix(lower, formats[i].end)) {
      *ret_format = formats[i].format;
      return true;
    }
  return false;
}

static GBytes *read_file(const char *path, int64_t size_max, GError **error) {
  g_autoptr(GMappedFile) mapped = g_mapped_file_new(path, FALSE, error);
  if (!mapped)
    return NULL;
  if ((int64_t)g_mapped_file_get_length(mapped) > size_max) {
    import_refuse(error, "文件太大", "the file is too large");
    return NULL;
  }
  return g_mapped_file_get_bytes(mapped);
}

bool import_file_load(const char *path, ImportFormat format, RecordKind kind, int64_t size_max, ImportFile *file,
                      ImportStopFunc should_stop, gpointer user_data, GError **error) {
  bool is_sheet = format == IMPORT_FORMAT_XLSX;
  g_autoptr(GBytes) bytes = is_sheet ? spreadsheet_load(path, (gsize)size_max, should_stop, user_data, error)
                                     : read_file(path, size_max, error);
  gsize size = 0;
  if (!bytes)
    return false;
  const char *data = g_bytes_get_data(bytes, &size);
  return format == IMPORT_FORMAT_LINES ? import_lines_parse(kind, data ? data : "", size, file, error)
                                       : import_table_parse(kind, data ? data : "", size, file, error);
}
