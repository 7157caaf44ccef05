#include "server/handlers/record_place.h"

#include "catalog/record_place.h"
#include "server/access.h"

/** Where the record will belong. An attachment stays where its course is. */
static bool load_place(const ServerContext *server, const CatalogRecord *current, const CatalogRecord *patch,
                       Place *ret_place, GError **error) {
  if (patch->kind == RECORD_ATTACHMENT && current != NULL)
    return catalog_load_place(server->catalog, "attachment", current->id, ret_place, error);
  Place said = record_place_after(current, patch);
  g_auto(Place) owner = {0};
  if (said.division[0] == '\0' && said.institution_id[0] != '\0' &&
      !catalog_load_place(server->catalog, "institution", said.institution_id, &owner, NULL))
    owner = (Place){0}; /* not there: the edit will say so */
  *ret_place =
      (Place){g_strdup(said.division[0] != '\0' ? said.division : owner.division), g_strdup(said.institution_id)};
  return true;
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
         (!record_publishes(current, patch) || access_require(request, response, RIGHT_PUBLISH, &place));
}
