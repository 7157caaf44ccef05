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
  bool is_nested; /**< a later member of a group: a savepoint inside the transaction of the first */
} Transaction;
void transaction_clear(Transaction *transaction);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Transaction, transaction_clear)

/** One snapshot for all reads until the transaction is cleared. Runs beside other readers and the writer. */
bool transaction_begin_read(Transaction *transaction, Catalog *catalog, GError **error);
/** Take the write lock: this process's mutex, then SQLite's, unless another thread left its transaction open for us. */
bool transaction_begin_write(Transaction *transaction, Catalog *catalog, GError **error);
/** End the transaction; after true a write is durable, after false nothing of it remains.
 * While other threads of this process wait to write, their writes join in one commit, so that all of them are made
 * durable by one fsync: each write is a savepoint of its own and fails or succeeds by itself; only when that one commit
 * fails do all fail. That is done where commits have taken TRANSACTION_GROUP_WORTH_US or more of late. At most TRANSACTION_GROUP_MAX writes and TRANSACTION_GROUP_US are gathered so. */
#define TRANSACTION_GROUP_MAX 64
#define TRANSACTION_GROUP_US (20 * G_TIME_SPAN_MILLISECOND)
/** Where a commit is cheaper than this, handing the lock on and waking those who wait costs more than it saves. */
#define TRANSACTION_GROUP_WORTH_US 400
bool transaction_commit(Transaction *transaction, GError **error);
