#include "catalog/job_lease.h"

#include "catalog/asset_row.h"
#include "catalog/replacement.h"

static const char *const kind_names[] = {
    [JOB_KIND_PROBE] = "probe",   [JOB_KIND_AUDIO] = "audio", [JOB_KIND_SPAN] = "span",
    [JOB_KIND_POSTER] = "poster", [JOB_KIND_VIDEO] = "video", [JOB_KIND_STORYBOARD] = "storyboard",
    [JOB_KIND_TEXT] = "text",
};

const char *job_kind_name(JobKind kind) {
  return kind_names[kind];
}

JobKind job_lease_kind(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++)
    if (g_str_equal(kind_names[i], name))
      return (JobKind)i;
  return JOB_KIND_PROBE; /* the schema lets no other name in */
}

static const char *const state_names[] = {
    [JOB_STATE_READY] = "ready",   [JOB_STATE_RUNNING] = "running",     [JOB_STATE_DONE] = "done",
    [JOB_STATE_FAILED] = "failed", [JOB_STATE_CANCELLED] = "cancelled",
};

const char *job_state_name(JobState state) {
  return state_names[state];
}

void catalog_job_free(CatalogJob *job) {
  if (!job)
    return;
  g_free(job->source_key);
  g_free(job->plan);
  g_free(job);
}

bool job_lease_load(Connection *connection, int64_t job_id, CatalogJob **ret_job, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_JOB);
  statement_bind(&statement, argument_int(job_id));
  if (!statement_load_row(&statement, error, "no job %" G_GINT64_FORMAT, job_id))
    return false;
  CatalogJob *job = g_new0(CatalogJob, 1);
  job->id = statement_int(&statement, 0);
  job->attempt = statement_int(&statement, 1);
  job->kind = job_lease_kind(statement_text(&statement, 2));
  job->span_index = statement_int(&statement, 3);
  job->failures = statement_int(&statement, 4);
  statement_copy_text(&statement, 5, job->asset_id, sizeof job->asset_id);
  job->source_key = statement_dup_text(&statement, 6);
  job->plan = statement_dup_text(&statement, 7);
  job->priority = statement_int(&statement, 8);
  *ret_job = job;
  return true;
}

bool job_lease_find(Connection *connection, int64_t job_id, int64_t attempt, const char *owner, JobLease *ret_lease,
                    GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_LEASE);
  statement_bind(&statement, argument_int(job_id), argument_int(attempt), argument_text(owner));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  if (!has_row)
    return job_lease_set_fenced(job_id, attempt, error);
  JobLease lease = {
      .kind = job_lease_kind(statement_text(&statement, 1)),
      .span_index = statement_int(&statement, 2),
      .failures = statement_int(&statement, 3),
      .lease_until_us = statement_int(&statement, 4),
  };
  statement_copy_text(&statement, 0, lease.asset_id, sizeof lease.asset_id);
  *ret_lease = lease;
  return true;
}

bool job_lease_set_fenced(int64_t job_id, int64_t attempt, GError **error) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_FENCED,
              "job %" G_GINT64_FORMAT " is no longer of attempt %" G_GINT64_FORMAT, job_id, attempt);
  return false;
}

bool job_lease_begin(Transaction *transaction, Catalog *catalog, const CatalogJob *job, const char *owner,
                     JobLease *ret_lease, GError **error) {
  return transaction_begin_write(transaction, catalog, error) &&
         job_lease_find(transaction->connection, job->id, job->attempt, owner, ret_lease, error);
}

bool job_lease_fail_asset(Connection *connection, const char *asset_id, const char *code, const char *detail,
                          int64_t now_us, GError **error) {
  return connection_run(connection, STATEMENT_FAIL_ASSET, error, argument_text(asset_id), argument_text(code),
                        argument_text(detail), argument_int(now_us)) &&
         connection_run(connection, STATEMENT_CANCEL_JOBS, error, argument_text(asset_id), argument_int(now_us));
}

/* `*ret_gap` NULL when every track is whole. */
static bool find_gap(Connection *connection, const char *asset_id, char **ret_gap, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_INCOMPLETE_TRACK);
  statement_bind(&statement, argument_text(asset_id));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_gap = has_row ? g_strdup_printf("all jobs are done, but track %s has %" G_GINT64_FORMAT
                                       " of %" G_GINT64_FORMAT " segments",
                                       statement_text(&statement, 0), statement_int(&statement, 1),
                                       statement_int(&statement, 2))
                     : NULL;
  return true;
}

/* An asset without open jobs is ready. One that is not whole then (a worker published less than was planned) fails:
 * it must neither be called ready nor stay half done for ever. */
static bool settle_asset(Connection *connection, const char *asset_id, int64_t now_us, GError **error) {
  int64_t open_jobs = 0;
  if (!connection_number(connection, STATEMENT_COUNT_OPEN_JOBS, &open_jobs, error, argument_text(asset_id)))
    return false;
  if (open_jobs > 0)
    return true;
  g_autofree char *gap = NULL;
  if (!find_gap(connection, asset_id, &gap, error))
    return false;
  if (gap)
    return job_lease_fail_asset(connection, asset_id, "internal", gap, now_us, error);
  return connection_run(connection, STATEMENT_MAKE_ASSET_READY, error, argument_text(asset_id),
                        argument_int(now_us)) &&
         replacement_settle(connection, asset_id, now_us, error);
}

bool job_lease_finish(Connection *connection, int64_t job_id, const JobLease *lease, const char *code,
                      const char *detail, GError **error) {
  int64_t now_us = g_get_real_time();
  return connection_run(connection, STATEMENT_FINISH_JOB, error, argument_int(job_id), argument_text(code),
                        argument_text(detail), argument_int(now_us)) &&
         settle_asset(connection, lease->asset_id, now_us, error);
}

/** A lesson is whole without it. */
static bool is_extra(JobKind kind) {
  return kind == JOB_KIND_POSTER || kind == JOB_KIND_STORYBOARD || kind == JOB_KIND_TEXT;
}

/** A lesson with one sound track less is better than none: a sound beside the main one that cannot be made is left out,
 * with its tracks. */
static bool leave_sound_out(Connection *connection, int64_t job_id, const JobLease *lease, const char *code,
                            const char *detail, GError **error) {
  return connection_run(connection, STATEMENT_DELETE_SOUND, error, argument_text(lease->asset_id),
                        argument_int(lease->span_index)) &&
         job_lease_finish(connection, job_id, lease, code, detail, error);
}

bool job_lease_fail(Connection *connection, int64_t job_id, const JobLease *lease, const char *code,
                    const char *detail, GError **error) {
  if (is_extra(lease->kind))
    return job_lease_finish(connection, job_id, lease, code, detail, error);
  if (lease->kind == JOB_KIND_AUDIO && lease->span_index > 0)
    return leave_sound_out(connection, job_id, lease, code, detail, error);
  int64_t now_us = g_get_real_time();
  return connection_run(connection, STATEMENT_FAIL_JOB, error, argument_int(job_id), argument_text(code),
                        argument_text(detail), argument_int(now_us), argument_int(lease->failures)) &&
         job_lease_fail_asset(connection, lease->asset_id, code, detail, now_us, error);
}
