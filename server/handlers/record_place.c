#include "server/handlers/record_place.h"

#include "catalog/place.h"
#include "server/access.h"

#include <string.h>

/** The value of a field after the edit; "" where the kind has no such field. */
static const char *value_after(const CatalogRecord *current, const CatalogRecord *patch, const char *name) {
  int field = record_spec_find_field(record_spec(patch->kind), name);
  if (field < 0)
    return "";
  const char *value = patch->values[field];
  if (value == NULL && current != NULL)
    value = current->values[field];
  return value != NULL ? value : "";
}

/** Where the record will belong. An attachment stays where its course is; an institution belongs to itself. */
static bool load_place(const ServerContext *server, const CatalogRecord *current, const CatalogRecord *patch,
                       Place *ret_place, GError **error) {
  if (patch->kind == RECORD_ATTACHMENT && current != NULL)
    return catalog_load_place(server->catalog, "attachment", current->id, ret_place, error);
  const char *division = value_after(current, patch, "division");
  const char *institution = value_after(current, patch, "institution_id");
  if (patch->kind == RECORD_INSTITUTION && current != NULL)
    institution = current->id;
  g_auto(Place) owner = {0};
  if (division[0] == '\0' && institution[0] != '\0' &&
      !catalog_load_place(server->catalog, "institution", institution, &owner, NULL))
    owner = (Place){0}; /* not there: the edit will say so */
  *ret_place = (Place){g_strdup(division[0] != '\0' ? division : owner.division), g_strdup(institution)};
  return true;
}

/** Whether the edit makes a course seen by others, or takes it away from them. */
static bool publishes(const CatalogRecord *current, const CatalogRecord *patch) {
  if (patch->kind != RECORD_COURSE)
    return false;
  const char *before = current != NULL ? catalog_record_get(current, "status") : "";
  const char *after = value_after(current, patch, "status");
  return strcmp(before, after) != 0 && (strcmp(after, "published") == 0 || strcmp(before, "published") == 0);
}

bool record_place_check(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        const CatalogRecord *current, CatalogRecord *patch) {
  RecordFault fault = {0};
  g_auto(Place) place = {0};
  g_autoptr(GError) error = NULL;
  unsigned right = request->match->route->rule->right;
  if (access_may_everywhere(request, right) && access_may_everywhere(request, RIGHT_PUBLISH))
    return true;
  if (!record_check(patch, current == NULL, &fault))
    return true; /* it will not be made: the edit says what is wrong */
  if (!load_place(server, current, patch, &place, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  return access_require(request, response, right, &place) &&
         (!publishes(current, patch) || access_require(request, response, RIGHT_PUBLISH, &place));
}
