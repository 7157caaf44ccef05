/** Assets that are not needed any more: replaced ones, and those whose lesson was deleted. */
#pragma once

#include "catalog/catalog.h"

/** Forget what retired assets hold, once they were replaced at or before `before_us`, and what is left of replacements
 * that failed by then. An asset itself stays, and says by what it was replaced. Their files are then listed no more:
 * sweep_asset() removes them, or the next sweep. `ret_asset_ids`: array of char *. */
bool catalog_purge_retired(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error);

/** The same for assets that no lesson has named since `before_us` or longer; their jobs go with them. */
bool catalog_purge_orphans(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error);
/** Which those are, without touching them. */
bool catalog_list_orphans(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error);
