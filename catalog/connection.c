#include "catalog/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* What SQLite maps at once (sqlite.org/walformat.html §2.1). */
#define WAL_INDEX_REGION_BYTES 32768
#define CONNECTION_COPY_PAGES 2000 /* 8 MB */

struct Connection {
  char *path;
  ConnectionRole role;
  sqlite3 *db;
  CatalogError last_error;                   /* of the last failed call */
  int log_pages;                             /* of the write-ahead log, after the last commit */
  int tend_at;                               /* pages at which it is looked after next */
  sqlite3_stmt *statements[STATEMENT_COUNT]; /* NULL: not of this role */
};

/* Writes that the system refused. SQLITE_FULL is ENOSPC only; quotas, limits and read-only disks are errors of a write. */
static bool is_storage_refusal(int status) {
  switch (status) {
  case SQLITE_IOERR_WRITE:
  case SQLITE_IOERR_FSYNC:
  case SQLITE_IOERR_DIR_FSYNC:
  case SQLITE_IOERR_TRUNCATE:
  case SQLITE_IOERR_SHMSIZE:
    return true;
  default:
    return (status & 0xff) == SQLITE_FULL || (status & 0xff) == SQLITE_READONLY;
  }
}

static CatalogError error_code_of(int status) {
  if (is_storage_refusal(status))
    return CATALOG_ERROR_STORAGE;
  switch (status & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return CATALOG_ERROR_BUSY;
  case SQLITE_CONSTRAINT:
    return CATALOG_ERROR_CONFLICT;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_FORMAT:
  case SQLITE_SCHEMA:
  case SQLITE_ERROR:
    return CATALOG_ERROR_DAMAGED;
  case SQLITE_TOOBIG:
  case SQLITE_MISMATCH:
  case SQLITE_RANGE:
    return CATALOG_ERROR_INVALID;
  default:
    return CATALOG_ERROR_IO;
  }
}

static bool fail(Connection *connection, int status, const char *action, GError **error) {
  CatalogError code = error_code_of(status);
  connection->last_error = code;
  if ((status & 0xff) == SQLITE_NOTADB)
    g_set_error(error, CATALOG_ERROR, code, "%s is not a Kapok catalog: not an SQLite file", connection->path);
  else
    g_set_error(error, CATALOG_ERROR, code, "%s: cannot %s: %s", connection->path, action,
                connection->db ? sqlite3_errmsg(connection->db) : sqlite3_errstr(status));
  return false;
}

/* Made by us so that only owner and group read it: SQLite gives the same mode to its side files. With O_EXCL no
 * descriptor of an existing file is opened, since closing it would drop SQLite's locks of this process. */
static bool make_file(const char *path, GError **error) {
  int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0640);
  if (fd >= 0) {
    close(fd);
    return true;
  }
  if (errno == EEXIST)
    return true;
  int saved = errno;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot make %s: %s", path, g_strerror(saved));
  return false;
}

static void harden(sqlite3 *db) {
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, CONNECTION_BUSY_TIMEOUT_MS);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

/* Called by SQLite after each commit, in place of its own checkpoints. */
static int note_log_size(void *data, sqlite3 *db, const char *name, int pages) {
  (void)db;
  (void)name;
  Connection *connection = data;
  if (pages < connection->log_pages) /* it begins again at its start */
    connection->tend_at = CONNECTION_LOG_PAGES;
  connection->log_pages = pages;
  return SQLITE_OK;
}

/* PASSIVE copies what no reader is in the way of, and waits for nobody. The log can begin again at its start only at a
 * moment without readers, which need never come when they overlap; so once it is long, TRUNCATE waits a little for the
 * readers that are under way. New ones do not hinder it: with all copied they do not look into the log. */
void connection_tend_log(Connection *connection) {
  if (connection->log_pages < connection->tend_at)
    return;
  bool is_long = connection->log_pages >= CONNECTION_LOG_PAGES_MAX;
  int pages = 0, copied = 0;
  if (is_long)
    sqlite3_busy_timeout(connection->db, CONNECTION_LOG_PATIENCE_MS);
  sqlite3_wal_checkpoint_v2(connection->db, NULL, is_long ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
                            &pages, &copied);
  if (is_long)
    sqlite3_busy_timeout(connection->db, CONNECTION_BUSY_TIMEOUT_MS);
  connection->tend_at = connection->log_pages + (is_long ? 4 : 1) * CONNECTION_LOG_PAGES;
}

static bool prepare_class(Connection *connection, StatementClass class, GError **error) {
  for (int id = 0; id < STATEMENT_COUNT; id++) {
    const StatementSpec *spec = statement_spec((StatementId)id);
    if (spec->class != class || connection->statements[id])
      continue;
    int status = sqlite3_prepare_v3(connection->db, spec->sql, -1, SQLITE_PREPARE_PERSISTENT,
                                    &connection->statements[id], NULL);
    if (status != SQLITE_OK)
      return fail(connection, status, spec->sql, error);
  }
  return true;
}

static bool set_up(Connection *connection, GError **error) {
  if (!connection_run_script(connection, statement_setup_every, error))
    return false;
  const char *own = connection->role == CONNECTION_ROLE_WRITER ? statement_setup_writer : statement_setup_reader;
  return connection_run_script(connection, own, error) && prepare_class(connection, STATEMENT_CLASS_BARE, error);
}

Connection *connection_open(const char *path, ConnectionRole role, GError **error) {
  if (role == CONNECTION_ROLE_WRITER && !make_file(path, error))
    return NULL;
  g_autoptr(Connection) connection = g_new0(Connection, 1);
  connection->path = g_strdup(path);
  connection->role = role;
  connection->last_error = CATALOG_ERROR_IO;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  int status = sqlite3_open_v2(path, &connection->db, flags, NULL);
  if (status != SQLITE_OK) {
    fail(connection, status, "open it", error);
    return NULL;
  }
  harden(connection->db);
  connection->tend_at = CONNECTION_LOG_PAGES;
  if (role == CONNECTION_ROLE_WRITER)
    sqlite3_wal_hook(connection->db, note_log_size, connection);
  return set_up(connection, error) ? g_steal_pointer(&connection) : NULL;
}

void connection_close(Connection *connection) {
  if (!connection)
    return;
  for (int id = 0; id < STATEMENT_COUNT; id++)
    sqlite3_finalize(connection->statements[id]);
  sqlite3_close(connection->db);
  g_free(connection->path);
  g_free(connection);
}

/* SQLite does not wait for the lock that this change needs, so we do. */
bool connection_enable_wal(Connection *connection, GError **error) {
  int64_t deadline_us = g_get_monotonic_time() + CONNECTION_BUSY_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;
  for (;;) {
    g_autoptr(GError) failure = NULL;
    if (connection_run_bare(connection, STATEMENT_ENABLE_WAL, &failure))
      return true;
    if (!g_error_matches(failure, CATALOG_ERROR, CATALOG_ERROR_BUSY) || g_get_monotonic_time() > deadline_us) {
      g_propagate_error(error, g_steal_pointer(&failure));
      return false;
    }
    g_usleep(5 * G_TIME_SPAN_MILLISECOND);
  }
}

bool connection_prepare(Connection *connection, GError **error) {
  return prepare_class(connection, STATEMENT_CLASS_READ, error) &&
         (connection->role == CONNECTION_ROLE_READER || prepare_class(connection, STATEMENT_CLASS_WRITE, error));
}

bool connection_run_script(Connection *connection, const char *sql, GError **error) {
  int status = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
  return status == SQLITE_OK || fail(connection, status, "set it up", error);
}

const uint32_t *connection_map_wal_header(Connection *connection) {
  int64_t identity = 0;
  sqlite3_file *file = NULL;
  void volatile *region = NULL;
  /* A read first: it opens the shared memory. */
  if (!connection_load_number(connection, STATEMENT_LOAD_IDENTITY, NULL, 0, &identity, NULL) ||
      sqlite3_file_control(connection->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
      !file->pMethods || file->pMethods->iVersion < 2 ||
      file->pMethods->xShmMap(file, 0, WAL_INDEX_REGION_BYTES, 0, &region) != SQLITE_OK)
    return NULL;
  return (const uint32_t *)region;
}

static bool copy_pages(sqlite3_backup *backup, ConnectionCopyFunc progress, gpointer user_data, int *ret_status) {
  int status = SQLITE_OK;
  while (status == SQLITE_OK) {
    status = sqlite3_backup_step(backup, CONNECTION_COPY_PAGES);
    int64_t total = sqlite3_backup_pagecount(backup);
    if (!progress(total - sqlite3_backup_remaining(backup), total, user_data))
      break;
  }
  *ret_status = status;
  return status == SQLITE_DONE;
}

/* The snapshot is held open: without it every write of another connection would make the copy begin again. */
static bool copy_snapshot(Connection *connection, sqlite3 *to, ConnectionCopyFunc progress, gpointer user_data,
                          GError **error) {
  sqlite3_backup *backup = sqlite3_backup_init(to, "main", connection->db, "main");
  if (!backup)
    return fail(connection, sqlite3_errcode(to), "copy it", error);
  int status = SQLITE_OK;
  bool is_done = copy_pages(backup, progress, user_data, &status);
  int end_status = sqlite3_backup_finish(backup);
  if (is_done && end_status == SQLITE_OK)
    return true;
  if (status == SQLITE_OK && end_status == SQLITE_OK)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "the copy of %s was stopped", connection->path);
  else
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot copy %s: %s", connection->path,
                sqlite3_errstr(end_status != SQLITE_OK ? end_status : status));
  return false;
}

bool connection_copy(Connection *connection, const char *path, ConnectionCopyFunc progress, gpointer user_data,
                     GError **error) {
  sqlite3 *to = NULL;
  if (!make_file(path, error))
    return false;
  int status = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE, NULL);
  bool is_copied = false;
  if (status != SQLITE_OK) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot make %s: %s", path, sqlite3_errstr(status));
  } else if (connection_run_bare(connection, STATEMENT_BEGIN_READ, error)) {
    is_copied =
        connection_run_bare(connection, STATEMENT_LOAD_IDENTITY, error) && /* the first read fixes the state */
        copy_snapshot(connection, to, progress, user_data, error);
    connection_run_bare(connection, STATEMENT_ROLLBACK, NULL);
  }
  sqlite3_close(to);
  return is_copied;
}

const char *connection_path(const Connection *connection) {
  return connection->path;
}

int64_t connection_changes(const Connection *connection) {
  return sqlite3_changes64(connection->db);
}

CatalogError connection_take_last_error(Connection *connection) {
  CatalogError code = connection->last_error;
  connection->last_error = CATALOG_ERROR_IO;
  return code;
}

bool connection_is_in_transaction(const Connection *connection) {
  return !sqlite3_get_autocommit(connection->db);
}

Argument argument_text(const char *text) {
  return (Argument){text ? ARGUMENT_TEXT : ARGUMENT_NULL, {.text = text}};
}

Argument argument_bytes(GBytes *bytes) {
  return (Argument){bytes ? ARGUMENT_BYTES : ARGUMENT_NULL, {.bytes = bytes}};
}

Argument argument_int(int64_t number) {
  return (Argument){ARGUMENT_INT, {.number = number}};
}

Argument argument_real(double real) {
  return (Argument){ARGUMENT_REAL, {.real = real}};
}

Statement statement_use(Connection *connection, StatementId id) {
  sqlite3_stmt *stmt = connection->statements[id];
  g_assert(stmt && !sqlite3_stmt_busy(stmt));
  return (Statement){connection, stmt, SQLITE_OK};
}

void statement_clear(Statement *statement) {
  if (statement->stmt)
    statement_rewind(statement);
  *statement = (Statement){0};
}

void statement_rewind(Statement *statement) {
  sqlite3_reset(statement->stmt);
  sqlite3_clear_bindings(statement->stmt);
  statement->status = SQLITE_OK;
}

static int bind_one(sqlite3_stmt *stmt, int index, const Argument *argument) {
  gsize size = 0;
  const void *data = NULL;
  switch (argument->kind) {
  case ARGUMENT_TEXT:
    return sqlite3_bind_text(stmt, index, argument->value.text, -1, SQLITE_STATIC);
  case ARGUMENT_INT:
    return sqlite3_bind_int64(stmt, index, argument->value.number);
  case ARGUMENT_REAL:
    return sqlite3_bind_double(stmt, index, argument->value.real);
  case ARGUMENT_BYTES:
    data = g_bytes_get_data(argument->value.bytes, &size);
    return sqlite3_bind_blob64(stmt, index, data ? data : "", size, SQLITE_STATIC);
  case ARGUMENT_NULL:
    break;
  }
  return sqlite3_bind_null(stmt, index);
}

void statement_bind_arguments(Statement *statement, const Argument *arguments, size_t count) {
  g_assert(count == (size_t)sqlite3_bind_parameter_count(statement->stmt));
  for (size_t i = 0; i < count; i++) {
    int status = bind_one(statement->stmt, (int)i + 1, &arguments[i]);
    if (status != SQLITE_OK && statement->status == SQLITE_OK)
      statement->status = status;
  }
}

bool statement_next_row(Statement *statement) {
  if (statement->status != SQLITE_OK)
    return false;
  int status = sqlite3_step(statement->stmt);
  if (status != SQLITE_ROW && status != SQLITE_DONE)
    statement->status = status;
  return status == SQLITE_ROW;
}

bool statement_check(Statement *statement, GError **error) {
  return statement->status == SQLITE_OK ||
         fail(statement->connection, statement->status, sqlite3_sql(statement->stmt), error);
}

bool statement_find_row(Statement *statement, bool *ret_row, GError **error) {
  bool has_row = statement_next_row(statement);
  if (!statement_check(statement, error))
    return false;
  *ret_row = has_row;
  return true;
}

bool statement_load_row(Statement *statement, GError **error, const char *missing_format, ...) {
  bool has_row = false;
  if (!statement_find_row(statement, &has_row, error) || has_row)
    return has_row;
  va_list arguments;
  va_start(arguments, missing_format);
  g_autofree char *message = g_strdup_vprintf(missing_format, arguments);
  va_end(arguments);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, message);
  return false;
}

bool statement_run(Statement *statement, GError **error) {
  while (statement_next_row(statement))
    continue;
  return statement_check(statement, error);
}

const char *statement_text(Statement *statement, int column) {
  const unsigned char *text = sqlite3_column_text(statement->stmt, column);
  return text ? (const char *)text : "";
}

char *statement_dup_text(Statement *statement, int column) {
  return g_strdup((const char *)sqlite3_column_text(statement->stmt, column));
}

void statement_copy_text(Statement *statement, int column, char *ret_text, size_t size) {
  g_strlcpy(ret_text, statement_text(statement, column), size);
}

int64_t statement_int(Statement *statement, int column) {
  return sqlite3_column_int64(statement->stmt, column);
}

int32_t statement_int32(Statement *statement, int column) {
  int64_t number = statement_int(statement, column);
  return (int32_t)CLAMP(number, INT32_MIN, INT32_MAX);
}

bool statement_bool(Statement *statement, int column) {
  return statement_int(statement, column) != 0;
}

double statement_real(Statement *statement, int column) {
  return sqlite3_column_double(statement->stmt, column);
}

bool statement_is_null(Statement *statement, int column) {
  return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL;
}

GBytes *statement_dup_bytes(Statement *statement, int column) {
  const void *data = sqlite3_column_blob(statement->stmt, column);
  return g_bytes_new(data, (gsize)sqlite3_column_bytes(statement->stmt, column));
}

bool connection_run_arguments(Connection *connection, StatementId id, const Argument *arguments, size_t count,
                              GError **error) {
  g_auto(Statement) statement = statement_use(connection, id);
  statement_bind_arguments(&statement, arguments, count);
  return statement_run(&statement, error);
}

bool connection_run_bare(Connection *connection, StatementId id, GError **error) {
  return connection_run_arguments(connection, id, NULL, 0, error);
}

bool connection_load_number(Connection *connection, StatementId id, const Argument *arguments, size_t count,
                            int64_t *ret_number, GError **error) {
  g_auto(Statement) statement = statement_use(connection, id);
  statement_bind_arguments(&statement, arguments, count);
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_number = has_row ? statement_int(&statement, 0) : 0;
  return true;
}
