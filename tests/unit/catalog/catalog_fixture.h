/** What the catalog's tests share: a data folder, lessons in it, and a worker that makes them up. */
#pragma once

#include "base/blob_store.h"
#include "base/path.h"
#include "catalog/asset.h"
#include "catalog/catalog.h"
#include "catalog/intake.h"
#include "catalog/job.h"
#include "catalog/keys.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#define FIXTURE_LEASE_US (30 * G_TIME_SPAN_SECOND)
#define FIXTURE_SPAN_SEGMENTS 4 /**< of every span but the first, which has one */
#define FIXTURE_TIMESCALE 1000
#define FIXTURE_SEGMENT_DURATION 6000
#define FIXTURE_VIDEO_TRACKS 2

typedef struct {
  char *root;
  char *database;
  Catalog *catalog;
  BlobStore *store;
} Fixture;

static inline void fixture_open(Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  fixture->catalog = catalog_open(fixture->database, &error);
  g_assert_no_error(error);
  fixture->store = blob_store_open_files(fixture->root, &error);
  g_assert_no_error(error);
}

static inline void fixture_close(Fixture *fixture) {
  g_clear_pointer(&fixture->catalog, catalog_close);
  g_clear_pointer(&fixture->store, blob_store_free);
}

/** A new data folder; nothing is open. */
static inline void fixture_init(Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  fixture->root = g_dir_make_tmp("kapok-catalog-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->database = g_build_filename(fixture->root, "catalog.sqlite3", NULL);
  fixture->catalog = NULL;
  fixture->store = NULL;
}

static inline void fixture_clear(Fixture *fixture) {
  fixture_close(fixture);
  g_assert_true(path_remove_tree(fixture->root, NULL));
  g_free(fixture->root);
  g_free(fixture->database);
}

/** Setup and teardown for g_test_add(). */
static inline void fixture_set_up(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_init(fixture);
  fixture_open(fixture);
}

static inline void fixture_tear_down(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_clear(fixture);
}

/** Run SQL beside the catalog, through a connection of its own. */
static inline void fixture_run_sql(const Fixture *fixture, const char *sql) {
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open_v2(fixture->database, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout(db, 10000);
  char *message = NULL;
  int status = sqlite3_exec(db, sql, NULL, NULL, &message);
  if (status != SQLITE_OK)
    g_error("%s: %s", sql, message);
  sqlite3_close(db);
}

/** The number that `sql` answers. */
static inline int64_t fixture_number(const Fixture *fixture, const char *sql) {
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  g_assert_cmpint(sqlite3_open_v2(fixture->database, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout(db, 10000);
  int status = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (status != SQLITE_OK)
    g_error("%s: %s", sql, sqlite3_errmsg(db));
  g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
  int64_t number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return number;
}

/** The first column of the first row; NULL when there is none. Caller frees. */
static inline char *fixture_text(const Fixture *fixture, const char *sql) {
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  bool has_row = sqlite3_step(statement) == SQLITE_ROW;
  char *text = has_row ? g_strdup((const char *)sqlite3_column_text(statement, 0)) : NULL;
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return text;
}

/** Write `text` to ROOT/`name` and take it in as a lesson of `institution` (may be NULL); returns the asset's id. */
static inline char *fixture_add_lesson_of(const Fixture *fixture, const char *name, const char *institution) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->root, name, NULL);
  g_assert_true(g_file_set_contents(path, "picture and sound", -1, &error));
  IntakeRequest request = {.path = path, .institution = institution};
  IntakeResult result = {0};
  intake_file(fixture->catalog, fixture->store, &request, NULL, NULL, &result, NULL, &error);
  g_assert_no_error(error);
  char *asset_id = g_steal_pointer(&result.asset_id);
  intake_result_clear(&result);
  return asset_id;
}

static inline char *fixture_add_lesson(const Fixture *fixture, const char *name) {
  return fixture_add_lesson_of(fixture, name, NULL);
}

/** The next job, or NULL. */
static inline CatalogJob *fixture_claim(const Fixture *fixture, const char *owner) {
  g_autoptr(GError) error = NULL;
  CatalogJob *job = NULL;
  int64_t now_us = g_get_real_time();
  g_assert_true(catalog_claim_job(fixture->catalog, owner, now_us, FIXTURE_LEASE_US, &job, &error));
  g_assert_no_error(error);
  return job;
}

static inline int64_t fixture_segment_total(int64_t span_count) {
  return 1 + (span_count - 1) * FIXTURE_SPAN_SEGMENTS;
}

/** Plan `span_count` spans in two video tracks, an audio track and a poster. */
static inline bool fixture_plan(const Fixture *fixture, const CatalogJob *job, const char *owner,
                                int64_t span_count, GError **error) {
  int64_t total = fixture_segment_total(span_count);
  CatalogTrack tracks[FIXTURE_VIDEO_TRACKS + 1] = {
      {.name = "v360", .kind = TRACK_KIND_VIDEO, .bitrate_bps = 800000, .width = 640, .height = 360},
      {.name = "v720", .kind = TRACK_KIND_VIDEO, .bitrate_bps = 2500000, .width = 1280, .height = 720},
      {.name = "a128", .kind = TRACK_KIND_AUDIO, .bitrate_bps = 128000, .channels = 2, .language = "zh-CN"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(tracks); i++) {
    tracks[i].frame_rate = (Rational){25, 1};
    tracks[i].timescale_hz = FIXTURE_TIMESCALE;
    tracks[i].segment_total = total;
  }
  g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(CatalogJobPlan));
  CatalogJobPlan audio = {.kind = JOB_KIND_AUDIO, .span_index = 0, .priority = 90, .weight = 2},
                 poster = {.kind = JOB_KIND_POSTER, .span_index = 0, .priority = 80, .weight = 1};
  g_array_append_val(jobs, audio);
  g_array_append_val(jobs, poster);
  for (int64_t i = 0; i < span_count; i++) {
    CatalogJobPlan span = {.kind = JOB_KIND_SPAN,
                           .span_index = i,
                           .priority = i == 0 ? JOB_PRIORITY_FIRST_SPAN : 50,
                           .first_segment = i == 0 ? 0 : 1 + (i - 1) * FIXTURE_SPAN_SEGMENTS,
                           .segment_count = i == 0 ? 1 : FIXTURE_SPAN_SEGMENTS,
                           .weight = i == 0 ? 1 : FIXTURE_SPAN_SEGMENTS};
    g_array_append_val(jobs, span);
  }
  CatalogAssetPlan plan = {
      .has_video = true,
      .has_audio = true,
      .duration_us = total * FIXTURE_SEGMENT_DURATION * 1000,
      .target_duration_s = 6,
      .plan_json = "{\"spans\":1}",
      .tracks = tracks,
      .track_count = G_N_ELEMENTS(tracks),
      .jobs = (CatalogJobPlan *)jobs->data,
      .job_count = jobs->len,
  };
  return catalog_plan_asset(fixture->catalog, job, owner, &plan, error);
}

static inline GBytes *fixture_init_segment(const char *track_name) {
  g_autofree char *text = g_strdup_printf("ftyp moov of %s", track_name);
  return g_bytes_new(text, strlen(text));
}

/** A publication with its segments and key; cleared with fixture_publication_clear(). */
static inline CatalogPublication fixture_publication(const CatalogJob *job, const char *track_name,
                                                     int64_t span_index) {
  size_t count = span_index == 0 ? 1 : FIXTURE_SPAN_SEGMENTS;
  int64_t first = span_index == 0 ? 0 : 1 + (span_index - 1) * FIXTURE_SPAN_SEGMENTS;
  CatalogSegment *segments = g_new0(CatalogSegment, count);
  for (size_t i = 0; i < count; i++)
    segments[i] = (CatalogSegment){.offset = (int64_t)i * 1000,
                                   .length = 1000,
                                   .decode_time = (first + (int64_t)i) * FIXTURE_SEGMENT_DURATION,
                                   .duration = FIXTURE_SEGMENT_DURATION};
  return (CatalogPublication){
      .track_name = track_name,
      .blob_key = key_of_span(job->asset_id, track_name, span_index, job->attempt),
      .span_index = span_index,
      .first_segment = first,
      .segments = segments,
      .segment_count = count,
      .codec = track_name[0] == 'v' ? "avc1.64001e" : "mp4a.40.2",
      .init = fixture_init_segment(track_name),
  };
}

static inline void fixture_publication_clear(CatalogPublication *publication) {
  g_free((char *)publication->blob_key);
  g_free((CatalogSegment *)publication->segments);
  g_bytes_unref(publication->init);
}

static inline bool fixture_put(const Fixture *fixture, const char *key) {
  return blob_store_put_bytes(fixture->store, key, "segments", 8, NULL);
}

/** Make and publish one span in all video tracks and end its job. */
static inline bool fixture_publish_span(const Fixture *fixture, const CatalogJob *job, const char *owner,
                                        GError **error) {
  CatalogPublication publications[] = {fixture_publication(job, "v360", job->span_index),
                                       fixture_publication(job, "v720", job->span_index)};
  for (size_t i = 0; i < G_N_ELEMENTS(publications); i++)
    fixture_put(fixture, publications[i].blob_key);
  bool is_done =
      catalog_publish(fixture->catalog, job, owner, publications, G_N_ELEMENTS(publications), true, error);
  for (size_t i = 0; i < G_N_ELEMENTS(publications); i++)
    fixture_publication_clear(&publications[i]);
  return is_done;
}

/** Publish the audio track from where it stands; with `span_count` the last span and the end of the job. */
static inline bool fixture_publish_audio(const Fixture *fixture, const CatalogJob *job, const char *owner,
                                         int64_t span_count, GError **error) {
  int64_t done = 0;
  if (!catalog_count_published_spans(fixture->catalog, job->asset_id, "a128", &done, error))
    return false;
  for (int64_t i = done; i < span_count; i++) {
    CatalogPublication publication = fixture_publication(job, "a128", i);
    publication.is_last = i == span_count - 1;
    fixture_put(fixture, publication.blob_key);
    bool is_published = catalog_publish(fixture->catalog, job, owner, &publication, 1, false, error);
    fixture_publication_clear(&publication);
    if (!is_published)
      return false;
  }
  return catalog_publish(fixture->catalog, job, owner, NULL, 0, true, error);
}

static inline bool fixture_publish_poster(const Fixture *fixture, const CatalogJob *job, const char *owner,
                                          GError **error) {
  g_autofree char *key = key_of_poster(job->asset_id, job->attempt);
  fixture_put(fixture, key);
  return catalog_publish_poster(fixture->catalog, job, owner, key, error);
}

/** Do a job of any kind as a worker does. */
static inline bool fixture_work(const Fixture *fixture, const CatalogJob *job, const char *owner,
                                int64_t span_count, GError **error) {
  switch (job->kind) {
  case JOB_KIND_PROBE:
    return fixture_plan(fixture, job, owner, span_count, error);
  case JOB_KIND_AUDIO:
    return fixture_publish_audio(fixture, job, owner, span_count, error);
  case JOB_KIND_SPAN:
    return fixture_publish_span(fixture, job, owner, error);
  case JOB_KIND_POSTER:
    return fixture_publish_poster(fixture, job, owner, error);
  case JOB_KIND_VIDEO:
  case JOB_KIND_STORYBOARD:
  case JOB_KIND_TEXT:
    break; /* this fixture plans none */
  }
  g_assert_not_reached();
}

/** Take in a lesson and plan it; returns the asset's id. */
static inline char *fixture_add_planned_lesson_of(const Fixture *fixture, int64_t span_count,
                                                  const char *institution) {
  g_autoptr(GError) error = NULL;
  char *asset_id = fixture_add_lesson_of(fixture, "lesson.mp4", institution);
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, "prober");
  g_assert_cmpint(probe->kind, ==, JOB_KIND_PROBE);
  g_assert_cmpstr(probe->asset_id, ==, asset_id);
  fixture_plan(fixture, probe, "prober", span_count, &error);
  g_assert_no_error(error);
  return asset_id;
}

static inline char *fixture_add_planned_lesson(const Fixture *fixture, int64_t span_count) {
  return fixture_add_planned_lesson_of(fixture, span_count, NULL);
}

static inline CatalogAsset *fixture_load_asset(const Fixture *fixture, const char *asset_id) {
  g_autoptr(GError) error = NULL;
  CatalogAsset *asset = NULL;
  catalog_load_asset(fixture->catalog, asset_id, &asset, &error);
  g_assert_no_error(error);
  return asset;
}

static inline CatalogTrack fixture_load_track(const Fixture *fixture, const char *asset_id, const char *name) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) tracks = NULL;
  catalog_load_tracks(fixture->catalog, asset_id, &tracks, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < tracks->len; i++)
    if (g_str_equal(g_array_index(tracks, CatalogTrack, i).name, name))
      return g_array_index(tracks, CatalogTrack, i);
  g_error("no track %s", name);
}
