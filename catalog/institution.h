/** Institutions by name, as `kapok ingest` and tables give them. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"

/** The id of the institution of that name: of several the one that was made of a name alone, else the oldest; made when
 * there is none. `*ret_id` NULL for an empty name. Caller frees. */
bool institution_find_or_add(Connection *connection, const char *actor, const char *name, int64_t now_us,
                             char **ret_id, GError **error);
