#include "catalog/course.h"
#include "catalog/progress.h"
#include "tests/unit/catalog/catalog_fixture.h"

/* What a catalog of the first schema held. */
static const char old_rows[] =
    "INSERT INTO asset (id, state, source_key, source_name, source_size_bytes, has_video, has_audio, duration_us,"
    " target_duration_s, plan, poster_key, created_us, updated_us, ready_us) VALUES"
    " ('ready00000001', 'ready', 'source/ready00000001', 'a.mp4', 10, 1, 1, 30000000, 6, '{\"a\":1}',"
    "  'asset/ready00000001/poster-1.jpg', 100, 200, 200),"
    " ('grows00000002', 'playable', 'source/grows00000002', 'b.mp4', 20, 1, 1, 90000000, 6, '{\"b\":1}', NULL, 300,"
    "  400, 0),"
    " ('fails00000003', 'failed', 'source/fails00000003', 'c.mp4', 30, 0, 0, 0, 0, NULL, NULL, 500, 600, 0);"
    "UPDATE asset SET error_code = 'not_media', error_detail = 'text' WHERE state = 'failed';"
    "INSERT INTO course (id, title, institution, created_us, updated_us) VALUES"
    " ('course0000001', '太极拳', '社区大学', 100, 100), ('course0000002', '书法', '', 300, 300);"
    "INSERT INTO course_audience VALUES ('course0000001', 'elders');"
    "INSERT INTO course_tag VALUES ('course0000001', '健身');"
    "INSERT INTO lesson VALUES ('lesson0000001', 'course0000001', 1, '第一课', 'ready00000001'),"
    " ('lesson0000002', 'course0000001', 2, '第二课', 'grows00000002'),"
    " ('lesson0000003', 'course0000002', 1, '书法', 'fails00000003');"
    "INSERT INTO caption VALUES ('ready00000001', 'zh-CN', '中文', 'asset/ready00000001/captions/zh-CN.vtt');"
    "INSERT INTO track (id, asset_id, name, kind, codec, bitrate_bps, width, height, frame_rate_num, "
    "frame_rate_den,"
    " timescale_hz, segment_total, segment_count, is_complete, init) VALUES"
    " (1, 'ready00000001', 'v360', 'video', 'avc1.64001e', 800000, 640, 360, 25, 1, 12800, 2, 2, 1, x'0102'),"
    " (2, 'grows00000002', 'v360', 'video', 'avc1.64001e', 800000, 640, 360, 25, 1, 12800, 9, 1, 0, x'0304');"
    "INSERT INTO span VALUES (1, 0, 'asset/ready00000001/v360/000000-1.m4s'),"
    " (1, 1, 'asset/ready00000001/v360/000001-2.m4s'), (2, 0, 'asset/grows00000002/v360/000000-1.m4s');"
    "INSERT INTO segment VALUES (1, 0, 0, 0, 1000, 0, 76800), (1, 1, 1, 0, 900, 76800, 76800),"
    " (2, 0, 0, 0, 800, 0, 76800);"
    "INSERT INTO job (id, asset_id, kind, span_index, state, priority, weight, progress, attempt, failures, owner,"
    " lease_until_us, error_code, created_us, finished_us) VALUES"
    " (1, 'ready00000001', 'probe', 0, 'done', 1000, 1, 1, 1, 0, NULL, 0, NULL, 100, 110),"
    " (2, 'ready00000001', 'span', 0, 'done', 100, 6000, 1, 1, 0, NULL, 0, NULL, 110, 120),"
    " (3, 'ready00000001', 'span', 1, 'done', 50, 6000, 1, 2, 1, NULL, 0, 'crashed', 110, 130),"
    " (4, 'grows00000002', 'span', 1, 'running', 50, 12000, 0.5, 3, 0, 'w1', 9000000000000000, NULL, 310, 0),"
    " (5, 'grows00000002', 'span', 2, 'ready', 50, 36000, 0, 0, 0, NULL, 0, NULL, 310, 0),"
    " (6, 'grows00000002', 'poster', 0, 'ready', 80, 500, 0, 0, 0, NULL, 0, NULL, 310, 0),"
    " (7, 'fails00000003', 'probe', 0, 'failed', 1000, 1, 0, 1, 1, NULL, 0, 'not_media', 500, 510);"
    "INSERT INTO worker VALUES ('w1', 1000);";

static void make_old_catalog(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  g_autofree char *script = NULL;
  g_assert_true(
      g_file_get_contents(KAPOK_SOURCE_DIR "/catalog/migrations/0001_first_floor.sql", &script, NULL, &error));
  g_assert_no_error(error);
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  const char *steps[] = {script, "PRAGMA user_version = 1", "PRAGMA foreign_keys = ON", old_rows};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
    char *message = NULL;
    if (sqlite3_exec(db, steps[i], NULL, NULL, &message) != SQLITE_OK)
      g_error("%s", message);
  }
  sqlite3_close(db);
}

/* Counts of every table of the first schema. */
static char *count_rows(const Fixture *fixture) {
  const char *tables[] = {"asset", "course", "course_audience", "course_tag", "lesson", "caption",
                          "track", "span",   "segment",         "job",        "worker"};
  GString *counts = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
    g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM %s", tables[i]);
    g_string_append_printf(counts, "%s %d ", tables[i], (int)fixture_number(fixture, sql));
  }
  return g_string_free(counts, FALSE);
}

static void test_migration_keeps_rows(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  make_old_catalog(fixture);
  g_autofree char *before = count_rows(fixture);
  fixture_open(fixture);
  g_autofree char *after = count_rows(fixture);
  g_assert_cmpstr(after, ==, before);
  g_assert_true(catalog_check(fixture->catalog, &error));
  g_assert_cmpint(fixture_number(fixture, "PRAGMA user_version"), ==, catalog_schema_version(fixture->catalog));
  const char *facts[] = {
      "SELECT COUNT(*) FROM asset WHERE id = 'ready00000001' AND state = 'ready' AND plan = '{\"a\":1}'"
      " AND poster_key IS NOT NULL AND ready_us = 200 AND institution = '社区大学' AND is_paused = 0"
      " AND replaces_id IS NULL",
      "SELECT COUNT(*) FROM asset WHERE error_code = 'not_media' AND error_detail = 'text' AND institution = ''",
      "SELECT COUNT(*) FROM job WHERE id = 3 AND attempt = 2 AND failures = 1 AND error_code = 'crashed'"
      " AND weight = 6000 AND finished_us = 130 AND losses = 0",
      "SELECT COUNT(*) FROM job WHERE id = 4 AND state = 'running' AND owner = 'w1' AND progress = 0.5"
      " AND attempt = 3 AND institution = '社区大学'",
      "SELECT COUNT(*) FROM job_tally WHERE kind = 'span' AND state = 'done' AND jobs = 2 AND weight = 12000",
      "SELECT COUNT(*) FROM job_tally WHERE kind = 'probe' AND state = 'failed' AND jobs = 1",
      "SELECT COUNT(*) FROM institution_share WHERE institution = '社区大学' AND served = 0",
      "SELECT COUNT(*) FROM track WHERE id = 1 AND init = x'0102' AND role = 'main' AND is_complete = 1",
      "SELECT COUNT(*) FROM segment WHERE track_id = 1 AND segment_index = 1 AND length = 900",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
    if (fixture_number(fixture, facts[i]) != 1)
      g_error("not so: %s", facts[i]);
}

/* The migrated catalog is worked on: a late worker renews, others claim, figures add up. */
static void test_migration_goes_on(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  make_old_catalog(fixture);
  fixture_open(fixture);
  CatalogJob running = {.id = 4, .attempt = 3};
  g_assert_true(catalog_renew_job(fixture->catalog, &running, "w1", 0.75, INT64_MAX, &error));
  g_autoptr(CatalogJob) poster = fixture_claim(fixture, "w2"), span = fixture_claim(fixture, "w2");
  g_assert_cmpint(poster->kind, ==, JOB_KIND_POSTER);
  g_assert_cmpint(span->span_index, ==, 2);
  g_assert_cmpstr(span->plan, ==, "{\"b\":1}");
  g_assert_null(fixture_claim(fixture, "w2"));
  g_auto(CatalogQueue) queue = {0};
  g_assert_true(catalog_load_queue(fixture->catalog, 0, &queue, &error));
  g_assert_cmpint(queue.jobs[JOB_KIND_SPAN][JOB_STATE_RUNNING], ==, 2);
  g_assert_cmpint(queue.encoded_ms, ==, 12000);
  g_assert_cmpint(queue.worker_count, ==, 1);
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_assert_true(catalog_load_course(fixture->catalog, "course0000001", &course, &lessons, &error));
  g_assert_cmpuint(lessons->len, ==, 2);
  g_assert_cmpstr(course->tags[0], ==, "健身");
  g_autofree char *key = NULL;
  CatalogSegment segment = {0};
  g_assert_true(catalog_find_segment(fixture->catalog, "ready00000001", "v360", 1, &key, &segment, &error));
  g_assert_cmpint(segment.length, ==, 900);
  /* and new lessons come in */
  g_autofree char *asset_id = fixture_add_lesson_of(fixture, "new.mp4", "新机构");
  g_autoptr(CatalogJob) probe = fixture_claim(fixture, "w2");
  g_assert_cmpstr(probe->asset_id, ==, asset_id);
}

#define ADD(name)                                                                                                  \
  g_test_add("/migration/" #name, Fixture, NULL, set_up_folder, test_migration_##name, fixture_tear_down)

static void set_up_folder(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_init(fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(keeps_rows);
  ADD(goes_on);
  return g_test_run();
}
