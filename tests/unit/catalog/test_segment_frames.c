#include "tests/unit/catalog/catalog_fixture.h"

/** The planned length of every segment, which a view of the whole lesson is made of. */

static bool plan(const Fixture *fixture, const char *asset_id, const int32_t *frames, size_t count,
                 GError **error) {
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpstr(job->asset_id, ==, asset_id);
  CatalogTrack track = {.name = "v360",
                        .kind = TRACK_KIND_VIDEO,
                        .bitrate_bps = 800000,
                        .width = 640,
                        .height = 360,
                        .frame_rate = {25, 1},
                        .timescale_hz = 12800,
                        .segment_total = 3};
  CatalogJobPlan span = {.kind = JOB_KIND_SPAN, .weight = 1, .segment_count = 3};
  CatalogAssetPlan planned = {.has_video = true,
                              .duration_us = 18 * G_TIME_SPAN_SECOND,
                              .target_duration_s = 6,
                              .plan_json = "{}",
                              .tracks = &track,
                              .track_count = 1,
                              .jobs = &span,
                              .job_count = 1,
                              .segment_frames = frames,
                              .segment_frame_count = count};
  return catalog_plan_asset(fixture->catalog, job, "w1", &planned, error);
}

static void assert_frames(const Fixture *fixture, const char *asset_id, const int32_t *frames, guint count) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) loaded = NULL;
  catalog_load_segment_frames(fixture->catalog, asset_id, &loaded, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(loaded->len, ==, count);
  for (guint i = 0; i < count; i++)
    g_assert_cmpint(g_array_index(loaded, int32_t, i), ==, frames[i]);
}

static void test_segment_frames_round_trip(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const int32_t frames[] = {150, 149, 70000};
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "told");
  assert_frames(fixture, asset_id, NULL, 0); /* not planned yet */
  plan(fixture, asset_id, frames, G_N_ELEMENTS(frames), &error);
  g_assert_no_error(error);
  assert_frames(fixture, asset_id, frames, G_N_ELEMENTS(frames));
}

static void test_segment_frames_not_told(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "silent");
  plan(fixture, asset_id, NULL, 0, &error);
  g_assert_no_error(error);
  assert_frames(fixture, asset_id, NULL, 0);
  fixture_run_sql(fixture, "UPDATE asset SET segment_frames = x'0100000000000000ff'");
  assert_frames(fixture, asset_id, NULL, 0); /* a segment without frames is nonsense */
  g_autoptr(GArray) none = NULL;
  g_assert_false(catalog_load_segment_frames(fixture->catalog, "0000000000000", &none, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_segment_frames_refused(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const int32_t frames[] = {150, 0, 150};
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "refused");
  g_assert_false(plan(fixture, asset_id, frames, G_N_ELEMENTS(frames), &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD("/segment_frames/round_trip", test_segment_frames_round_trip);
  ADD("/segment_frames/not_told", test_segment_frames_not_told);
  ADD("/segment_frames/refused", test_segment_frames_refused);
  return g_test_run();
}
