/** The sweep: what a crash left behind goes. What the catalog lists is never touched. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"

/** Remove work folders (DATA/tmp) whose process is gone, and blobs of assets that the catalog does not name: span
 * files published by nobody, sources of an intake that never ended. Blobs of an asset with a RUNNING job whose owner
 * lives are left for the next sweep, and so are blobs younger than `grace_us`. Safe beside workers at work. While a
 * backup holds the stored files, only work folders are removed. */
bool sweep_run(Catalog *catalog, const BlobStore *store, int64_t grace_us, int64_t *ret_removed, GError **error);

typedef struct {
  int64_t grace_us;
  bool is_dry_run; /**< remove nothing, tell what would be removed */
  /** Each file that goes or would go; borrowed. May be NULL. */
  void (*found)(const char *key, int64_t size_bytes, gpointer user_data);
  gpointer user_data;
} SweepRequest;

typedef struct {
  int64_t asset_count;            /**< assets that no lesson names any more */
  int64_t file_count, file_bytes; /**< files that went or would go, those of the assets among them */
  int64_t young_count;            /**< files that nothing lists, but younger than the grace */
  bool is_held;                   /**< a backup runs: no files were looked at */
} SweepTotals;

/** What `kapok gc` does: forget assets that no lesson has named for `grace_us`, then remove stored files that nothing
 * lists, as sweep_run(). Work folders are left alone. */
bool sweep_collect(Catalog *catalog, const BlobStore *store, const SweepRequest *request, SweepTotals *ret_totals,
                   GError **error);

/** As sweep_run() for one asset, once its jobs are done, its source included; no grace. Nothing while a backup runs. */
bool sweep_asset(Catalog *catalog, const BlobStore *store, const char *asset_id, GError **error);
