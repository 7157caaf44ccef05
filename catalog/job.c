#include "catalog/job.h"

#include "catalog/job_lease.h"

#define WORKER_FORGET_US G_TIME_SPAN_DAY

bool catalog_renew_job(Catalog *catalog, const CatalogJob *job, const char *owner, double progress,
                       int64_t lease_until_us, GError **error) {
  g_auto(Transaction) transaction = {0};
  double share = progress > 0 ? MIN(progress, 1.0) : 0.0;
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_RENEW_JOB, error, argument_int(job->id),
                      argument_int(job->attempt), argument_text(owner), argument_int(lease_until_us),
                      argument_real(share)))
    return false;
  if (connection_changes(transaction.connection) == 0)
    return job_lease_set_fenced(job->id, job->attempt, error);
  return transaction_commit(&transaction, error);
}

static int64_t failures_max(const char *code) {
  return g_str_equal(code, "storage") ? JOB_STORAGE_FAILURES_MAX : JOB_FAILURES_MAX;
}

static int64_t retry_delay_us(int64_t failures) {
  int64_t doublings = CLAMP(failures - 1, 0, 20);
  return MIN(JOB_RETRY_DELAY_US << doublings, JOB_RETRY_DELAY_MAX_US);
}

static bool retry_or_fail(Connection *connection, const CatalogJob *job, const JobLease *lease, const char *code,
                          const char *detail, bool may_retry, GError **error) {
  if (!may_retry || lease->failures >= failures_max(code))
    return job_lease_fail(connection, job->id, lease, code, detail, error);
  int64_t not_before_us = g_get_real_time() + retry_delay_us(lease->failures);
  return connection_run(connection, STATEMENT_RETRY_JOB, error, argument_int(job->id), argument_text(code),
                        argument_text(detail), argument_int(not_before_us), argument_int(lease->failures));
}

bool catalog_fail_job(Catalog *catalog, const CatalogJob *job, const char *owner, const char *code,
                      const char *detail, bool may_retry, GError **error) {
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  g_autofree char *valid_detail = detail ? g_utf8_make_valid(detail, -1) : NULL;
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  lease.failures++;
  return retry_or_fail(transaction.connection, job, &lease, code ? code : "internal", valid_detail, may_retry,
                       error) &&
         transaction_commit(&transaction, error);
}

bool catalog_release_job(Catalog *catalog, const CatalogJob *job, const char *owner, GError **error) {
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  return job_lease_begin(&transaction, catalog, job, owner, &lease, error) &&
         connection_run(transaction.connection, STATEMENT_RELEASE_JOB, error, argument_int(job->id)) &&
         transaction_commit(&transaction, error);
}

bool catalog_count_jobs(Catalog *catalog, const char *asset_id, CatalogJobCounts *ret_counts, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_COUNT_JOBS);
  statement_bind(&statement, argument_text(asset_id));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_counts = (CatalogJobCounts){
      .ready = statement_int(&statement, 0),
      .running = statement_int(&statement, 1),
      .done = statement_int(&statement, 2),
      .failed = statement_int(&statement, 3),
  };
  return true;
}

bool catalog_playable_us(Catalog *catalog, const char *asset_id, int64_t *ret_playable_us, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         connection_number(transaction.connection, STATEMENT_LOAD_PLAYABLE_US, ret_playable_us, error,
                           argument_text(asset_id));
}

bool catalog_worker_beat(Catalog *catalog, const char *owner, int64_t now_us, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_BEAT_WORKER, error, argument_text(owner),
                        argument_int(now_us)) &&
         connection_run(transaction.connection, STATEMENT_FORGET_WORKERS, error,
                        argument_int(now_us - WORKER_FORGET_US)) &&
         transaction_commit(&transaction, error);
}

bool catalog_worker_set_short(Catalog *catalog, const char *owner, bool is_short, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_SET_WORKER_SHORT, error, argument_text(owner),
                        argument_int(is_short)) &&
         transaction_commit(&transaction, error);
}

bool catalog_worker_leave(Catalog *catalog, const char *owner, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         connection_run(transaction.connection, STATEMENT_DELETE_WORKER, error, argument_text(owner)) &&
         transaction_commit(&transaction, error);
}

bool catalog_has_worker(Catalog *catalog, int64_t since_us, bool *ret_has, GError **error) {
  g_auto(Transaction) transaction = {0};
  int64_t found = 0;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !connection_number(transaction.connection, STATEMENT_HAS_WORKER, &found, error, argument_int(since_us)))
    return false;
  *ret_has = found != 0;
  return true;
}
