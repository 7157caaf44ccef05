/* Files of kapok import and bodies of the API: whatever the bytes, reading ends with rows that are well-formed or an
 * error, and what a list is written as is read as the same list. The first byte chooses the form. */
#include "catalog/chapter_json.h"
#include "catalog/division.h"
#include "catalog/import.h"
#include "catalog/lesson_json.h"
#include "catalog/record_json.h"
#include "catalog/table_list.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_rows(const ImportFile *file) {
  for (guint i = 0; i < file->rows->len; i++) {
    const ImportRow *row = &g_array_index(file->rows, ImportRow, i);
    g_assert((row->record != NULL) + (row->lesson != NULL) + (row->schedule != NULL) == 1);
    if (row->schedule) {
      g_autofree char *written = channel_document_write(row->schedule->document);
      g_assert(g_utf8_validate(row->schedule->channel_id, -1, NULL) && g_utf8_validate(written, -1, NULL));
      continue;
    }
    if (row->lesson) {
      const char *texts[] = {row->lesson->id, row->lesson->course_id, row->lesson->title, row->lesson->asset_id};
      for (size_t j = 0; j < G_N_ELEMENTS(texts); j++)
        g_assert(!texts[j] || g_utf8_validate(texts[j], -1, NULL));
      continue;
    }
    RecordFault fault = {0};
    g_assert(row->line > 0);
    if (!record_check(row->record, true, &fault)) {
      g_autofree char *text = record_fault_text_zh(&fault);
      g_assert(fault.reason != RECORD_FAULT_NONE && g_utf8_validate(text, -1, NULL));
      continue;
    }
    RecordKind of = row->record->kind;
    const char *field = of == RECORD_COURSE       ? "tags"
                        : of == RECORD_COLLECTION ? "course_ids"
                        : of == RECORD_CHANNEL    ? "title"
                                                  : "name";
    g_autofree char *cell = table_list_write(catalog_record_get(row->record, field));
    g_assert(g_utf8_validate(cell, -1, NULL));
  }
}

static void read_import(RecordKind kind, bool is_table, const char *text, size_t size) {
  g_autoptr(ImportFile) file = import_file_new();
  g_autoptr(GError) error = NULL;
  bool is_good = is_table ? import_table_parse(kind, text, size, file, &error)
                          : import_lines_parse(kind, text, size, file, &error);
  g_assert(is_good == (error == NULL));
  check_rows(file);
}

static void read_divisions(const char *text, size_t size) {
  g_autoptr(GArray) rows = NULL, faults = NULL;
  g_autoptr(GError) error = NULL;
  g_assert(division_table_parse(text, size, &rows, &faults, &error) == (error == NULL));
  for (guint i = 0; rows && i < rows->len; i++)
    g_assert(division_level(g_array_index(rows, DivisionRow, i).code) > 0);
}

static void read_body(RecordKind kind, const char *text, size_t size) {
  RecordFault fault = {0};
  g_autoptr(CatalogRecord) record = record_json_parse(kind, text, size, &fault, NULL);
  if (record)
    record_check(record, false, &fault);
  g_autoptr(GArray) chapters = chapter_json_parse(text, size, &fault, NULL);
  for (guint i = 0; chapters && i < chapters->len; i++)
    g_assert(g_array_index(chapters, CatalogChapter, i).start_us >= 0);
  g_autoptr(LessonOrderList) lessons = lesson_json_parse(text, size, &fault, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes == 0)
    return 0;
  const char *text = (const char *)data + 1;
  size_t size = size_bytes - 1;
  RecordKind kind = (RecordKind)(data[0] / 4 % RECORD_KIND_COUNT);
  switch (data[0] % 4) {
  case 0:
    read_import(kind, true, text, size);
    break;
  case 1:
    read_import(kind, false, text, size);
    break;
  case 2:
    read_divisions(text, size);
    break;
  default:
    read_body(kind, text, size);
  }
  return 0;
}
