/** Scoped transactions. Internal to catalog/.
 *
 * A Transaction that leaves its scope (g_auto) without commit is rolled back. Statements used in it must be out of
 * their scope before transaction_commit().
 */
#pragma once

#include "catalog/catalog.h"
#include "catalog/connection.h"

typedef struct {
  Catalog *catalog;
  Connection *connection; /**< NULL: not begun */
  bool is_write;
} Transaction;
void transaction_clear(Transaction *transaction);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Transaction, transaction_clear)

/** One snapshot for all reads until the transaction is cleared. Runs beside other readers and the writer. */
bool transaction_begin_read(Transaction *transaction, Catalog *catalog, GError **error);
/** Take the write lock: this process's mutex, then SQLite's. */
bool transaction_begin_write(Transaction *transaction, Catalog *catalog, GError **error);
/** End the transaction; after false nothing of it remains. */
bool transaction_commit(Transaction *transaction, GError **error);
