#include "catalog/room.h"

#include "base/id.h"
#include "catalog/record_store.h"

#include <string.h>

static bool find_by_name(Catalog *catalog, const char *name, char **ret_id, GError **error) {
  g_autoptr(RecordPage) page = NULL;
  g_autofree char *id = NULL;
  const RecordQuery query = {.text = name, .limit = RECORD_PAGE_LIMIT_MAX};
  if (!catalog_query_records(catalog, RECORD_ROOM, &query, &page, error))
    return false;
  for (guint i = 0; i < page->records->len; i++) {
    const CatalogRecord *room = g_ptr_array_index(page->records, i);
    if (strcmp(catalog_record_get(room, "name"), name) != 0)
      continue;
    if (id != NULL) {
      g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "several rooms are called “%s”: give the id of one",
                  name);
      return false;
    }
    id = g_strdup(room->id);
  }
  if (id == NULL)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no room “%s”", name);
  *ret_id = g_steal_pointer(&id);
  return *ret_id != NULL;
}

bool catalog_find_room(Catalog *catalog, const char *id_or_name, char **ret_id, char **ret_name, GError **error) {
  g_autoptr(CatalogRecord) room = NULL;
  g_autofree char *id = NULL;
  if (!id_is_valid(id_or_name) && !find_by_name(catalog, id_or_name, &id, error))
    return false;
  if (!catalog_load_record(catalog, RECORD_ROOM, id != NULL ? id : id_or_name, &room, error))
    return false;
  *ret_name = g_strdup(catalog_record_get(room, "name"));
  *ret_id = g_strdup(room->id);
  return true;
}
