#include "catalog/job.h"

#include "catalog/job_lease.h"

typedef struct {
  const char *owner;
  int64_t now_us, lease_us, priority_min, priority_max;
  const CatalogJob *before; /**< only a span that may follow this one; NULL: any job */
} Claim;

/* Asked before the write lock is taken, so that idle workers disturb nobody. */
static bool has_ready_job(Catalog *catalog, const Claim *claim, bool *ret_has, GError **error) {
  g_auto(Transaction) transaction = {0};
  int64_t found = 0;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !connection_number(transaction.connection, STATEMENT_HAS_READY_JOB, &found, error,
                         argument_int(claim->now_us), argument_int(claim->priority_min),
                         argument_int(claim->priority_max)))
    return false;
  *ret_has = found != 0;
  return true;
}

static bool may_follow(const CatalogJob *job, const CatalogJob *before) {
  return job->kind == JOB_KIND_SPAN && job->span_index > before->span_index && job->attempt == 0 &&
         job->priority < JOB_PRIORITY_URGENT && g_str_equal(job->asset_id, before->asset_id);
}

/* Whether the job that was found is one that is wanted. */
static bool is_wanted(Connection *connection, const Claim *claim, int64_t job_id, bool *ret_is, GError **error) {
  g_autoptr(CatalogJob) job = NULL;
  *ret_is = claim->before == NULL;
  if (*ret_is)
    return true;
  if (!job_lease_load(connection, job_id, &job, error))
    return false;
  *ret_is = may_follow(job, claim->before);
  return true;
}

/* `*ret_job` NULL when another worker was faster. */
static bool take_job(Connection *connection, const Claim *claim, CatalogJob **ret_job, GError **error) {
  int64_t job_id = 0;
  if (!connection_number(connection, STATEMENT_FIND_READY_JOB, &job_id, error, argument_int(claim->now_us),
                         argument_int(claim->priority_min), argument_int(claim->priority_max)))
    return false;
  bool is = false;
  *ret_job = NULL;
  if (job_id != 0 && !is_wanted(connection, claim, job_id, &is, error))
    return false;
  return !is ||
         (connection_run(connection, STATEMENT_TAKE_JOB, error, argument_int(job_id), argument_text(claim->owner),
                         argument_int(claim->now_us), argument_int(claim->now_us + claim->lease_us)) &&
          connection_run(connection, STATEMENT_SERVE_INSTITUTION, error, argument_int(job_id)) &&
          job_lease_load(connection, job_id, ret_job, error));
}

bool catalog_has_ready_job(Catalog *catalog, int64_t now_us, int64_t priority_min, int64_t priority_max,
                           bool *ret_has, GError **error) {
  const Claim claim = {.now_us = now_us, .priority_min = priority_min, .priority_max = priority_max};
  return has_ready_job(catalog, &claim, ret_has, error);
}

static bool claim_job(Catalog *catalog, const Claim *claim, CatalogJob **ret_job, GError **error) {
  bool has_ready = false;
  if (!has_ready_job(catalog, claim, &has_ready, error))
    return false;
  if (!has_ready) {
    *ret_job = NULL;
    return true;
  }
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogJob) job = NULL;
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !take_job(transaction.connection, claim, &job, error) || !transaction_commit(&transaction, error))
    return false;
  *ret_job = g_steal_pointer(&job);
  return true;
}

bool catalog_claim_job_between(Catalog *catalog, const char *owner, int64_t now_us, int64_t lease_us,
                               int64_t priority_min, int64_t priority_max, CatalogJob **ret_job, GError **error) {
  const Claim claim = {owner, now_us, lease_us, priority_min, priority_max, NULL};
  return claim_job(catalog, &claim, ret_job, error);
}

bool catalog_claim_next_span(Catalog *catalog, const CatalogJob *before, const char *owner, int64_t now_us,
                             int64_t lease_us, CatalogJob **ret_job, GError **error) {
  const Claim claim = {owner, now_us, lease_us, INT64_MIN, INT64_MAX, before};
  return claim_job(catalog, &claim, ret_job, error);
}

bool catalog_claim_job(Catalog *catalog, const char *owner, int64_t now_us, int64_t lease_us, CatalogJob **ret_job,
                       GError **error) {
  return catalog_claim_job_between(catalog, owner, now_us, lease_us, INT64_MIN, INT64_MAX, ret_job, error);
}
