/** Who may do what, where: roles, the rights they give, and the places they reach. The one table is in role.c. Pure.
 *
 * A role is held at a place: at an institution, or over a division with all below it. Everybody who is signed in is a
 * resident; that needs no grant and gives no right. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
  RIGHT_UPLOAD = 1 << 0,  /**< give an institution new lessons */
  RIGHT_EDIT = 1 << 1,    /**< courses, their lessons and attachments; see them in every state */
  RIGHT_PUBLISH = 1 << 2, /**< make a course public, withdraw it */
  RIGHT_MANAGE = 1 << 3,  /**< institutions, lecturers, rooms, collections */
  RIGHT_PEOPLE = 1 << 4,  /**< accounts and roles of others */
  RIGHT_FIGURES = 1 << 5, /**< participation */
  RIGHT_HOST = 1 << 6,    /**< open sessions in rooms */
  RIGHT_OPERATE = 1 << 7, /**< the whole system: audit log, divisions, settings */
} Right;
#define RIGHT_ALL (RIGHT_OPERATE * 2 - 1)
#define RIGHT_COUNT 8

typedef enum {
  ROLE_TEACHER,
  ROLE_HOST,
  ROLE_REVIEWER,
  ROLE_MANAGER,
  ROLE_ADMINISTRATOR,
} Role;
#define ROLE_COUNT (ROLE_ADMINISTRATOR + 1)

/** "teacher", ... as stored, in the API and on the command line. */
const char *role_name(Role role);
/** For people. */
const char *role_zh(Role role);
/** False when there is none of that name. */
bool role_find(const char *name, Role *ret_role);
unsigned role_rights(Role role);

/** "upload", ...: a scope of a token. */
const char *right_name(Right right);
bool right_find(const char *name, Right *ret_right);

/** Where something belongs. NULL and "" are the same: none. */
typedef struct {
  const char *division, *institution_id;
} Place;

/** A role held at an institution, or over a division, or, with neither, everywhere. Borrowed texts. */
typedef struct {
  Role role;
  const char *division, *institution_id;
} RoleGrant;

/** Whether one of the grants gives the right at `place`; NULL: anywhere at all. What belongs nowhere is reached by grants
 * for everywhere only. */
bool role_grants_allow(const RoleGrant *grants, size_t count, Right right, const Place *place);

/** The places that the grants give the right at, as the parameter of STATEMENT_IS_REACHED; NULL: nowhere. Caller frees. */
char *role_grants_write_reach(const RoleGrant *grants, size_t count, Right right);

/** Whether `giver` may give or take `grant`: they need RIGHT_PEOPLE over its place, and every right that it gives. */
bool role_grants_may_give(const RoleGrant *giver, size_t count, const RoleGrant *grant);
