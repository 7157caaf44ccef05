/** One claimed job from start to end: a child does it, its results are checked, stored and published. A child that has
 * read its span goes on with the one that follows as long as the catalog would give it next; then the job is a row of
 * jobs, of which each ends by itself. */
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

/** A job as an operator knows it: "span 3", "audio". Caller frees. */
char *job_describe(const CatalogJob *job);

/** Log lines until the pop name the job and its lesson. */
void job_log_context_push(const CatalogJob *job);
void job_log_context_pop(void);

/** True when the job, and those claimed after it, ended well and that is recorded; or when they were given back to be
 * done another way, since what was to be copied cannot be. Errors: of the transcoder (STOPPED: told to stop),
 * CATALOG_ERROR_FENCED (the job belongs to another worker now), others of the catalog and the store. `*ret_failed` is
 * then the job that the error is about, the caller's, NULL when it is `job`; jobs beside it have been given back.
 * What was published before an error stays published. */
bool job_run(const JobContext *context, const CatalogJob *job, CatalogJob **ret_failed, GError **error);
