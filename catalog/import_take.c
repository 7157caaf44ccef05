#include "catalog/import_take.h"

#include "base/id.h"
#include "catalog/division_write.h"
#include "catalog/institution.h"
#include "catalog/record_edit.h"
#include "catalog/record_place.h"
#include "catalog/record_statements.h"

#include <string.h>

static const Place nowhere = {NULL, NULL};

static void clear_outcome(gpointer data) {
  ImportOutcome *outcome = data;
  g_free(outcome->record_id);
  g_free(outcome->title);
  g_free(outcome->message_zh);
  g_free(outcome->message_en);
}

GArray *import_outcomes_new(void) {
  GArray *outcomes = g_array_new(FALSE, TRUE, sizeof(ImportOutcome));
  g_array_set_clear_func(outcomes, clear_outcome);
  return outcomes;
}

/* --- names --- */

static bool find_by_name(const ImportTake *take, StatementId id, const char *name, char **ret_id, GError **error) {
  g_auto(Statement) statement = statement_use(take->connection, id);
  statement_bind(&statement, argument_text(name));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

/* The institution of that name; made when there is none, by those who may. */
static bool find_institution(ImportTake *take, const char *name, char **ret_id, RecordFault *fault,
                             GError **error) {
  if (import_may(take, RIGHT_MANAGE, &nowhere))
    return institution_find_or_add(take->connection, take->actor, name, take->now_us, ret_id, error);
  if (!find_by_name(take, STATEMENT_FIND_INSTITUTION, name, ret_id, error))
    return false;
  if (!*ret_id)
    record_fault_set(fault, RECORD_FAULT_NO_RECORD, "institution", name);
  return *ret_id != NULL;
}

static bool resolve_institution(ImportTake *take, const ImportRow *row, bool is_there, RecordFault *fault,
                                GError **error) {
  g_autofree char *name = row->institution ? g_strstrip(g_strdup(row->institution)) : NULL, *id = NULL;
  int field = record_spec_find_field(record_spec(row->record->kind), "institution_id");
  if (field < 0 || row->record->values[field])
    return true;
  if (!name || !*name) {
    if (!is_there && take->institution_id && *take->institution_id)
      catalog_record_set(row->record, "institution_id", take->institution_id);
    return true;
  }
  if (!find_institution(take, name, &id, fault, error))
    return false;
  catalog_record_set(row->record, "institution_id", id);
  return true;
}

/* It belongs to the institution of the row. */
static bool add_lecturer(ImportTake *take, const char *name, const char *institution_id, char **ret_id,
                         RecordFault *fault, GError **error) {
  g_autoptr(CatalogRecord) lecturer = catalog_record_new(RECORD_LECTURER);
  RecordFault right = {0};
  catalog_record_set(lecturer, "name", name);
  catalog_record_set(lecturer, "institution_id", institution_id);
  if (!record_check(lecturer, true, fault))
    return false;
  if (!import_rights_check(take, lecturer, false, &right, error)) {
    if (right.reason != RECORD_FAULT_NONE)
      record_fault_set(fault, RECORD_FAULT_NO_RECORD, "lecturers", name);
    return false;
  }
  if (!record_edit_insert(take->connection, take->actor, lecturer, take->now_us, fault, error))
    return false;
  *ret_id = g_strdup(lecturer->id);
  return true;
}

static bool resolve_lecturers(ImportTake *take, const ImportRow *row, RecordFault *fault, GError **error) {
  if (!row->lecturers || *catalog_record_get(row->record, "lecturer_ids"))
    return true;
  g_auto(GStrv) names = g_strsplit(row->lecturers, RECORD_LIST_SEPARATOR, -1);
  g_autoptr(GString) ids = g_string_new(NULL);
  const char *institution_id = catalog_record_get(row->record, "institution_id");
  for (char **name = names; *name; name++) {
    g_autofree char *id = NULL;
    if (!*g_strstrip(*name))
      continue;
    if (!find_by_name(take, STATEMENT_FIND_LECTURER, *name, &id, error) ||
        (!id && !add_lecturer(take, *name, institution_id, &id, fault, error)))
      return false;
    g_string_append_printf(ids, "%s%s", ids->len > 0 ? RECORD_LIST_SEPARATOR : "", id);
  }
  catalog_record_set(row->record, "lecturer_ids", ids->str);
  return true;
}

/* --- one row --- */

static bool has_id(const ImportTake *take, const CatalogRecord *record, bool *ret_found, GError **error) {
  int64_t found = 0;
  if (record->id && !connection_number(take->connection, record_statements(record->kind)->has, &found, error,
                                       argument_text(record->id)))
    return false;
  *ret_found = found != 0;
  return true;
}

/* Its file comes later: see attachment_take(). */
static void prepare_attachment(CatalogRecord *record) {
  if (!record->id)
    record->id = id_new();
  g_autofree char *key = g_strconcat("absent/", record->id, NULL);
  catalog_record_set(record, "blob_key", key);
  catalog_record_set(record, "size_bytes", "0");
}

static bool take_record(ImportTake *take, const ImportRow *row, ImportResult *ret_result, RecordFault *fault,
                        GError **error) {
  CatalogRecord *record = row->record;
  bool is_there = false, is_changed = false;
  if (record->id && !id_is_valid(record->id)) {
    record_fault_set(fault, RECORD_FAULT_FORM, "id", record->id);
    return false;
  }
  if (!has_id(take, record, &is_there, error))
    return false;
  if (!is_there && record->kind == RECORD_ATTACHMENT)
    prepare_attachment(record);
  if (!resolve_institution(take, row, is_there, fault, error) || !resolve_lecturers(take, row, fault, error) ||
      !record_check(record, !is_there, fault) || !import_rights_check(take, record, is_there, fault, error))
    return false;
  if (!is_there) {
    *ret_result = IMPORT_RESULT_CREATED;
    return record_edit_insert(take->connection, take->actor, record, take->now_us, fault, error);
  }
  if (!record_edit_update(take->connection, take->actor, record, 0, &is_changed, fault, error))
    return false;
  *ret_result = is_changed ? IMPORT_RESULT_UPDATED : IMPORT_RESULT_UNCHANGED;
  return true;
}

/* False with `fault` for a row that is wrong, with `error` when the catalog cannot go on. */
static bool take_row(ImportTake *take, const ImportRow *row, ImportResult *ret_result, RecordFault *fault,
                     GError **error) {
  if (row->schedule)
    return import_take_schedule(take, row->schedule, ret_result, fault, error);
  return row->lesson ? import_take_lesson(take, row->lesson, ret_result, fault, error)
                     : take_record(take, row, ret_result, fault, error);
}

/* --- what became of it --- */

static void count(ImportCounts *counts, ImportResult result) {
  counts->created += result == IMPORT_RESULT_CREATED;
  counts->updated += result == IMPORT_RESULT_UPDATED;
  counts->unchanged += result == IMPORT_RESULT_UNCHANGED;
  counts->failed += result == IMPORT_RESULT_FAILED;
}

static void note(ImportTake *take, int64_t line, ImportResult result, const char *kind, const char *id,
                 const char *title, const char *message_zh, const char *message_en) {
  count(&take->counts, result);
  if (result == IMPORT_RESULT_FAILED)
    import_file_add_fault(take->file, line, message_zh, message_en);
  if (!take->outcomes)
    return;
  ImportOutcome outcome = {line,
                           result,
                           kind,
                           g_strdup(id ? id : ""),
                           g_strdup(title ? title : ""),
                           g_strdup(message_zh),
                           g_strdup(message_en)};
  g_array_append_val(take->outcomes, outcome);
}

static void note_row(ImportTake *take, const ImportRow *row, ImportResult result, const char *message_zh,
                     const char *message_en) {
  const CatalogRecord *record = row->record;
  if (row->schedule) {
    note(take, row->line, result, "schedule", row->schedule->channel_id, NULL, message_zh, message_en);
    return;
  }
  if (row->lesson) {
    note(take, row->line, result, "lesson", row->lesson->id, row->lesson->title, message_zh, message_en);
    return;
  }
  const RecordSpec *spec = record_spec(record->kind);
  const char *title = catalog_record_get(
      record, record_spec_find_field(spec, "title") >= 0 && record->kind != RECORD_LECTURER ? "title" : "name");
  bool has_id = result != IMPORT_RESULT_FAILED; /* what was not made has none */
  note(take, row->line, result, spec->name, has_id ? record->id : NULL, title, message_zh, message_en);
}

static void note_fault(ImportTake *take, const ImportRow *row, const RecordFault *fault, const GError *cause) {
  if (fault->reason == RECORD_FAULT_NONE) {
    note_row(take, row, IMPORT_RESULT_FAILED, "与已有的内容冲突（编号可能属于已删除的课程）", cause->message);
    return;
  }
  g_autofree char *zh = record_fault_text_zh(fault), *en = record_fault_text_en(fault);
  note_row(take, row, IMPORT_RESULT_FAILED, zh, en);
}

/* A row that is wrong half way leaves nothing. */
static bool try_row(ImportTake *take, const ImportRow *row, GError **error) {
  ImportResult result = IMPORT_RESULT_FAILED;
  RecordFault fault = {0};
  g_autoptr(GError) cause = NULL;
  if (!connection_run_bare(take->connection, STATEMENT_SAVEPOINT, error))
    return false;
  if (take_row(take, row, &result, &fault, &cause)) {
    note_row(take, row, result, "", "");
    return connection_run_bare(take->connection, STATEMENT_RELEASE, error);
  }
  bool is_of_row =
      fault.reason != RECORD_FAULT_NONE || g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  if (!is_of_row) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  note_fault(take, row, &fault, cause);
  return connection_run_bare(take->connection, STATEMENT_ROLLBACK_TO, error) &&
         connection_run_bare(take->connection, STATEMENT_RELEASE, error);
}

bool import_take_rows(ImportTake *take, guint first, guint limit, GError **error) {
  for (guint i = first; i < take->file->rows->len && i - first < limit; i++)
    if (!try_row(take, &g_array_index(take->file->rows, ImportRow, i), error))
      return false;
  return true;
}

/* --- divisions --- */

static bool take_division(ImportTake *take, const DivisionRow *row, GError **error) {
  DivisionCounts counts = {0};
  g_autoptr(GError) cause = NULL;
  if (!import_may(take, RIGHT_OPERATE, &nowhere)) {
    note(take, row->line, IMPORT_RESULT_FAILED, "division", row->code, row->name, "没有修改行政区划的权限",
         "you have no right to change divisions");
    return true;
  }
  if (division_put(take->connection, take->actor, row, take->now_us, &counts, &cause)) {
    ImportResult result = counts.added     ? IMPORT_RESULT_CREATED
                          : counts.renamed ? IMPORT_RESULT_UPDATED
                                           : IMPORT_RESULT_UNCHANGED;
    note(take, row->line, result, "division", row->code, row->name, "", "");
    return true;
  }
  if (g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_INVALID)) {
    note(take, row->line, IMPORT_RESULT_FAILED, "division", row->code, row->name, "上级行政区划不存在",
         cause->message);
    return true;
  }
  g_propagate_error(error, g_steal_pointer(&cause));
  return false;
}

bool import_take_divisions(ImportTake *take, GError **error) {
  const GArray *divisions = take->file->divisions;
  for (guint i = 0; i < divisions->len; i++)
    if (!take_division(take, &g_array_index(divisions, DivisionRow, i), error))
      return false;
  return true;
}
