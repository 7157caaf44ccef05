/** What is left of assets that were replaced. */
#pragma once

#include "catalog/catalog.h"

/** Forget what retired assets hold, once they were replaced at or before `before_us`, and what is left of replacements
 * that failed by then. An asset itself stays, and says by what it was replaced. Their files are then listed no more:
 * sweep_asset() removes them, or the next sweep. `ret_asset_ids`: array of char *. */
bool catalog_purge_retired(Catalog *catalog, int64_t before_us, GPtrArray **ret_asset_ids, GError **error);
