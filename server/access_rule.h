/** Who may ask for a route: each route of the table (server_routes.c) names one of these rules, and a route without one
 * does not start. access_check() applies them; nothing else decides.
 *
 * | rule       | who                                                                                  |
 * | anyone     | everybody; GET only. The handler shows each what they may see                        |
 * | open       | everybody, also to change something: the handler limits who and how often itself     |
 * | media      | who may see a course with that asset; everybody when it is public                    |
 * | file       | the same; who stands in the room of the room profile gets it here, without a signed address: receivers that |
 * |            | find files by DLNA do not follow elsewhere, and go on with an address for days               |
 * | address    | who has the secret address of a room, which the route's {key} is; to others it is not there |
 * | seen       | the same, for what is said about the asset                                           |
 * | signed_in  | who has an account, by session or token                                              |
 * | session    | the same, by session only: what a token must not do                                  |
 * | somewhere  | who holds the right anywhere; the handler checks the place of what is made or listed |
 * | at object  | who holds the right where the object stands that the address names                   |
 * | everywhere | who holds the right over the whole network                                           |
 *
 * Threads: any; constants. */
#pragma once

#include "catalog/role.h"
#include "server/http/http_router.h"

typedef enum {
  ACCESS_WHO_ANYONE,
  ACCESS_WHO_OPEN,
  ACCESS_WHO_MEDIA,
  ACCESS_WHO_SEES,
  ACCESS_WHO_SIGNED_IN,
  ACCESS_WHO_SESSION,
  ACCESS_WHO_SOMEWHERE,
  ACCESS_WHO_AT_OBJECT,
  ACCESS_WHO_EVERYWHERE,
  ACCESS_WHO_ADDRESS,
} AccessWho;

typedef struct AccessRule {
  const char *name;
  AccessWho who;
  unsigned right;     /**< Right; 0: none is asked for */
  const char *object; /**< ACCESS_WHO_AT_OBJECT: the kind for catalog_load_place() */
  const char *param;  /**< of the route's pattern: the object's id */
} AccessRule;

extern const AccessRule access_rule_anyone, access_rule_open, access_rule_media, access_rule_file,
    access_rule_asset_seen, access_rule_signed_in, access_rule_session, access_rule_upload, access_rule_new_course,
    access_rule_course, access_rule_attachment, access_rule_asset, access_rule_new_record, access_rule_institution,
    access_rule_lecturer, access_rule_room, access_rule_host, access_rule_collection, access_rule_channel,
    access_rule_people, access_rule_operate, access_rule_work, access_rule_asset_managed, access_rule_review,
    access_rule_address;

/** Every rule, for tests and documents. */
const AccessRule *const *access_rules(size_t *ret_count);

/** Whether every route has a rule that fits it: false with HTTP_ERROR_ROUTE naming the first that has none, that lets
 * everybody change something without saying so, or whose pattern has no place for the rule's object. */
bool access_rules_check(const HttpRoute *routes, size_t count, GError **error);
