#include "catalog/export.h"

#include "base/csv.h"
#include "catalog/division.h"
#include "catalog/record_json.h"
#include "catalog/record_store.h"
#include "catalog/table_list.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/** Records of one piece: reading one takes a transaction, and those who stream wait for it. */
#define PIECE_RECORDS 100

/* The steps of an export of lines: divisions, then records kind by kind. */
static const RecordKind line_kinds[] = {RECORD_INSTITUTION, RECORD_LECTURER,   RECORD_ROOM,
                                        RECORD_COURSE,      RECORD_COLLECTION, RECORD_ATTACHMENT};
#define STEP_DIVISIONS (-1)
#define STEP_END ((int)G_N_ELEMENTS(line_kinds))

struct Export {
  Catalog *catalog;
  bool is_table;
  bool has_heads;  /* of a table, written */
  RecordKind kind; /* of a table */
  int step;        /* of lines: STEP_DIVISIONS, or an index of line_kinds; of a table 0; then STEP_END */
  char *after;     /* division's code, or cursor; NULL: from the start */
};

static Export *export_new(Catalog *catalog, bool is_table, RecordKind kind) {
  Export *export = g_new0(Export, 1);
  *export = (Export){.catalog = catalog, .is_table = is_table, .kind = kind, .step = is_table ? 0 : STEP_DIVISIONS};
  return export;
}

Export *export_new_lines(Catalog *catalog) {
  return export_new(catalog, false, RECORD_COURSE);
}

Export *export_new_table(Catalog *catalog, RecordKind kind) {
  return export_new(catalog, true, kind);
}

void export_free(Export *export) {
  if (!export)
    return;
  g_free(export->after);
  g_free(export);
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

static void append_division(GString *text, const CatalogDivision *division) {
  JsonWriter writer;
  begin_line(&writer, text, "division");
  json_writer_member_string(&writer, "code", division->code);
  json_writer_member_string(&writer, "name", division->name);
  json_writer_member_string(&writer, "name_en", division->name_en);
  end_line(&writer, text);
}

static bool next_divisions(Export *export, GString *text, GError **error) {
  g_autoptr(GArray) divisions = NULL;
  if (!catalog_walk_divisions(export->catalog, export->after ? export->after : "", PIECE_RECORDS, &divisions,
                              error))
    return false;
  for (guint i = 0; i < divisions->len; i++)
    append_division(text, &g_array_index(divisions, CatalogDivision, i));
  g_free(export->after);
  bool is_end = divisions->len < PIECE_RECORDS;
  export->after = is_end ? NULL : g_strdup(g_array_index(divisions, CatalogDivision, divisions->len - 1).code);
  export->step += is_end;
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

/* --- tables --- */

static void append_row(const CatalogRecord *record, GString *text) {
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
}

static void append_heads(RecordKind kind, GString *text) {
  const RecordSpec *spec = record_spec(kind);
  g_string_append(text, BYTE_ORDER_MARK "id");
  for (size_t i = 0; i < spec->field_count; i++)
    if (!(spec->fields[i].flags & RECORD_FIELD_INTERNAL))
      g_string_append_printf(text, ",%s", spec->fields[i].name);
  g_string_append(text, "\r\n");
}

/* --- pieces --- */

static bool next_records(Export *export, GString *text, GError **error) {
  RecordKind kind = export->is_table ? export->kind : line_kinds[export->step];
  RecordQuery query = {.limit = PIECE_RECORDS, .cursor = export->after};
  g_autoptr(RecordPage) page = NULL;
  if (!catalog_query_records(export->catalog, kind, &query, &page, error))
    return false;
  for (guint i = 0; i < page->records->len; i++) {
    if (export->is_table)
      append_row(page->records->pdata[i], text);
    else if (!append_record(export, page->records->pdata[i], text, error))
      return false;
  }
  g_free(export->after);
  export->after = g_steal_pointer(&page->next);
  if (!export->after)
    export->step = export->is_table ? STEP_END : export->step + 1;
  return true;
}

bool export_next(Export *export, GString *text, bool *ret_is_end, GError **error) {
  if (export->is_table && !export->has_heads) {
    append_heads(export->kind, text);
    export->has_heads = true;
  }
  bool is_good = export->step == STEP_END         ? true
                 : export->step == STEP_DIVISIONS ? next_divisions(export, text, error)
                                                  : next_records(export, text, error);
  if (is_good)
    *ret_is_end = export->step == STEP_END;
  return is_good;
}

static bool write_all(Export *export, ExportWriteFunc write, gpointer user_data, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  for (bool is_end = false; !is_end;) {
    g_string_truncate(text, 0);
    if (!export_next(export, text, &is_end, error) || !write(text->str, text->len, user_data, error))
      return false;
  }
  return true;
}

bool catalog_export_lines(Catalog *catalog, ExportWriteFunc write, gpointer user_data, GError **error) {
  g_autoptr(Export) export = export_new_lines(catalog);
  return write_all(export, write, user_data, error);
}

bool catalog_export_table(Catalog *catalog, RecordKind kind, ExportWriteFunc write, gpointer user_data,
                          GError **error) {
  g_autoptr(Export) export = export_new_table(catalog, kind);
  return write_all(export, write, user_data, error);
}
