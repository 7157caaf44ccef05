#include "catalog/job.h"
#include "tests/unit/catalog/catalog_fixture.h"

static const CatalogTrack encoded = {.name = "e720",
                                     .kind = TRACK_KIND_VIDEO,
                                     .bitrate_bps = 2500000,
                                     .width = 1280,
                                     .height = 720,
                                     .frame_rate = {25, 1},
                                     .timescale_hz = FIXTURE_TIMESCALE,
                                     .segment_total = 9};

static void publish(const Fixture *fixture, const CatalogJob *job, const char *track, GError **error) {
  CatalogPublication publication = fixture_publication(job, track, job->span_index);
  catalog_publish(fixture->catalog, job, "w1", &publication, 1, false, error);
  fixture_publication_clear(&publication);
}

/** The first two spans are there, the third fails: the track goes, the other one stays, all is to be done again. */
static void test_replace_track(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autoptr(CatalogJob) first = fixture_claim(fixture, "w1");
  g_assert_true(fixture_publish_span(fixture, first, "w1", &error));
  g_autoptr(CatalogJob) audio = fixture_claim(fixture, "w1"), poster = fixture_claim(fixture, "w1");
  fixture_work(fixture, audio, "w1", 4, &error);
  g_assert_no_error(error);
  g_autoptr(CatalogJob) second = fixture_claim(fixture, "w1"), third = fixture_claim(fixture, "w2");
  publish(fixture, second, "v720", &error);
  g_assert_no_error(error);

  g_assert_true(catalog_replace_track(fixture->catalog, second, "w1", "v720", &encoded, "{\"spans\":2}", &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM track WHERE name = 'v720'"), ==, 0);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM span WHERE track_id NOT IN (SELECT id FROM track)"),
                  ==, 0);
  g_assert_cmpint(fixture_number(fixture, "SELECT segment_count FROM track WHERE name = 'v360'"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT segment_count FROM track WHERE name = 'e720'"), ==, 0);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE kind = 'span' AND state = 'ready'"), ==,
                  3);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job WHERE kind = 'audio' AND state = 'done'"), ==,
                  1);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(asset->state, ==, ASSET_STATE_PLAYABLE);

  publish(fixture, third, "v360", &error); /* of an attempt that is over */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_clear_error(&error);
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w1");
  g_assert_cmpint(again->id, ==, first->id);
  g_assert_cmpstr(again->plan, ==, "{\"spans\":2}");
  publish(fixture, again, "e720", &error);
  g_assert_no_error(error);
  g_assert_true(catalog_publish(fixture->catalog, again, "w1", NULL, 0, true, &error));
}

/** What could be played in that track alone cannot be played any more, until another has its first span. */
static void test_replace_track_unplayable(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autoptr(CatalogJob) first = fixture_claim(fixture, "w1"), audio = fixture_claim(fixture, "w1");
  publish(fixture, first, "v720", &error);
  fixture_work(fixture, audio, "w1", 4, &error);
  g_assert_no_error(error);
  g_autoptr(CatalogAsset) before = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(before->state, ==, ASSET_STATE_PLAYABLE);
  g_assert_true(catalog_replace_track(fixture->catalog, first, "w1", "v720", &encoded, "{}", &error));
  g_autoptr(CatalogAsset) between = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(between->state, ==, ASSET_STATE_QUEUED);
  g_autoptr(CatalogJob) again = fixture_claim(fixture, "w1");
  g_assert_cmpint(again->id, ==, first->id);
  publish(fixture, again, "e720", &error);
  g_assert_no_error(error);
  g_autoptr(CatalogAsset) after = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(after->state, ==, ASSET_STATE_PLAYABLE);
}

static void test_replace_track_refused(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 3);
  g_autoptr(CatalogJob) first = fixture_claim(fixture, "w1"), audio = fixture_claim(fixture, "w1");
  static const char *const NAMES[] = {"v1080", "a128"};
  for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_assert_false(catalog_replace_track(fixture->catalog, first, "w1", NAMES[i], &encoded, "{}", &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
    g_clear_error(&error);
  }
  g_assert_false(catalog_replace_track(fixture->catalog, audio, "w1", "v720", &encoded, "{}", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_false(catalog_replace_track(fixture->catalog, first, "w2", "v720", &encoded, "{}", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_FENCED);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM track WHERE name = 'v720'"), ==, 1);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add("/replace-track/replace", Fixture, NULL, fixture_set_up, test_replace_track, fixture_tear_down);
  g_test_add("/replace-track/unplayable", Fixture, NULL, fixture_set_up, test_replace_track_unplayable,
             fixture_tear_down);
  g_test_add("/replace-track/refused", Fixture, NULL, fixture_set_up, test_replace_track_refused,
             fixture_tear_down);
  return g_test_run();
}
