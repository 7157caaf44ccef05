#include "catalog/job.h"

#include "base/blob_store.h"
#include "catalog/asset_row.h"
#include "catalog/course.h"
#include "catalog/job_lease.h"

#include <string.h>

static bool refuse(GError **error, const char *reason, const char *what) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "plan: %s%s", reason, what);
  return false;
}

static bool check_track(const CatalogTrack *track, GError **error) {
  if (strchr(track->name, '/') || !blob_key_is_valid(track->name))
    return refuse(error, "not a track name: ", track->name);
  if (track->timescale_hz <= 0 || track->segment_total < 0 || track->bitrate_bps <= 0)
    return refuse(error, "time scale, segments or bit rate out of range in track ", track->name);
  if (track->kind == TRACK_KIND_VIDEO &&
      (track->width <= 0 || track->height <= 0 || !rational_is_valid(track->frame_rate)))
    return refuse(error, "size or frame rate out of range in track ", track->name);
  return true;
}

static bool has_track(const CatalogAssetPlan *plan, TrackKind kind) {
  for (size_t i = 0; i < plan->track_count; i++)
    if (plan->tracks[i].kind == kind)
      return true;
  return false;
}

static bool has_job(const CatalogAssetPlan *plan, JobKind kind) {
  for (size_t i = 0; i < plan->job_count; i++)
    if (plan->jobs[i].kind == kind)
      return true;
  return false;
}

static bool is_job_valid(const CatalogJobPlan *job) {
  return job->weight >= 1 && job->span_index >= 0 && job->first_segment >= 0 && job->segment_count >= 0 &&
         job->kind != JOB_KIND_PROBE;
}

static bool has_maker(const CatalogAssetPlan *plan, const CatalogTrack *track) {
  for (size_t i = 0; i < plan->job_count; i++)
    if (track->kind == TRACK_KIND_VIDEO ||
        (plan->jobs[i].kind == JOB_KIND_AUDIO && plan->jobs[i].span_index == track->sound_index))
      return true;
  return false;
}

static bool check_chapters(const CatalogAssetPlan *plan, GError **error) {
  int64_t last_us = -1;
  for (size_t i = 0; i < plan->chapter_count; i++) {
    const CatalogChapter *chapter = &plan->chapters[i];
    if (chapter->start_us <= last_us || chapter->start_us >= plan->duration_us)
      return refuse(error, "a chapter is out of order or outside the lesson", "");
    if (!chapter->title || !g_utf8_validate(chapter->title, -1, NULL))
      return refuse(error, "a chapter has no title or one that is not UTF-8", "");
    last_us = chapter->start_us;
  }
  return true;
}

static bool check_plan(const CatalogAssetPlan *plan, GError **error) {
  if (!plan->plan_json || plan->duration_us <= 0 || plan->target_duration_s <= 0)
    return refuse(error, "it has no text, no duration or no target duration", "");
  if (plan->track_count == 0 || plan->has_video != has_track(plan, TRACK_KIND_VIDEO) ||
      plan->has_audio != has_track(plan, TRACK_KIND_AUDIO))
    return refuse(error, "its tracks are not those that it announces", "");
  if ((plan->has_video && !has_job(plan, JOB_KIND_SPAN) && !has_job(plan, JOB_KIND_VIDEO)) ||
      (plan->has_audio && !has_job(plan, JOB_KIND_AUDIO)))
    return refuse(error, "a track has no job that makes it", "");
  for (size_t i = 0; i < plan->track_count; i++)
    if (!check_track(&plan->tracks[i], error))
      return false;
    else if (!has_maker(plan, &plan->tracks[i]))
      return refuse(error, "no job makes track ", plan->tracks[i].name);
  for (size_t i = 0; i < plan->job_count; i++)
    if (!is_job_valid(&plan->jobs[i]))
      return refuse(error, "a job has no weight or a negative index, or is another probe", "");
  for (size_t i = 0; i < plan->segment_frame_count; i++)
    if (plan->segment_frames[i] <= 0)
      return refuse(error, "a segment has no frames", "");
  return check_chapters(plan, error);
}

/* NULL when the plan does not tell; to be unreferenced. */
static GBytes *pack_segment_frames(const CatalogAssetPlan *plan) {
  if (plan->segment_frame_count == 0)
    return NULL;
  GByteArray *packed = g_byte_array_sized_new((guint)(plan->segment_frame_count * sizeof(int32_t)));
  for (size_t i = 0; i < plan->segment_frame_count; i++) {
    int32_t frames = GINT32_TO_LE(plan->segment_frames[i]);
    g_byte_array_append(packed, (const guint8 *)&frames, sizeof frames);
  }
  return g_byte_array_free_to_bytes(packed);
}

static bool insert_track(Connection *connection, const char *asset_id, const CatalogTrack *track, GError **error) {
  return connection_run(
      connection, STATEMENT_INSERT_TRACK, error, argument_text(asset_id), argument_text(track->name),
      argument_text(track_kind_name(track->kind)), argument_int(track->bitrate_bps), argument_int(track->width),
      argument_int(track->height), argument_int(track->frame_rate.num), argument_int(MAX(track->frame_rate.den, 1)),
      argument_int(track->channels), argument_text(track->language), argument_int(track->timescale_hz),
      argument_int(track->segment_total), argument_text(track_role_name(track->role)), argument_text(track->label),
      argument_int(track->sound_index));
}

static bool insert_job(Connection *connection, const char *asset_id, const CatalogJobPlan *job, int64_t now_us,
                       GError **error) {
  return connection_run(connection, STATEMENT_INSERT_JOB, error, argument_text(asset_id),
                        argument_text(job_kind_name(job->kind)), argument_int(job->span_index),
                        argument_int(job->priority), argument_int(job->weight), argument_int(job->first_segment),
                        argument_int(job->segment_count), argument_int(now_us));
}

static bool record_plan(Connection *connection, const char *asset_id, const CatalogAssetPlan *plan,
                        GError **error) {
  int64_t now_us = g_get_real_time();
  g_autoptr(GBytes) segment_frames = pack_segment_frames(plan);
  if (!connection_run(connection, STATEMENT_PLAN_ASSET, error, argument_text(asset_id),
                      argument_int(plan->has_video), argument_int(plan->has_audio), argument_int(plan->duration_us),
                      argument_int(plan->target_duration_s), argument_text(plan->plan_json), argument_int(now_us),
                      argument_bytes(segment_frames)))
    return false;
  for (size_t i = 0; i < plan->track_count; i++)
    if (!insert_track(connection, asset_id, &plan->tracks[i], error))
      return false;
  for (size_t i = 0; i < plan->job_count; i++)
    if (!insert_job(connection, asset_id, &plan->jobs[i], now_us, error))
      return false;
  for (size_t i = 0; i < plan->chapter_count; i++)
    if (!connection_run(connection, STATEMENT_INSERT_CHAPTER, error, argument_text(asset_id),
                        argument_int(plan->chapters[i].start_us), argument_text(plan->chapters[i].title)))
      return false;
  return plan->duration_us <= COURSE_MICRO_MAX_US ||
         connection_run(connection, STATEMENT_SUIT_COURSE_KIND, error, argument_text(asset_id));
}

bool catalog_plan_asset(Catalog *catalog, const CatalogJob *job, const char *owner, const CatalogAssetPlan *plan,
                        GError **error) {
  if (!check_plan(plan, error))
    return false;
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  if (lease.kind != JOB_KIND_PROBE)
    return refuse(error, "only a probe job plans, not one of kind ", job_kind_name(lease.kind));
  return record_plan(transaction.connection, lease.asset_id, plan, error) &&
         job_lease_finish(transaction.connection, job->id, &lease, NULL, NULL, error) &&
         transaction_commit(&transaction, error);
}

static bool replace_track(Connection *connection, const char *asset_id, const char *track_name,
                          const CatalogTrack *track, const char *plan_json, GError **error) {
  int64_t found = 0;
  if (!connection_number(connection, STATEMENT_HAS_VIDEO_TRACK, &found, error, argument_text(asset_id),
                         argument_text(track_name)))
    return false;
  if (found == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no video track %s/%s", asset_id, track_name);
    return false;
  }
  return connection_run(connection, STATEMENT_DELETE_TRACK, error, argument_text(asset_id),
                        argument_text(track_name)) &&
         insert_track(connection, asset_id, track, error) &&
         connection_run(connection, STATEMENT_REPLAN_ASSET, error, argument_text(asset_id),
                        argument_text(plan_json), argument_int(g_get_real_time())) &&
         connection_run(connection, STATEMENT_REPEAT_PICTURE_JOBS, error, argument_text(asset_id));
}

bool catalog_replace_track(Catalog *catalog, const CatalogJob *job, const char *owner, const char *track_name,
                           const CatalogTrack *track, const char *plan_json, GError **error) {
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  if (lease.kind != JOB_KIND_SPAN && lease.kind != JOB_KIND_VIDEO)
    return refuse(error, "only a job that makes pictures replaces a track, not one of kind ",
                  job_kind_name(lease.kind));
  return replace_track(transaction.connection, lease.asset_id, track_name, track, plan_json, error) &&
         transaction_commit(&transaction, error);
}
