#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/credential.h"
#include "catalog/transaction.h"

/** What tells it from browsers that joined: those have no label. */
#define LABEL "address"
/** It is good until it is closed or replaced. */
#define EXPIRES_US G_MAXINT64

static bool note(Connection *connection, const char *actor, const char *room_id, bool is_open, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("room", room_id, is_open ? "open-address" : "close-address");
  return audit_entry_record(&entry, connection, actor, g_get_real_time(), error);
}

static bool end_address(Connection *connection, const char *room_id, GError **error) {
  return connection_run(connection, STATEMENT_DELETE_ROOM_CREDENTIALS, error, argument_text(room_id),
                        argument_text(LABEL));
}

static bool is_room(Connection *connection, const char *room_id, GError **error) {
  int64_t count = 0;
  if (!connection_number(connection, STATEMENT_COUNT_ROOM, &count, error, argument_text(room_id)))
    return false;
  if (count == 0)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "there is no room %s", room_id);
  return count > 0;
}

bool catalog_open_room_address(Catalog *catalog, const char *actor, const char *room_id, char **ret_secret,
                               GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *id = id_new(), *secret = credential_new_secret(), *hash = credential_hash(secret);
  if (!transaction_begin_write(&transaction, catalog, error) || !is_room(transaction.connection, room_id, error) ||
      !end_address(transaction.connection, room_id, error) ||
      !connection_run(transaction.connection, STATEMENT_INSERT_CREDENTIAL, error, argument_text(id),
                      argument_text("room"), argument_text(hash), argument_text(NULL), argument_text(room_id),
                      argument_text(LABEL), argument_int(0), argument_int(0), argument_int(g_get_real_time()),
                      argument_int(EXPIRES_US)) ||
      !note(transaction.connection, actor, room_id, true, error) || !transaction_commit(&transaction, error))
    return false;
  *ret_secret = g_steal_pointer(&secret);
  return true;
}

bool catalog_close_room_address(Catalog *catalog, const char *actor, const char *room_id, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !end_address(transaction.connection, room_id, error))
    return false;
  if (connection_changes(transaction.connection) == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "the room %s has no address", room_id);
    return false;
  }
  return note(transaction.connection, actor, room_id, false, error) && transaction_commit(&transaction, error);
}
