/* Working on the import jobs. */
#include "catalog/import_job.h"

#include "catalog/import_take.h"
#include "catalog/owner.h"
#include "catalog/person.h"
#include "catalog/transaction.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct {
  Catalog *catalog;
  CatalogImport *job;
  char *runner;
  char *path;
  CatalogPerson *person; /* or NULL */
  ImportFile *file;
  ImportRights rights;
  ImportTake take;
  bool is_lost; /* cancelled, or somebody else's now */
} Run;

static void run_clear(Run *run) {
  catalog_import_free(run->job);
  g_free(run->runner);
  g_free(run->path);
  catalog_person_free(run->person);
  import_file_free(run->file);
  g_clear_pointer(&run->take.outcomes, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* --- whose it is --- */

static bool list_open(Catalog *catalog, GPtrArray *jobs, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_OPEN_IMPORTS);
  while (statement_next_row(&statement))
    g_ptr_array_add(jobs, import_job_read_row(&statement));
  return statement_check(&statement, error);
}

static bool claim(Run *run, CatalogImport *job, bool *ret_claimed, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, run->catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_CLAIM_IMPORT, error, argument_text(job->id),
                      argument_text(run->runner), argument_text(job->runner), argument_int(g_get_real_time())))
    return false;
  *ret_claimed = connection_changes(transaction.connection) == 1;
  return transaction_commit(&transaction, error);
}

/* The oldest that nobody alive works on; none while another process works on one. */
static bool find_next(Run *run, bool *ret_found, GError **error) {
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_import_free);
  if (!list_open(run->catalog, jobs, error))
    return false;
  for (guint i = 0; i < jobs->len; i++) {
    const CatalogImport *job = jobs->pdata[i];
    if (job->runner && !g_str_equal(job->runner, run->runner) && owner_is_alive(job->runner, NULL))
      return true;
  }
  for (guint i = 0; i < jobs->len && !*ret_found; i++) {
    if (!claim(run, jobs->pdata[i], ret_found, error))
      return false;
    if (*ret_found)
      return catalog_load_import(run->catalog, ((CatalogImport *)jobs->pdata[i])->id, &run->job, error);
  }
  return true;
}

/* Still ours? To be asked first in each transaction. */
static bool hold(Run *run, Connection *connection, bool *ret_held, GError **error) {
  int64_t held = 0;
  if (!connection_number(connection, STATEMENT_HOLD_IMPORT, &held, error, argument_text(run->job->id),
                         argument_text(run->runner)))
    return false;
  *ret_held = held != 0;
  run->is_lost = !held;
  return true;
}

/* --- the report --- */

static bool write_outcomes(Run *run, Connection *connection, guint first, guint limit, GError **error) {
  static const char *const names[] = {"created", "updated", "unchanged", "failed"};
  const GArray *outcomes = run->take.outcomes;
  for (guint i = first; i < outcomes->len && i - first < limit; i++) {
    const ImportOutcome *outcome = &g_array_index(outcomes, ImportOutcome, i);
    bool is_failed = outcome->result == IMPORT_RESULT_FAILED;
    const char *id = run->job->is_dry_run && outcome->result == IMPORT_RESULT_CREATED ? "" : outcome->record_id;
    if (!connection_run(connection, STATEMENT_INSERT_IMPORT_ROW, error, argument_text(run->job->id),
                        argument_int(outcome->line), argument_text(names[outcome->result]),
                        argument_text(outcome->kind), argument_text(is_failed ? "" : id),
                        argument_text(outcome->title), argument_text(outcome->message_zh),
                        argument_text(outcome->message_en)))
      return false;
  }
  return true;
}

static bool write_progress(Run *run, Connection *connection, int64_t position, GError **error) {
  const ImportCounts *counts = &run->take.counts;
  return connection_run(connection, STATEMENT_ADVANCE_IMPORT, error, argument_text(run->job->id),
                        argument_int(position), argument_int(run->job->rows_total), argument_int(counts->created),
                        argument_int(counts->updated), argument_int(counts->unchanged),
                        argument_int(counts->failed));
}

/* What was wrong with rows already while the file was read. */
static void note_faults(Run *run) {
  for (guint i = 0; i < run->file->faults->len; i++) {
    const ImportFault *fault = &g_array_index(run->file->faults, ImportFault, i);
    ImportOutcome outcome = {fault->line,
                             IMPORT_RESULT_FAILED,
                             "",
                             g_strdup(""),
                             g_strdup(""),
                             g_strdup(fault->message_zh),
                             g_strdup(fault->message_en)};
    g_array_append_val(run->take.outcomes, outcome);
    run->take.counts.failed++;
  }
}

/* --- taking --- */

/* One batch from `*position` on (-1: with what comes before the rows), with its report and how far the job is. */
static bool take_batch(Run *run, int64_t *position, GError **error) {
  g_auto(Transaction) transaction = {0};
  bool is_held = false;
  int64_t first = MAX(*position, 0);
  if (!transaction_begin_write(&transaction, run->catalog, error) ||
      !hold(run, transaction.connection, &is_held, error))
    return false;
  if (!is_held)
    return true;
  run->take.connection = transaction.connection;
  run->take.now_us = g_get_real_time();
  g_array_set_size(run->take.outcomes, 0);
  if (*position < 0) {
    note_faults(run);
    if (!import_take_divisions(&run->take, error))
      return false;
  }
  int64_t next = MIN(first + IMPORT_BATCH, (int64_t)run->file->rows->len);
  if (!import_take_rows(&run->take, (guint)first, IMPORT_BATCH, error) ||
      !write_outcomes(run, transaction.connection, 0, G_MAXUINT, error) ||
      !write_progress(run, transaction.connection, next, error) || !transaction_commit(&transaction, error))
    return false;
  *position = next;
  return true;
}

/* True also when it was left for later: `*ret_is_left`. */
static bool take_all(Run *run, ImportStopFunc should_stop, gpointer user_data, bool *ret_is_left, GError **error) {
  int64_t position = run->job->position;
  run->take.counts = run->job->counts;
  do {
    if (should_stop && should_stop(user_data)) {
      *ret_is_left = true;
      return true;
    }
    if (!take_batch(run, &position, error))
      return false;
  } while (!run->is_lost && position < (int64_t)run->file->rows->len);
  return true;
}

static bool try_all(Run *run, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, run->catalog, error))
    return false;
  run->take.connection = transaction.connection;
  run->take.now_us = g_get_real_time();
  run->take.counts = (ImportCounts){0};
  note_faults(run);
  return import_take_divisions(&run->take, error) &&
         import_take_rows(&run->take, 0, G_MAXUINT, error); /* undone as it leaves its scope */
}

/* In pieces, so that others can write meanwhile. */
static bool report_all(Run *run, GError **error) {
  for (guint first = 0; !run->is_lost && (first == 0 || first < run->take.outcomes->len); first += 1000) {
    g_auto(Transaction) transaction = {0};
    bool is_held = false;
    if (!transaction_begin_write(&transaction, run->catalog, error) ||
        !hold(run, transaction.connection, &is_held, error))
      return false;
    if (is_held && (!write_outcomes(run, transaction.connection, first, 1000, error) ||
                    !write_progress(run, transaction.connection, run->file->rows->len, error) ||
                    !transaction_commit(&transaction, error)))
      return false;
  }
  return true;
}

static bool dry_run(Run *run, GError **error) {
  if (run->file->rows->len > IMPORT_DRY_RUN_ROWS_MAX) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                "试运行最多 %d 行，这个文件有 %u 行：请分成几个文件 · a dry run takes %d rows at most, and the "
                "file has %u: split it",
                IMPORT_DRY_RUN_ROWS_MAX, run->file->rows->len, IMPORT_DRY_RUN_ROWS_MAX, run->file->rows->len);
    return false;
  }
  return try_all(run, error) && report_all(run, error);
}

/* --- one job --- */

static bool load_rights(Run *run, GError **error) {
  if (!run->job->person_id)
    return true;
  g_autoptr(GError) cause = NULL;
  run->take.rights = &run->rights;
  if (!catalog_load_person(run->catalog, run->job->person_id, &run->person, &cause)) {
    if (g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
      return true; /* nobody any more: nothing may be done */
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  if (!run->person->is_disabled)
    run->rights = (ImportRights){run->person->grants, run->person->grant_count, run->job->scopes};
  return true;
}

static bool work(Run *run, ImportStopFunc should_stop, gpointer user_data, bool *ret_is_left, GError **error) {
  run->file = import_file_new();
  run->take = (ImportTake){.actor = run->job->owner,
                           .file = run->file,
                           .institution_id = run->job->institution_id,
                           .outcomes = import_outcomes_new()};
  if (!import_file_load(run->path, run->job->format, run->job->kind, IMPORT_JOB_BYTES_MAX, run->file, should_stop,
                        user_data, error) ||
      !load_rights(run, error))
    return false;
  run->job->rows_total = run->file->rows->len + run->file->divisions->len + run->file->faults->len;
  return run->job->is_dry_run ? dry_run(run, error) : take_all(run, should_stop, user_data, ret_is_left, error);
}

static bool end(Run *run, bool is_left, const GError *cause, GError **error) {
  g_auto(Transaction) transaction = {0};
  const char *state = import_state_name(cause ? IMPORT_STATE_FAILED : IMPORT_STATE_DONE);
  g_autofree char *reason = cause ? g_utf8_make_valid(cause->message, -1) : NULL;
  if (!transaction_begin_write(&transaction, run->catalog, error) ||
      !(is_left ? connection_run(transaction.connection, STATEMENT_RELEASE_IMPORT, error,
                                 argument_text(run->job->id), argument_text(run->runner))
                : connection_run(transaction.connection, STATEMENT_FINISH_IMPORT, error,
                                 argument_text(run->job->id), argument_text(run->runner), argument_text(state),
                                 argument_text(reason), argument_int(g_get_real_time()))) ||
      !transaction_commit(&transaction, error))
    return false;
  if (!is_left)
    g_unlink(run->path);
  return true;
}

/* Somebody else has the lock for long, or the disk is full: it will be tried again. */
static bool is_passing(const GError *cause) {
  return g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_BUSY) ||
         g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_IO);
}

bool import_jobs_run_next(Catalog *catalog, const char *folder, ImportStopFunc should_stop, gpointer user_data,
                          bool *ret_found, GError **error) {
  g_auto(Run) run = {.catalog = catalog, .runner = owner_of_this_process()};
  g_autoptr(GError) cause = NULL;
  bool is_found = false, is_left = false;
  if (!find_next(&run, &is_found, error))
    return false;
  *ret_found = is_found;
  if (!is_found)
    return true;
  run.path = import_job_path(folder, run.job->id);
  work(&run, should_stop, user_data, &is_left, &cause);
  if (run.is_lost)
    return true;
  if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_clear_error(&cause);
    is_left = true;
  }
  if (cause && is_passing(cause)) {
    end(&run, true, NULL, NULL);
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  return end(&run, is_left, cause, error);
}
