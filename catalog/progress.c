#include "catalog/progress.h"

#include "catalog/asset_row.h"
#include "catalog/job_lease.h"

void catalog_queue_clear(CatalogQueue *queue) {
  g_clear_pointer(&queue->recent_first_segment_us, g_array_unref);
}

void catalog_asset_progress_clear(CatalogAssetProgress *progress) {
  g_clear_pointer(&progress->tracks, g_array_unref);
}

static JobState parse_state(const char *name) {
  int state = JOB_STATE_READY;
  while (state < JOB_STATE_CANCELLED && !g_str_equal(job_state_name((JobState)state), name))
    state++;
  return (JobState)state;
}

static bool load_open_jobs(Connection *connection, CatalogQueue *queue, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_OPEN_JOB_COUNTS);
  while (statement_next_row(&statement)) {
    JobKind kind = job_lease_kind(statement_text(&statement, 0));
    JobState state = parse_state(statement_text(&statement, 1));
    bool is_paused = state == JOB_STATE_READY && statement_bool(&statement, 2);
    int64_t count = statement_int(&statement, 3);
    if (is_paused)
      queue->paused[kind] += count;
    else
      queue->jobs[kind][state] += count;
  }
  return statement_check(&statement, error);
}

static bool load_tally(Connection *connection, CatalogQueue *queue, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_JOB_TALLY);
  while (statement_next_row(&statement)) {
    JobKind kind = job_lease_kind(statement_text(&statement, 0));
    JobState state = parse_state(statement_text(&statement, 1));
    queue->jobs[kind][state] = statement_int(&statement, 2);
    if (state == JOB_STATE_DONE && (kind == JOB_KIND_SPAN || kind == JOB_KIND_VIDEO))
      queue->encoded_ms += statement_int(&statement, 3);
  }
  return statement_check(&statement, error);
}

static bool load_two_numbers(Connection *connection, StatementId id, const Argument *argument, int64_t *ret_first,
                             int64_t *ret_second, GError **error) {
  g_auto(Statement) statement = statement_use(connection, id);
  bool has_row = false;
  if (argument)
    statement_bind_arguments(&statement, argument, 1);
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_first = statement_int(&statement, 0);
  *ret_second = statement_int(&statement, 1);
  return true;
}

static bool load_recent(Connection *connection, GArray *recent, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_FIRST_SEGMENT);
  statement_bind(&statement, argument_int(QUEUE_RECENT_MAX));
  while (statement_next_row(&statement)) {
    int64_t took_us = statement_int(&statement, 0);
    g_array_append_val(recent, took_us);
  }
  return statement_check(&statement, error);
}

bool catalog_load_queue(Catalog *catalog, int64_t workers_since_us, CatalogQueue *ret_queue, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_auto(CatalogQueue) queue = {.recent_first_segment_us = g_array_new(FALSE, FALSE, sizeof(int64_t))};
  const Argument since = argument_int(workers_since_us);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  Connection *connection = transaction.connection;
  if (!load_open_jobs(connection, &queue, error) || !load_tally(connection, &queue, error) ||
      !load_two_numbers(connection, STATEMENT_COUNT_WORKERS, &since, &queue.worker_count,
                        &queue.short_of_space_count, error) ||
      !load_two_numbers(connection, STATEMENT_SUM_FIRST_SEGMENT, NULL, &queue.first_segment_count,
                        &queue.first_segment_sum_us, error) ||
      !load_recent(connection, queue.recent_first_segment_us, error))
    return false;
  *ret_queue = queue;
  queue.recent_first_segment_us = NULL;
  return true;
}

static bool load_tracks(Connection *connection, const char *asset_id, GArray *tracks, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_TRACK_PROGRESS);
  statement_bind(&statement, argument_text(asset_id));
  while (statement_next_row(&statement)) {
    CatalogTrackProgress track = {
        .kind = g_str_equal(statement_text(&statement, 1), track_kind_name(TRACK_KIND_VIDEO)) ? TRACK_KIND_VIDEO
                                                                                              : TRACK_KIND_AUDIO,
        .published = statement_int(&statement, 2),
        .total = statement_int(&statement, 3),
    };
    statement_copy_text(&statement, 0, track.name, sizeof track.name);
    g_array_append_val(tracks, track);
  }
  return statement_check(&statement, error);
}

static bool load_last_speed(Connection *connection, const char *asset_id, double *ret_speed, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_ASSET_LAST_PACE);
  statement_bind(&statement, argument_text(asset_id));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_speed = statement_real(&statement, 0);
  return true;
}

/* `*ret_left_ms`: of lesson. */
static bool load_speed(Connection *connection, const char *asset_id, int64_t now_us, CatalogAssetProgress *progress,
                       double *ret_left_ms, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_ASSET_PACE);
  statement_bind(&statement, argument_text(asset_id), argument_int(now_us));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  progress->running = statement_int(&statement, 0);
  progress->speed = statement_real(&statement, 1);
  *ret_left_ms = statement_real(&statement, 2);
  return true;
}

bool catalog_load_asset_progress(Catalog *catalog, const char *asset_id, int64_t now_us,
                                 CatalogAssetProgress *ret_progress, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_auto(CatalogAssetProgress)
      progress = {.tracks = g_array_new(FALSE, FALSE, sizeof(CatalogTrackProgress)), .left_us = -1};
  double left_ms = 0, last_speed = 0;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !load_tracks(transaction.connection, asset_id, progress.tracks, error) ||
      !load_speed(transaction.connection, asset_id, now_us, &progress, &left_ms, error))
    return false;
  if (progress.running > 0 && progress.speed <= 0) {
    if (!load_last_speed(transaction.connection, asset_id, &last_speed, error))
      return false;
    progress.speed = last_speed * (double)progress.running;
  }
  if (progress.running > 0 && progress.speed > 0)
    progress.left_us = (int64_t)(left_ms * 1000 / progress.speed);
  *ret_progress = progress;
  progress.tracks = NULL;
  return true;
}
