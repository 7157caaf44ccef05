#include "catalog/job.h"

#include "catalog/job_lease.h"

/* What is to be written: a job's id, or 0. */
typedef struct {
  SpanOutlook outlook;
  int64_t raised_id, next_id;
} Raise;

/* Is it in every rung; is it planned at all? */
static bool look_at_tracks(Connection *connection, const char *asset_id, int64_t segment_index,
                           bool *ret_is_published, bool *ret_is_planned, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_COUNT_TRACKS_WITHOUT_SEGMENT);
  statement_bind(&statement, argument_text(asset_id), argument_int(segment_index));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_is_published = statement_int(&statement, 0) > 0 && statement_int(&statement, 1) == 0;
  *ret_is_planned = statement_int(&statement, 2) > 0;
  return true;
}

/* A span whose turn comes soon after: playing goes on from the raised one. */
static bool look_at_next(Connection *connection, const char *asset_id, int64_t span_index, Raise *raise,
                         GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_NEXT_SPAN_JOB);
  statement_bind(&statement, argument_text(asset_id), argument_int(span_index));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  if (has_row && statement_int(&statement, 1) < JOB_PRIORITY_RAISED_NEXT)
    raise->next_id = statement_int(&statement, 0);
  return true;
}

/* `*ret_span_index` -1 when no span job makes the segment. */
static bool look_at_span_job(Connection *connection, const char *asset_id, int64_t segment_index, Raise *raise,
                             int64_t *ret_span_index, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_SPAN_JOB);
  statement_bind(&statement, argument_text(asset_id), argument_int(segment_index));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_span_index = -1;
  if (!has_row)
    return true;
  const char *state = statement_text(&statement, 1);
  bool is_ready = g_str_equal(state, job_state_name(JOB_STATE_READY)) && !statement_bool(&statement, 3);
  if (is_ready && statement_int(&statement, 2) < JOB_PRIORITY_RAISED)
    raise->raised_id = statement_int(&statement, 0);
  if (is_ready || g_str_equal(state, job_state_name(JOB_STATE_RUNNING)))
    raise->outlook = SPAN_OUTLOOK_COMING;
  *ret_span_index = statement_int(&statement, 4);
  return true;
}

static bool look_at_jobs(Connection *connection, const char *asset_id, int64_t segment_index, Raise *raise,
                         GError **error) {
  int64_t span_index = -1, has_video_job = 0;
  if (!look_at_span_job(connection, asset_id, segment_index, raise, &span_index, error))
    return false;
  if (span_index >= 0)
    return raise->outlook != SPAN_OUTLOOK_COMING ||
           look_at_next(connection, asset_id, span_index + 1, raise, error);
  if (!connection_number(connection, STATEMENT_HAS_OPEN_VIDEO_JOB, &has_video_job, error, argument_text(asset_id)))
    return false;
  if (has_video_job)
    raise->outlook = SPAN_OUTLOOK_COMING;
  return true;
}

static bool look(Catalog *catalog, const char *asset_id, int64_t segment_index, Raise *ret_raise, GError **error) {
  g_auto(Transaction) transaction = {0};
  Raise raise = {.outlook = SPAN_OUTLOOK_NOT_COMING};
  bool is_published = false, is_planned = false;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !look_at_tracks(transaction.connection, asset_id, segment_index, &is_published, &is_planned, error))
    return false;
  if (is_published)
    raise.outlook = SPAN_OUTLOOK_PUBLISHED;
  else if (is_planned && !look_at_jobs(transaction.connection, asset_id, segment_index, &raise, error))
    return false;
  *ret_raise = raise;
  return true;
}

static bool write_raise(Catalog *catalog, const Raise *raise, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         (raise->raised_id == 0 ||
          connection_run(transaction.connection, STATEMENT_RAISE_JOB, error, argument_int(raise->raised_id),
                         argument_int(JOB_PRIORITY_RAISED))) &&
         (raise->next_id == 0 ||
          connection_run(transaction.connection, STATEMENT_RAISE_JOB, error, argument_int(raise->next_id),
                         argument_int(JOB_PRIORITY_RAISED_NEXT))) &&
         transaction_commit(&transaction, error);
}

bool catalog_raise_span(Catalog *catalog, const char *asset_id, int64_t segment_index, SpanOutlook *ret_outlook,
                        GError **error) {
  Raise raise = {0};
  if (!look(catalog, asset_id, segment_index, &raise, error))
    return false;
  if ((raise.raised_id != 0 || raise.next_id != 0) && !write_raise(catalog, &raise, error))
    return false;
  *ret_outlook = raise.outlook;
  return true;
}
