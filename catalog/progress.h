/** How the work goes: for metrics, status and the studio. Reads only. */
#pragma once

#include "catalog/asset.h"
#include "catalog/catalog.h"
#include "catalog/job.h"

#define JOB_KIND_COUNT (JOB_KIND_TEXT + 1)
#define JOB_STATE_COUNT (JOB_STATE_CANCELLED + 1)

/** How many of the newest times to the first segment CatalogQueue holds. */
#define QUEUE_RECENT_MAX 100

/** The queue and what has come out of it. Costs no more with the number of jobs that have ended. */
typedef struct {
  /** READY (paused ones not among them) and RUNNING: as many as there are. DONE, FAILED, CANCELLED: how often a job
   * ended so since the catalog was made; only grows. */
  int64_t jobs[JOB_KIND_COUNT][JOB_STATE_COUNT];
  int64_t paused[JOB_KIND_COUNT];
  int64_t encoded_ms; /**< of lesson, in the SPAN and VIDEO jobs done; only grows */
  int64_t worker_count,
      short_of_space_count; /**< workers heard of lately; those that take no job until there is room */
  int64_t first_segment_count,
      first_segment_sum_us; /**< lessons that became playable, and how long that took in all */
  GArray
      *recent_first_segment_us; /**< int64_t, of the newest QUEUE_RECENT_MAX of them, newest first: from being taken
                                        in to playable */
} CatalogQueue;
void catalog_queue_clear(CatalogQueue *queue);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CatalogQueue, catalog_queue_clear)

/** Workers count when they were heard of at or after `workers_since_us`. */
bool catalog_load_queue(Catalog *catalog, int64_t workers_since_us, CatalogQueue *ret_queue, GError **error);

typedef struct {
  char name[16];
  TrackKind kind;
  int64_t published; /**< segments, those past a gap among them */
  int64_t total;     /**< planned */
} CatalogTrackProgress;

typedef struct {
  GArray *tracks;  /**< CatalogTrackProgress, in the order of catalog_load_tracks() */
  int64_t running; /**< jobs that make its pictures now */
  double speed;    /**< seconds of its pictures made per second by them; 0: not known */
  int64_t left_us; /**< until its pictures are made at that speed; -1: not known */
} CatalogAssetProgress;
void catalog_asset_progress_clear(CatalogAssetProgress *progress);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CatalogAssetProgress, catalog_asset_progress_clear)

/** Of an unknown asset: no tracks, nothing running. The speed is that of the running jobs so far or, while they have
 * made nothing yet, that of the spans made last. */
bool catalog_load_asset_progress(Catalog *catalog, const char *asset_id, int64_t now_us,
                                 CatalogAssetProgress *ret_progress, GError **error);
