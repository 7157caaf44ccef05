/** Who may see the media of an asset: who may see a course that has it, or that will have it when it takes the place of
 * another, or had it before another took its place. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/viewer.h"

/** `*ret_is_public`: everybody may; `*ret_may_see`: `viewer` may (NULL: somebody unknown). An asset without a course is for those
 * only who see everything. */
bool catalog_may_see_asset(Catalog *catalog, const char *asset_id, const CatalogViewer *viewer, bool *ret_is_public,
                           bool *ret_may_see, GError **error);
