/** Lessons that are not for everybody: strangers find nothing, who may see them gets signed addresses that any player can follow. */
#include "catalog/record_store.h"
#include "tests/unit/server/people_fixture.h"

static void set_field(const Fixture *fixture, const char *course_id, const char *field, const char *value) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) patch = catalog_record_new(RECORD_COURSE), made = NULL;
  RecordFault fault = {0};
  patch->id = g_strdup(course_id);
  catalog_record_set(patch, field, value);
  catalog_update_record(fixture->catalog, "test", patch, 0, &made, &fault, &error);
  g_assert_no_error(error);
}

static int status_of(const Fixture *fixture, const char *target) {
  g_auto(Reply) reply = {0};
  fixture_ask(fixture, "GET", target, "", &reply);
  return reply.status;
}

static char *media(const Lesson *lesson, const char *file) {
  return g_strdup_printf("/media/%s/%s", lesson->asset_id, file);
}

static const char *const files[] = {"master.m3u8",        "v360/playlist.m3u8", "v360/init.mp4",  "v360/0.m4s",
                                    "a128/1.m4s",         "chapters.vtt",       "ts/master.m3u8", "poster.jpg",
                                    "captions/zh-CN.vtt", "captions/zh-CN.m3u8"};

static void test_hidden_from_strangers(void) {
  Fixture fixture;
  fixture_open(&fixture);
  fixture_write_file(fixture.web_dir, "course.html", "<!doctype html>");
  g_auto(Lesson) lesson = lesson_make(&fixture, "太极拳", NULL);
  g_autofree char *page = g_strdup_printf("/course/%s", lesson.course_id);
  g_autofree char *asset = g_strdup_printf("/api/v1/assets/%s", lesson.asset_id);
  g_autofree char *course = g_strdup_printf("/api/v1/courses/%s", lesson.course_id);
  int before[G_N_ELEMENTS(files)];
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *target = media(&lesson, files[i]);
    before[i] = status_of(&fixture, target); /* shared answers among them */
    g_assert_true(before[i] == 200 || before[i] == 404);
  }
  g_assert_cmpint(before[0], ==, 200);
  g_assert_cmpint(before[3], ==, 200);
  g_assert_cmpint(status_of(&fixture, page), ==, 200);
  set_field(&fixture, lesson.course_id, "visibility", "link");
  gint64 limit_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC; /* stored bytes may be shared for 2 s more */
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *target = media(&lesson, files[i]);
    while (status_of(&fixture, target) != 404) {
      g_assert_cmpint(g_get_monotonic_time(), <, limit_us);
      g_usleep(20000);
    }
  }
  while (status_of(&fixture, page) != 404) {
    g_assert_cmpint(g_get_monotonic_time(), <, limit_us);
    g_usleep(20000);
  }
  g_assert_cmpint(status_of(&fixture, asset), ==, 404);
  g_assert_cmpint(status_of(&fixture, course), ==, 404);
  set_field(&fixture, lesson.course_id, "visibility", "public");
  g_autofree char *again = media(&lesson, files[0]);
  g_assert_cmpint(status_of(&fixture, again), ==, 200);
  fixture_close(&fixture);
}

/** Who may see it is led to a signed address, below which everything that playlists name can be had without a cookie. */
static void test_hidden_signed(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "太极拳", NULL);
  g_autofree char *id = person_add(&fixture, "boss"), *resident = person_add(&fixture, "resident");
  person_give(&fixture, id, ROLE_ADMINISTRATOR, NULL, NULL);
  set_field(&fixture, lesson.course_id, "visibility", "link");
  g_auto(Browser) boss = browser_open(&fixture), other = browser_open(&fixture);
  g_autofree char *master = media(&lesson, "master.m3u8"), *whole = g_strconcat(master, "?timeline=whole", NULL);
  g_auto(Reply) led = {0}, playlist = {0}, shown = {0};
  browser_sign_in(&boss, "boss");
  browser_sign_in(&other, "resident");
  browser_do(&other, "GET", master, NULL, 404);
  browser_ask(&boss, "GET", whole, NULL, 307, &led);
  assert_header(&led, "Cache-Control", "no-store");
  g_autofree char *location = reply_header(&led, "Location");
  g_assert_true(g_str_has_suffix(location, "/master.m3u8?timeline=whole"));
  g_autofree char *base = g_strndup(location, strlen(location) - strlen("/master.m3u8?timeline=whole"));
  fixture_ask(&fixture, "GET", location, "", &playlist);
  g_assert_cmpint(playlist.status, ==, 200);
  g_assert_nonnull(strstr(reply_text(&playlist), "v360/playlist.m3u8")); /* relative: the signature goes on */
  for (int round = 0; round < 2; round++)                                /* the second out of shared answers */
    for (size_t i = 0; i < 5; i++) {
      g_autofree char *signed_target = g_strconcat(base, "/", files[i], NULL), *plain = media(&lesson, files[i]);
      g_assert_cmpint(status_of(&fixture, signed_target), ==, 200);
      g_assert_cmpint(status_of(&fixture, plain), ==, 404);
    }
  g_autofree char *forged = g_strdup(location);
  forged[strlen("/media/~") + 12] ^= 1;
  g_assert_cmpint(status_of(&fixture, forged), ==, 404);
  g_autofree char *asset = g_strdup_printf("/api/v1/assets/%s", lesson.asset_id);
  browser_ask(&boss, "GET", asset, NULL, 200, &shown);
  g_autofree char *named = g_strdup_printf("\"%s/master.m3u8\"", base);
  g_assert_nonnull(strstr(reply_text(&shown), named));
  fixture_close(&fixture);
}

/** The secret of a link opens the course and, through the addresses in it, its media. */
static void test_hidden_link(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "太极拳", NULL);
  set_field(&fixture, lesson.course_id, "visibility", "link");
  g_autoptr(CatalogRecord) course = NULL;
  g_assert_true(catalog_load_record(fixture.catalog, RECORD_COURSE, lesson.course_id, &course, NULL));
  g_autofree char *target =
      g_strdup_printf("/api/v1/courses/%s?link=%s", lesson.course_id, catalog_record_get(course, "visible_to"));
  g_autofree char *wrong = g_strdup_printf("/api/v1/courses/%s?link=wrong", lesson.course_id);
  g_auto(Reply) reply = {0};
  g_assert_cmpint(status_of(&fixture, wrong), ==, 404);
  fixture_ask(&fixture, "GET", target, "", &reply);
  g_assert_cmpint(reply.status, ==, 200);
  const char *signed_path = strstr(reply_text(&reply), "/media/~");
  g_assert_nonnull(signed_path);
  g_autofree char *playlist = g_strndup(signed_path, strcspn(signed_path, "\""));
  g_assert_cmpint(status_of(&fixture, playlist), ==, 200);
  fixture_close(&fixture);
}

/** The interpreter's picture is shown to whoever sees the lesson, and to nobody else. */
static void test_hidden_sign(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) sign = lesson_make(&fixture, "手语", NULL), lesson = lesson_add(&fixture, "太极拳", NULL);
  g_autoptr(GError) error = NULL;
  LessonOrder order = {.asset_id = lesson.asset_id, .sign_asset_id = sign.asset_id};
  catalog_order_lessons(fixture.catalog, "test", sign.course_id, 0, NULL, 0, NULL, &error);
  g_assert_no_error(error);
  g_autofree char *playlist = media(&sign, "master.m3u8");
  g_autofree char *target = g_strdup_printf("/api/v1/courses/%s", lesson.course_id);
  g_assert_cmpint(status_of(&fixture, playlist), ==, 404); /* of no lesson */
  catalog_order_lessons(fixture.catalog, "test", lesson.course_id, 0, &order, 1, NULL, &error);
  g_assert_no_error(error);
  g_auto(Reply) reply = {0};
  fixture_ask(&fixture, "GET", target, "", &reply);
  g_autofree char *shown = g_strdup_printf("\"sign_asset\":{\"id\":\"%s\"", sign.asset_id);
  g_assert_nonnull(strstr(reply_text(&reply), shown));
  g_assert_cmpint(status_of(&fixture, playlist), ==, 200);
  set_field(&fixture, lesson.course_id, "visibility", "link");
  gint64 limit_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC; /* stored bytes may be shared for 2 s more */
  while (status_of(&fixture, playlist) != 404) {
    g_assert_cmpint(g_get_monotonic_time(), <, limit_us);
    g_usleep(20000);
  }
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server_hidden/from_strangers", test_hidden_from_strangers);
  g_test_add_func("/server_hidden/signed", test_hidden_signed);
  g_test_add_func("/server_hidden/link", test_hidden_link);
  g_test_add_func("/server_hidden/sign", test_hidden_sign);
  return g_test_run();
}
