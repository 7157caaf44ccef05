#include "catalog/person.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/division.h"
#include "catalog/like_pattern.h"
#include "catalog/transaction.h"

#include <string.h>

void catalog_person_free(CatalogPerson *person) {
  if (!person)
    return;
  for (size_t i = 0; i < person->grant_count; i++) {
    g_free((char *)person->grants[i].division);
    g_free((char *)person->grants[i].institution_id);
  }
  g_free(person->grants);
  g_free(person->id);
  g_free(person->login);
  g_free(person->name);
  g_free(person->division);
  g_free(person);
}

void person_secrets_clear(PersonSecrets *secrets) {
  g_clear_pointer(&secrets->password_hash, g_free);
  g_clear_pointer(&secrets->totp_secret, g_free);
}

char *person_fold_login(const char *login) {
  if (!g_utf8_validate(login, -1, NULL) || strlen(login) > PERSON_LOGIN_CHARACTERS_MAX * 4)
    return NULL;
  g_autofree char *form = g_utf8_normalize(login, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold(form, -1);
  glong count = g_utf8_strlen(folded, -1);
  if (count < PERSON_LOGIN_CHARACTERS_MIN || count > PERSON_LOGIN_CHARACTERS_MAX)
    return NULL;
  for (const char *at = folded; *at; at = g_utf8_next_char(at)) {
    gunichar character = g_utf8_get_char(at);
    if (!g_unichar_isalnum(character) && !strchr("._-@+", (int)(character < 128 ? character : ' ')))
      return NULL;
  }
  return g_steal_pointer(&folded);
}

/* --- reading --- */

static CatalogPerson *take_row(Statement *statement) {
  CatalogPerson *person = g_new0(CatalogPerson, 1);
  person->id = statement_dup_text(statement, 0);
  person->login = statement_dup_text(statement, 1);
  person->name = statement_dup_text(statement, 2);
  person->division = statement_dup_text(statement, 3);
  person->has_password = statement_bool(statement, 4);
  person->has_totp = statement_bool(statement, 5);
  person->is_disabled = statement_bool(statement, 6);
  person->row_version = statement_int(statement, 7);
  person->created_us = statement_int(statement, 8);
  person->updated_us = statement_int(statement, 9);
  return person;
}

static bool load_roles(Connection *connection, CatalogPerson *person, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_ROLES);
  statement_bind(&statement, argument_text(person->id));
  person->grants = g_new0(RoleGrant, PERSON_ROLES_MAX);
  while (person->grant_count < PERSON_ROLES_MAX && statement_next_row(&statement)) {
    RoleGrant *grant = &person->grants[person->grant_count];
    if (!role_find(statement_text(&statement, 0), &grant->role))
      continue;
    grant->division = statement_dup_text(&statement, 1);
    grant->institution_id = statement_dup_text(&statement, 2);
    person->grant_count++;
  }
  return statement_check(&statement, error);
}

/* `*ret_person` NULL when there is none. */
static bool find(Connection *connection, StatementId id, const char *key, CatalogPerson **ret_person,
                 GError **error) {
  g_autoptr(CatalogPerson) person = NULL;
  {
    g_auto(Statement) statement = statement_use(connection, id);
    statement_bind(&statement, argument_text(key));
    bool has_row = false;
    if (!statement_find_row(&statement, &has_row, error))
      return false;
    person = has_row ? take_row(&statement) : NULL;
  }
  if (person && !load_roles(connection, person, error))
    return false;
  *ret_person = g_steal_pointer(&person);
  return true;
}

static bool load(Connection *connection, const char *id, CatalogPerson **ret_person, GError **error) {
  if (!find(connection, STATEMENT_LOAD_PERSON, id, ret_person, error))
    return false;
  if (!*ret_person)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "there is no person %s", id);
  return *ret_person != NULL;
}

bool catalog_load_person(Catalog *catalog, const char *id, CatalogPerson **ret_person, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         load(transaction.connection, id, ret_person, error);
}

bool catalog_find_person(Catalog *catalog, const char *login, CatalogPerson **ret_person, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *folded = person_fold_login(login);
  *ret_person = NULL;
  return !folded || (transaction_begin_read(&transaction, catalog, error) &&
                     find(transaction.connection, STATEMENT_FIND_PERSON, folded, ret_person, error));
}

bool catalog_find_person_by_subject(Catalog *catalog, const char *subject, CatalogPerson **ret_person,
                                    GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         find(transaction.connection, STATEMENT_FIND_PERSON_BY_SUBJECT, subject, ret_person, error);
}

static void free_person(gpointer data) {
  catalog_person_free(data);
}

bool catalog_list_persons(Catalog *catalog, const PersonQuery *query, GPtrArray **ret_persons, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *pattern = like_pattern_new(query->text);
  g_autoptr(GPtrArray) persons = g_ptr_array_new_with_free_func(free_person);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  {
    g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_PERSONS);
    statement_bind(&statement, argument_text(query->after), argument_int(query->limit), argument_text(pattern),
                   argument_text(query->division), argument_text(query->role));
    while (statement_next_row(&statement))
      g_ptr_array_add(persons, take_row(&statement));
    if (!statement_check(&statement, error))
      return false;
  }
  for (guint i = 0; i < persons->len; i++)
    if (!load_roles(transaction.connection, persons->pdata[i], error))
      return false;
  *ret_persons = g_steal_pointer(&persons);
  return true;
}

bool catalog_load_person_secrets(Catalog *catalog, const char *id, PersonSecrets *ret_secrets, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_SECRETS);
  statement_bind(&statement, argument_text(id));
  if (!statement_load_row(&statement, error, "there is no person %s", id))
    return false;
  *ret_secrets = (PersonSecrets){statement_dup_text(&statement, 0), statement_dup_text(&statement, 1)};
  return true;
}

/* --- changing --- */

static bool refuse(GError **error, CatalogError code, const char *zh, const char *en, const char *value) {
  g_set_error(error, CATALOG_ERROR, code, "%s“%s” · %s \"%s\"", zh, value, en, value);
  return false;
}

static bool check_name(const char *name, GError **error) {
  g_autofree char *trimmed = g_strstrip(g_strdup(name));
  glong count = g_utf8_validate(name, -1, NULL) ? g_utf8_strlen(trimmed, -1) : 0;
  bool has_control = false;
  for (const char *at = name; *at && count > 0; at = g_utf8_next_char(at))
    has_control |= g_unichar_iscntrl(g_utf8_get_char(at));
  if (count == 0 || count > PERSON_NAME_CHARACTERS_MAX || has_control)
    return refuse(error, CATALOG_ERROR_INVALID, "姓名不对", "no name of a person", count > 0 ? trimmed : "");
  return true;
}

static bool check_division(Connection *connection, const char *division, GError **error) {
  int64_t found = 0;
  if (!*division)
    return true;
  if (!connection_number(connection, STATEMENT_HAS_DIVISION, &found, error, argument_text(division)))
    return false;
  return found || refuse(error, CATALOG_ERROR_INVALID, "没有这个行政区划", "there is no division", division);
}

/* A write and its audit entry of one field, or of none when `field` is NULL. */
static bool record(Connection *connection, const char *actor, const char *id, const char *action, const char *field,
                   const char *before, const char *after, int64_t now_us, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("person", id, action);
  if (field)
    audit_entry_add(&entry, field, before, after);
  return audit_entry_record(&entry, connection, actor, now_us, error);
}

static bool check_new(Connection *connection, const char *login, const char *subject, GError **error) {
  g_autoptr(CatalogPerson) namesake = NULL;
  if (!find(connection, STATEMENT_FIND_PERSON, login, &namesake, error))
    return false;
  if (!namesake && subject && !find(connection, STATEMENT_FIND_PERSON_BY_SUBJECT, subject, &namesake, error))
    return false;
  return !namesake || refuse(error, CATALOG_ERROR_CONFLICT, "账号已存在", "there is an account", login);
}

bool catalog_create_person(Catalog *catalog, const char *actor, const char *login, const char *name,
                           const char *division, const char *password_hash, const char *subject,
                           CatalogPerson **ret_person, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *folded = person_fold_login(login), *id = id_new();
  g_autoptr(CatalogPerson) person = NULL;
  int64_t now_us = g_get_real_time();
  if (!folded)
    return refuse(error, CATALOG_ERROR_INVALID, "账号名不对（2 到 64 个字母、数字或 . _ - @ +）",
                  "no login (2 to 64 letters, digits or . _ - @ +)", g_utf8_validate(login, -1, NULL) ? login : "");
  if (!check_name(name, error) || !transaction_begin_write(&transaction, catalog, error) ||
      !check_division(transaction.connection, division, error) ||
      !check_new(transaction.connection, folded, subject, error) ||
      !connection_run(transaction.connection, STATEMENT_INSERT_PERSON, error, argument_text(id),
                      argument_text(folded), argument_text(name), argument_text(division),
                      argument_text(password_hash), argument_text(subject), argument_int(now_us)) ||
      !record(transaction.connection, actor, id, "create", "login", NULL, folded, now_us, error) ||
      !load(transaction.connection, id, &person, error) || !transaction_commit(&transaction, error))
    return false;
  *ret_person = g_steal_pointer(&person);
  return true;
}

/* Somebody must be able to give rights. */
static bool check_last_administrator(Connection *connection, const CatalogPerson *person, GError **error) {
  int64_t others = 0;
  bool is_one = false;
  for (size_t i = 0; i < person->grant_count; i++)
    is_one |= person->grants[i].role == ROLE_ADMINISTRATOR && !*person->grants[i].division &&
              !*person->grants[i].institution_id;
  if (!is_one || person->is_disabled)
    return true;
  if (!connection_number(connection, STATEMENT_COUNT_ADMINISTRATORS, &others, error, argument_text(person->id)))
    return false;
  return others > 0 || refuse(error, CATALOG_ERROR_CONFLICT, "不能去掉最后一个系统管理员",
                              "the last administrator stays", person->login);
}

static bool sign_out(Connection *connection, const char *id, const char *kept_session, GError **error) {
  return connection_run(connection, STATEMENT_DELETE_SIGN_INS, error, argument_text(id),
                        argument_text(kept_session));
}

bool catalog_update_person(Catalog *catalog, const char *actor, const char *id, const char *name,
                           const char *division, const bool *is_disabled, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogPerson) before = NULL;
  int64_t now_us = g_get_real_time();
  if ((name && !check_name(name, error)) || !transaction_begin_write(&transaction, catalog, error) ||
      !load(transaction.connection, id, &before, error) ||
      (division && !check_division(transaction.connection, division, error)))
    return false;
  bool disables = is_disabled && *is_disabled && !before->is_disabled;
  if (disables && (!check_last_administrator(transaction.connection, before, error) ||
                   !sign_out(transaction.connection, id, NULL, error)))
    return false;
  g_auto(AuditEntry) entry = audit_entry_begin("person", id, "update");
  if (name && strcmp(name, before->name) != 0)
    audit_entry_add(&entry, "name", before->name, name);
  if (division && strcmp(division, before->division) != 0)
    audit_entry_add(&entry, "division", before->division, division);
  if (is_disabled && *is_disabled != before->is_disabled)
    audit_entry_add(&entry, "is_disabled", before->is_disabled ? "1" : "0", *is_disabled ? "1" : "0");
  return !entry.has_changes ||
         (connection_run(transaction.connection, STATEMENT_UPDATE_PERSON, error, argument_text(id),
                         argument_text(name ? name : before->name),
                         argument_text(division ? division : before->division),
                         argument_int(is_disabled ? *is_disabled : before->is_disabled), argument_int(now_us)) &&
          audit_entry_record(&entry, transaction.connection, actor, now_us, error) &&
          transaction_commit(&transaction, error));
}

bool catalog_set_password(Catalog *catalog, const char *actor, const char *id, const char *password_hash,
                          const char *kept_session, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogPerson) person = NULL;
  int64_t now_us = g_get_real_time();
  return transaction_begin_write(&transaction, catalog, error) &&
         load(transaction.connection, id, &person, error) &&
         connection_run(transaction.connection, STATEMENT_SET_PASSWORD, error, argument_text(id),
                        argument_text(password_hash), argument_int(now_us)) &&
         sign_out(transaction.connection, id, kept_session, error) &&
         record(transaction.connection, actor, id, "password", NULL, NULL, NULL, now_us, error) &&
         transaction_commit(&transaction, error);
}

/* --- roles --- */

static char *format_grant(const RoleGrant *grant) {
  const char *place = *grant->institution_id ? grant->institution_id : grant->division;
  return *place ? g_strdup_printf("%s@%s", role_name(grant->role), place) : g_strdup(role_name(grant->role));
}

static bool check_grant(Connection *connection, const CatalogPerson *person, const RoleGrant *grant,
                        GError **error) {
  int64_t found = 0;
  if (person->grant_count >= PERSON_ROLES_MAX)
    return refuse(error, CATALOG_ERROR_INVALID, "角色太多", "too many roles", person->login);
  if (*grant->division && *grant->institution_id)
    return refuse(error, CATALOG_ERROR_INVALID, "角色只能属于一个机构或一个行政区划",
                  "a role is held at an institution or over a division", grant->division);
  if (!check_division(connection, grant->division, error))
    return false;
  if (!*grant->institution_id)
    return true;
  if (!connection_number(connection, STATEMENT_HAS_INSTITUTION, &found, error,
                         argument_text(grant->institution_id)))
    return false;
  return found ||
         refuse(error, CATALOG_ERROR_INVALID, "没有这个机构", "there is no institution", grant->institution_id);
}

static bool change_role(Catalog *catalog, const char *actor, const char *id, const RoleGrant *given, bool gives,
                        GError **error) {
  RoleGrant grant = {given->role, given->division ? given->division : "",
                     given->institution_id ? given->institution_id : ""};
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogPerson) person = NULL;
  g_autofree char *text = format_grant(&grant);
  int64_t now_us = g_get_real_time();
  bool is_everywhere = !*grant.division && !*grant.institution_id;
  if (!transaction_begin_write(&transaction, catalog, error) || !load(transaction.connection, id, &person, error) ||
      (gives && !check_grant(transaction.connection, person, &grant, error)) ||
      (!gives && grant.role == ROLE_ADMINISTRATOR && is_everywhere &&
       !check_last_administrator(transaction.connection, person, error)) ||
      !connection_run(transaction.connection, gives ? STATEMENT_ADD_ROLE : STATEMENT_REMOVE_ROLE, error,
                      argument_text(id), argument_text(role_name(grant.role)), argument_text(grant.division),
                      argument_text(grant.institution_id)))
    return false;
  if (connection_changes(transaction.connection) == 0)
    return true; /* nothing to change: the transaction is undone */
  return record(transaction.connection, actor, id, "role", "role", gives ? NULL : text, gives ? text : NULL, now_us,
                error) &&
         transaction_commit(&transaction, error);
}

bool catalog_give_role(Catalog *catalog, const char *actor, const char *id, const RoleGrant *grant,
                       GError **error) {
  return change_role(catalog, actor, id, grant, true, error);
}

bool catalog_take_role(Catalog *catalog, const char *actor, const char *id, const RoleGrant *grant,
                       GError **error) {
  return change_role(catalog, actor, id, grant, false, error);
}

/* --- the second factor --- */

bool catalog_set_totp(Catalog *catalog, const char *actor, const char *id, const char *secret, int64_t step,
                      GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogPerson) person = NULL;
  int64_t now_us = g_get_real_time();
  return transaction_begin_write(&transaction, catalog, error) &&
         load(transaction.connection, id, &person, error) &&
         connection_run(transaction.connection, STATEMENT_SET_TOTP, error, argument_text(id), argument_text(secret),
                        argument_int(step), argument_int(now_us)) &&
         connection_run(transaction.connection, STATEMENT_DELETE_CREDENTIALS, error, argument_text(id),
                        argument_text("recovery"), argument_text(NULL)) &&
         record(transaction.connection, actor, id, secret ? "totp-on" : "totp-off", NULL, NULL, NULL, now_us,
                error) &&
         transaction_commit(&transaction, error);
}

bool catalog_take_totp_step(Catalog *catalog, const char *id, int64_t step, bool *ret_taken, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_TAKE_TOTP_STEP, error, argument_text(id),
                      argument_int(step)))
    return false;
  bool is_taken = connection_changes(transaction.connection) > 0;
  if (!transaction_commit(&transaction, error))
    return false;
  *ret_taken = is_taken;
  return true;
}

bool catalog_note_person(Catalog *catalog, const char *actor, const char *id, const char *action,
                         const char *detail, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         record(transaction.connection, actor, id, action, detail ? "detail" : NULL, NULL, detail,
                g_get_real_time(), error) &&
         transaction_commit(&transaction, error);
}
