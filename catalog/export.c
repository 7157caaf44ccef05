#include "catalog/export.h"

#include "base/csv.h"
#include "catalog/division.h"
#include "catalog/record_json.h"
#include "catalog/record_store.h"
#include "catalog/table_list.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct {
  Catalog *catalog;
  ExportWriteFunc write;
  gpointer user_data;
} Export;

static bool write_text(const Export *export, const GString *text, GError **error) {
  return export->write(text->str, text->len, export->user_data, error);
}

/* --- lines --- */

static void begin_line(JsonWriter *writer, GString *text, const char *kind) {
  json_writer_init(writer, text);
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "kind_of", kind);
}

static void end_line(JsonWriter *writer, GString *text) {
  json_writer_end_object(writer);
  g_string_append_c(text, '\n');
}

static bool export_divisions(const Export *export, GError **error) {
  g_autofree char *after = g_strdup("");
  g_autoptr(GArray) divisions = NULL;
  do {
    g_clear_pointer(&divisions, g_array_unref);
    if (!catalog_walk_divisions(export->catalog, after, RECORD_PAGE_LIMIT_MAX, &divisions, error))
      return false;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < divisions->len; i++) {
      const CatalogDivision *division = &g_array_index(divisions, CatalogDivision, i);
      JsonWriter writer;
      begin_line(&writer, text, "division");
      json_writer_member_string(&writer, "code", division->code);
      json_writer_member_string(&writer, "name", division->name);
      json_writer_member_string(&writer, "name_en", division->name_en);
      end_line(&writer, text);
      g_free(after);
      after = g_strdup(division->code);
    }
    if (!write_text(export, text, error))
      return false;
  } while (divisions->len == RECORD_PAGE_LIMIT_MAX);
  return true;
}

static bool append_lessons(const Export *export, const char *course_id, GString *text, GError **error) {
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  if (!catalog_load_course(export->catalog, course_id, &course, &lessons, error))
    return false;
  for (guint i = 0; i < lessons->len; i++) {
    const CatalogLesson *lesson = lessons->pdata[i];
    JsonWriter writer;
    begin_line(&writer, text, "lesson");
    json_writer_member_string(&writer, "id", lesson->id);
    json_writer_member_string(&writer, "course_id", course_id);
    json_writer_member_int(&writer, "position", lesson->position);
    json_writer_member_string(&writer, "title", lesson->title);
    json_writer_member_string(&writer, "asset_id", lesson->asset_id);
    end_line(&writer, text);
  }
  return true;
}

static bool append_record(const Export *export, const CatalogRecord *record, GString *text, GError **error) {
  JsonWriter writer;
  begin_line(&writer, text, record_spec(record->kind)->name);
  record_json_write_members(&writer, record, true);
  end_line(&writer, text);
  return record->kind != RECORD_COURSE || append_lessons(export, record->id, text, error);
}

/* Adds what is written of one record. */
typedef bool (*AppendFunc)(const Export *export, const CatalogRecord *record, GString *text, GError **error);

static bool export_records(const Export *export, RecordKind kind, AppendFunc append, GError **error) {
  g_autofree char *cursor = NULL;
  do {
    RecordQuery query = {.limit = RECORD_PAGE_LIMIT_MAX, .cursor = cursor};
    g_autoptr(RecordPage) page = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    if (!catalog_query_records(export->catalog, kind, &query, &page, error))
      return false;
    for (guint i = 0; i < page->records->len; i++)
      if (!append(export, page->records->pdata[i], text, error))
        return false;
    if (!write_text(export, text, error))
      return false;
    g_free(cursor);
    cursor = g_steal_pointer(&page->next);
  } while (cursor);
  return true;
}

bool catalog_export_lines(Catalog *catalog, ExportWriteFunc write, gpointer user_data, GError **error) {
  static const RecordKind kinds[] = {RECORD_INSTITUTION, RECORD_LECTURER,   RECORD_ROOM,
                                     RECORD_COURSE,      RECORD_COLLECTION, RECORD_ATTACHMENT};
  Export export = {catalog, write, user_data};
  if (!export_divisions(&export, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (!export_records(&export, kinds[i], append_record, error))
      return false;
  return true;
}

/* --- tables --- */

static bool append_row(const Export *export, const CatalogRecord *record, GString *text, GError **error) {
  (void)export;
  (void)error;
  const RecordSpec *spec = record_spec(record->kind);
  csv_append_field(text, record->id);
  for (size_t i = 0; i < spec->field_count; i++) {
    if (spec->fields[i].flags & RECORD_FIELD_INTERNAL)
      continue;
    g_string_append_c(text, ',');
    g_autofree char *cell =
        record_field_is_list(&spec->fields[i]) ? table_list_write(record->values[i]) : g_strdup(record->values[i]);
    csv_append_field(text, cell);
  }
  g_string_append(text, "\r\n");
  return true;
}

bool catalog_export_table(Catalog *catalog, RecordKind kind, ExportWriteFunc write, gpointer user_data,
                          GError **error) {
  Export export = {catalog, write, user_data};
  const RecordSpec *spec = record_spec(kind);
  g_autoptr(GString) heads = g_string_new(BYTE_ORDER_MARK "id");
  for (size_t i = 0; i < spec->field_count; i++)
    if (!(spec->fields[i].flags & RECORD_FIELD_INTERNAL))
      g_string_append_printf(heads, ",%s", spec->fields[i].name);
  g_string_append(heads, "\r\n");
  return write_text(&export, heads, error) && export_records(&export, kind, append_row, error);
}
