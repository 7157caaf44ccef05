#include "transcoder/job_run.h"

#include "base/log.h"
#include "base/path.h"
#include "catalog/sweep.h"
#include "transcoder/error.h"
#include "transcoder/job_run_internal.h"
#include "transcoder/sound_plan.h"

#include <poll.h>
#include <unistd.h>

#define LISTEN_MS 500
/** How long a job that was cancelled or paused may go on. */
#define RENEW_INTERVAL_US (3 * G_TIME_SPAN_SECOND / 2)

static void free_job(gpointer job) {
  catalog_job_free(job);
}

static void job_run_clear(JobRun *run) {
  g_clear_pointer(&run->child, child_process_free);
  if (run->request.work_dir != NULL)
    path_remove_tree(run->request.work_dir, NULL);
  request_clear(&run->request);
  g_queue_clear_full(&run->following, free_job);
  g_clear_pointer(&run->own_job, catalog_job_free);
  g_clear_pointer(&run->spans, g_array_unref);
  g_clear_pointer(&run->plan_json, g_free);
  g_clear_pointer(&run->poster_file, g_free);
  g_clear_pointer(&run->slides, g_array_unref);
  g_clear_pointer(&run->captions, g_array_unref);
  g_clear_pointer(&run->chapters, g_array_unref);
  catalog_storyboard_clear(&run->storyboard);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JobRun, job_run_clear)

const CatalogJob *job_run_newest(const JobRun *run) {
  const CatalogJob *last = g_queue_peek_tail((GQueue *)&run->following);
  return last != NULL ? last : run->job;
}

char *job_describe(const CatalogJob *job) {
  if (job->kind == JOB_KIND_SPAN)
    return g_strdup_printf("%s %" G_GINT64_FORMAT, job_kind_name(job->kind), job->span_index);
  if (job->kind == JOB_KIND_AUDIO && job->span_index > 0)
    return g_strdup_printf("%s of sound %" G_GINT64_FORMAT, job_kind_name(job->kind), job->span_index + 1);
  return g_strdup(job_kind_name(job->kind));
}

void job_log_context_push(const CatalogJob *job) {
  g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, job->id);
  log_context_push("job", id);
  log_context_push("asset", job->asset_id);
}

void job_log_context_pop(void) {
  log_context_pop();
  log_context_pop();
}

/** The tracks that this attempt is about to make; what is published already is not among them. */
static void log_begin(const JobRun *run, const CatalogJob *job, int64_t span_index) {
  g_autofree char *what = job_describe(job);
  g_autoptr(GString) tracks = g_string_new(NULL);
  SoundRendition renditions[SOUND_RENDITIONS_MAX];
  bool is_audio = job->kind == JOB_KIND_AUDIO;
  size_t count = is_audio ? sound_plan_renditions(run->request.sound, renditions) : run->request.plan.rung_count;
  for (size_t i = 0; i < count; i++)
    g_string_append_printf(tracks, " %s", is_audio ? renditions[i].track : run->request.plan.rungs[i].name);
  log_debug("%s begins, attempt %" G_GINT64_FORMAT, what, job->attempt);
  if (is_audio || job->kind == JOB_KIND_SPAN)
    log_debug("to encode: %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "%s", job_kind_name(job->kind), span_index,
              job->attempt, tracks->str);
}

static void log_done(const JobRun *run) {
  g_autofree char *what = job_describe(run->job);
  log_info("%s done in %.1f s", what, (double)(g_get_monotonic_time() - run->start_us) / 1e6);
}

/** Keep the lease of a job. Trouble other than being fenced passes: the lease outlasts some missed renewals. */
static bool renew_one(JobRun *run, const CatalogJob *job, double progress, GError **error) {
  g_autoptr(GError) cause = NULL;
  int64_t until_us = g_get_real_time() + run->context->settings->job_lease_us;
  if (catalog_renew_job(run->context->catalog, job, run->context->owner, progress, until_us, &cause)) {
    run->is_lease_unsure = false;
    return true;
  }
  if (g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_FENCED)) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  if (!run->is_lease_unsure)
    log_warning("the lease is not prolonged for now: %s", cause->message);
  run->is_lease_unsure = true;
  return true;
}

static bool renew(JobRun *run, GError **error) {
  const CatalogJob *newest = job_run_newest(run);
  gint64 now_us = g_get_monotonic_time();
  if (now_us - run->last_renew_us < RENEW_INTERVAL_US)
    return true;
  run->last_renew_us = now_us;
  if (!renew_one(run, run->job, run->job == newest ? run->progress : 1, error))
    return false;
  for (const GList *item = run->following.head; item != NULL; item = item->next) {
    if (!renew_one(run, item->data, item->data == newest ? run->progress : 1, error))
      return false;
  }
  return true;
}

static bool set_timeout(GError **error, const char *what, int64_t limit_us) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TIMEOUT, "%s %" G_GINT64_FORMAT " s", what,
              limit_us / G_TIME_SPAN_SECOND);
  return false;
}

static bool check_patience(const JobRun *run, GError **error) {
  const Settings *settings = run->context->settings;
  gint64 now_us = g_get_monotonic_time();
  struct pollfd stop = {run->context->stop_fd, POLLIN, 0};
  if (poll(&stop, 1, 0) > 0) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED, "the worker stops");
    return false;
  }
  if (now_us - run->last_progress_us > settings->job_timeout_us)
    return set_timeout(error, "no progress for", settings->job_timeout_us);
  if (run->job->kind == JOB_KIND_SPAN && now_us - run->start_us > settings->span_time_limit_us)
    return set_timeout(error, "a span is not made after", settings->span_time_limit_us);
  return true;
}

/** While the disk is nearly full nothing more is begun. */
static bool has_space(const JobRun *run) {
  int64_t free_bytes;
  return !blob_store_free_space(run->context->store, &free_bytes, NULL) ||
         free_bytes >= run->context->settings->min_free_space_bytes;
}

/** The child has read its span. When the catalog gives one that follows in the same lesson, it goes on with that. */
static void go_on(JobRun *run) {
  const JobContext *context = run->context;
  g_autoptr(GError) error = NULL;
  CatalogJob *next = NULL;
  run->wants_next = false;
  if (has_space(run) && !catalog_claim_next_span(context->catalog, job_run_newest(run), context->owner,
                                                 g_get_real_time(), context->settings->job_lease_us, &next, &error))
    log_warning("no span that follows could be claimed: %s", error->message);
  if (next != NULL) {
    g_queue_push_tail(&run->following, next);
    run->progress = 0;
    job_log_context_pop();
    job_log_context_push(next);
    log_begin(run, next, next->span_index);
    job_log_context_pop();
    job_log_context_push(run->job);
  }
  child_process_send_next(run->child, next != NULL ? next->span_index : -1);
}

/** The results of the next job come now. */
static void advance(JobRun *run) {
  log_done(run);
  g_clear_pointer(&run->own_job, catalog_job_free);
  run->job = run->own_job = g_queue_pop_head(&run->following);
  job_log_context_pop();
  job_log_context_push(run->job);
  run->start_us = g_get_monotonic_time();
}

static bool take_line(JobRun *run, const char *line, GError **error) {
  if (!job_results_take_line(run, line, error))
    return false;
  if (run->wants_next)
    go_on(run);
  while (run->following.length > 0 && job_results_is_whole(run)) {
    if (!job_results_finish(run, error))
      return false;
    advance(run);
  }
  return true;
}

static bool follow_child(JobRun *run, GError **error) {
  while (true) {
    g_autofree char *line = NULL;
    ChildSays says = child_process_listen(run->child, LISTEN_MS, run->context->stop_fd, &line);
    if (says == CHILD_SAYS_END)
      break;
    if (says == CHILD_SAYS_LINE && !take_line(run, line, error))
      return false;
    if (!renew(run, error) || !check_patience(run, error))
      return false;
  }
  if (!child_process_wait(run->child, error))
    return false;
  return run->is_done && run->following.length == 0 ? true : job_results_distrust(error, "it ended without a word");
}

static bool work(JobRun *run, GError **error) {
  g_autoptr(GError) cause = NULL;
  if (follow_child(run, &cause))
    return job_results_finish(run, error);
  if (run->job->kind == JOB_KIND_SPAN && g_error_matches(cause, TRANSCODER_ERROR, TRANSCODER_ERROR_NOT_COPYABLE))
    return job_results_encode_instead(run, cause, error);
  g_propagate_error(error, g_steal_pointer(&cause));
  return false;
}

static bool has_segment(const JobRun *run, const char *track, int64_t index) {
  g_autofree char *key = NULL;
  CatalogSegment segment;
  return catalog_find_segment(run->context->catalog, run->job->asset_id, track, index, &key, &segment, NULL);
}

/** Leave out the rungs that an earlier attempt at the span has published. */
static void leave_out_published(const JobRun *run, EncodePlan *plan) {
  int64_t first_segment, count;
  size_t kept = 0;
  segment_plan_span(&plan->segments, run->job->span_index, &first_segment, &count);
  for (size_t i = 0; i < plan->rung_count; i++) {
    if (!has_segment(run, plan->rungs[i].name, first_segment))
      plan->rungs[kept++] = plan->rungs[i];
  }
  plan->rung_count = kept;
}

/** The child may go on with what follows when it makes all rungs, nobody waits for it and it has not failed before: a
 * failure would be put down to another span. */
static void prepare_span(JobRun *run) {
  Request *request = &run->request;
  size_t rungs = request->plan.rung_count;
  leave_out_published(run, &request->plan);
  request->may_go_on =
      !request->is_urgent && run->job->failures == 0 && rungs > 0 && request->plan.rung_count == rungs;
}

/** The job's number is that of its sound; the first span to write is the first that is not published. */
static bool prepare_sound(JobRun *run, GError **error) {
  SoundRendition renditions[SOUND_RENDITIONS_MAX];
  run->request.sound = (size_t)run->job->span_index;
  sound_plan_renditions(run->request.sound, renditions);
  return catalog_count_published_spans(run->context->catalog, run->job->asset_id, renditions[0].track,
                                       &run->request.span_index, error);
}

/** A pass over all pictures goes on with the first span that a rung lacks; in the first of all the smallest rungs may be
 * there already. */
static bool prepare_video(JobRun *run, GError **error) {
  const EncodePlan *plan = &run->request.plan;
  run->request.span_index = INT64_MAX;
  run->request.first_rung = 0;
  for (size_t i = 0; i < plan->rung_count; i++) {
    int64_t published;
    if (!catalog_count_published_spans(run->context->catalog, run->job->asset_id, plan->rungs[i].name, &published,
                                       error))
      return false;
    run->request.first_rung += published > 0;
    run->request.span_index = MIN(run->request.span_index, published);
  }
  return true;
}

/** The cores are shared out among the workers. What a viewer waits for may take them all: other work gives way to
 * it. */
static int32_t cores_for(const JobRun *run) {
  int32_t cores = (int32_t)g_get_num_processors();
  int32_t workers = (int32_t)settings_worker_count(run->context->settings);
  return run->request.is_urgent ? cores : MAX(cores / workers, 1);
}

static bool prepare_request(JobRun *run, GError **error) {
  const CatalogJob *job = run->job;
  Request *request = &run->request;
  request->kind = job->kind;
  request->worker = getpid();
  request->span_index = job->span_index;
  request->is_urgent = job->kind == JOB_KIND_SPAN && job->priority >= JOB_PRIORITY_URGENT;
  request->cores = cores_for(run);
  request->limits = (ProbeLimits){.max_duration_us = run->context->settings->max_source_duration_us,
                                  .max_pixels = run->context->settings->max_source_pixels};
  if (job->plan != NULL && !encode_plan_from_json(job->plan, &request->plan, error))
    return false;
  if (job->kind == JOB_KIND_AUDIO && !prepare_sound(run, error))
    return false;
  if (job->kind == JOB_KIND_VIDEO && !prepare_video(run, error))
    return false;
  if (job->kind == JOB_KIND_SPAN)
    prepare_span(run);
  g_autofree char *label = g_strdup_printf("job-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, job->id, job->attempt);
  request->work_dir = blob_store_make_work_dir(run->context->store, label, error);
  return request->work_dir != NULL;
}

static int open_source(const JobRun *run, GError **error) {
  g_autoptr(GError) cause = NULL;
  int fd = blob_store_open(run->context->store, run->job->source_key, NULL, &cause);
  if (fd < 0)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_SOURCE_MISSING, cause->message);
  return fd;
}

/** Files of earlier attempts that were stored but never published go once the asset is whole. */
static void sweep_when_ready(const JobRun *run) {
  g_autoptr(CatalogAsset) asset = NULL;
  if (!catalog_load_asset(run->context->catalog, run->job->asset_id, &asset, NULL) ||
      asset->state != ASSET_STATE_READY)
    return;
  g_autoptr(GError) error = NULL;
  if (!sweep_asset(run->context->catalog, run->context->store, run->job->asset_id, &error))
    log_warning("sweeping %s: %s", run->job->asset_id, error->message);
}

/** Something failed: that is put down to what was being read, the others are given back. */
static CatalogJob *give_back(JobRun *run) {
  CatalogJob *newest = g_queue_pop_tail(&run->following);
  if (newest == NULL)
    return g_steal_pointer(&run->own_job);
  catalog_release_job(run->context->catalog, run->job, run->context->owner, NULL); /* fenced: it is gone anyway */
  for (const GList *item = run->following.head; item != NULL; item = item->next)
    catalog_release_job(run->context->catalog, item->data, run->context->owner, NULL);
  return newest;
}

static bool start_and_work(JobRun *run, GError **error) {
  if (!prepare_request(run, error))
    return false;
  log_begin(run, run->job, run->request.span_index);
  int source_fd = open_source(run, error);
  if (source_fd < 0)
    return false;
  run->child = child_process_start(&run->request, source_fd, error);
  close(source_fd);
  if (run->child == NULL || !work(run, error))
    return false;
  log_done(run);
  sweep_when_ready(run);
  return true;
}

bool job_run(const JobContext *context, const CatalogJob *job, CatalogJob **ret_failed, GError **error) {
  g_auto(JobRun) run = {.context = context, .job = job};
  run.spans = event_spans_new();
  run.slides = g_array_new(FALSE, FALSE, sizeof(int64_t));
  run.captions = catalog_captions_new();
  run.chapters = catalog_chapters_new();
  g_queue_init(&run.following);
  run.start_us = run.last_progress_us = run.last_renew_us = g_get_monotonic_time();
  job_log_context_push(job);
  bool ok = start_and_work(&run, error);
  *ret_failed = ok ? NULL : give_back(&run);
  job_log_context_pop();
  return ok;
}
