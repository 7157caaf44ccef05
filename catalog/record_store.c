#include "catalog/record_store.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/record_edit.h"
#include "catalog/record_statements.h"
#include "catalog/record_write.h"
#include "catalog/transaction.h"

#include <string.h>

static bool refuse(GError **error, CatalogError code, const RecordFault *fault, RecordFault *ret_fault) {
  g_autofree char *text = record_fault_text_en(fault);
  g_set_error_literal(error, CATALOG_ERROR, code, text);
  if (ret_fault)
    *ret_fault = *fault;
  return false;
}

static bool check_values(CatalogRecord *record, bool is_new, RecordFault *ret_fault, GError **error) {
  RecordFault fault = {0};
  return record_check(record, is_new, &fault) || refuse(error, CATALOG_ERROR_INVALID, &fault, ret_fault);
}

/* --- creates that may be repeated --- */

void record_idempotency_clear(RecordIdempotency *idempotency) {
  g_clear_pointer(&idempotency->answer, g_free);
  g_clear_pointer(&idempotency->tag, g_free);
}

static bool check_key(const RecordIdempotency *idempotency, GError **error) {
  size_t length = strlen(idempotency->key);
  if (length > 0 && length <= IDEMPOTENCY_KEY_SIZE_MAX)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "an idempotency key has 1 to %d bytes",
              IDEMPOTENCY_KEY_SIZE_MAX);
  return false;
}

/* `*ret_id` NULL when the key is new. */
static bool find_repeat(Connection *connection, const char *actor, RecordKind kind, RecordIdempotency *idempotency,
                        char **ret_id, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_IDEMPOTENCY);
  statement_bind(&statement, argument_text(actor), argument_text(idempotency->key));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_id = NULL;
  if (!has_row)
    return true;
  if (!g_str_equal(statement_text(&statement, 0), idempotency->request_hash) ||
      !g_str_equal(statement_text(&statement, 1), record_spec(kind)->name)) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_REUSED,
                        "the idempotency key was used for another request");
    return false;
  }
  *ret_id = statement_dup_text(&statement, 2);
  idempotency->answer = statement_dup_text(&statement, 3);
  idempotency->tag = statement_dup_text(&statement, 4);
  return true;
}

static bool remember_key(Connection *connection, const char *actor, const CatalogRecord *record,
                         const RecordIdempotency *idempotency, int64_t now_us, GError **error) {
  return connection_run(connection, STATEMENT_INSERT_IDEMPOTENCY, error, argument_text(actor),
                        argument_text(idempotency->key), argument_text(idempotency->request_hash),
                        argument_text(record_spec(record->kind)->name), argument_text(record->id),
                        argument_int(now_us));
}

/* --- create --- */

static bool insert(Connection *connection, const char *actor, CatalogRecord *record, int64_t now_us,
                   RecordFault *ret_fault, GError **error) {
  RecordFault fault = {0};
  return record_edit_insert(connection, actor, record, now_us, &fault, error) ||
         (fault.reason != RECORD_FAULT_NONE && refuse(error, CATALOG_ERROR_INVALID, &fault, ret_fault));
}

static bool create(Connection *connection, const char *actor, CatalogRecord *record, RecordIdempotency *idempotency,
                   bool *ret_is_repeat, RecordFault *ret_fault, GError **error) {
  int64_t now_us = g_get_real_time();
  g_autofree char *repeated_id = NULL;
  if (idempotency &&
      (!connection_run(connection, STATEMENT_FORGET_IDEMPOTENCY, error, argument_int(now_us - G_TIME_SPAN_DAY)) ||
       !find_repeat(connection, actor, record->kind, idempotency, &repeated_id, error)))
    return false;
  *ret_is_repeat = repeated_id != NULL;
  if (repeated_id) {
    g_free(record->id);
    record->id = g_steal_pointer(&repeated_id);
    return true;
  }
  return insert(connection, actor, record, now_us, ret_fault, error) &&
         (!idempotency || remember_key(connection, actor, record, idempotency, now_us, error));
}

/* What was made; of a repeat with its answer only the id. */
static bool load_made(Connection *connection, const CatalogRecord *record, const RecordIdempotency *idempotency,
                      CatalogRecord **ret_made, GError **error) {
  if (!idempotency || !idempotency->answer)
    return record_load(connection, record->kind, record->id, ret_made, error);
  *ret_made = catalog_record_new(record->kind);
  (*ret_made)->id = g_strdup(record->id);
  return true;
}

bool catalog_create_record(Catalog *catalog, const char *actor, CatalogRecord *record,
                           RecordIdempotency *idempotency, CatalogRecord **ret_record, bool *ret_is_repeat,
                           RecordFault *ret_fault, GError **error) {
  if ((idempotency && !check_key(idempotency, error)) || !check_values(record, true, ret_fault, error))
    return false;
  if (record->id && !id_is_valid(record->id)) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "\"%s\" is no id", record->id);
    return false;
  }
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogRecord) made = NULL;
  bool is_repeat = false;
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !create(transaction.connection, actor, record, idempotency, &is_repeat, ret_fault, error) ||
      !load_made(transaction.connection, record, idempotency, &made, error) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_record = g_steal_pointer(&made);
  if (ret_is_repeat)
    *ret_is_repeat = is_repeat;
  return true;
}

bool catalog_keep_answer(Catalog *catalog, const char *actor, const char *key, const char *answer, const char *tag,
                         GError **error) {
  g_auto(Transaction) transaction = {0};
  if (strlen(answer) > ANSWER_SIZE_MAX)
    return true;
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_KEEP_ANSWER, error, argument_text(actor),
                        argument_text(key), argument_text(answer), argument_text(tag)) &&
         transaction_commit(&transaction, error);
}

/* --- update --- */

bool catalog_update_record(Catalog *catalog, const char *actor, CatalogRecord *patch, int64_t expected_version,
                           CatalogRecord **ret_record, RecordFault *ret_fault, GError **error) {
  RecordFault fault = {0};
  bool is_changed = false;
  if (!check_values(patch, false, ret_fault, error))
    return false;
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogRecord) made = NULL;
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  if (!record_edit_update(transaction.connection, actor, patch, expected_version, &is_changed, &fault, error)) {
    CatalogError code = fault.reason == RECORD_FAULT_STATE ? CATALOG_ERROR_CONFLICT : CATALOG_ERROR_INVALID;
    return fault.reason != RECORD_FAULT_NONE && refuse(error, code, &fault, ret_fault);
  }
  if (!record_load(transaction.connection, patch->kind, patch->id, &made, error) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_record = g_steal_pointer(&made);
  return true;
}

/* --- delete --- */

static bool clear_course(Connection *connection, const char *id, GError **error) {
  static const StatementId statements[] = {STATEMENT_CLEAR_COURSE_AUDIENCES,   STATEMENT_CLEAR_COURSE_TAGS,
                                           STATEMENT_CLEAR_COURSE_LECTURERS,   STATEMENT_CLEAR_COURSE_LESSONS,
                                           STATEMENT_CLEAR_COURSE_ATTACHMENTS, STATEMENT_CLEAR_COURSE_COLLECTIONS};
  for (size_t i = 0; i < G_N_ELEMENTS(statements); i++)
    if (!connection_run(connection, statements[i], error, argument_text(id)))
      return false;
  return true;
}

static bool check_deletable(const CatalogRecord *record, GError **error) {
  if (record->kind != RECORD_COURSE || course_state_may_become(catalog_record_get(record, "status"), "deleted"))
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "course %s is %s: withdraw it first", record->id,
              catalog_record_get(record, "status"));
  return false;
}

static bool delete (Connection *connection, const char *actor, const CatalogRecord *record, GError **error) {
  int64_t now_us = g_get_real_time();
  g_autoptr(CatalogRecord) nothing = catalog_record_new(record->kind);
  if (record->kind == RECORD_COURSE && !clear_course(connection, record->id, error))
    return false;
  if (connection_run(connection, record_statements(record->kind)->delete, error, argument_text(record->id),
                     argument_int(now_us)))
    return record_write_audit(connection, actor, "delete", record, nothing, now_us, error);
  if (g_error_matches(*error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT)) {
    g_clear_error(error);
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "%s %s is in use", record_spec(record->kind)->name,
                record->id);
  }
  return false;
}

bool catalog_delete_record(Catalog *catalog, const char *actor, RecordKind kind, const char *id,
                           int64_t expected_version, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogRecord) record = NULL;
  g_autoptr(GError) cause = NULL;
  if (transaction_begin_write(&transaction, catalog, &cause) &&
      record_load(transaction.connection, kind, id, &record, &cause) &&
      record_edit_check_version(record, expected_version, &cause) && check_deletable(record, &cause) &&
      delete (transaction.connection, actor, record, &cause) && transaction_commit(&transaction, &cause))
    return true;
  g_propagate_error(error, g_steal_pointer(&cause));
  return false;
}
