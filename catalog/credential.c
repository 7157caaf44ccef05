#include "catalog/credential.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/transaction.h"

#include <sodium.h>
#include <string.h>

#define SECRET_BYTES 32

static const char *const kind_names[] = {[CREDENTIAL_SESSION] = "session",
                                         [CREDENTIAL_DEVICE] = "device",
                                         [CREDENTIAL_TOKEN] = "token",
                                         [CREDENTIAL_RECOVERY] = "recovery",
                                         [CREDENTIAL_ROOM] = "room"};

void catalog_credential_free(CatalogCredential *credential) {
  if (!credential)
    return;
  g_free(credential->id);
  g_free(credential->label);
  g_free(credential->person_id);
  g_free(credential->room_id);
  g_free(credential);
}

char *credential_new_secret(void) {
  guint8 bytes[SECRET_BYTES];
  char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return g_strdup(text);
}

char *credential_hash(const char *secret) {
  return g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);
}

/* --- reading --- */

static CatalogCredential *take_row(Statement *statement) {
  CatalogCredential *credential = g_new0(CatalogCredential, 1);
  const char *kind = statement_text(statement, 1);
  for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++)
    if (strcmp(kind, kind_names[i]) == 0)
      credential->kind = (CredentialKind)i;
  credential->id = statement_dup_text(statement, 0);
  credential->person_id = statement_dup_text(statement, 2);
  credential->room_id = statement_dup_text(statement, 3);
  credential->label = statement_dup_text(statement, 4);
  credential->scopes = (unsigned)statement_int(statement, 5);
  credential->is_strong = statement_bool(statement, 6);
  credential->created_us = statement_int(statement, 7);
  credential->rotated_us = statement_int(statement, 8);
  credential->expires_us = statement_int(statement, 9);
  credential->is_current = statement_bool(statement, 10);
  credential->is_unsettled = statement_bool(statement, 11);
  return credential;
}

bool catalog_find_credential(Catalog *catalog, CredentialKind kind, const char *secret,
                             CatalogCredential **ret_credential, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *hash = credential_hash(secret);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_FIND_CREDENTIAL);
  statement_bind(&statement, argument_text(kind_names[kind]), argument_text(hash), argument_int(g_get_real_time()));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_credential = has_row ? take_row(&statement) : NULL;
  return true;
}

static void free_credential(gpointer data) {
  catalog_credential_free(data);
}

bool catalog_list_credentials(Catalog *catalog, CredentialKind kind, const char *person_id,
                              GPtrArray **ret_credentials, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GPtrArray) credentials = g_ptr_array_new_with_free_func(free_credential);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_CREDENTIALS);
  statement_bind(&statement, argument_text(person_id), argument_text(kind_names[kind]),
                 argument_int(g_get_real_time()));
  while (statement_next_row(&statement))
    g_ptr_array_add(credentials, take_row(&statement));
  if (!statement_check(&statement, error))
    return false;
  *ret_credentials = g_steal_pointer(&credentials);
  return true;
}

/* --- making and ending --- */

static bool note(Connection *connection, const char *actor, const char *person_id, const char *action,
                 CredentialKind kind, const char *label, int64_t now_us, GError **error) {
  if (!actor)
    return true;
  g_auto(AuditEntry) entry = audit_entry_begin("person", person_id ? person_id : "", action);
  bool is_made = strcmp(action, "credential") == 0;
  audit_entry_add(&entry, kind_names[kind], is_made ? NULL : label, is_made ? label : NULL);
  return audit_entry_record(&entry, connection, actor, now_us, error);
}

/* Room for one more. */
static bool end_oldest(Connection *connection, const CredentialRequest *request, GError **error) {
  g_autofree char *oldest = NULL;
  int64_t count = 0;
  if (!request->person_id)
    return true;
  if (!connection_number(connection, STATEMENT_COUNT_CREDENTIALS, &count, error, argument_text(request->person_id),
                         argument_text(kind_names[request->kind])))
    return false;
  if (count < CREDENTIALS_MAX)
    return true;
  {
    g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CREDENTIALS);
    statement_bind(&statement, argument_text(request->person_id), argument_text(kind_names[request->kind]),
                   argument_int(0));
    while (statement_next_row(&statement)) {
      g_free(oldest);
      oldest = statement_dup_text(&statement, 0);
    }
    if (!statement_check(&statement, error))
      return false;
  }
  return connection_run(connection, STATEMENT_DELETE_CREDENTIAL, error, argument_text(oldest),
                        argument_text(request->person_id));
}

bool catalog_issue_credential(Catalog *catalog, const char *actor, const CredentialRequest *request,
                              char **ret_secret, char **ret_id, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *id = id_new(), *secret = request->secret ? g_strdup(request->secret) : credential_new_secret(),
                  *hash = credential_hash(secret);
  g_autofree char *valid = g_utf8_make_valid(request->label ? request->label : "", -1);
  g_autofree char *label =
      g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), CREDENTIAL_LABEL_CHARACTERS_MAX));
  int64_t now_us = g_get_real_time();
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_FORGET_CREDENTIALS, error, argument_int(now_us)) ||
      !end_oldest(transaction.connection, request, error) ||
      !connection_run(transaction.connection, STATEMENT_INSERT_CREDENTIAL, error, argument_text(id),
                      argument_text(kind_names[request->kind]), argument_text(hash),
                      argument_text(request->person_id), argument_text(request->room_id), argument_text(label),
                      argument_int(request->scopes), argument_int(request->is_strong), argument_int(now_us),
                      argument_int(request->expires_us)) ||
      !note(transaction.connection, actor, request->person_id, "credential", request->kind, label, now_us, error) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_secret = g_steal_pointer(&secret);
  if (ret_id)
    *ret_id = g_steal_pointer(&id);
  return true;
}

bool catalog_rotate_credential(Catalog *catalog, const char *id, int64_t expires_us, char **ret_secret,
                               GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *secret = credential_new_secret(), *hash = credential_hash(secret);
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_ROTATE_CREDENTIAL, error, argument_text(id),
                      argument_text(hash), argument_int(g_get_real_time()), argument_int(expires_us)) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_secret = g_steal_pointer(&secret);
  return true;
}

bool catalog_settle_credential(Catalog *catalog, const char *id, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_SETTLE_CREDENTIAL, error, argument_text(id),
                        argument_int(g_get_real_time() + CREDENTIAL_ROTATION_GRACE_US)) &&
         transaction_commit(&transaction, error);
}

bool catalog_revoke_credential(Catalog *catalog, const char *actor, const char *id, const char *person_id,
                               GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_DELETE_CREDENTIAL, error, argument_text(id),
                      argument_text(person_id)))
    return false;
  if (connection_changes(transaction.connection) == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "there is no credential %s", id);
    return false;
  }
  return note(transaction.connection, actor, person_id, "revoke", CREDENTIAL_SESSION, id, g_get_real_time(),
              error) &&
         transaction_commit(&transaction, error);
}

bool catalog_revoke_credentials(Catalog *catalog, const char *actor, CredentialKind kind, const char *person_id,
                                const char *kept, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_DELETE_CREDENTIALS, error, argument_text(person_id),
                        argument_text(kind_names[kind]), argument_text(kept)) &&
         note(transaction.connection, actor, person_id, "revoke", kind, "all", g_get_real_time(), error) &&
         transaction_commit(&transaction, error);
}
