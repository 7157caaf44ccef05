/** delivery_lessons DATA: fills a new data folder with published lessons of bytes that look like encoded video, for
 * delivery.mjs. They go through the catalog as the transcoder's do: probe, plan, span files, publications.
 *
 * Prints the asset's id. Its tracks: v360 with 360 segments of 300 KB, v1080 with 120 segments of 3 MB, a128 with 360
 * segments of 96 KB, v240 with 86 segments of 2 KB, whose media playlist has about 2 KB. */
#include "base/blob_store.h"
#include "catalog/catalog.h"
#include "catalog/intake.h"
#include "catalog/job.h"
#include "catalog/keys.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define OWNER "bench/1/1"
#define LEASE_US (600 * G_TIME_SPAN_SECOND)
#define SPAN_SEGMENTS 6
#define SEGMENT_S 6

typedef struct {
  const char *name;
  TrackKind kind;
  int32_t segment_count;
  int32_t segment_bytes;
} TrackShape;

/** v240 is as long as its playlist is to be; the lesson is as long as its longest track. */
static const TrackShape shapes[] = {
    {"v240", TRACK_KIND_VIDEO, 86, 2048},
    {"v360", TRACK_KIND_VIDEO, 360, 300 * 1000},
    {"v1080", TRACK_KIND_VIDEO, 120, 3 * 1000 * 1000},
    {"a128", TRACK_KIND_AUDIO, 360, 96 * 1000},
};

typedef struct {
  Catalog *catalog;
  BlobStore *store;
  GRand *random;
} Bench;

static void fail_on(const GError *error) {
  if (error == NULL)
    return;
  g_printerr("delivery_lessons: %s\n", error->message);
  exit(EXIT_FAILURE);
}

static CatalogJob *claim(const Bench *bench) {
  g_autoptr(GError) error = NULL;
  CatalogJob *job = NULL;
  catalog_claim_job(bench->catalog, OWNER, g_get_real_time(), LEASE_US, &job, &error);
  fail_on(error);
  return job;
}

static char *take_in(const Bench *bench, const char *folder) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(folder, "source.mp4", NULL);
  g_file_set_contents(path, "a source", -1, &error);
  fail_on(error);
  IntakeRequest request = {.path = path, .title = "delivery", .category = "health"};
  IntakeResult result = {0};
  intake_file(bench->catalog, bench->store, &request, NULL, NULL, &result, NULL, &error);
  fail_on(error);
  char *asset_id = g_strdup(result.asset_id);
  intake_result_clear(&result);
  g_unlink(path);
  return asset_id;
}

static CatalogTrack describe(const TrackShape *shape) {
  bool is_video = shape->kind == TRACK_KIND_VIDEO;
  CatalogTrack track = {.kind = shape->kind,
                        .bitrate_bps = (int64_t)shape->segment_bytes * 8 / SEGMENT_S,
                        .timescale_hz = is_video ? 1000 : 48000,
                        .segment_total = shape->segment_count};
  g_strlcpy(track.name, shape->name, sizeof track.name);
  if (is_video) {
    track.height = atoi(shape->name + 1);
    track.width = track.height * 16 / 9;
    track.frame_rate = (Rational){25, 1};
  } else {
    track.channels = 2;
  }
  return track;
}

/** One job makes all pictures: it is published track by track, so that tracks may differ in length. */
static void plan(const Bench *bench) {
  g_autoptr(CatalogJob) job = claim(bench);
  g_autoptr(GError) error = NULL;
  CatalogTrack tracks[G_N_ELEMENTS(shapes)];
  for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
    tracks[i] = describe(&shapes[i]);
  static const CatalogJobPlan jobs[] = {
      {.kind = JOB_KIND_AUDIO, .priority = 100, .weight = 1},
      {.kind = JOB_KIND_VIDEO, .priority = 90, .weight = 1},
  };
  CatalogAssetPlan whole = {.has_video = true,
                            .has_audio = true,
                            .duration_us = INT64_C(360) * SEGMENT_S * G_TIME_SPAN_SECOND,
                            .target_duration_s = SEGMENT_S,
                            .plan_json = "{}",
                            .tracks = tracks,
                            .track_count = G_N_ELEMENTS(tracks),
                            .jobs = jobs,
                            .job_count = G_N_ELEMENTS(jobs)};
  catalog_plan_asset(bench->catalog, job, OWNER, &whole, &error);
  fail_on(error);
}

static void publish_span(const Bench *bench, const CatalogJob *job, const TrackShape *shape, int32_t first) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) init = g_bytes_new_static("an init segment", 15);
  CatalogSegment segments[SPAN_SEGMENTS];
  int32_t count = MIN(SPAN_SEGMENTS, shape->segment_count - first);
  size_t size = (size_t)count * (size_t)shape->segment_bytes;
  g_autofree guint32 *data = g_malloc(size + sizeof(guint32));
  for (size_t i = 0; i < size / sizeof(guint32) + 1; i++)
    data[i] = g_rand_int(bench->random);
  int64_t duration = (shape->kind == TRACK_KIND_VIDEO ? INT64_C(1000) : INT64_C(48000)) * SEGMENT_S;
  for (int32_t i = 0; i < count; i++)
    segments[i] = (CatalogSegment){.offset = (int64_t)i * shape->segment_bytes,
                                   .length = shape->segment_bytes,
                                   .decode_time = (first + i) * duration,
                                   .duration = duration};
  int64_t span_index = first / SPAN_SEGMENTS;
  g_autofree char *key = key_of_span(job->asset_id, shape->name, span_index, job->attempt);
  blob_store_put_bytes(bench->store, key, data, size, &error);
  fail_on(error);
  CatalogPublication publication = {.track_name = shape->name,
                                    .blob_key = key,
                                    .span_index = span_index,
                                    .first_segment = first,
                                    .segments = segments,
                                    .segment_count = (size_t)count,
                                    .codec = shape->kind == TRACK_KIND_VIDEO ? "avc1.64001e" : "mp4a.40.2",
                                    .init = init,
                                    .is_last = first + count == shape->segment_count};
  bool is_end = publication.is_last && (shape->kind == TRACK_KIND_AUDIO || g_str_equal(shape->name, "v1080"));
  catalog_publish(bench->catalog, job, OWNER, &publication, 1, is_end, &error);
  fail_on(error);
}

int main(int argc, char **argv) {
  g_autoptr(GError) error = NULL;
  if (argc != 2) {
    g_printerr("usage: delivery_lessons DATA\n");
    return 2;
  }
  Bench bench = {.store = blob_store_open_files(argv[1], &error), .random = g_rand_new_with_seed(2026)};
  fail_on(error);
  g_autofree char *path = g_build_filename(argv[1], "catalog.sqlite3", NULL);
  bench.catalog = catalog_open(path, &error);
  fail_on(error);
  g_autofree char *asset_id = take_in(&bench, argv[1]);
  plan(&bench);
  for (CatalogJob *job = NULL; (job = claim(&bench)) != NULL; catalog_job_free(job))
    for (size_t t = 0; t < G_N_ELEMENTS(shapes); t++)
      for (int32_t first = 0;
           (shapes[t].kind == TRACK_KIND_AUDIO) == (job->kind == JOB_KIND_AUDIO) && first < shapes[t].segment_count;
           first += SPAN_SEGMENTS)
        publish_span(&bench, job, &shapes[t], first);
  g_print("%s\n", asset_id);
  g_rand_free(bench.random);
  catalog_close(bench.catalog);
  blob_store_free(bench.store);
  return EXIT_SUCCESS;
}
