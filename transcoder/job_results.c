#include "base/log.h"
#include "base/path.h"
#include "catalog/keys.h"
#include "transcoder/error.h"
#include "transcoder/job_run_internal.h"
#include "transcoder/sound_plan.h"

#include <string.h>
#include <sys/stat.h>

#define SLIDES_MAX 100000
#define CAPTIONS_MAX 64

bool job_results_distrust(GError **error, const char *what) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the child's result is not believable: %s", what);
  return false;
}

/** A file that the child made in the work folder; NULL when it is none. */
static char *result_path(const JobRun *run, const char *file, GError **error) {
  g_autofree char *path = path_join_safe(run->request.work_dir, file, error);
  struct stat status;
  if (path == NULL || strchr(file, '/') != NULL || lstat(path, &status) < 0 || !S_ISREG(status.st_mode)) {
    if (error != NULL && *error == NULL)
      job_results_distrust(error, "a file that is not there");
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
    return job_results_distrust(error, "a track that was not planned");
  if (span->span_index >= segment_plan_span_count(segments))
    return job_results_distrust(error, "a span that was not planned");
  segment_plan_span(segments, span->span_index, &first, &count);
  if (span->first_segment != first || span->segments->len != count)
    return job_results_distrust(error, "segments that were not planned");
  for (guint i = 0; i < span->segments->len; i++) {
    const CatalogSegment *segment = &g_array_index(span->segments, CatalogSegment, i);
    if (i > 0 && segment->decode_time != end)
      return job_results_distrust(error, "a gap between segments");
    end = segment->decode_time + segment->duration;
  }
  const CatalogSegment *last = &g_array_index(span->segments, CatalogSegment, span->segments->len - 1);
  if (stat(path, &status) < 0 || status.st_size != last->offset + last->length)
    return job_results_distrust(error, "a span file of another length");
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

/** A child that goes on may have begun the spans of other jobs. */
static bool is_of_job(const JobRun *run, const EventSpan *span) {
  return !run->request.may_go_on || span->span_index == run->job->span_index;
}

static void forget_published(JobRun *run) {
  for (guint i = run->spans->len; i-- > 0;) {
    if (is_of_job(run, &g_array_index(run->spans, EventSpan, i)))
      g_array_remove_index(run->spans, i);
  }
}

/** What has come for the job. */
static bool publish_spans(JobRun *run, bool finish, GError **error) {
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
  g_autofree CatalogPublication *publications = g_new0(CatalogPublication, run->spans->len + 1);
  g_autofree FileMeasure *measures = g_new0(FileMeasure, run->spans->len + 1);
  for (guint i = 0; i < run->spans->len; i++) {
    const EventSpan *span = &g_array_index(run->spans, EventSpan, i);
    guint at = keys->len;
    char *key = NULL;
    if (!is_of_job(run, span))
      continue;
    if (!store_span(run, span, &key, &measures[at], &publications[at], error))
      return false;
    g_ptr_array_add(keys, key);
  }
  if (!catalog_publish(run->context->catalog, run->job, run->context->owner, publications, keys->len, finish,
                       error))
    return false;
  forget_published(run);
  return true;
}

bool job_results_is_whole(const JobRun *run) {
  size_t count = 0;
  for (guint i = 0; i < run->spans->len; i++)
    count += g_array_index(run->spans, EventSpan, i).span_index == run->job->span_index;
  return count == run->request.plan.rung_count;
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
  return !is_ready_to_publish(run) || publish_spans(run, false, error);
}

static bool take_read(JobRun *run, const Event *event, GError **error) {
  if (!run->request.may_go_on || run->wants_next || event->span_index != job_run_newest(run)->span_index)
    return job_results_distrust(error, "a span read that it was not told to");
  run->wants_next = true;
  return true;
}

/** A child may say so several times; what is no time of the lesson is not taken. */
static bool take_slides(JobRun *run, const GArray *times, GError **error) {
  int64_t duration_us = segment_plan_duration_us(&run->request.plan.segments);
  if (run->slides->len + times->len > SLIDES_MAX)
    return job_results_distrust(error, "too many slides");
  for (guint i = 0; i < times->len; i++) {
    int64_t time_us = g_array_index(times, int64_t, i);
    if (time_us >= duration_us)
      return job_results_distrust(error, "a slide after the lesson's end");
    g_array_append_val(run->slides, time_us);
  }
  return true;
}

/** The catalog looks at their order and titles. */
static bool take_chapter(JobRun *run, Event *event, GError **error) {
  if (run->chapters->len >= SOURCE_CHAPTERS_MAX)
    return job_results_distrust(error, "too many chapters");
  CatalogChapter chapter = {.start_us = event->start_us, .title = g_steal_pointer(&event->label)};
  g_array_append_val(run->chapters, chapter);
  return true;
}

static bool take_caption(JobRun *run, Event *event, GError **error) {
  if (run->captions->len >= CAPTIONS_MAX)
    return job_results_distrust(error, "too many caption tracks");
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
  case EVENT_READ:
    return take_read(run, event, error);
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

bool job_results_take_line(JobRun *run, const char *line, GError **error) {
  Event event = {0};
  if (!event_parse(line, &event, error))
    return false;
  bool ok = take_event(run, &event, error);
  event_clear(&event);
  return ok;
}

/** The worker plans by itself from what the child found, so a captured child cannot plan nonsense. */
static bool finish_probe(JobRun *run, GError **error) {
  g_auto(EncodePlan) found = {0}, plan = {0};
  if (run->plan_json == NULL)
    return job_results_distrust(error, "no probe");
  if (!encode_plan_from_json(run->plan_json, &found, error))
    return false;
  int64_t duration_us = source_info_duration_us(&found.source);
  if (duration_us <= 0 || duration_us > run->context->settings->max_source_duration_us)
    return job_results_distrust(error, "a duration out of bounds");
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
    return job_results_distrust(error, "no poster");
  return store_result(run, &run->poster_file, key_of_poster(run->job->asset_id, run->job->attempt), error) &&
         catalog_publish_poster(run->context->catalog, run->job, run->context->owner, run->poster_file, error);
}

static bool finish_storyboard(JobRun *run, GError **error) {
  GPtrArray *sheets = run->storyboard.sheet_keys;
  if (sheets == NULL)
    return job_results_distrust(error, "no storyboard");
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
  g_array_set_size(run->slides, 0);       /* a job that follows tells its own */
  return publish_spans(run, true, error); /* the catalog checks that no track lacks its part */
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
bool job_results_encode_instead(const JobRun *run, const GError *cause, GError **error) {
  g_auto(EncodePlan) plan = {0};
  char name[sizeof plan.copy.track];
  CatalogTrack track;
  if (!encode_plan_from_json(run->job->plan, &plan, error))
    return false;
  size_t copied = encode_plan_copied_rung(&plan);
  g_strlcpy(name, plan.copy.track, sizeof name);
  if (copied == plan.rung_count)
    return job_results_distrust(error, "nothing was to be copied");
  encode_plan_give_up_copy(&plan);
  g_autofree char *json = encode_plan_to_json(&plan);
  g_autoptr(GArray) tracks = encode_plan_tracks(&plan);
  if (!find_track(tracks, plan.rungs[copied].name, &track))
    return job_results_distrust(error, "a rung without a track");
  log_warning("%s is encoded instead of copied: %s", track.name, cause->message);
  return catalog_replace_track(run->context->catalog, run->job, run->context->owner, name, &track, json, error);
}

static bool (*const finishers[])(JobRun *, GError **) = {
    [JOB_KIND_PROBE] = finish_probe, [JOB_KIND_AUDIO] = finish_spans,   [JOB_KIND_SPAN] = finish_spans,
    [JOB_KIND_VIDEO] = finish_spans, [JOB_KIND_POSTER] = finish_poster, [JOB_KIND_STORYBOARD] = finish_storyboard,
    [JOB_KIND_TEXT] = finish_text,
};

bool job_results_finish(JobRun *run, GError **error) {
  return finishers[run->job->kind](run, error);
}
