#include "catalog/audit.h"

#include "base/json_writer.h"
#include "catalog/transaction.h"

/* A value longer than this is cut in the log: it tells what was done, it is no second copy of every summary. */
#define VALUE_BYTES_MAX 4096
#define PRUNE_BATCH 2000

void audit_entry_clear(AuditEntry *entry) {
  if (entry->changes)
    g_string_free(entry->changes, TRUE);
  entry->changes = NULL;
}

AuditEntry audit_entry_begin(const char *kind, const char *record_id, const char *action) {
  return (AuditEntry){kind, record_id, action, g_string_new("{"), false};
}

static void append_value(GString *out, const char *value) {
  if (!value) {
    g_string_append(out, "null");
    return;
  }
  g_autofree char *cut = g_strndup(value, VALUE_BYTES_MAX);
  g_autofree char *valid = g_utf8_make_valid(cut, -1);
  json_append_quoted(out, valid);
}

void audit_entry_add(AuditEntry *entry, const char *field, const char *before, const char *after) {
  if (entry->has_changes)
    g_string_append_c(entry->changes, ',');
  entry->has_changes = true;
  json_append_quoted(entry->changes, field);
  g_string_append(entry->changes, ":[");
  append_value(entry->changes, before);
  g_string_append_c(entry->changes, ',');
  append_value(entry->changes, after);
  g_string_append_c(entry->changes, ']');
}

bool audit_entry_record(AuditEntry *entry, Connection *connection, const char *actor, int64_t now_us,
                        GError **error) {
  g_string_append_c(entry->changes, '}');
  return connection_run(connection, STATEMENT_INSERT_AUDIT, error, argument_int(now_us), argument_text(actor),
                        argument_text(entry->kind), argument_text(entry->record_id), argument_text(entry->action),
                        argument_text(entry->changes->str));
}

static void clear_entry(gpointer data) {
  CatalogAuditEntry *entry = data;
  g_free(entry->actor);
  g_free(entry->kind);
  g_free(entry->record_id);
  g_free(entry->action);
  g_free(entry->changes);
}

bool catalog_note_change(Catalog *catalog, const char *actor, const char *kind, const char *record_id,
                         const char *action, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_auto(AuditEntry) entry = audit_entry_begin(kind, record_id, action);
  return transaction_begin_write(&transaction, catalog, error) &&
         audit_entry_record(&entry, transaction.connection, actor, g_get_real_time(), error) &&
         transaction_commit(&transaction, error);
}

bool catalog_list_audit(Catalog *catalog, const AuditQuery *query, GArray **ret_entries, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_autoptr(GArray) entries = g_array_new(FALSE, TRUE, sizeof(CatalogAuditEntry));
  g_array_set_clear_func(entries, clear_entry);
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_AUDIT);
  statement_bind(&statement, argument_text(query->kind), argument_text(query->record_id),
                 argument_int(query->before), argument_int(query->limit), argument_text(query->actor),
                 argument_text(query->action), argument_int(query->since_us), argument_int(query->until_us));
  while (statement_next_row(&statement)) {
    CatalogAuditEntry entry = {.id = statement_int(&statement, 0),
                               .at_us = statement_int(&statement, 1),
                               .actor = statement_dup_text(&statement, 2),
                               .kind = statement_dup_text(&statement, 3),
                               .record_id = statement_dup_text(&statement, 4),
                               .action = statement_dup_text(&statement, 5),
                               .changes = statement_dup_text(&statement, 6)};
    g_array_append_val(entries, entry);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_entries = g_steal_pointer(&entries);
  return true;
}

static bool prune_batch(Catalog *catalog, int64_t before_us, int64_t *ret_count, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_PRUNE_AUDIT, error, argument_int(before_us),
                      argument_int(PRUNE_BATCH)))
    return false;
  *ret_count = connection_changes(transaction.connection);
  return transaction_commit(&transaction, error);
}

bool catalog_prune_audit(Catalog *catalog, int64_t before_us, AuditStopFunc should_stop, gpointer user_data,
                         int64_t *ret_count, GError **error) {
  int64_t pruned = 0, count = PRUNE_BATCH;
  while (count == PRUNE_BATCH && !(should_stop && should_stop(user_data))) {
    if (!prune_batch(catalog, before_us, &count, error))
      return false;
    pruned += count;
  }
  *ret_count = pruned;
  return true;
}
