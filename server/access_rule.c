#include "server/access_rule.h"

#include "server/http/http_error.h"

#include <string.h>

const AccessRule
    access_rule_anyone = {.name = "anyone", .who = ACCESS_WHO_ANYONE},
    access_rule_open = {.name = "open", .who = ACCESS_WHO_OPEN},
    access_rule_media = {.name = "media", .who = ACCESS_WHO_MEDIA, .param = "asset"},
    access_rule_file = {.name = "file", .who = ACCESS_WHO_MEDIA, .param = "asset"},
    access_rule_asset_seen = {.name = "asset-seen", .who = ACCESS_WHO_SEES, .param = "asset"},
    access_rule_signed_in = {.name = "signed-in", .who = ACCESS_WHO_SIGNED_IN},
    access_rule_session = {.name = "session", .who = ACCESS_WHO_SESSION},
    access_rule_upload = {.name = "upload", .who = ACCESS_WHO_SOMEWHERE, .right = RIGHT_UPLOAD},
    access_rule_new_course = {.name = "new-course", .who = ACCESS_WHO_SOMEWHERE, .right = RIGHT_EDIT},
    access_rule_course = {"course", ACCESS_WHO_AT_OBJECT, RIGHT_EDIT, "course", "record"},
    access_rule_attachment = {"attachment", ACCESS_WHO_AT_OBJECT, RIGHT_EDIT, "attachment", "record"},
    access_rule_asset = {"asset", ACCESS_WHO_AT_OBJECT, RIGHT_EDIT, "asset", "asset"},
    access_rule_new_record = {.name = "new-record", .who = ACCESS_WHO_SOMEWHERE, .right = RIGHT_MANAGE},
    access_rule_institution = {"institution", ACCESS_WHO_AT_OBJECT, RIGHT_MANAGE, "institution", "record"},
    access_rule_lecturer = {"lecturer", ACCESS_WHO_AT_OBJECT, RIGHT_MANAGE, "lecturer", "record"},
    access_rule_room = {"room", ACCESS_WHO_AT_OBJECT, RIGHT_MANAGE, "room", "record"},
    access_rule_host = {"host", ACCESS_WHO_AT_OBJECT, RIGHT_HOST, "room", "record"},
    access_rule_collection = {"collection", ACCESS_WHO_AT_OBJECT, RIGHT_MANAGE, "collection", "record"},
    access_rule_channel = {"channel", ACCESS_WHO_AT_OBJECT, RIGHT_MANAGE, "channel", "record"},
    access_rule_work = {.name = "work", .who = ACCESS_WHO_SOMEWHERE, .right = RIGHT_EDIT},
    access_rule_asset_managed = {"asset-managed", ACCESS_WHO_AT_OBJECT, RIGHT_MANAGE, "asset", "asset"},
    access_rule_review = {"review", ACCESS_WHO_AT_OBJECT, RIGHT_PUBLISH, "course", "record"},
    access_rule_people = {.name = "people", .who = ACCESS_WHO_SOMEWHERE, .right = RIGHT_PEOPLE},
    access_rule_address = {.name = "address", .who = ACCESS_WHO_ADDRESS, .param = "key"},
    access_rule_operate = {.name = "operate", .who = ACCESS_WHO_EVERYWHERE, .right = RIGHT_OPERATE};

static const AccessRule *const rules[] = {
    &access_rule_anyone,     &access_rule_open,        &access_rule_media,         &access_rule_file,
    &access_rule_asset_seen, &access_rule_signed_in,   &access_rule_session,       &access_rule_upload,
    &access_rule_new_course, &access_rule_course,      &access_rule_attachment,    &access_rule_asset,
    &access_rule_new_record, &access_rule_institution, &access_rule_lecturer,      &access_rule_room,
    &access_rule_host,       &access_rule_collection,  &access_rule_people,        &access_rule_operate,
    &access_rule_channel,    &access_rule_work,        &access_rule_asset_managed, &access_rule_review,
    &access_rule_address,
};

const AccessRule *const *access_rules(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(rules);
  return rules;
}

/** What is wrong with the route's rule, or NULL. */
static const char *find_fault(const HttpRoute *route) {
  if (route->rule == NULL)
    return "has no rule that says who may ask for it";
  if (route->rule->who == ACCESS_WHO_ANYONE && route->methods & ~(unsigned)(HTTP_METHOD_GET | HTTP_METHOD_HEAD))
    return "would let anyone change something: its rule must be \"open\", or a stricter one";
  if (route->rule->param == NULL)
    return NULL;
  g_autofree char *param = g_strdup_printf("{%s}", route->rule->param);
  return strstr(route->pattern, param) == NULL ? "has a rule about an object that its address does not name" : NULL;
}

bool access_rules_check(const HttpRoute *routes, size_t count, GError **error) {
  for (size_t i = 0; i < count; i++) {
    const char *fault = find_fault(&routes[i]);
    if (fault == NULL)
      continue;
    g_autofree char *methods = http_router_format_methods(routes[i].methods);
    g_set_error(error, HTTP_ERROR, HTTP_ERROR_ROUTE, "the route %s %s (%s) %s", methods, routes[i].pattern,
                routes[i].name, fault);
    return false;
  }
  return true;
}
