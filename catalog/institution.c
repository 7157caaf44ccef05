#include "catalog/institution.h"

#include "base/id.h"
#include "catalog/audit.h"

static bool find(Connection *connection, const char *name, char **ret_id, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_INSTITUTION);
  statement_bind(&statement, argument_text(name));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

bool institution_find_or_add(Connection *connection, const char *actor, const char *name, int64_t now_us,
                             char **ret_id, GError **error) {
  g_autofree char *id = NULL;
  if (*name && !find(connection, name, &id, error))
    return false;
  if (*name && !id) {
    id = id_new();
    g_auto(AuditEntry) entry = audit_entry_begin("institution", id, "create");
    audit_entry_add(&entry, "name", NULL, name);
    if (!connection_run(connection, STATEMENT_INSERT_NAMED_INSTITUTION, error, argument_text(id),
                        argument_text(name), argument_int(now_us)) ||
        !audit_entry_record(&entry, connection, actor, now_us, error))
      return false;
  }
  *ret_id = g_steal_pointer(&id);
  return true;
}
