#include "catalog/export.h"

#include "base/csv.h"
#include "catalog/channel.h"
#include "catalog/division.h"
#include "catalog/record_json.h"
#include "catalog/record_store.h"
#include "catalog/table_list.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/** Records of one piece: reading one takes a transaction, and those who stream wait for it. */
#define PIECE_RECORDS 100

/* The steps of an export of lines: divisions (or the institution whose export it is), then records kind by kind. */
static const RecordKind line_kinds[] = {RECORD_INSTITUTION, RECORD_LECTURER,   RECORD_ROOM,   RECORD_COURSE,
                                        RECORD_COLLECTION,  RECORD_ATTACHMENT, RECORD_CHANNEL};
/* Of an institution; attachments follow their courses. */
static const RecordKind institution_kinds[] = {RECORD_LECTURER, RECORD_ROOM, RECORD_COURSE, RECORD_CHANNEL};
#define STEP_FIRST (-1)
#define STEP_END INT_MAX

struct Export {
  Catalog *catalog;
  bool is_table;
  bool has_heads; /* of a table, written */
  const RecordKind *kinds;
  int kind_count;
  int step;             /* STEP_FIRST, an index of `kinds`, STEP_END */
  char *institution_id; /* NULL: of all */
  char *after;          /* division's code, or cursor; NULL: from the start */
};

static Export *export_new(Catalog *catalog, const char *institution_id, const RecordKind *kinds, int kind_count,
                          bool is_table) {
  Export *export = g_new0(Export, 1);
  *export = (Export){.catalog = catalog,
                     .is_table = is_table,
                     .kinds = kinds,
                     .kind_count = kind_count,
                     .step = is_table ? 0 : STEP_FIRST,
                     .institution_id = g_strdup(institution_id)};
  return export;
}

Export *export_new_lines(Catalog *catalog) {
  return export_new(catalog, NULL, line_kinds, G_N_ELEMENTS(line_kinds), false);
}

Export *export_new_institution_lines(Catalog *catalog, const char *institution_id) {
  return export_new(catalog, institution_id, institution_kinds, G_N_ELEMENTS(institution_kinds), false);
}

Export *export_new_table(Catalog *catalog, RecordKind kind) {
  return export_new_institution_table(catalog, kind, NULL);
}

Export *export_new_institution_table(Catalog *catalog, RecordKind kind, const char *institution_id) {
  static const RecordKind all[] = {RECORD_COURSE,     RECORD_INSTITUTION, RECORD_LECTURER, RECORD_ROOM,
                                   RECORD_COLLECTION, RECORD_ATTACHMENT,  RECORD_CHANNEL};
  const RecordKind *kinds = all;
  while (*kinds != kind)
    kinds++;
  return export_new(catalog, institution_id, kinds, 1, true);
}

void export_free(Export *export) {
  if (!export)
    return;
  g_free(export->institution_id);
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
    if (lesson->sign_asset_id)
      json_writer_member_string(&writer, "sign_asset_id", lesson->sign_asset_id);
    end_line(&writer, text);
  }
  return true;
}

static bool append_schedule(const Export *export, const char *channel_id, GString *text, GError **error) {
  g_autoptr(CatalogChannel) channel = NULL;
  JsonWriter writer;
  if (!catalog_load_channel(export->catalog, channel_id, &channel, error))
    return false;
  if (channel->revisions->len == 0)
    return true;
  g_autofree char *schedule = catalog_channel_write_schedule(channel);
  begin_line(&writer, text, "schedule");
  json_writer_member_string(&writer, "channel_id", channel_id);
  json_writer_name(&writer, "schedule");
  json_writer_raw(&writer, schedule);
  end_line(&writer, text);
  return true;
}

static void append_plain(GString *text, const CatalogRecord *record) {
  JsonWriter writer;
  begin_line(&writer, text, record_spec(record->kind)->name);
  record_json_write_members(&writer, record, true);
  end_line(&writer, text);
}

static bool append_attachments(const Export *export, const char *course_id, GString *text, GError **error) {
  RecordQuery query = {.owner = course_id, .limit = RECORD_PAGE_LIMIT_MAX};
  g_autoptr(RecordPage) page = NULL;
  if (!catalog_query_records(export->catalog, RECORD_ATTACHMENT, &query, &page, error))
    return false;
  for (guint i = 0; i < page->records->len; i++)
    append_plain(text, page->records->pdata[i]);
  return true;
}

static bool append_record(const Export *export, const CatalogRecord *record, GString *text, GError **error) {
  append_plain(text, record);
  if (record->kind == RECORD_CHANNEL)
    return append_schedule(export, record->id, text, error);
  if (record->kind != RECORD_COURSE)
    return true;
  return append_lessons(export, record->id, text, error) &&
         (!export->institution_id || append_attachments(export, record->id, text, error));
}

static bool next_institution(Export *export, GString *text, GError **error) {
  g_autoptr(CatalogRecord) record = NULL;
  if (!catalog_load_record(export->catalog, RECORD_INSTITUTION, export->institution_id, &record, error))
    return false;
  append_plain(text, record);
  export->step++;
  return true;
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
  RecordKind kind = export->kinds[export->step];
  RecordQuery query = {.owner = export->institution_id, .limit = PIECE_RECORDS, .cursor = export->after};
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
  if (!export->after && ++export->step == export->kind_count)
    export->step = STEP_END;
  return true;
}

bool export_next(Export *export, GString *text, bool *ret_is_end, GError **error) {
  if (export->is_table && !export->has_heads) {
    append_heads(export->kinds[0], text);
    export->has_heads = true;
  }
  bool is_good = true;
  if (export->step == STEP_FIRST)
    is_good = export->institution_id ? next_institution(export, text, error) : next_divisions(export, text, error);
  else if (export->step != STEP_END)
    is_good = next_records(export, text, error);
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
