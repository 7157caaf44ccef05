/** Jobs: work on an asset, claimed by workers under a lease, fenced by an attempt number.
 *
 * States: READY -> RUNNING -> DONE, or back to READY (retry, lease lost), or FAILED (which fails the asset), or
 * CANCELLED (its asset failed). A claim is committed before the work begins. Every later call names the lease; when
 * the job has meanwhile been given to another worker it fails with CATALOG_ERROR_FENCED and changes nothing.
 */
#pragma once

#include "base/file_checksum.h"
#include "catalog/asset.h"
#include "catalog/catalog.h"
#include "catalog/chapter.h"
#include "catalog/storyboard.h"
#include "media/rational.h"

typedef enum {
  JOB_KIND_PROBE, /**< look at the source, plan tracks, spans and further jobs */
  JOB_KIND_AUDIO, /**< a whole sound track of the source in all its renditions, published as it grows; span_index is
                        the number of the sound track */
  JOB_KIND_SPAN,  /**< one span in all rungs */
  JOB_KIND_POSTER,     /**< the poster picture */
  JOB_KIND_VIDEO,      /**< all spans one after the other in one pass: for a source that cannot seek */
  JOB_KIND_STORYBOARD, /**< the thumbnails */
  JOB_KIND_TEXT,       /**< captions inside the source */
} JobKind;
const char *job_kind_name(JobKind kind);

/** Priorities, higher first. A probe is above all that probes plan (0 to 999), since it is short and the rest waits for
 * it. Jobs from JOB_PRIORITY_URGENT on are such as a viewer waits for: workers keep room for them. */
enum {
  JOB_PRIORITY_PROBE = 1000,
  JOB_PRIORITY_AUDIO = 110,
  JOB_PRIORITY_RAISED = 105,     /**< a span that a viewer has sought: catalog_raise_span() */
  JOB_PRIORITY_FIRST_SPAN = 100, /**< the start of a lesson */
  JOB_PRIORITY_URGENT = JOB_PRIORITY_FIRST_SPAN,
  JOB_PRIORITY_RAISED_NEXT = 90, /**< the span after a raised one */
  JOB_PRIORITY_POSTER = 80,
  JOB_PRIORITY_STORYBOARD = 45, /**< nothing is less urgent */
};

typedef enum { JOB_STATE_READY, JOB_STATE_RUNNING, JOB_STATE_DONE, JOB_STATE_FAILED, JOB_STATE_CANCELLED } JobState;
const char *job_state_name(JobState state);

/** A claimed job. */
typedef struct {
  int64_t id;
  int64_t attempt; /**< the fencing number: grows with every claim */
  JobKind kind;
  int64_t span_index; /**< of a SPAN job; of an AUDIO job the number of its sound; else 0 */
  int64_t failures;   /**< earlier reported failures */
  int64_t priority;
  char asset_id[16];
  char *source_key;
  char *plan; /**< what the probe stored with catalog_plan_asset() (JSON of the transcoder's own), or NULL */
} CatalogJob;
void catalog_job_free(CatalogJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogJob, catalog_job_free)

/** Claim the ready job of highest priority for `owner` until now + lease. Among equal ones it is the turn of the
 * institution that has had least of the workers, and of its jobs the oldest comes first: the lesson planned first, its
 * spans in order. Paused jobs are passed over. `*ret_job` is NULL when there is none to do. */
bool catalog_claim_job(Catalog *catalog, const char *owner, int64_t now_us, int64_t lease_us, CatalogJob **ret_job,
                       GError **error);

/** The same among jobs whose priority is from `priority_min` to `priority_max`. */
bool catalog_claim_job_between(Catalog *catalog, const char *owner, int64_t now_us, int64_t lease_us,
                               int64_t priority_min, int64_t priority_max, CatalogJob **ret_job, GError **error);

/** Whether catalog_claim_job_between() would find one. */
bool catalog_has_ready_job(Catalog *catalog, int64_t now_us, int64_t priority_min, int64_t priority_max,
                           bool *ret_has, GError **error);

/** Claim what catalog_claim_job() would give now, if that is a span of the same lesson as the SPAN job `before`, later in
 * it, that nobody has tried yet and no viewer waits for; else `*ret_job` is NULL and nothing is claimed. So a worker goes
 * on with a lesson as long as nothing else comes first. */
bool catalog_claim_next_span(Catalog *catalog, const CatalogJob *before, const char *owner, int64_t now_us,
                             int64_t lease_us, CatalogJob **ret_job, GError **error);

/** How it stands with a segment of the pictures. */
typedef enum {
  SPAN_OUTLOOK_PUBLISHED,  /**< it is there, in every rung */
  SPAN_OUTLOOK_COMING,     /**< its job runs, or waits and has been raised */
  SPAN_OUTLOOK_NOT_COMING, /**< not planned (yet), or its lesson failed, was cancelled or is paused */
} SpanOutlook;

/** A viewer wants a segment: the waiting span job that makes it gets JOB_PRIORITY_RAISED, and the one after it
 * JOB_PRIORITY_RAISED_NEXT, so that playing goes on from there. A job that makes all pictures in one pass (VIDEO)
 * cannot be raised, but is COMING. Cheap and safe to call at every request: nothing is written when nothing changes. */
bool catalog_raise_span(Catalog *catalog, const char *asset_id, int64_t segment_index, SpanOutlook *ret_outlook,
                        GError **error);

/** Prolong the lease and record progress (0 to 1). FENCED tells the worker to stop. */
bool catalog_renew_job(Catalog *catalog, const CatalogJob *job, const char *owner, double progress,
                       int64_t lease_until_us, GError **error);

/** A job that the probe adds. */
typedef struct {
  JobKind kind;
  int64_t span_index;
  int64_t priority; /**< higher first */
  int64_t weight;   /**< share in the asset's progress: milliseconds of lesson for a SPAN or VIDEO job */
  int64_t first_segment, segment_count; /**< of a SPAN job: what it makes (catalog_raise_span() finds it by them) */
} CatalogJobPlan;

/** What the probe found and planned; recorded with the probe job's end in one transaction. */
typedef struct {
  bool has_video, has_audio;
  int64_t duration_us;
  int32_t target_duration_s;
  const char *plan_json;      /**< kept for the asset's other jobs */
  const CatalogTrack *tracks; /**< id, codec, segment_count, is_complete ignored */
  size_t track_count;
  const CatalogJobPlan *jobs;
  size_t job_count;
  const CatalogChapter *chapters; /**< of the source's own, in order */
  size_t chapter_count;
  const int32_t *segment_frames; /**< how many frames each segment of the pictures has, in order; NULL: not told */
  size_t segment_frame_count;
} CatalogAssetPlan;
/** INVALID when the plan does not hold together (no duration, a kind of track without a job that makes it, ...). A course
 * of kind "micro" that nobody has edited becomes "hd" when the lesson is longer than 20 minutes. */
bool catalog_plan_asset(Catalog *catalog, const CatalogJob *job, const char *owner, const CatalogAssetPlan *plan,
                        GError **error);

/** A span file (already whole in the blob store) of one track and its segments. */
typedef struct {
  const char *track_name;
  const char *blob_key;
  int64_t span_index;    /**< unique per track: a second publication of the same is CATALOG_ERROR_CONFLICT */
  int64_t first_segment; /**< index of segments[0] in the track */
  const CatalogSegment *segments;
  size_t segment_count;
  const char *codec;          /**< RFC 6381 */
  GBytes *init;               /**< init segment: stored at the first publication of the track; a later one must be
                                      byte-equal (else CATALOG_ERROR_CONFLICT) */
  const FileMeasure *measure; /**< length and checksum of the file; NULL: recorded later, by stored_files_seal() */
  bool is_last;               /**< audio: the track is complete with this (video: computed from segment_total) */
} CatalogPublication;

/** Record publications of a running job in one transaction; with `finish` the job is done with it. Moves the asset
 * to PLAYABLE when every kind of track it has can be played from the start (at least one video track, and the audio
 * when there is one), and to READY when its last job is done.
 * `count` may be 0 with `finish`. CONFLICT, and nothing is recorded, when a publication does not fit what is published
 * already, or when the job would end without its part: a SPAN job's span in every video track, the AUDIO job's last
 * span in every audio track of its sound; or when it publishes a track that another job makes. */
bool catalog_publish(Catalog *catalog, const CatalogJob *job, const char *owner,
                     const CatalogPublication *publications, size_t count, bool finish, GError **error);

/** Replace video track `track_name` by another when it turns out that it cannot be made (its pictures were to be
 * copied from the source and cannot be), in one transaction: it goes with all that was published of it, `track` and
 * `plan_json` take its place, and all SPAN and VIDEO jobs of the asset that run or are done become ready again, `job`
 * too: workers that hold them are fenced. What the other tracks have stays published, and such a job leaves it out. The
 * asset is QUEUED again when it can no longer be played. INVALID when `job` makes no pictures; NOT_FOUND
 * without such a track. */
bool catalog_replace_track(Catalog *catalog, const CatalogJob *job, const char *owner, const char *track_name,
                           const CatalogTrack *track, const char *plan_json, GError **error);

/** The number of published span files of a track (where an audio job goes on after a crash). NOT_FOUND
 * when the track is not there. */
bool catalog_count_published_spans(Catalog *catalog, const char *asset_id, const char *track_name,
                                   int64_t *ret_count, GError **error);

/** Record the poster and finish the poster job. */
bool catalog_publish_poster(Catalog *catalog, const CatalogJob *job, const char *owner, const char *blob_key,
                            GError **error);

/** Record slide changes that a running SPAN or VIDEO job saw, in microseconds of the lesson; those that are there
 * already pass. */
bool catalog_add_slide_changes(Catalog *catalog, const CatalogJob *job, const char *owner, const int64_t *times_us,
                               size_t count, GError **error);

/** Record the storyboard (its sheets already whole in the blob store), in place of one from before, and finish the
 * STORYBOARD job. INVALID when its sheets do not hold its tiles. */
bool catalog_publish_storyboard(Catalog *catalog, const CatalogJob *job, const char *owner,
                                const CatalogStoryboard *storyboard, GError **error);

/** Record captions found inside the source (already whole in the blob store) and finish the TEXT job. A language that
 * the asset has captions of already is left out: captions by hand win. Labels that are taken get a number. */
bool catalog_publish_captions(Catalog *catalog, const CatalogJob *job, const char *owner,
                              const CatalogCaption *captions, size_t count, GError **error);

/** The job failed. `code` NULL is "internal". With `may_retry` and failures left it becomes ready again after a delay,
 * doubling from JOB_RETRY_DELAY_US to JOB_RETRY_DELAY_MAX_US; else it is FAILED, and so is its asset, with `code`
 * (catalog/failure.h), whose other jobs are cancelled. It may fail JOB_FAILURES_MAX times, but for want of room
 * ("storage"), which no lesson is to blame for, JOB_STORAGE_FAILURES_MAX times: over an hour.
 * A failed POSTER, STORYBOARD or TEXT job never fails its asset: it just ends (DONE with nothing made);
 * nor does the AUDIO job of a sound beside the main one (span_index over 0): its tracks are left out. */
#define JOB_FAILURES_MAX 2
#define JOB_STORAGE_FAILURES_MAX 15
#define JOB_RETRY_DELAY_US (2 * G_TIME_SPAN_SECOND)
#define JOB_RETRY_DELAY_MAX_US (10 * G_TIME_SPAN_MINUTE)
bool catalog_fail_job(Catalog *catalog, const CatalogJob *job, const char *owner, const char *code,
                      const char *detail, bool may_retry, GError **error);

/** Give a job back untouched (the worker stops): ready again at once. */
bool catalog_release_job(Catalog *catalog, const CatalogJob *job, const char *owner, GError **error);

/** Tells whether the process behind an owner text still lives (used for owners of this host). */
typedef bool (*JobOwnerIsAliveFunc)(const char *owner, gpointer user_data);

/** The reaper: running jobs whose lease is over, or whose owner `is_alive` (may be NULL) denies, become ready again;
 * those lost so JOB_LOSSES_MAX times fail with "crashed". Returns how many in `ret_count`. */
#define JOB_LOSSES_MAX 20
bool catalog_reap_jobs(Catalog *catalog, int64_t now_us, JobOwnerIsAliveFunc is_alive, gpointer user_data,
                       int64_t *ret_count, GError **error);

/** For progress displays: jobs of an asset by state. */
typedef struct {
  int64_t ready, running, done, failed;
} CatalogJobCounts;
bool catalog_count_jobs(Catalog *catalog, const char *asset_id, CatalogJobCounts *ret_counts, GError **error);

/** Microseconds of the lesson that can be played from the start (least of its playable tracks; 0 while it is queued),
 * for speed displays. */
bool catalog_playable_us(Catalog *catalog, const char *asset_id, int64_t *ret_playable_us, GError **error);

/** Workers say that they live; `kapok ingest --wait` asks. */
bool catalog_worker_beat(Catalog *catalog, const char *owner, int64_t now_us, GError **error);
/** The worker (which has beaten) takes no jobs because the disk is nearly full, or takes them again. */
bool catalog_worker_set_short(Catalog *catalog, const char *owner, bool is_short, GError **error);
bool catalog_worker_leave(Catalog *catalog, const char *owner, GError **error);
bool catalog_has_worker(Catalog *catalog, int64_t since_us, bool *ret_has, GError **error);
