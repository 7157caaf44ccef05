#include "catalog/import.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/division_write.h"
#include "catalog/institution.h"
#include "catalog/record_edit.h"
#include "catalog/record_statements.h"
#include "catalog/transaction.h"

#include <string.h>

typedef struct {
  Connection *connection;
  const char *actor;
  ImportFile *file;
  ImportCounts counts;
  int64_t now_us;
} Import;

static bool resolve_institution(Import *import, const ImportRow *row, GError **error) {
  g_autofree char *name = row->institution ? g_strstrip(g_strdup(row->institution)) : NULL, *id = NULL;
  if (!name || *catalog_record_get(row->record, "institution_id"))
    return true;
  if (!institution_find_or_add(import->connection, import->actor, name, import->now_us, &id, error))
    return false;
  catalog_record_set(row->record, "institution_id", id);
  return true;
}

/* The lecturer of that name, made when there is none. */
static bool find_lecturer(Import *import, const char *name, char **ret_id, GError **error) {
  g_auto(Statement) statement = statement_use(import->connection, STATEMENT_FIND_LECTURER);
  statement_bind(&statement, argument_text(name));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

static bool add_lecturer(Import *import, const char *name, char **ret_id, RecordFault *fault, GError **error) {
  g_autoptr(CatalogRecord) lecturer = catalog_record_new(RECORD_LECTURER);
  catalog_record_set(lecturer, "name", name);
  if (!record_check(lecturer, true, fault) ||
      !record_edit_insert(import->connection, import->actor, lecturer, import->now_us, fault, error))
    return false;
  *ret_id = g_strdup(lecturer->id);
  return true;
}

static bool resolve_lecturers(Import *import, const ImportRow *row, RecordFault *fault, GError **error) {
  if (!row->lecturers || *catalog_record_get(row->record, "lecturer_ids"))
    return true;
  g_auto(GStrv) names = g_strsplit(row->lecturers, RECORD_LIST_SEPARATOR, -1);
  g_autoptr(GString) ids = g_string_new(NULL);
  for (char **name = names; *name; name++) {
    g_autofree char *id = NULL;
    if (!*g_strstrip(*name))
      continue;
    if (!find_lecturer(import, *name, &id, error) || (!id && !add_lecturer(import, *name, &id, fault, error)))
      return false;
    g_string_append_printf(ids, "%s%s", ids->len > 0 ? RECORD_LIST_SEPARATOR : "", id);
  }
  catalog_record_set(row->record, "lecturer_ids", ids->str);
  return true;
}

static bool has_id(Import *import, const CatalogRecord *record, bool *ret_found, GError **error) {
  int64_t found = 0;
  if (record->id && !connection_number(import->connection, record_statements(record->kind)->has, &found, error,
                                       argument_text(record->id)))
    return false;
  *ret_found = found != 0;
  return true;
}

/* False with `fault` for a row that is wrong, with `error` when the catalog cannot go on. */
static bool take_row(Import *import, const ImportRow *row, RecordFault *fault, GError **error) {
  bool is_there = false, is_changed = false;
  if (row->record->id && !id_is_valid(row->record->id)) {
    record_fault_set(fault, RECORD_FAULT_FORM, "id", row->record->id);
    return false;
  }
  if (!has_id(import, row->record, &is_there, error) || !resolve_institution(import, row, error) ||
      !resolve_lecturers(import, row, fault, error) || !record_check(row->record, !is_there, fault))
    return false;
  if (!is_there) {
    import->counts.created++;
    return record_edit_insert(import->connection, import->actor, row->record, import->now_us, fault, error);
  }
  if (!record_edit_update(import->connection, import->actor, row->record, 0, &is_changed, fault, error))
    return false;
  import->counts.updated += is_changed;
  import->counts.unchanged += !is_changed;
  return true;
}

/* A row that is wrong half way leaves nothing. */
static bool try_row(Import *import, const ImportRow *row, GError **error) {
  ImportCounts before = import->counts;
  RecordFault fault = {0};
  g_autoptr(GError) cause = NULL;
  if (!connection_run_bare(import->connection, STATEMENT_SAVEPOINT, error))
    return false;
  if (take_row(import, row, &fault, &cause))
    return connection_run_bare(import->connection, STATEMENT_RELEASE, error);
  bool is_of_row =
      fault.reason != RECORD_FAULT_NONE || g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  if (!is_of_row) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  import->counts = before;
  import->counts.failed++;
  if (fault.reason != RECORD_FAULT_NONE)
    import_file_add_record_fault(import->file, row->line, &fault);
  else
    import_file_add_fault(import->file, row->line, "与已有的内容冲突（编号可能属于已删除的课程）", cause->message);
  return connection_run_bare(import->connection, STATEMENT_ROLLBACK_TO, error) &&
         connection_run_bare(import->connection, STATEMENT_RELEASE, error);
}

static bool take_divisions(Import *import, GError **error) {
  const GArray *divisions = import->file->divisions;
  for (guint i = 0; i < divisions->len; i++) {
    const DivisionRow *row = &g_array_index(divisions, DivisionRow, i);
    DivisionCounts counts = {0};
    g_autoptr(GError) cause = NULL;
    if (division_put(import->connection, import->actor, row, import->now_us, &counts, &cause)) {
      import->counts.created += counts.added;
      import->counts.updated += counts.renamed;
      import->counts.unchanged += counts.unchanged;
    } else if (g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_INVALID)) {
      import->counts.failed++;
      import_file_add_fault(import->file, row->line, "上级行政区划不存在", cause->message);
    } else {
      g_propagate_error(error, g_steal_pointer(&cause));
      return false;
    }
  }
  return true;
}

/* Rows from `first` on, at most `limit`. */
static bool take_rows(Import *import, guint first, guint limit, GError **error) {
  for (guint i = first; i < import->file->rows->len && i - first < limit; i++)
    if (!try_row(import, &g_array_index(import->file->rows, ImportRow, i), error))
      return false;
  return true;
}

static bool dry_run(Catalog *catalog, Import *import, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  import->connection = transaction.connection;
  return take_divisions(import, error) &&
         take_rows(import, 0, G_MAXUINT, error); /* undone as it leaves its scope */
}

static bool run_batch(Catalog *catalog, Import *import, guint first, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  import->connection = transaction.connection;
  import->now_us = g_get_real_time();
  return (first > 0 || take_divisions(import, error)) && take_rows(import, first, IMPORT_BATCH, error) &&
         transaction_commit(&transaction, error);
}

static bool run_batches(Catalog *catalog, Import *import, ImportProgressFunc progress, gpointer user_data,
                        GError **error) {
  guint total = import->file->rows->len;
  for (guint first = 0; first == 0 || first < total; first += IMPORT_BATCH) {
    if (!run_batch(catalog, import, first, error))
      return false;
    if (progress)
      progress(MIN(first + IMPORT_BATCH, total), total, user_data);
  }
  return true;
}

bool catalog_import(Catalog *catalog, const char *actor, ImportFile *file, bool is_dry_run,
                    ImportProgressFunc progress, gpointer user_data, ImportCounts *ret_counts, GError **error) {
  Import import = {.actor = actor, .file = file, .now_us = g_get_real_time()};
  import.counts.failed = file->faults->len;
  if (is_dry_run ? !dry_run(catalog, &import, error) : !run_batches(catalog, &import, progress, user_data, error))
    return false;
  *ret_counts = import.counts;
  return true;
}
