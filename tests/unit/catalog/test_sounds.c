/** Lessons with several sounds: one job for each, the main one decides. */
#include "catalog/job.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define OWNER "w1"

static const CatalogTrack tracks[] = {
    {.name = "a128", .kind = TRACK_KIND_AUDIO, .bitrate_bps = 128000, .channels = 2, .language = "zh"},
    {.name = "a64", .kind = TRACK_KIND_AUDIO, .bitrate_bps = 64000, .channels = 2, .language = "zh"},
    {.name = "a128-2",
     .kind = TRACK_KIND_AUDIO,
     .bitrate_bps = 128000,
     .channels = 2,
     .language = "yue",
     .role = TRACK_ROLE_ALTERNATE,
     .label = "粤语配音",
     .sound_index = 1},
    {.name = "a128-3",
     .kind = TRACK_KIND_AUDIO,
     .bitrate_bps = 128000,
     .channels = 2,
     .role = TRACK_ROLE_DESCRIPTION,
     .sound_index = 2},
};

/** A lesson of sound alone, one span long; its jobs by sound. */
typedef struct {
  char *asset_id;
  CatalogJob *jobs[3];
} Sounds;

static CatalogAssetPlan plan_sounds(CatalogTrack *planned, const CatalogJobPlan *jobs, size_t job_count) {
  for (size_t i = 0; i < G_N_ELEMENTS(tracks); i++) {
    planned[i] = tracks[i];
    planned[i].timescale_hz = FIXTURE_TIMESCALE;
    planned[i].segment_total = 1;
  }
  return (CatalogAssetPlan){.has_audio = true,
                            .duration_us = 6 * G_USEC_PER_SEC,
                            .target_duration_s = 6,
                            .plan_json = "{}",
                            .tracks = planned,
                            .track_count = G_N_ELEMENTS(tracks),
                            .jobs = jobs,
                            .job_count = job_count};
}

static void sounds_begin(const Fixture *fixture, Sounds *sounds) {
  static const CatalogJobPlan jobs[] = {
      {.kind = JOB_KIND_AUDIO, .span_index = 0, .priority = 100, .weight = 1},
      {.kind = JOB_KIND_AUDIO, .span_index = 1, .priority = 90, .weight = 1},
      {.kind = JOB_KIND_AUDIO, .span_index = 2, .priority = 80, .weight = 1},
  };
  g_autoptr(GError) error = NULL;
  CatalogTrack planned[G_N_ELEMENTS(tracks)];
  sounds->asset_id = fixture_add_lesson(fixture, "sounds.mkv");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, OWNER);
  CatalogAssetPlan bad = plan_sounds(planned, jobs, 2), good = plan_sounds(planned, jobs, 3);
  g_assert_false(catalog_plan_asset(fixture->catalog, probe, OWNER, &bad, &error)); /* nobody makes a128-3 */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_true(catalog_plan_asset(fixture->catalog, probe, OWNER, &good, &error));
  for (int i = 0; i < 3; i++) {
    sounds->jobs[i] = fixture_claim(fixture, OWNER);
    g_assert_cmpint(sounds->jobs[i]->span_index, ==, i);
  }
}

static void sounds_clear(Sounds *sounds) {
  for (int i = 0; i < 3; i++)
    catalog_job_free(sounds->jobs[i]);
  g_free(sounds->asset_id);
}

static bool publish(const Fixture *fixture, const CatalogJob *job, const char *track, bool finish, GError **error) {
  CatalogPublication publication = fixture_publication(job, track, 0);
  publication.is_last = true;
  fixture_put(fixture, publication.blob_key);
  bool is_done = catalog_publish(fixture->catalog, job, OWNER, &publication, 1, finish, error);
  fixture_publication_clear(&publication);
  return is_done;
}

static void assert_state(const Fixture *fixture, const Sounds *sounds, AssetState state) {
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, sounds->asset_id);
  g_assert_cmpstr(asset_state_name(asset->state), ==, asset_state_name(state));
}

/** Roles, labels and numbers come back as they were planned; each job ends with its own tracks, and only the main
 * sound makes the lesson playable. */
static void test_sounds_own_jobs(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  Sounds sounds;
  sounds_begin(fixture, &sounds);
  for (size_t i = 0; i < G_N_ELEMENTS(tracks); i++) {
    CatalogTrack track = fixture_load_track(fixture, sounds.asset_id, tracks[i].name);
    g_assert_cmpint(track.role, ==, tracks[i].role);
    g_assert_cmpstr(track.label, ==, tracks[i].label);
    g_assert_cmpint(track.sound_index, ==, tracks[i].sound_index);
  }
  g_assert_true(publish(fixture, sounds.jobs[1], "a128-2", true, &error));
  assert_state(fixture, &sounds, ASSET_STATE_QUEUED);
  g_assert_false(publish(fixture, sounds.jobs[0], "a128-3", false, &error)); /* not its own */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_false(publish(fixture, sounds.jobs[0], "a128", true, &error)); /* a64 is missing */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_true(publish(fixture, sounds.jobs[0], "a128", false, &error));
  assert_state(fixture, &sounds, ASSET_STATE_PLAYABLE);
  g_assert_true(publish(fixture, sounds.jobs[0], "a64", true, &error));
  assert_state(fixture, &sounds, ASSET_STATE_PLAYABLE);
  g_assert_true(publish(fixture, sounds.jobs[2], "a128-3", true, &error));
  assert_state(fixture, &sounds, ASSET_STATE_READY);
  sounds_clear(&sounds);
}

/** A broken sound beside the main one goes with its tracks; a broken main one fails the lesson. */
static void test_sounds_left_out(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) left = NULL;
  Sounds sounds;
  sounds_begin(fixture, &sounds);
  g_assert_true(publish(fixture, sounds.jobs[1], "a128-2", false, &error));
  g_assert_true(catalog_fail_job(fixture->catalog, sounds.jobs[1], OWNER, "damaged", "no sound", false, &error));
  g_assert_true(catalog_load_tracks(fixture->catalog, sounds.asset_id, &left, &error));
  g_assert_cmpint(left->len, ==, 3);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM segment"), ==, 0);
  g_assert_true(publish(fixture, sounds.jobs[0], "a128", false, &error));
  g_assert_true(publish(fixture, sounds.jobs[0], "a64", true, &error));
  g_assert_true(publish(fixture, sounds.jobs[2], "a128-3", true, &error));
  assert_state(fixture, &sounds, ASSET_STATE_READY);
  sounds_clear(&sounds);

  sounds_begin(fixture, &sounds);
  g_assert_true(catalog_fail_job(fixture->catalog, sounds.jobs[0], OWNER, "damaged", "no sound", false, &error));
  assert_state(fixture, &sounds, ASSET_STATE_FAILED);
  sounds_clear(&sounds);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add("/sounds/own-jobs", Fixture, NULL, fixture_set_up, test_sounds_own_jobs, fixture_tear_down);
  g_test_add("/sounds/left-out", Fixture, NULL, fixture_set_up, test_sounds_left_out, fixture_tear_down);
  return g_test_run();
}
