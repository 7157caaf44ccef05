#include "catalog/record_edit.h"

#include "base/id.h"
#include "catalog/record_statements.h"
#include "catalog/record_write.h"

bool record_edit_check_version(const CatalogRecord *record, int64_t expected_version, GError **error) {
  if (expected_version == 0 || expected_version == record->row_version)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE,
              "%s %s is at version %" G_GINT64_FORMAT " and not %" G_GINT64_FORMAT " any more",
              record_spec(record->kind)->name, record->id, record->row_version, expected_version);
  return false;
}

bool record_edit_insert(Connection *connection, const char *actor, CatalogRecord *record, int64_t now_us,
                        RecordFault *fault, GError **error) {
  g_autoptr(CatalogRecord) nothing = catalog_record_new(record->kind);
  if (!record->id)
    record->id = id_new();
  return record_write_check(connection, nothing, record, fault, error) &&
         record_write(connection, record_statements(record->kind)->insert, nothing, record, now_us, error) &&
         record_write_audit(connection, actor, "create", nothing, record, now_us, error);
}

/* `old` with the values of `patch`. */
static CatalogRecord *merge(const CatalogRecord *old, const CatalogRecord *patch) {
  CatalogRecord *merged = catalog_record_new(old->kind);
  merged->id = g_strdup(old->id);
  for (size_t i = 0; i < record_spec(old->kind)->field_count; i++)
    merged->values[i] = g_strdup(patch->values[i] ? patch->values[i] : old->values[i]);
  return merged;
}

static bool is_changed(const CatalogRecord *old, const CatalogRecord *new) {
  for (size_t i = 0; i < record_spec(old->kind)->field_count; i++)
    if (!g_str_equal(old->values[i], new->values[i]))
      return true;
  return false;
}

bool record_edit_update(Connection *connection, const char *actor, const CatalogRecord *patch,
                        int64_t expected_version, bool *ret_is_changed, RecordFault *fault, GError **error) {
  g_autoptr(CatalogRecord) old = NULL;
  int64_t now_us = g_get_real_time();
  if (!record_load(connection, patch->kind, patch->id, &old, error) ||
      !record_edit_check_version(old, expected_version, error))
    return false;
  g_autoptr(CatalogRecord) new = merge(old, patch);
  bool is_changed_now = is_changed(old, new);
  if (is_changed_now && (!record_write_check(connection, old, new, fault, error) ||
                         !record_write(connection, record_statements(old->kind)->update, old, new, now_us, error) ||
                         !record_write_audit(connection, actor, "update", old, new, now_us, error)))
    return false;
  *ret_is_changed = is_changed_now;
  return true;
}
