#include "catalog/job.h"

#include "catalog/job_lease.h"

/* A running job as the reaper saw it. */
typedef struct {
  int64_t id, attempt, lease_until_us, losses;
  char *owner;
} RunningJob;

static void clear_running_job(gpointer data) {
  g_free(((RunningJob *)data)->owner);
}

static bool list_running(Catalog *catalog, GArray *jobs, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_RUNNING_JOBS);
  while (statement_next_row(&statement)) {
    RunningJob job = {.id = statement_int(&statement, 0),
                      .attempt = statement_int(&statement, 1),
                      .owner = statement_dup_text(&statement, 2),
                      .lease_until_us = statement_int(&statement, 3),
                      .losses = statement_int(&statement, 4)};
    g_array_append_val(jobs, job);
  }
  return statement_check(&statement, error);
}

/* Give one job back; not when it ended or was prolonged since it was listed. */
static bool reap(Connection *connection, const RunningJob *job, bool is_owner_alive, int64_t now_us,
                 int64_t *ret_count, GError **error) {
  g_autoptr(GError) failure = NULL;
  JobLease lease = {0};
  if (!job_lease_find(connection, job->id, job->attempt, job->owner, &lease, &failure)) {
    if (g_error_matches(failure, CATALOG_ERROR, CATALOG_ERROR_FENCED))
      return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
  }
  if (is_owner_alive && lease.lease_until_us >= now_us)
    return true;
  ++*ret_count;
  if (job->losses + 1 >= JOB_LOSSES_MAX)
    return job_lease_fail(connection, job->id, &lease, "crashed", "its worker ended again and again", error);
  return connection_run(connection, STATEMENT_LOSE_JOB, error, argument_int(job->id));
}

bool catalog_reap_jobs(Catalog *catalog, int64_t now_us, JobOwnerIsAliveFunc is_alive, gpointer user_data,
                       int64_t *ret_count, GError **error) {
  g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(RunningJob));
  g_array_set_clear_func(jobs, clear_running_job);
  if (!list_running(catalog, jobs, error))
    return false;
  int64_t count = 0;
  for (guint i = 0; i < jobs->len; i++) {
    const RunningJob *job = &g_array_index(jobs, RunningJob, i);
    bool is_owner_alive = !is_alive || is_alive(job->owner, user_data);
    if (is_owner_alive && job->lease_until_us >= now_us)
      continue;
    g_auto(Transaction) transaction = {0};
    if (!transaction_begin_write(&transaction, catalog, error) ||
        !reap(transaction.connection, job, is_owner_alive, now_us, &count, error) ||
        !transaction_commit(&transaction, error))
      return false;
  }
  *ret_count = count;
  return true;
}
