#include "catalog/job.h"
#include "tests/unit/catalog/catalog_fixture.h"

/* Claim every open job of the only lesson. Array of CatalogJob *. */
static GPtrArray *claim_all(const Fixture *fixture) {
  GPtrArray *jobs = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_job_free);
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL;)
    g_ptr_array_add(jobs, job);
  return jobs;
}

static CatalogJob *find_job(const GPtrArray *jobs, JobKind kind, int64_t span_index) {
  for (guint i = 0; i < jobs->len; i++) {
    CatalogJob *job = jobs->pdata[i];
    if (job->kind == kind && job->span_index == span_index)
      return job;
  }
  g_error("no such job");
}

static void publish_span(const Fixture *fixture, const GPtrArray *jobs, int64_t span_index) {
  g_autoptr(GError) error = NULL;
  fixture_publish_span(fixture, find_job(jobs, JOB_KIND_SPAN, span_index), "w1", &error);
  g_assert_no_error(error);
}

static void publish_audio_span(const Fixture *fixture, const CatalogJob *job, int64_t span_index) {
  g_autoptr(GError) error = NULL;
  CatalogPublication publication = fixture_publication(job, "a128", span_index);
  catalog_publish(fixture->catalog, job, "w1", &publication, 1, false, &error);
  g_assert_no_error(error);
  fixture_publication_clear(&publication);
}

static void assert_state(const Fixture *fixture, const char *asset_id, AssetState state) {
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpstr(asset_state_name(asset->state), ==, asset_state_name(state));
}

static void test_publish_prefix_out_of_order(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 5);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  const int64_t order[] = {3, 1, 0, 4, 2};
  const int64_t counts[] = {0, 0, 5, 5, 17};
  for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
    publish_span(fixture, jobs, order[i]);
    for (int t = 0; t < FIXTURE_VIDEO_TRACKS; t++) {
      CatalogTrack track = fixture_load_track(fixture, asset_id, t == 0 ? "v360" : "v720");
      g_assert_cmpint(track.segment_count, ==, counts[i]);
      g_assert_cmpint(track.is_complete, ==, counts[i] == 17);
      g_assert_cmpstr(track.codec, ==, "avc1.64001e");
    }
  }
}

static void test_publish_segments_listed(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  publish_span(fixture, jobs, 0);
  publish_span(fixture, jobs, 2);
  CatalogTrack track = fixture_load_track(fixture, asset_id, "v360");
  g_autoptr(GArray) segments = NULL;
  g_assert_true(catalog_load_segments(fixture->catalog, track.id, &segments, &error));
  g_assert_cmpuint(segments->len, ==, 1); /* what lies past the gap is not listed */
  g_autofree char *key = NULL;
  CatalogSegment segment = {0};
  g_assert_true(catalog_find_segment(fixture->catalog, asset_id, "v360", 6, &key, &segment, &error));
  g_autofree char *expected = key_of_span(asset_id, "v360", 2, 1);
  g_assert_cmpstr(key, ==, expected);
  g_assert_cmpint(segment.offset, ==, 1000);
  g_assert_cmpint(segment.decode_time, ==, 6 * FIXTURE_SEGMENT_DURATION);
  g_autofree char *none = NULL;
  g_assert_false(catalog_find_segment(fixture->catalog, asset_id, "v360", 2, &none, &segment, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_autoptr(GBytes) init = NULL, wanted = fixture_init_segment("v360");
  g_assert_true(catalog_load_init(fixture->catalog, asset_id, "v360", &init, NULL));
  g_assert_true(g_bytes_equal(init, wanted));
}

static void test_publish_states(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  const CatalogJob *audio = find_job(jobs, JOB_KIND_AUDIO, 0);
  int64_t playable_us = -1;
  publish_span(fixture, jobs, 1);
  assert_state(fixture, asset_id, ASSET_STATE_QUEUED);
  publish_audio_span(fixture, audio, 0);
  assert_state(fixture, asset_id, ASSET_STATE_QUEUED); /* the video has no start yet */
  g_assert_true(catalog_playable_us(fixture->catalog, asset_id, &playable_us, &error));
  g_assert_cmpint(playable_us, ==, 0);
  publish_span(fixture, jobs, 0);
  assert_state(fixture, asset_id, ASSET_STATE_PLAYABLE);
  g_assert_true(catalog_playable_us(fixture->catalog, asset_id, &playable_us, &error));
  g_assert_cmpint(playable_us, ==, FIXTURE_SEGMENT_DURATION * 1000); /* the audio's */
  g_assert_true(fixture_publish_audio(fixture, audio, "w1", 2, &error));
  assert_state(fixture, asset_id, ASSET_STATE_PLAYABLE); /* the poster is still open */
  g_assert_true(fixture_publish_poster(fixture, find_job(jobs, JOB_KIND_POSTER, 0), "w1", &error));
  assert_state(fixture, asset_id, ASSET_STATE_READY);
}

/** One job may publish all spans one after the other, and ends when no video track lacks any. */
static void test_publish_video_job(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  fixture_run_sql(fixture, "DELETE FROM job WHERE kind = 'span' AND span_index > 0");
  fixture_run_sql(fixture, "UPDATE job SET kind = 'video' WHERE kind = 'span'");
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  const CatalogJob *video = find_job(jobs, JOB_KIND_VIDEO, 0);
  for (int64_t span = 0; span < 3; span++) {
    g_assert_false(catalog_publish(fixture->catalog, video, "w1", NULL, 0, true, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
    g_clear_error(&error);
    CatalogPublication both[] = {fixture_publication(video, "v360", span),
                                 fixture_publication(video, "v720", span)};
    g_assert_true(catalog_publish(fixture->catalog, video, "w1", both, 2, false, &error));
    fixture_publication_clear(&both[0]);
    fixture_publication_clear(&both[1]);
    int64_t count;
    g_assert_true(catalog_count_published_spans(fixture->catalog, asset_id, "v720", &count, &error));
    g_assert_cmpint(count, ==, span + 1);
  }
  CatalogPublication sound = fixture_publication(video, "a128", 0);
  g_assert_false(catalog_publish(fixture->catalog, video, "w1", &sound, 1, false, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_clear_error(&error);
  fixture_publication_clear(&sound);
  g_assert_true(catalog_publish(fixture->catalog, video, "w1", NULL, 0, true, &error));
  g_assert_true(fixture_load_track(fixture, asset_id, "v360").is_complete);
}

static void test_publish_no_audio_end_no_ready(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  const CatalogJob *audio = find_job(jobs, JOB_KIND_AUDIO, 0), *span = find_job(jobs, JOB_KIND_SPAN, 1);
  /* neither an audio job without its end nor a span job without its span may end */
  publish_audio_span(fixture, audio, 0);
  g_assert_false(catalog_publish(fixture->catalog, audio, "w1", NULL, 0, true, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_clear_error(&error);
  CatalogPublication one = fixture_publication(span, "v360", 1);
  g_assert_false(catalog_publish(fixture->catalog, span, "w1", &one, 1, true, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  fixture_publication_clear(&one);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM span"), ==, 1);
  /* the audio may turn out shorter or longer than planned */
  g_clear_error(&error);
  CatalogPublication last = fixture_publication(audio, "a128", 1);
  last.is_last = true;
  last.segment_count = 2;
  g_assert_true(catalog_publish(fixture->catalog, audio, "w1", &last, 1, true, &error));
  fixture_publication_clear(&last);
  CatalogTrack track = fixture_load_track(fixture, asset_id, "a128");
  g_assert_true(track.is_complete);
  g_assert_cmpint(track.segment_total, ==, 3);
  g_assert_cmpint(track.segment_count, ==, 3);
}

static void assert_unchanged(Fixture *fixture, const CatalogJob *job, CatalogPublication *first,
                             CatalogPublication *second, CatalogError code) {
  g_autoptr(GError) error = NULL;
  CatalogPublication publications[] = {*first, *second};
  const char *count = "SELECT (SELECT COUNT(*) FROM span) * 1000 + (SELECT COUNT(*) FROM segment)"
                      " + (SELECT SUM(segment_count) FROM track) * 1000000";
  int64_t before = fixture_number(fixture, count);
  g_assert_false(catalog_publish(fixture->catalog, job, "w1", publications, 2, true, &error));
  g_assert_error(error, CATALOG_ERROR, (int)code);
  g_assert_cmpint(fixture_number(fixture, count), ==, before);
  g_assert_true(catalog_renew_job(fixture->catalog, job, "w1", 0.1, INT64_MAX, NULL)); /* still running */
}

/* The first publication of each pair is good: with the second refused, nothing of it may stay. */
static void test_publish_is_atomic(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  publish_span(fixture, jobs, 0);
  const CatalogJob *job = find_job(jobs, JOB_KIND_SPAN, 1);
  CatalogPublication good = fixture_publication(job, "v360", 1), other = fixture_publication(job, "v720", 1);
  g_autofree char *new_key = key_of_span(asset_id, "v720", 0, 9);
  g_autoptr(GBytes) wrong_init = fixture_init_segment("other");
  CatalogSegment empty = {0};
  CatalogPublication bad = other;
  bad.span_index = 0; /* published already */
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_CONFLICT);
  bad = other;
  bad.first_segment = 0; /* overlaps */
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_CONFLICT);
  bad = other;
  bad.blob_key = good.blob_key; /* one file for two */
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_CONFLICT);
  bad = other;
  bad.init = wrong_init;
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_CONFLICT);
  bad = other;
  bad.codec = "avc1.640028";
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_CONFLICT);
  bad = other;
  bad.first_segment = 6; /* past the planned end */
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_CONFLICT);
  bad = other;
  bad.track_name = "v1080";
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_NOT_FOUND);
  bad = other;
  bad.blob_key = "../escape";
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_INVALID);
  bad = other;
  bad.segments = &empty;
  bad.segment_count = 1;
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_INVALID);
  bad = other;
  bad.segment_count = 0;
  assert_unchanged(fixture, job, &good, &bad, CATALOG_ERROR_INVALID);
  fixture_publication_clear(&good);
  fixture_publication_clear(&other);
  publish_span(fixture, jobs, 1);
}

/* Two workers on one span (the first one's lease was lost): only the second one's file is listed. */
static void test_publish_second_attempt_wins(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 1);
  g_autoptr(CatalogJob) late = fixture_claim(fixture, "late");
  int64_t count = 0;
  g_assert_true(catalog_reap_jobs(fixture->catalog, INT64_MAX, NULL, NULL, &count, &error));
  g_autoptr(CatalogJob) next = fixture_claim(fixture, "next");
  g_assert_true(fixture_publish_span(fixture, next, "next", &error));
  g_assert_false(fixture_publish_span(fixture, late, "late", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_autoptr(GHashTable) keys = NULL;
  g_assert_true(catalog_load_blob_keys(fixture->catalog, asset_id, &keys, NULL));
  g_autofree char *late_key = key_of_span(asset_id, "v360", 0, late->attempt);
  g_autofree char *next_key = key_of_span(asset_id, "v360", 0, next->attempt);
  g_assert_false(g_hash_table_contains(keys, late_key));
  g_assert_true(g_hash_table_contains(keys, next_key));
  g_assert_cmpuint(g_hash_table_size(keys), ==, 1 + FIXTURE_VIDEO_TRACKS);
}

/* The audio job goes on where the one before it ended. */
static void test_publish_audio_resumes(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 4);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  const CatalogJob *audio = find_job(jobs, JOB_KIND_AUDIO, 0);
  publish_audio_span(fixture, audio, 0);
  publish_audio_span(fixture, audio, 1);
  g_assert_true(catalog_release_job(fixture->catalog, audio, "w1", &error));
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w2");
  int64_t count = 0;
  g_assert_true(catalog_count_published_spans(fixture->catalog, asset_id, "a128", &count, &error));
  g_assert_cmpint(count, ==, 2);
  g_assert_true(fixture_publish_audio(fixture, again, "w2", 4, &error));
  g_assert_true(fixture_load_track(fixture, asset_id, "a128").is_complete);
  g_assert_false(catalog_count_published_spans(fixture->catalog, asset_id, "a64", &count, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_publish_wrong_kind(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 1);
  g_autoptr(GPtrArray) jobs = claim_all(fixture);
  const CatalogJob *poster = find_job(jobs, JOB_KIND_POSTER, 0), *span = find_job(jobs, JOB_KIND_SPAN, 0);
  g_assert_false(fixture_publish_span(fixture, poster, "w1", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_false(fixture_publish_poster(fixture, span, "w1", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
}

#define ADD(name)                                                                                                  \
  g_test_add("/publish/" #name, Fixture, NULL, fixture_set_up, test_publish_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(prefix_out_of_order);
  ADD(segments_listed);
  ADD(states);
  ADD(video_job);
  ADD(no_audio_end_no_ready);
  ADD(is_atomic);
  ADD(second_attempt_wins);
  ADD(audio_resumes);
  ADD(wrong_kind);
  return g_test_run();
}
