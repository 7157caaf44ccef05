/** Secrets by which people, receivers and rooms are known again: 256 random bits, of which the catalog keeps the SHA-256 only.
 *
 * | kind     | is                                                     |
 * | session  | a browser that somebody signed in with                 |
 * | device   | a browser in which they have signed in before          |
 * | token    | a personal token for programs, and receivers (TV)      |
 * | recovery | a code that stands in for the second factor, once      |
 * | room     | a browser that joined a room, or the room's secret address |
 *
 * Times are microseconds since 1970. */
#pragma once

#include "catalog/catalog.h"

typedef enum {
  CREDENTIAL_SESSION,
  CREDENTIAL_DEVICE,
  CREDENTIAL_TOKEN,
  CREDENTIAL_RECOVERY,
  CREDENTIAL_ROOM,
} CredentialKind;

/** Of one kind that a person has at once; making more ends the oldest. */
#define CREDENTIALS_MAX 50
#define CREDENTIAL_LABEL_CHARACTERS_MAX 100
/** After the new secret of a session was used, the old one is good for so long: requests may be under way. */
#define CREDENTIAL_ROTATION_GRACE_US (60 * G_TIME_SPAN_SECOND)

typedef struct {
  char *id, *label;
  char *person_id, *room_id; /**< "": none */
  CredentialKind kind;
  unsigned scopes; /**< Right bits that a token may use */
  bool is_strong;  /**< a second factor was shown */
  int64_t created_us, rotated_us, expires_us;
  bool is_current;   /**< it was found by its newest secret */
  bool is_unsettled; /**< its last secret has not been given up yet */
} CatalogCredential;
void catalog_credential_free(CatalogCredential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogCredential, catalog_credential_free)

/** What is to be made; `person_id` or `room_id`. */
typedef struct {
  CredentialKind kind;
  const char *person_id, *room_id;
  const char *label;  /**< cut to CREDENTIAL_LABEL_CHARACTERS_MAX; NULL: none */
  const char *secret; /**< NULL: a new one is made */
  unsigned scopes;
  bool is_strong;
  int64_t expires_us;
} CredentialRequest;

/** `actor` NULL: no entry in the audit log. `ret_secret` and `ret_id` (may be NULL) are the caller's. Forgets what has expired. */
bool catalog_issue_credential(Catalog *catalog, const char *actor, const CredentialRequest *request,
                              char **ret_secret, char **ret_id, GError **error);

/** `*ret_credential` NULL when there is none such, or it has expired. */
bool catalog_find_credential(Catalog *catalog, CredentialKind kind, const char *secret,
                             CatalogCredential **ret_credential, GError **error);
/** Array of CatalogCredential that frees them, newest first. */
bool catalog_list_credentials(Catalog *catalog, CredentialKind kind, const char *person_id,
                              GPtrArray **ret_credentials, GError **error);

/** A new secret for it; the old one stays good until the new one has been used and CREDENTIAL_ROTATION_GRACE_US more. */
bool catalog_rotate_credential(Catalog *catalog, const char *id, int64_t expires_us, char **ret_secret,
                               GError **error);
/** The new secret is in use. */
bool catalog_settle_credential(Catalog *catalog, const char *id, GError **error);

/** NOT_FOUND when this person (NULL: nobody, a room's) has none of that id. `actor` NULL: no entry in the audit log. */
bool catalog_revoke_credential(Catalog *catalog, const char *actor, const char *id, const char *person_id,
                               GError **error);
/** All of one kind but `kept` (NULL: none). */
bool catalog_revoke_credentials(Catalog *catalog, const char *actor, CredentialKind kind, const char *person_id,
                                const char *kept, GError **error);

/** A new secret by which receivers that know nothing but an address are in the room, in place of the one before: there is one
 * for each room. NOT_FOUND. Caller frees the secret. */
bool catalog_open_room_address(Catalog *catalog, const char *actor, const char *room_id, char **ret_secret,
                               GError **error);
/** Receivers that use it are in the room no more. NOT_FOUND when there is none. */
bool catalog_close_room_address(Catalog *catalog, const char *actor, const char *room_id, GError **error);

/** 256 random bits in base64url, and what is stored of such a secret; callers free. */
char *credential_new_secret(void);
char *credential_hash(const char *secret);
