#include "catalog/migration.h"

#include <string.h>

typedef struct {
  int64_t application_id;
  int64_t version;
  int64_t object_count;
} Identity;

int migration_newest_version(void) {
  return migration_table[migration_table_count - 1].version;
}

static bool load_identity(Connection *connection, Identity *ret_identity, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_IDENTITY);
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_identity =
      (Identity){statement_int(&statement, 0), statement_int(&statement, 1), statement_int(&statement, 2)};
  return true;
}

static bool judge(Connection *connection, const Identity *identity, GError **error) {
  bool is_new = identity->application_id == 0 && identity->version == 0 && identity->object_count == 0;
  if (is_new)
    return true;
  if (identity->application_id != CATALOG_APPLICATION_ID || identity->version < 1) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED,
                "%s is not a Kapok catalog: it is an SQLite file of another program", connection_path(connection));
    return false;
  }
  if (identity->version > migration_newest_version()) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_VERSION,
                "%s has schema version %d, made by a newer Kapok; this one knows versions up to %d",
                connection_path(connection), (int)identity->version, migration_newest_version());
    return false;
  }
  return true;
}

bool migration_check(Connection *connection, GError **error) {
  Identity identity = {0};
  return load_identity(connection, &identity, error) && judge(connection, &identity, error);
}

static bool apply_from(Connection *connection, int64_t version, GError **error) {
  for (size_t i = 0; i < migration_table_count; i++) {
    const Migration *migration = &migration_table[i];
    if (migration->version <= version)
      continue;
    if (!connection_run_script(connection, migration->sql, error) ||
        !connection_run_script(connection, migration->version_sql, error)) {
      g_prefix_error(error, "migration %s: ", migration->name);
      return false;
    }
  }
  return true;
}

/* Looks again at the version once it holds the write lock: another process may have been faster. */
static bool apply_locked(Connection *connection, GError **error) {
  Identity identity = {0};
  return load_identity(connection, &identity, error) && judge(connection, &identity, error) &&
         apply_from(connection, identity.version, error) &&
         connection_run_bare(connection, STATEMENT_COMMIT, error);
}

bool migration_apply(Connection *connection, GError **error) {
  Identity identity = {0};
  if (!load_identity(connection, &identity, error))
    return false;
  if (identity.version == migration_newest_version())
    return true;
  if (!connection_run_bare(connection, STATEMENT_BEGIN_WRITE, error))
    return false;
  if (apply_locked(connection, error))
    return true;
  if (connection_is_in_transaction(connection))
    connection_run_bare(connection, STATEMENT_ROLLBACK, NULL);
  return false;
}
