#include "catalog/transaction.h"

#include "catalog/catalog_internal.h"

static void end(Transaction *transaction) {
  if (transaction->is_write)
    g_mutex_unlock(&transaction->catalog->writer_lock);
  else
    catalog_give_back_reader(transaction->catalog, transaction->connection);
  *transaction = (Transaction){0};
}

static bool begin(Transaction *transaction, StatementId id, GError **error) {
  if (connection_run_bare(transaction->connection, id, error))
    return true;
  end(transaction);
  return false;
}

bool transaction_begin_read(Transaction *transaction, Catalog *catalog, GError **error) {
  Connection *reader = catalog_take_reader(catalog, error);
  if (!reader)
    return false;
  *transaction = (Transaction){catalog, reader, false};
  return begin(transaction, STATEMENT_BEGIN_READ, error);
}

bool transaction_begin_write(Transaction *transaction, Catalog *catalog, GError **error) {
  g_mutex_lock(&catalog->writer_lock);
  *transaction = (Transaction){catalog, catalog->writer, true};
  return begin(transaction, STATEMENT_BEGIN_WRITE, error);
}

static void roll_back(Transaction *transaction) {
  if (connection_is_in_transaction(transaction->connection))
    connection_run_bare(transaction->connection, STATEMENT_ROLLBACK, NULL);
}

bool transaction_commit(Transaction *transaction, GError **error) {
  bool is_committed = connection_run_bare(transaction->connection, STATEMENT_COMMIT, error);
  if (!is_committed)
    roll_back(transaction);
  end(transaction);
  return is_committed;
}

void transaction_clear(Transaction *transaction) {
  if (!transaction->connection)
    return;
  roll_back(transaction);
  end(transaction);
}
