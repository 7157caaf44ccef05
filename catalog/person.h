/** People with accounts, and the roles they hold. Every change is in the audit log with who made it.
 *
 * A login is a name of 2 to 64 characters, folded (small letters, one form of each character), without blanks. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/role.h"

#define PERSON_LOGIN_CHARACTERS_MIN 2
#define PERSON_LOGIN_CHARACTERS_MAX 64
#define PERSON_NAME_CHARACTERS_MAX 64
#define PERSON_ROLES_MAX 64

typedef struct {
  char *id, *login, *name;
  char *division; /**< where they live or work; may be empty */
  bool has_password, has_totp, is_disabled;
  int64_t row_version, created_us, updated_us;
  RoleGrant *grants; /**< its texts are the person's */
  size_t grant_count;
} CatalogPerson;
void catalog_person_free(CatalogPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogPerson, catalog_person_free)

/** The folded form of a login, or NULL when it is none; caller frees. */
char *person_fold_login(const char *login);

/** Make an account. `password_hash` (password.h) NULL: they come by another way; `subject`: their id at the OIDC provider, or
 * NULL. INVALID for a login, name or division that is none, CONFLICT when the login or subject is taken. */
bool catalog_create_person(Catalog *catalog, const char *actor, const char *login, const char *name,
                           const char *division, const char *password_hash, const char *subject,
                           CatalogPerson **ret_person, GError **error);
/** NOT_FOUND when there is none. */
bool catalog_load_person(Catalog *catalog, const char *id, CatalogPerson **ret_person, GError **error);
/** `*ret_person` NULL when there is none. `login` need not be folded. */
bool catalog_find_person(Catalog *catalog, const char *login, CatalogPerson **ret_person, GError **error);
bool catalog_find_person_by_subject(Catalog *catalog, const char *subject, CatalogPerson **ret_person,
                                    GError **error);
/** NULL: any. */
typedef struct {
  const char *after;    /**< those after this login; "": from the start; not NULL */
  const char *text;     /**< part of the login or name */
  const char *division; /**< leading digits of the code */
  const char *role;     /**< that they hold somewhere */
  int64_t limit;
} PersonQuery;
/** By login. `ret_persons`: array of CatalogPerson that frees them. */
bool catalog_list_persons(Catalog *catalog, const PersonQuery *query, GPtrArray **ret_persons, GError **error);

/** NULL leaves a field as it is. Disabled people are signed out everywhere. CONFLICT when the last administrator would be
 * disabled. */
bool catalog_update_person(Catalog *catalog, const char *actor, const char *id, const char *name,
                           const char *division, const bool *is_disabled, GError **error);

/** Signs them out everywhere but in session `kept_session` (NULL: nowhere). */
bool catalog_set_password(Catalog *catalog, const char *actor, const char *id, const char *password_hash,
                          const char *kept_session, GError **error);

/** Give or take a role. What it names must be there (INVALID); the last administrator stays (CONFLICT). */
bool catalog_give_role(Catalog *catalog, const char *actor, const char *id, const RoleGrant *grant, GError **error);
bool catalog_take_role(Catalog *catalog, const char *actor, const char *id, const RoleGrant *grant, GError **error);

/** What only signing in needs. */
typedef struct {
  char *password_hash; /**< NULL: none */
  char *totp_secret;   /**< base 32; NULL: none */
} PersonSecrets;
void person_secrets_clear(PersonSecrets *secrets);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PersonSecrets, person_secrets_clear)
bool catalog_load_person_secrets(Catalog *catalog, const char *id, PersonSecrets *ret_secrets, GError **error);

/** Set the second factor (`secret` NULL: take it away, with its recovery codes). `step`: the one whose code confirmed it. */
bool catalog_set_totp(Catalog *catalog, const char *actor, const char *id, const char *secret, int64_t step,
                      GError **error);
/** Use up the code of `step`: `*ret_taken` false when it, or a later one, has been used. */
bool catalog_take_totp_step(Catalog *catalog, const char *id, int64_t step, bool *ret_taken, GError **error);

/** Something that is no change of a record but belongs into the audit log: "sign-in", ... */
bool catalog_note_person(Catalog *catalog, const char *actor, const char *id, const char *action,
                         const char *detail, GError **error);
