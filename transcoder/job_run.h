/** One claimed job from start to end: a child does it, its results are checked, stored and published. */
#pragma once

#include "base/blob_store.h"
#include "base/settings.h"
#include "catalog/job.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  Catalog *catalog;
  BlobStore *store;
  const Settings *settings;
  const char *owner;
  int stop_fd; /**< readable when the worker shall stop */
} JobContext;

/** True when the job ended well and that is recorded; or when it was given back to be done another way, since what was
 * to be copied cannot be. Errors: of the transcoder (STOPPED: told to stop),
 * CATALOG_ERROR_FENCED (the job belongs to another worker now), others of the catalog and the store. What was
 * published before an error stays published. */
bool job_run(const JobContext *context, const CatalogJob *job, GError **error);
