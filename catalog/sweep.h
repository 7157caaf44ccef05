/** The sweep: what a crash left behind goes. What the catalog lists is never touched. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"

/** Remove work folders (DATA/tmp) whose process is gone, and blobs of assets that the catalog does not name: span
 * files published by nobody, sources of an intake that never ended. Blobs of an asset with a RUNNING job whose owner
 * lives are left for the next sweep, and so are blobs younger than `grace_us`. Safe beside workers at work. While a
 * backup holds the stored files, only work folders are removed. */
bool sweep_run(Catalog *catalog, const BlobStore *store, int64_t grace_us, int64_t *ret_removed, GError **error);

/** The same for one asset, once its jobs are done, its source included; no grace. Nothing while a backup runs. */
bool sweep_asset(Catalog *catalog, const BlobStore *store, const char *asset_id, GError **error);
