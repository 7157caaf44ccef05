#include "base/log.h"
#include "tests/unit/server/server_fixture.h"

#include <sqlite3.h>

/** Addresses of an asset that was replaced. */

static void run_sql(const Fixture *fixture, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void run_sql(const Fixture *fixture, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sql = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *path = g_build_filename(fixture->data_dir, "catalog.sqlite3", NULL);
  sqlite3 *database = NULL;
  g_assert_cmpint(sqlite3_open(path, &database), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_exec(database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close(database);
}

/** GET `format` with the old id; it must answer 307 to the same with the new one. */
static void assert_leads_on(const Fixture *fixture, const char *format_head, const char *format_tail,
                            const char *old_id, const char *new_id) {
  g_autofree char *target = g_strconcat(format_head, old_id, format_tail, NULL);
  g_autofree char *wanted = g_strconcat(format_head, new_id, format_tail, NULL);
  g_auto(Reply) reply = {0}, followed = {0};
  fixture_ask(fixture, "GET", target, "", &reply);
  g_assert_cmpint(reply.status, ==, 307);
  assert_header(&reply, "Location", wanted);
  assert_header(&reply, "Cache-Control", "no-cache");
  g_assert_cmpuint(reply.body->len, ==, 0);
  fixture_ask(fixture, "GET", wanted, "", &followed);
  g_assert_cmpint(followed.status, ==, 200);
}

static void assert_status(const Fixture *fixture, const char *asset_id, const char *file, int status) {
  g_autofree char *target = g_strdup_printf("/media/%s/%s", asset_id, file);
  g_auto(Reply) reply = {0};
  fixture_ask(fixture, "GET", target, "", &reply);
  g_assert_cmpint(reply.status, ==, status);
}

/** A segment that was sent just before may be sent for two more seconds (http_response.h). */
static void assert_gone_soon(const Fixture *fixture, const char *asset_id, const char *file) {
  g_autofree char *target = g_strdup_printf("/media/%s/%s", asset_id, file);
  int status = 200;
  for (int i = 0; i < 60 && status == 200; i++) {
    g_auto(Reply) reply = {0};
    fixture_ask(fixture, "GET", target, "", &reply);
    status = reply.status;
    g_usleep(50 * G_TIME_SPAN_MILLISECOND);
  }
  g_assert_cmpint(status, ==, 404);
}

static void test_replaced(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) old = lesson_make(&fixture, "old", NULL);
  g_auto(Lesson) new = lesson_make(&fixture, "new", NULL);
  run_sql(&fixture, "UPDATE asset SET replaced_by = '%s', retired_us = 1 WHERE id = '%s'", new.asset_id,
          old.asset_id);
  /* whoever watches goes on watching */
  assert_status(&fixture, old.asset_id, "master.m3u8", 200);
  assert_status(&fixture, old.asset_id, "v360/1.m4s", 200);

  run_sql(&fixture,
          "PRAGMA foreign_keys = ON; DELETE FROM track WHERE asset_id = '%s';"
          "UPDATE asset SET state = 'failed', poster_key = NULL WHERE id = '%s'",
          old.asset_id, old.asset_id);
  assert_leads_on(&fixture, "/media/", "/master.m3u8", old.asset_id, new.asset_id);
  assert_leads_on(&fixture, "/media/", "/master.m3u8?timeline=whole", old.asset_id, new.asset_id);
  assert_leads_on(&fixture, "/media/", "/v360/playlist.m3u8", old.asset_id, new.asset_id);
  assert_leads_on(&fixture, "/media/", "/poster.jpg", old.asset_id, new.asset_id);
  assert_leads_on(&fixture, "/api/v1/assets/", "", old.asset_id, new.asset_id);
  /* segments of one encode do not follow on those of another */
  assert_gone_soon(&fixture, old.asset_id, "v360/1.m4s");
  assert_status(&fixture, old.asset_id, "v360/init.mp4", 404);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/replaced", test_replaced);
  return g_test_run();
}
