/** Steps on jobs inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/job.h"
#include "catalog/transaction.h"

/** What the catalog holds of a running job. */
typedef struct {
  char asset_id[16];
  JobKind kind;
  int64_t span_index, failures, lease_until_us;
} JobLease;

/** The kind of that name; JOB_KIND_PROBE for an unknown one (the schema lets none in). */
JobKind job_lease_kind(const char *name);

/** The job as a worker gets it. */
bool job_lease_load(Connection *connection, int64_t job_id, CatalogJob **ret_job, GError **error);

/** Sets CATALOG_ERROR_FENCED; always false. */
bool job_lease_set_fenced(int64_t job_id, int64_t attempt, GError **error);

/** Find the job if `owner` still runs this attempt; FENCED when not. */
bool job_lease_find(Connection *connection, int64_t job_id, int64_t attempt, const char *owner, JobLease *ret_lease,
                    GError **error);

/** Take the write lock, then find the job as job_lease_find() does. */
bool job_lease_begin(Transaction *transaction, Catalog *catalog, const CatalogJob *job, const char *owner,
                     JobLease *ret_lease, GError **error);

/** The job is done; its asset becomes ready when it was the last. `code` and `detail` (NULL: none) are kept with it. */
bool job_lease_finish(Connection *connection, int64_t job_id, const JobLease *lease, const char *code,
                      const char *detail, GError **error);

/** The job failed for good: with it its asset, whose other jobs are cancelled; but a poster job just ends. */
bool job_lease_fail(Connection *connection, int64_t job_id, const JobLease *lease, const char *code,
                    const char *detail, GError **error);

/** The asset failed, with `code` and `detail` (may be NULL); its open jobs are cancelled. Nothing when it is ready. */
bool job_lease_fail_asset(Connection *connection, const char *asset_id, const char *code, const char *detail,
                          int64_t now_us, GError **error);
