#include "base/blob_store.h"
#include "catalog/catalog_internal.h"
#include "catalog/migration.h"
#include "catalog/transaction.h"

GQuark catalog_error_quark(void) {
  return g_quark_from_static_string("kapok-catalog-error");
}

CatalogError catalog_error_of(const GError *cause) {
  bool is_refusal = g_error_matches(cause, BLOB_ERROR, BLOB_ERROR_STORAGE) ||
                    g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ||
                    g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_ROFS) ||
                    g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_STORAGE);
  return is_refusal ? CATALOG_ERROR_STORAGE : CATALOG_ERROR_IO;
}

static Connection *open_writer(const char *path, GError **error) {
  g_autoptr(Connection) writer = connection_open(path, CONNECTION_ROLE_WRITER, error);
  if (!writer || !migration_check(writer, error) || !connection_enable_wal(writer, error) ||
      !migration_apply(writer, error) || !connection_prepare(writer, error))
    return NULL;
  return g_steal_pointer(&writer);
}

Catalog *catalog_open(const char *path, GError **error) {
  Connection *writer = open_writer(path, error);
  if (!writer)
    return NULL;
  Catalog *catalog = g_new0(Catalog, 1);
  catalog->path = g_strdup(path);
  catalog->writer = writer;
  catalog->group_worth_us = TRANSACTION_GROUP_WORTH_US;
  catalog->idle_readers = g_ptr_array_new_with_free_func((GDestroyNotify)connection_close);
  pthread_mutex_init(&catalog->writer_lock, NULL);
  g_mutex_init(&catalog->readers_lock);
  catalog->watcher = connection_open(path, CONNECTION_ROLE_READER, NULL);
  catalog->wal_header = catalog->watcher ? connection_map_wal_header(catalog->watcher) : NULL;
  return catalog;
}

void catalog_close(Catalog *catalog) {
  if (!catalog)
    return;
  g_ptr_array_unref(catalog->idle_readers);
  if (catalog->watcher)
    connection_close(catalog->watcher);
  connection_close(catalog->writer);
  pthread_mutex_destroy(&catalog->writer_lock);
  g_mutex_clear(&catalog->readers_lock);
  g_free(catalog->path);
  g_free(catalog);
}

static Connection *take_idle_reader(Catalog *catalog) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&catalog->readers_lock);
  guint count = catalog->idle_readers->len;
  return count > 0 ? g_ptr_array_steal_index(catalog->idle_readers, count - 1) : NULL;
}

Connection *catalog_take_reader(Catalog *catalog, GError **error) {
  g_autoptr(Connection) reader = take_idle_reader(catalog);
  if (reader)
    return g_steal_pointer(&reader);
  reader = connection_open(catalog->path, CONNECTION_ROLE_READER, error);
  if (!reader || !connection_prepare(reader, error))
    return NULL;
  return g_steal_pointer(&reader);
}

static bool keep_idle_reader(Catalog *catalog, Connection *reader) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&catalog->readers_lock);
  if (catalog->idle_readers->len >= CATALOG_IDLE_READERS_MAX)
    return false;
  g_ptr_array_add(catalog->idle_readers, reader);
  return true;
}

void catalog_give_back_reader(Catalog *catalog, Connection *reader) {
  if (!keep_idle_reader(catalog, reader))
    connection_close(reader);
}

int catalog_schema_version(Catalog *catalog) {
  (void)catalog;
  return migration_newest_version();
}

static bool quick_check(Connection *connection, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_QUICK_CHECK);
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  const char *finding = has_row ? statement_text(&statement, 0) : "no answer";
  if (g_str_equal(finding, "ok"))
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED, "%s is damaged: %s", connection_path(connection),
              finding);
  return false;
}

static bool foreign_key_check(Connection *connection, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FOREIGN_KEY_CHECK);
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  if (!has_row)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED, "%s is damaged: a row of %s names a missing row of %s",
              connection_path(connection), statement_text(&statement, 0), statement_text(&statement, 2));
  return false;
}

bool catalog_check(Catalog *catalog, GError **error) {
  Connection *reader = catalog_take_reader(catalog, error);
  if (!reader)
    return false;
  bool is_sound = quick_check(reader, error) && foreign_key_check(reader, error);
  catalog_give_back_reader(catalog, reader);
  return is_sound;
}
