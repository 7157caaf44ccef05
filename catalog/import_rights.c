#include "catalog/import_take.h"

#include "catalog/record_place.h"
#include "catalog/record_statements.h"

#include <string.h>

bool import_may(const ImportTake *take, Right right, const Place *place) {
  const ImportRights *rights = take->rights;
  return !rights ||
         (rights->scopes & right && role_grants_allow(rights->grants, rights->grant_count, right, place));
}

static bool refuse(RecordFault *fault, const char *field, const char *given) {
  record_fault_set(fault, RECORD_FAULT_RIGHT, field, given);
  return false;
}

/* Where the record will belong; an attachment where its course is. Texts are the caller's. */
static bool load_place(const ImportTake *take, const CatalogRecord *current, const CatalogRecord *record,
                       Place *ret_place, GError **error) {
  if (record->kind == RECORD_ATTACHMENT)
    return place_load(take->connection, "course", catalog_record_get(current ? current : record, "course_id"),
                      ret_place, error);
  Place said = record_place_after(current, record);
  g_auto(Place) owner = {0};
  if (!*said.division && *said.institution_id &&
      !place_load(take->connection, "institution", said.institution_id, &owner, NULL))
    owner = (Place){0}; /* not there: the edit will say so */
  *ret_place = (Place){g_strdup(*said.division ? said.division : owner.division), g_strdup(said.institution_id)};
  return true;
}

static bool check_places(const ImportTake *take, const CatalogRecord *current, const CatalogRecord *record,
                         RecordFault *fault, GError **error) {
  Right right = record_right(record->kind);
  const char *kind = record_spec(record->kind)->name;
  g_auto(Place) before = {0}, after = {0};
  if ((current && !place_load(take->connection, kind, current->id, &before, error)) ||
      !load_place(take, current, record, &after, error))
    return false;
  if (current && !import_may(take, right, &before))
    return refuse(fault, "id", current->id);
  if (!import_may(take, right, &after))
    return refuse(fault,
                  record->kind == RECORD_COURSE || record->kind == RECORD_LECTURER ? "institution_id" : "division",
                  after.institution_id && *after.institution_id ? after.institution_id : after.division);
  return !record_publishes(current, record) || import_may(take, RIGHT_PUBLISH, &after) ||
         refuse(fault, "status", catalog_record_get(record, "status"));
}

bool import_rights_check(const ImportTake *take, const CatalogRecord *record, bool is_there, RecordFault *fault,
                         GError **error) {
  g_autoptr(CatalogRecord) current = NULL;
  g_autoptr(GError) cause = NULL;
  if (!take->rights)
    return true;
  if (is_there && !record_load(take->connection, record->kind, record->id, &current, error))
    return false;
  if (check_places(take, current, record, fault, &cause))
    return true;
  if (g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    return refuse(fault, "course_id",
                  record->kind == RECORD_ATTACHMENT ? catalog_record_get(record, "course_id") : "");
  if (cause)
    g_propagate_error(error, g_steal_pointer(&cause));
  return false;
}

bool import_rights_check_course(const ImportTake *take, const char *course_id, RecordFault *fault, GError **error) {
  g_auto(Place) place = {0};
  if (!take->rights)
    return true;
  if (!place_load(take->connection, "course", course_id, &place, error))
    return false;
  return import_may(take, RIGHT_EDIT, &place) || refuse(fault, "course_id", course_id);
}
