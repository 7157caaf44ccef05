/* Writes in groups.
 *
 * A commit costs an fsync, whatever it holds. So where that takes long a thread that is done while others wait for the lock does not commit:
 * it leaves the transaction open, hands on the lock and waits for the outcome. The next thread works inside a savepoint;
 * whoever finds nobody waiting (or the group full, or old) commits for all and wakes them. With one thread nothing of
 * this happens: begin, work, commit.
 *
 * A thread counts itself in `waiting_writers` before it asks for the lock, and every holder looks at the count before it
 * gives the lock away: so a transaction that was left open always finds the thread that it was left open for.
 *
 * SQLite itself rolls back the whole transaction on some errors (disk full, no memory): the group is lost then, and every
 * member that waits is told so.
 */
#include "catalog/transaction.h"

#include "catalog/catalog_internal.h"

struct WriteGroup {
  /* under the catalog's writer_lock */
  int64_t begun_us; /* monotonic */
  int member_count; /* writes in it that succeeded so far */

  pthread_mutex_t lock;
  pthread_cond_t is_over_changed;
  int ref_count;
  bool is_over;
  GError *error; /* NULL: committed */
};

/* --- groups --- */

static WriteGroup *write_group_new(void) {
  WriteGroup *group = g_new0(WriteGroup, 1);
  group->begun_us = g_get_monotonic_time();
  group->ref_count = 1;
  pthread_mutex_init(&group->lock, NULL);
  pthread_cond_init(&group->is_over_changed, NULL);
  return group;
}

static void write_group_unref(WriteGroup *group) {
  if (!g_atomic_int_dec_and_test(&group->ref_count))
    return;
  g_clear_error(&group->error);
  pthread_mutex_destroy(&group->lock);
  pthread_cond_destroy(&group->is_over_changed);
  g_free(group);
}

static bool wait_for_outcome(WriteGroup *group, GError **error) {
  pthread_mutex_lock(&group->lock);
  while (!group->is_over)
    pthread_cond_wait(&group->is_over_changed, &group->lock);
  bool is_committed = !group->error;
  if (!is_committed)
    g_propagate_error(error, g_error_copy(group->error));
  pthread_mutex_unlock(&group->lock);
  return is_committed;
}

/* Tell all members; takes `failure` (NULL: committed). The catalog has no group any more. */
static void end_group(Catalog *catalog, GError *failure) {
  WriteGroup *group = g_steal_pointer(&catalog->group);
  pthread_mutex_lock(&group->lock);
  group->error = failure;
  group->is_over = true;
  pthread_cond_broadcast(&group->is_over_changed);
  pthread_mutex_unlock(&group->lock);
  write_group_unref(group);
}

static void roll_back(Connection *connection) {
  if (connection_is_in_transaction(connection))
    connection_run_bare(connection, STATEMENT_ROLLBACK, NULL);
}

static void commit_group(Catalog *catalog) {
  GError *failure = NULL;
  int64_t start_us = g_get_monotonic_time();
  if (!connection_run_bare(catalog->writer, STATEMENT_COMMIT, &failure))
    roll_back(catalog->writer);
  catalog->commit_cost_us = (3 * catalog->commit_cost_us + g_get_monotonic_time() - start_us) / 4;
  end_group(catalog, failure);
}

static bool may_grow(Catalog *catalog) {
  const WriteGroup *group = catalog->group;
  return catalog->commit_cost_us >= catalog->group_worth_us && g_atomic_int_get(&catalog->waiting_writers) > 0 &&
         group->member_count < TRANSACTION_GROUP_MAX &&
         g_get_monotonic_time() - group->begun_us < TRANSACTION_GROUP_US;
}

/* The holder of the lock is done: the group goes on with whoever waits, or is committed. */
static void hand_on(Catalog *catalog) {
  if (catalog->group && !may_grow(catalog))
    commit_group(catalog);
  if (!catalog->group)
    connection_tend_log(catalog->writer);
  pthread_mutex_unlock(&catalog->writer_lock);
}

/* --- transactions --- */

bool transaction_begin_read(Transaction *transaction, Catalog *catalog, GError **error) {
  Connection *reader = catalog_take_reader(catalog, error);
  if (!reader)
    return false;
  if (!connection_run_bare(reader, STATEMENT_BEGIN_READ, error)) {
    catalog_give_back_reader(catalog, reader);
    return false;
  }
  *transaction = (Transaction){.catalog = catalog, .connection = reader};
  return true;
}

bool transaction_begin_write(Transaction *transaction, Catalog *catalog, GError **error) {
  g_atomic_int_inc(&catalog->waiting_writers);
  pthread_mutex_lock(&catalog->writer_lock);
  g_atomic_int_add(&catalog->waiting_writers, -1);
  bool is_nested = catalog->group != NULL;
  if (!connection_run_bare(catalog->writer, is_nested ? STATEMENT_BEGIN_MEMBER : STATEMENT_BEGIN_WRITE, error)) {
    hand_on(catalog);
    return false;
  }
  if (!is_nested)
    catalog->group = write_group_new();
  *transaction =
      (Transaction){.catalog = catalog, .connection = catalog->writer, .is_write = true, .is_nested = is_nested};
  return true;
}

/* Nothing of this write shall remain; those before it in the group stay, if SQLite has left them. */
static void undo_write(const Transaction *transaction) {
  Catalog *catalog = transaction->catalog;
  Connection *connection = transaction->connection;
  CatalogError reason = connection_take_last_error(connection);
  if (transaction->is_nested && connection_is_in_transaction(connection) &&
      connection_run_bare(connection, STATEMENT_UNDO_MEMBER, NULL) &&
      connection_run_bare(connection, STATEMENT_KEEP_MEMBER, NULL))
    return;
  roll_back(connection);
  end_group(catalog, g_error_new(CATALOG_ERROR, (gint)(reason == CATALOG_ERROR_STORAGE ? reason : CATALOG_ERROR_IO),
                                 "%s: another write failed and SQLite gave up this one with it",
                                 connection_path(connection)));
}

bool transaction_commit(Transaction *transaction, GError **error) {
  Catalog *catalog = transaction->catalog;
  g_assert(transaction->is_write);
  if (transaction->is_nested && !connection_run_bare(transaction->connection, STATEMENT_KEEP_MEMBER, error)) {
    transaction_clear(transaction);
    return false;
  }
  WriteGroup *group = catalog->group;
  group->member_count++;
  g_atomic_int_inc(&group->ref_count);
  *transaction = (Transaction){0};
  hand_on(catalog);
  bool is_committed = wait_for_outcome(group, error);
  write_group_unref(group);
  return is_committed;
}

void transaction_clear(Transaction *transaction) {
  if (!transaction->connection)
    return;
  if (transaction->is_write) {
    undo_write(transaction);
    hand_on(transaction->catalog);
  } else {
    roll_back(transaction->connection);
    catalog_give_back_reader(transaction->catalog, transaction->connection);
  }
  *transaction = (Transaction){0};
}
