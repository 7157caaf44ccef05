/** Rooms as an operator names them. */
#pragma once

#include "catalog/catalog.h"

/** The room of that id or, when it is no id, of that name. NOT_FOUND when there is none, INVALID when several are called so.
 * Caller frees both. */
bool catalog_find_room(Catalog *catalog, const char *id_or_name, char **ret_id, char **ret_name, GError **error);
