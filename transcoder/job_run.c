#include "transcoder/job_run.h"

#include "base/log.h"
#include "base/path.h"
#include "catalog/keys.h"
#include "catalog/sweep.h"
#include "transcoder/child_process.h"
#include "transcoder/error.h"
#include "transcoder/event.h"
#include "transcoder/sound_plan.h"

#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLIDES_MAX 100000
#define CAPTIONS_MAX 64
#define LISTEN_MS 500
/** How long a job that was cancelled or paused may go on. */
#define RENEW_INTERVAL_US (3 * G_TIME_SPAN_SECOND / 2)

/** A job under way. */
typedef struct {
  const JobContext *context;
  const CatalogJob *job;
  Request request;
  ChildProcess *child;
  double progress;
  gint64 start_us, last_progress_us, last_renew_us; /**< monotonic */
  GArray *spans;                                    /**< EventSpan, not yet published */
  char *plan_json;                                  /**< PROBE: what the child found */
  char *poster_file;                                /**< in the work folder; its key once it is stored */
  GArray *slides;                                   /**< int64_t: changes seen, in microseconds of the lesson */
  CatalogStoryboard storyboard;                     /**< sheet_keys are files in the work folder */
  GArray *chapters;                                 /**< CatalogChapter, of the source's own */
  GArray *captions;                                 /**< CatalogCaption, blob_key is a file in the work folder */
  bool is_done;
  bool is_lease_unsure; /**< said once, not at every missed renewal */
} JobRun;

static void job_run_clear(JobRun *run) {
  g_clear_pointer(&run->child, child_process_free);
  if (run->request.work_dir != NULL)
    path_remove_tree(run->request.work_dir, NULL);
  request_clear(&run->request);
  g_clear_pointer(&run->spans, g_array_unref);
  g_clear_pointer(&run->plan_json, g_free);
  g_clear_pointer(&run->poster_file, g_free);
  g_clear_pointer(&run->slides, g_array_unref);
  g_clear_pointer(&run->captions, g_array_unref);
  g_clear_pointer(&run->chapters, g_array_unref);
  catalog_storyboard_clear(&run->storyboard);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JobRun, job_run_clear)

static bool distrust(GError **error, const char *what) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the child's result is not believable: %s", what);
  return false;
}

/** A file that the child made in the work folder; NULL when it is none. */
static char *result_path(const JobRun *run, const char *file, GError **error) {
  g_autofree char *path = path_join_safe(run->request.work_dir, file, error);
  struct stat status;
  if (path == NULL || strchr(file, '/') != NULL || lstat(path, &status) < 0 || !S_ISREG(status.st_mode)) {
    if (error != NULL && *error == NULL)
      distrust(error, "a file that is not there");
    return NULL;
  }
  return g_steal_pointer(&path);
}

static bool is_rendition(size_t sound, const char *name) {
  SoundRendition renditions[SOUND_RENDITIONS_MAX];
  size_t count = sound_plan_renditions(sound, renditions);
  for (size_t i = 0; i < count; i++) {
    if (g_str_equal(renditions[i].track, name))
      return true;
  }
  return false;
}

static bool is_planned_track(const JobRun *run, const char *name) {
  const EncodePlan *plan = &run->request.plan;
  if (run->job->kind == JOB_KIND_AUDIO)
    return is_rendition(run->request.sound, name);
  for (size_t i = 0; i < plan->rung_count; i++) {
    if (g_str_equal(plan->rungs[i].name, name))
      return true;
  }
  return false;
}

/** A span file must be what the plan says, to the frame. */
static bool check_span(const JobRun *run, const EventSpan *span, const char *path, GError **error) {
  const SegmentPlan *segments = &run->request.plan.segments;
  int64_t first, count, end = 0;
  struct stat status;
  if (!is_planned_track(run, span->track))
    return distrust(error, "a track that was not planned");
  if (span->span_index >= segment_plan_span_count(segments))
    return distrust(error, "a span that was not planned");
  segment_plan_span(segments, span->span_index, &first, &count);
  if (span->first_segment != first || span->segments->len != count)
    return distrust(error, "segments that were not planned");
  for (guint i = 0; i < span->segments->len; i++) {
    const CatalogSegment *segment = &g_array_index(span->segments, CatalogSegment, i);
    if (i > 0 && segment->decode_time != end)
      return distrust(error, "a gap between segments");
    end = segment->decode_time + segment->duration;
  }
  const CatalogSegment *last = &g_array_index(span->segments, CatalogSegment, span->segments->len - 1);
  if (stat(path, &status) < 0 || status.st_size != last->offset + last->length)
    return distrust(error, "a span file of another length");
  return true;
}

/** Store the span file and say how to publish it. What `ret_publication` points to belongs to `span`, `ret_key` and
 * `ret_measure`. */
static bool store_span(const JobRun *run, const EventSpan *span, char **ret_key, FileMeasure *ret_measure,
                       CatalogPublication *ret_publication, GError **error) {
  g_autofree char *path = result_path(run, span->file, error);
  if (path == NULL || !check_span(run, span, path, error) || !file_checksum_of_path(path, ret_measure, error))
    return false;
  g_autofree char *key = key_of_span(run->job->asset_id, span->track, span->span_index, run->job->attempt);
  if (!blob_store_put_file(run->context->store, key, path, error))
    return false;
  *ret_publication = (CatalogPublication){
      .track_name = span->track,
      .blob_key = key,
      .span_index = span->span_index,
      .first_segment = span->first_segment,
      .segments = (const CatalogSegment *)(gconstpointer)span->segments->data,
      .segment_count = span->segments->len,
      .codec = span->codec,
      .init = span->init,
      .measure = ret_measure,
      .is_last = span->is_last,
  };
  *ret_key = g_steal_pointer(&key);
  return true;
}

static bool publish_spans(const JobRun *run, const GArray *spans, bool finish, GError **error) {
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
  g_autofree CatalogPublication *publications = g_new0(CatalogPublication, spans->len + 1);
  g_autofree FileMeasure *measures = g_new0(FileMeasure, spans->len + 1);
  for (guint i = 0; i < spans->len; i++) {
    char *key = NULL;
    if (!store_span(run, &g_array_index(spans, EventSpan, i), &key, &measures[i], &publications[i], error))
      return false;
    g_ptr_array_add(keys, key);
  }
  return catalog_publish(run->context->catalog, run->job, run->context->owner, publications, spans->len, finish,
                         error);
}

/** Sound grows by the span in all its renditions (so that a later attempt goes on with all of them at one place), and
 * a span that a viewer waits for by the rung; other spans come in all rungs together, at the end, those of a pass over
 * all pictures one after the other. */
static bool is_ready_to_publish(const JobRun *run) {
  SoundRendition renditions[SOUND_RENDITIONS_MAX];
  if (run->job->kind == JOB_KIND_AUDIO)
    return run->spans->len == sound_plan_renditions(run->request.sound, renditions);
  if (run->job->kind == JOB_KIND_VIDEO) {
    const EventSpan *span = &g_array_index(run->spans, EventSpan, run->spans->len - 1);
    return span->span_index == 0 || run->spans->len == run->request.plan.rung_count;
  }
  return run->request.is_urgent;
}

static bool take_span(JobRun *run, Event *event, GError **error) {
  g_array_append_val(run->spans, event->span);
  event->span = (EventSpan){0};
  if (!is_ready_to_publish(run))
    return true;
  if (!publish_spans(run, run->spans, false, error))
    return false;
  g_array_set_size(run->spans, 0);
  return true;
}

/** A child may say so several times; what is no time of the lesson is not taken. */
static bool take_slides(JobRun *run, const GArray *times, GError **error) {
  int64_t duration_us = segment_plan_duration_us(&run->request.plan.segments);
  if (run->slides->len + times->len > SLIDES_MAX)
    return distrust(error, "too many slides");
  for (guint i = 0; i < times->len; i++) {
    int64_t time_us = g_array_index(times, int64_t, i);
    if (time_us >= duration_us)
      return distrust(error, "a slide after the lesson's end");
    g_array_append_val(run->slides, time_us);
  }
  return true;
}

/** The catalog looks at their order and titles. */
static bool take_chapter(JobRun *run, Event *event, GError **error) {
  if (run->chapters->len >= SOURCE_CHAPTERS_MAX)
    return distrust(error, "too many chapters");
  CatalogChapter chapter = {.start_us = event->start_us, .title = g_steal_pointer(&event->label)};
  g_array_append_val(run->chapters, chapter);
  return true;
}

static bool take_caption(JobRun *run, Event *event, GError **error) {
  if (run->captions->len >= CAPTIONS_MAX)
    return distrust(error, "too many caption tracks");
  CatalogCaption caption = {.label = g_steal_pointer(&event->label), .blob_key = g_steal_pointer(&event->text)};
  g_strlcpy(caption.language, event->language, sizeof caption.language);
  g_array_append_val(run->captions, caption);
  return true;
}

static bool take_failure(const Event *event, GError **error) {
  g_set_error_literal(error, TRANSCODER_ERROR, (gint)transcoder_error_from_code(event->code), event->text);
  return false;
}

static bool take_event(JobRun *run, Event *event, GError **error) {
  run->last_progress_us = g_get_monotonic_time();
  switch (event->type) {
  case EVENT_PROGRESS:
    run->progress = event->progress;
    return true;
  case EVENT_PROBED:
    g_free(run->plan_json);
    run->plan_json = g_steal_pointer(&event->text);
    return true;
  case EVENT_SPAN:
    return take_span(run, event, error);
  case EVENT_POSTER:
    g_free(run->poster_file);
    run->poster_file = g_steal_pointer(&event->text);
    return true;
  case EVENT_SLIDES:
    return take_slides(run, event->times, error);
  case EVENT_STORYBOARD:
    catalog_storyboard_clear(&run->storyboard);
    run->storyboard = event->storyboard;
    event->storyboard = (CatalogStoryboard){0};
    return true;
  case EVENT_CAPTION:
    return take_caption(run, event, error);
  case EVENT_CHAPTER:
    return take_chapter(run, event, error);
  case EVENT_FAILED:
    return take_failure(event, error);
  case EVENT_DONE:
    run->is_done = true;
    return true;
  }
  return true;
}

/** Keep the lease. Trouble other than being fenced passes: the lease outlasts some missed renewals. */
static bool renew(JobRun *run, GError **error) {
  gint64 now_us = g_get_monotonic_time();
  if (now_us - run->last_renew_us < RENEW_INTERVAL_US)
    return true;
  run->last_renew_us = now_us;
  g_autoptr(GError) cause = NULL;
  int64_t until_us = g_get_real_time() + run->context->settings->job_lease_us;
  if (catalog_renew_job(run->context->catalog, run->job, run->context->owner, run->progress, until_us, &cause)) {
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

static bool take_line(JobRun *run, const char *line, GError **error) {
  Event event = {0};
  if (!event_parse(line, &event, error))
    return false;
  bool ok = take_event(run, &event, error);
  event_clear(&event);
  return ok;
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
  return run->is_done || distrust(error, "it ended without a word");
}

/** The worker plans by itself from what the child found, so a captured child cannot plan nonsense. */
static bool finish_probe(JobRun *run, GError **error) {
  g_auto(EncodePlan) found = {0}, plan = {0};
  if (run->plan_json == NULL)
    return distrust(error, "no probe");
  if (!encode_plan_from_json(run->plan_json, &found, error))
    return false;
  int64_t duration_us = source_info_duration_us(&found.source);
  if (duration_us <= 0 || duration_us > run->context->settings->max_source_duration_us)
    return distrust(error, "a duration out of bounds");
  if (!encode_plan_make(&found.source, run->context->settings, &plan, error))
    return false;
  encode_plan_use_copy(&plan, &found.copy);
  g_autofree char *json = encode_plan_to_json(&plan);
  g_autoptr(GArray) tracks = encode_plan_tracks(&plan);
  g_autoptr(GArray) jobs = encode_plan_jobs(&plan);
  g_autoptr(GArray) segment_frames = encode_plan_segment_frames(&plan);
  CatalogAssetPlan record = {
      .has_video = plan.source.has_video,
      .has_audio = plan.source.has_audio,
      .duration_us = segment_plan_duration_us(&plan.segments),
      .target_duration_s = segment_plan_target_duration_s(&plan.segments),
      .plan_json = json,
      .tracks = (const CatalogTrack *)(gconstpointer)tracks->data,
      .track_count = tracks->len,
      .jobs = (const CatalogJobPlan *)(gconstpointer)jobs->data,
      .job_count = jobs->len,
      .segment_frames = (const int32_t *)(gconstpointer)segment_frames->data,
      .segment_frame_count = segment_frames->len,
      .chapters = (const CatalogChapter *)(gconstpointer)run->chapters->data,
      .chapter_count = run->chapters->len,
  };
  return catalog_plan_asset(run->context->catalog, run->job, run->context->owner, &record, error);
}

/** Put a file of the child's into the store as `key`, and give `*name`, which named the file, that key. */
static bool store_result(const JobRun *run, char **name, char *key, GError **error) {
  g_autofree char *owned_key = key;
  g_autofree char *path = result_path(run, *name, error);
  if (path == NULL || !blob_store_put_file(run->context->store, key, path, error))
    return false;
  g_free(*name);
  *name = g_steal_pointer(&owned_key);
  return true;
}

static bool finish_poster(JobRun *run, GError **error) {
  if (run->poster_file == NULL)
    return distrust(error, "no poster");
  return store_result(run, &run->poster_file, key_of_poster(run->job->asset_id, run->job->attempt), error) &&
         catalog_publish_poster(run->context->catalog, run->job, run->context->owner, run->poster_file, error);
}

static bool finish_storyboard(JobRun *run, GError **error) {
  GPtrArray *sheets = run->storyboard.sheet_keys;
  if (sheets == NULL)
    return distrust(error, "no storyboard");
  for (guint i = 0; i < sheets->len; i++)
    if (!store_result(run, (char **)&sheets->pdata[i],
                      key_of_storyboard_sheet(run->job->asset_id, run->job->attempt, i), error))
      return false;
  return catalog_publish_storyboard(run->context->catalog, run->job, run->context->owner, &run->storyboard, error);
}

static bool finish_text(JobRun *run, GError **error) {
  for (guint i = 0; i < run->captions->len; i++) {
    CatalogCaption *caption = &g_array_index(run->captions, CatalogCaption, i);
    char *key = key_of_embedded_caption(run->job->asset_id, caption->language, run->job->attempt);
    if (!store_result(run, &caption->blob_key, key, error))
      return false;
  }
  return catalog_publish_captions(run->context->catalog, run->job, run->context->owner,
                                  (const CatalogCaption *)(gconstpointer)run->captions->data, run->captions->len,
                                  error);
}

/** Slides first: when publishing fails the job is done again, and slides that are known already pass. */
static bool finish_spans(JobRun *run, GError **error) {
  const JobContext *context = run->context;
  if (run->slides->len > 0 &&
      !catalog_add_slide_changes(context->catalog, run->job, context->owner,
                                 (const int64_t *)(gconstpointer)run->slides->data, run->slides->len, error))
    return false;
  return publish_spans(run, run->spans, true, error); /* the catalog checks that no track lacks its part */
}

/** The catalog's entry for a rung. */
static bool find_track(const GArray *tracks, const char *name, CatalogTrack *ret_track) {
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    if (g_str_equal(track->name, name)) {
      *ret_track = *track;
      return true;
    }
  }
  return false;
}

/** The source turned out to be other than its probe took it for: the copied rung is dropped, and encoded under another
 * name from the first span on. What the other rungs have stays. The job is no longer ours then. */
static bool encode_instead(const JobRun *run, const GError *cause, GError **error) {
  g_auto(EncodePlan) plan = {0};
  char name[sizeof plan.copy.track];
  CatalogTrack track;
  if (!encode_plan_from_json(run->job->plan, &plan, error))
    return false;
  size_t copied = encode_plan_copied_rung(&plan);
  g_strlcpy(name, plan.copy.track, sizeof name);
  if (copied == plan.rung_count)
    return distrust(error, "nothing was to be copied");
  encode_plan_give_up_copy(&plan);
  g_autofree char *json = encode_plan_to_json(&plan);
  g_autoptr(GArray) tracks = encode_plan_tracks(&plan);
  if (!find_track(tracks, plan.rungs[copied].name, &track))
    return distrust(error, "a rung without a track");
  log_warning("%s is encoded instead of copied: %s", track.name, cause->message);
  return catalog_replace_track(run->context->catalog, run->job, run->context->owner, name, &track, json, error);
}

static bool (*const finishers[])(JobRun *, GError **) = {
    [JOB_KIND_PROBE] = finish_probe, [JOB_KIND_AUDIO] = finish_spans,   [JOB_KIND_SPAN] = finish_spans,
    [JOB_KIND_VIDEO] = finish_spans, [JOB_KIND_POSTER] = finish_poster, [JOB_KIND_STORYBOARD] = finish_storyboard,
    [JOB_KIND_TEXT] = finish_text,
};

static bool work(JobRun *run, GError **error) {
  g_autoptr(GError) cause = NULL;
  if (follow_child(run, &cause))
    return finishers[run->job->kind](run, error);
  if (run->job->kind == JOB_KIND_SPAN && g_error_matches(cause, TRANSCODER_ERROR, TRANSCODER_ERROR_NOT_COPYABLE))
    return encode_instead(run, cause, error);
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
    leave_out_published(run, &request->plan);
  g_autofree char *label = g_strdup_printf("job-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, job->id, job->attempt);
  request->work_dir = blob_store_make_work_dir(run->context->store, label, error);
  return request->work_dir != NULL;
}

/** The tracks that this attempt is about to make; what is published already is not among them. */
static void log_request(const JobRun *run) {
  g_autoptr(GString) tracks = g_string_new(NULL);
  SoundRendition renditions[SOUND_RENDITIONS_MAX];
  bool is_audio = run->job->kind == JOB_KIND_AUDIO;
  size_t count = is_audio ? sound_plan_renditions(run->request.sound, renditions) : run->request.plan.rung_count;
  for (size_t i = 0; i < count; i++)
    g_string_append_printf(tracks, " %s", is_audio ? renditions[i].track : run->request.plan.rungs[i].name);
  if (is_audio || run->job->kind == JOB_KIND_SPAN)
    log_debug("to encode: %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "%s", job_kind_name(run->job->kind),
              run->request.span_index, run->job->attempt, tracks->str);
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

bool job_run(const JobContext *context, const CatalogJob *job, GError **error) {
  g_auto(JobRun) run = {.context = context, .job = job};
  run.spans = event_spans_new();
  run.slides = g_array_new(FALSE, FALSE, sizeof(int64_t));
  run.captions = catalog_captions_new();
  run.chapters = catalog_chapters_new();
  run.start_us = run.last_progress_us = run.last_renew_us = g_get_monotonic_time();
  if (!prepare_request(&run, error))
    return false;
  log_request(&run);
  int source_fd = open_source(&run, error);
  if (source_fd < 0)
    return false;
  run.child = child_process_start(&run.request, source_fd, error);
  close(source_fd);
  if (run.child == NULL || !work(&run, error))
    return false;
  sweep_when_ready(&run);
  return true;
}
