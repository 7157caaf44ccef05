/** Short codes that people type: those by which a receiver without a keyboard is signed in (RFC 8628), and those by which a
 * browser joins a room. */
#pragma once

#include "catalog/catalog.h"

#define DEVICE_GRANT_LIFETIME_S INT64_C(900)
#define DEVICE_GRANTS_MAX 1000
#define USER_CODE_LENGTH 8
#define ROOM_CODE_LENGTH 6
#define ROOM_CODE_LIFETIME_S (INT64_C(12) * 3600)

typedef enum {
  DEVICE_GRANT_PENDING,
  DEVICE_GRANT_APPROVED,
  DEVICE_GRANT_DENIED,
  DEVICE_GRANT_EXPIRED
} DeviceGrantState;

/** A receiver asks. The codes are the caller's. BUSY when DEVICE_GRANTS_MAX wait already. */
bool catalog_open_device_grant(Catalog *catalog, const char *label, char **ret_device_code, char **ret_user_code,
                               GError **error);
/** Somebody answers for it; `user_code` as typed: blanks, hyphens and small letters do not matter. `*ret_label` NULL when no
 * receiver waits with that code. Caller frees. */
bool catalog_decide_device_grant(Catalog *catalog, const char *actor, const char *user_code, const char *person_id,
                                 bool is_approved, char **ret_label, GError **error);
/** The receiver asks again. Approved: it is used up, and `*ret_person_id` and `*ret_label` are the caller's. */
bool catalog_redeem_device_grant(Catalog *catalog, const char *device_code, DeviceGrantState *ret_state,
                                 char **ret_person_id, char **ret_label, GError **error);

/** A new code for a room, in place of the one before. Caller frees. */
bool catalog_open_room_code(Catalog *catalog, const char *actor, const char *room_id, char **ret_code,
                            GError **error);
bool catalog_close_room_code(Catalog *catalog, const char *actor, const char *room_id, GError **error);
/** `*ret_room_id` NULL when no room has that code now. Callers free both. */
bool catalog_find_room_code(Catalog *catalog, const char *code, char **ret_room_id, char **ret_name,
                            GError **error);
