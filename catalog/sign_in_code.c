#include "catalog/sign_in_code.h"

#include "catalog/audit.h"
#include "catalog/credential.h"
#include "catalog/transaction.h"

#include <sodium.h>
#include <string.h>

/* Consonants that are not mistaken for one another and make no words (RFC 8628 §6.1). */
#define USER_CODE_LETTERS "BCDFGHJKLMNPQRSTVWXZ"
#define ROOM_CODE_DIGITS "0123456789"
#define TRIES 5

static char *new_code(const char *letters, size_t length) {
  char *code = g_malloc0(length + 1);
  for (size_t i = 0; i < length; i++)
    code[i] = letters[randombytes_uniform((uint32_t)strlen(letters))];
  return code;
}

/** What was typed, in capitals without what is between; cut at `length` + 1. */
static char *canonical(const char *typed, size_t length) {
  GString *code = g_string_new(NULL);
  for (; *typed && code->len <= length; typed++)
    if (g_ascii_isalnum(*typed))
      g_string_append_c(code, g_ascii_toupper(*typed));
    else if (*typed != ' ' && *typed != '-')
      g_string_append_c(code, '?');
  return g_string_free(code, FALSE);
}

static bool record(Connection *connection, const char *actor, const char *kind, const char *id, const char *action,
                   int64_t now_us, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin(kind, id, action);
  return audit_entry_record(&entry, connection, actor, now_us, error);
}

/* --- receivers --- */

static bool has_user_code(Connection *connection, const char *code, char **ret_label, bool *ret_found,
                          GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_USER_CODE);
  statement_bind(&statement, argument_text(code), argument_int(g_get_real_time()));
  if (!statement_find_row(&statement, ret_found, error))
    return false;
  if (*ret_found && ret_label)
    *ret_label = statement_dup_text(&statement, 1);
  return true;
}

static bool make_user_code(Connection *connection, char **ret_code, GError **error) {
  for (int i = 0; i < TRIES; i++) {
    g_autofree char *code = new_code(USER_CODE_LETTERS, USER_CODE_LENGTH);
    bool is_taken = false;
    if (!has_user_code(connection, code, NULL, &is_taken, error))
      return false;
    if (!is_taken) {
      *ret_code = g_steal_pointer(&code);
      return true;
    }
  }
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_BUSY, "no code for a receiver was free");
  return false;
}

static bool check_room(Connection *connection, int64_t now_us, GError **error) {
  int64_t count = 0;
  if (!connection_number(connection, STATEMENT_COUNT_DEVICE_GRANTS, &count, error, argument_int(now_us)))
    return false;
  if (count < DEVICE_GRANTS_MAX)
    return true;
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_BUSY, "too many receivers wait to be signed in");
  return false;
}

bool catalog_open_device_grant(Catalog *catalog, const char *label, char **ret_device_code, char **ret_user_code,
                               GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *device_code = credential_new_secret(), *hash = credential_hash(device_code), *user_code = NULL;
  g_autofree char *valid = g_utf8_make_valid(label, -1);
  g_autofree char *cut = g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), CREDENTIAL_LABEL_CHARACTERS_MAX));
  int64_t now_us = g_get_real_time();
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_FORGET_DEVICE_GRANTS, error, argument_int(now_us)) ||
      !check_room(transaction.connection, now_us, error) ||
      !make_user_code(transaction.connection, &user_code, error) ||
      !connection_run(transaction.connection, STATEMENT_INSERT_DEVICE_GRANT, error, argument_text(hash),
                      argument_text(user_code), argument_text(cut),
                      argument_int(now_us + DEVICE_GRANT_LIFETIME_S * G_USEC_PER_SEC)) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_device_code = g_steal_pointer(&device_code);
  *ret_user_code = g_steal_pointer(&user_code);
  return true;
}

bool catalog_decide_device_grant(Catalog *catalog, const char *actor, const char *user_code, const char *person_id,
                                 bool is_approved, char **ret_label, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *code = canonical(user_code, USER_CODE_LENGTH), *label = NULL;
  bool is_found = false;
  int64_t now_us = g_get_real_time();
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !has_user_code(transaction.connection, code, &label, &is_found, error) ||
      !connection_run(transaction.connection, STATEMENT_DECIDE_DEVICE_GRANT, error, argument_text(code),
                      argument_text(is_approved ? "approved" : "denied"), argument_text(person_id),
                      argument_int(now_us)))
    return false;
  *ret_label = NULL;
  if (!is_found || connection_changes(transaction.connection) == 0)
    return true; /* nothing to keep */
  if (!record(transaction.connection, actor, "person", person_id, is_approved ? "device-approve" : "device-deny",
              now_us, error) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_label = g_steal_pointer(&label);
  return true;
}

/* The row of a device code; `*ret_state` EXPIRED when there is none. */
static bool load_grant(Connection *connection, const char *hash, DeviceGrantState *ret_state, char **ret_person_id,
                       char **ret_label, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_DEVICE_GRANT);
  statement_bind(&statement, argument_text(hash));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_state = DEVICE_GRANT_EXPIRED;
  if (!has_row || statement_int(&statement, 3) <= g_get_real_time())
    return true;
  const char *state = statement_text(&statement, 0);
  *ret_state = strcmp(state, "approved") == 0 ? DEVICE_GRANT_APPROVED
               : strcmp(state, "denied") == 0 ? DEVICE_GRANT_DENIED
                                              : DEVICE_GRANT_PENDING;
  *ret_person_id = statement_dup_text(&statement, 1);
  *ret_label = statement_dup_text(&statement, 2);
  return true;
}

bool catalog_redeem_device_grant(Catalog *catalog, const char *device_code, DeviceGrantState *ret_state,
                                 char **ret_person_id, char **ret_label, GError **error) {
  g_autofree char *hash = credential_hash(device_code), *person_id = NULL, *label = NULL;
  DeviceGrantState state = DEVICE_GRANT_EXPIRED;
  {
    g_auto(Transaction) looking = {0}; /* most ask in vain: no write for them */
    g_autofree char *ignored = NULL, *ignored_too = NULL;
    if (!transaction_begin_read(&looking, catalog, error) ||
        !load_grant(looking.connection, hash, &state, &ignored, &ignored_too, error))
      return false;
  }
  if (state == DEVICE_GRANT_APPROVED) {
    g_auto(Transaction) transaction = {0};
    if (!transaction_begin_write(&transaction, catalog, error) ||
        !load_grant(transaction.connection, hash, &state, &person_id, &label, error) ||
        !connection_run(transaction.connection, STATEMENT_DELETE_DEVICE_GRANT, error, argument_text(hash)) ||
        !transaction_commit(&transaction, error))
      return false;
  }
  *ret_state = state;
  *ret_person_id = g_steal_pointer(&person_id);
  *ret_label = g_steal_pointer(&label);
  return true;
}

/* --- rooms --- */

bool catalog_find_room_code(Catalog *catalog, const char *code, char **ret_room_id, char **ret_name,
                            GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *typed = canonical(code, ROOM_CODE_LENGTH);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_FIND_ROOM_CODE);
  statement_bind(&statement, argument_text(typed), argument_int(g_get_real_time()));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_room_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  *ret_name = has_row ? statement_dup_text(&statement, 1) : NULL;
  return true;
}

bool catalog_open_room_code(Catalog *catalog, const char *actor, const char *room_id, char **ret_code,
                            GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *code = new_code(ROOM_CODE_DIGITS, ROOM_CODE_LENGTH);
  int64_t now_us = g_get_real_time();
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_FORGET_ROOM_CODES, error, argument_int(now_us)) ||
      !connection_run(transaction.connection, STATEMENT_SET_ROOM_CODE, error, argument_text(code),
                      argument_text(room_id), argument_int(now_us + ROOM_CODE_LIFETIME_S * G_USEC_PER_SEC)) ||
      !record(transaction.connection, actor, "room", room_id, "code-on", now_us, error) ||
      !transaction_commit(&transaction, error))
    return false;
  *ret_code = g_steal_pointer(&code);
  return true;
}

bool catalog_close_room_code(Catalog *catalog, const char *actor, const char *room_id, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_CLEAR_ROOM_CODE, error, argument_text(room_id)) &&
         record(transaction.connection, actor, "room", room_id, "code-off", g_get_real_time(), error) &&
         transaction_commit(&transaction, error);
}
