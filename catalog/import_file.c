#include "catalog/division.h"
#include "catalog/import.h"

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

static void clear_row(gpointer data) {
  ImportRow *row = data;
  catalog_record_free(row->record);
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
