/** Where a stored thing belongs, for rights over it. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/role.h"

/** `kind`: "course", "institution", "lecturer", "room", "collection", "attachment", "channel" or "asset". NOT_FOUND when it is not
 * there. The texts of `ret_place` are the caller's: place_clear(). */
bool catalog_load_place(Catalog *catalog, const char *kind, const char *id, Place *ret_place, GError **error);
void place_clear(Place *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)
