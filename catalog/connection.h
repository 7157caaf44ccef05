/** One connection to the catalog's file with its prepared statements, and scoped use of a statement.
 * Internal to catalog/: the only file that calls SQLite.
 * Threads: a connection serves one thread at a time; whoever holds it sees to that. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/statements.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct sqlite3_stmt;

typedef struct Connection Connection;

#define CONNECTION_BUSY_TIMEOUT_MS 10000

typedef enum { CONNECTION_ROLE_READER, CONNECTION_ROLE_WRITER } ConnectionRole;

/** Open the file (a writer makes it when missing, mode 0640). Only the STATEMENT_CLASS_BARE statements are ready. */
Connection *connection_open(const char *path, ConnectionRole role, GError **error);
void connection_close(Connection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_close)

/** Turn the file to write-ahead logging; waits for other processes that do the same. */
bool connection_enable_wal(Connection *connection, GError **error);

/** To be called by a writer between transactions: copies the write-ahead log into the file when it has grown, so that it
 * begins again at its start and readers have little to look through. Waits at most CONNECTION_LOG_PATIENCE_MS for
 * readers, and that only when the log is longer than CONNECTION_LOG_PAGES_MAX. A failure shows at the next write. */
#define CONNECTION_LOG_PAGES 1000      /**< 4 MB */
#define CONNECTION_LOG_PAGES_MAX 16000 /**< 64 MB */
#define CONNECTION_LOG_PATIENCE_MS 100
void connection_tend_log(Connection *connection);

/** Prepare every statement that the role may use; the schema must be the newest. */
bool connection_prepare(Connection *connection, GError **error);

/** Run a script of several statements: migrations only. */
bool connection_run_script(Connection *connection, const char *sql, GError **error);

/** The header of the write-ahead log's index in shared memory, valid until the connection closes; NULL when there is none.
 * For version.c. */
const uint32_t *connection_map_wal_header(Connection *connection);

/** Called after each piece of a copy with its pages done and in all; false stops it. */
typedef bool (*ConnectionCopyFunc)(int64_t done, int64_t total, gpointer user_data);
/** Copy the whole catalog as it is now into a new file `path` (mode 0640), piece by piece inside one read transaction:
 * writers go on meanwhile and the copy knows nothing of what they write. On failure the file may be left. */
bool connection_copy(Connection *connection, const char *path, ConnectionCopyFunc progress, gpointer user_data,
                     GError **error);

const char *connection_path(const Connection *connection);
/** Rows changed by the last statement that ran. */
int64_t connection_changes(const Connection *connection);
/** What the last failed call meant, once; CATALOG_ERROR_IO when none failed since. For failures that SQLite answers by giving up
 * the whole transaction. */
CatalogError connection_take_last_error(Connection *connection);
/** Is a transaction open? */
bool connection_is_in_transaction(const Connection *connection);

/** A value for a parameter. */
typedef enum { ARGUMENT_NULL, ARGUMENT_TEXT, ARGUMENT_INT, ARGUMENT_REAL, ARGUMENT_BYTES } ArgumentKind;
typedef struct {
  ArgumentKind kind;
  union {
    const char *text;
    int64_t number;
    double real;
    GBytes *bytes;
  } value;
} Argument;
/** Borrowed until the statement is cleared; NULL is SQL's NULL. */
Argument argument_text(const char *text);
Argument argument_bytes(GBytes *bytes);
Argument argument_int(int64_t number);
Argument argument_real(double real);

/** A statement in use: reset and cleared when it leaves its scope (g_auto(Statement)). */
typedef struct {
  Connection *connection;
  struct sqlite3_stmt *stmt;
  int status; /**< first failure of a bind or a step */
} Statement;
Statement statement_use(Connection *connection, StatementId id);
void statement_clear(Statement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Statement, statement_clear)

/** Bind ?1, ?2, ... in order; failures show at the next row. */
void statement_bind_arguments(Statement *statement, const Argument *arguments, size_t count);
#define statement_bind(statement, ...)                                                                             \
  statement_bind_arguments((statement), (const Argument[]){__VA_ARGS__},                                           \
                           sizeof((const Argument[]){__VA_ARGS__}) / sizeof(Argument))

/** Go to the next row. False at the end and after a failure; statement_check() tells which:
 * `while (statement_next_row(&statement)) ...; return statement_check(&statement, error);` */
bool statement_next_row(Statement *statement);
/** False with `error` set when a row could not be had; to be asked before another statement of the connection runs. */
bool statement_check(Statement *statement, GError **error);
/** Go to the first row; `*ret_row` false when there is none. */
bool statement_find_row(Statement *statement, bool *ret_row, GError **error);
/** The same where there must be one: none is CATALOG_ERROR_NOT_FOUND with the formatted message. */
bool statement_load_row(Statement *statement, GError **error, const char *missing_format, ...) G_GNUC_PRINTF(3, 4);
/** Run to the end, rows are dropped. */
bool statement_run(Statement *statement, GError **error);
/** Make it ready for another set of arguments. */
void statement_rewind(Statement *statement);

/** Columns of the current row. Text is borrowed until the next row, "" for NULL unless said. */
const char *statement_text(Statement *statement, int column);
char *statement_dup_text(Statement *statement, int column);                              /**< NULL for NULL */
void statement_copy_text(Statement *statement, int column, char *ret_text, size_t size); /**< cut to `size` */
int64_t statement_int(Statement *statement, int column);
int32_t statement_int32(Statement *statement, int column); /**< clamped */
bool statement_bool(Statement *statement, int column);
double statement_real(Statement *statement, int column);
bool statement_is_null(Statement *statement, int column);
GBytes *statement_dup_bytes(Statement *statement, int column);

/** Use, bind, run to the end, clear. */
bool connection_run_arguments(Connection *connection, StatementId id, const Argument *arguments, size_t count,
                              GError **error);
#define connection_run(connection, id, error, ...)                                                                 \
  connection_run_arguments((connection), (id), (const Argument[]){__VA_ARGS__},                                    \
                           sizeof((const Argument[]){__VA_ARGS__}) / sizeof(Argument), (error))
/** The same without arguments. */
bool connection_run_bare(Connection *connection, StatementId id, GError **error);

/** First row's first column as a number; `*ret_number` 0 when there is no row or it is NULL. */
bool connection_load_number(Connection *connection, StatementId id, const Argument *arguments, size_t count,
                            int64_t *ret_number, GError **error);
#define connection_number(connection, id, ret_number, error, ...)                                                  \
  connection_load_number((connection), (id), (const Argument[]){__VA_ARGS__},                                      \
                         sizeof((const Argument[]){__VA_ARGS__}) / sizeof(Argument), (ret_number), (error))
