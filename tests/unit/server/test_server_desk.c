/** What /admin asks for, as people with rights over a part of the network: each sees and changes their own part alone. */
#include "catalog/division.h"
#include "catalog/record_store.h"
#include "tests/unit/server/people_fixture.h"

#define CITY "510400000000"
#define EAST "510402000000"
#define WEST "510403000000"

static void make_divisions(const Fixture *fixture) {
  static const char text[] = "code,name\n" CITY ",市\n" EAST ",东区\n" WEST ",西区\n";
  g_autoptr(GArray) rows = NULL, faults = NULL;
  g_autoptr(GError) error = NULL;
  DivisionCounts counts = {0};
  g_assert_true(division_table_parse(text, strlen(text), &rows, &faults, &error));
  g_assert_true(catalog_put_divisions(fixture->catalog, "test", rows, &counts, &error));
}

static void set_course(const Fixture *fixture, const char *id, const char *field, const char *value) {
  g_autoptr(CatalogRecord) patch = catalog_record_new(RECORD_COURSE), made = NULL;
  g_autoptr(GError) error = NULL;
  patch->id = g_strdup(id);
  catalog_record_set(patch, field, value);
  catalog_update_record(fixture->catalog, "test", patch, 0, &made, NULL, &error);
  g_assert_no_error(error);
}

static void assert_holds(Browser *browser, const char *address, const char *part, bool is_there) {
  g_auto(Reply) reply = {0};
  browser_ask(browser, "GET", address, NULL, 200, &reply);
  if ((strstr(reply_text(&reply), part) != NULL) != is_there)
    g_error("%s: %s is %s in %s", address, part, is_there ? "not" : "", reply_text(&reply));
}

static void test_server_desk_jobs(void) {
  Fixture fixture;
  fixture_open(&fixture);
  make_divisions(&fixture);
  g_auto(Lesson) mine = lesson_add(&fixture, "mine", NULL), other = lesson_add(&fixture, "other", NULL);
  set_course(&fixture, mine.course_id, "division", EAST);
  set_course(&fixture, other.course_id, "division", WEST);
  g_autofree char *manager = person_add(&fixture, "manager"), *teacher = person_add(&fixture, "teacher");
  person_give(&fixture, manager, ROLE_MANAGER, EAST, NULL);
  person_give(&fixture, teacher, ROLE_TEACHER, EAST, NULL);
  g_auto(Browser) boss = browser_open(&fixture), maker = browser_open(&fixture);
  browser_sign_in(&boss, "manager");
  browser_sign_in(&maker, "teacher");
  assert_holds(&boss, "/api/v1/session", "\"rights\":[\"upload\",\"edit\",\"publish\",\"manage\",\"people\"", true);
  assert_holds(&boss, "/api/v1/jobs", "\"course_title\":\"mine\"", true);
  assert_holds(&boss, "/api/v1/jobs", "\"course_title\":\"other\"", false);
  assert_holds(&boss, "/api/v1/overview", "\"jobs\":{\"waiting\":1,", true);
  assert_holds(&boss, "/api/v1/overview", "machine", false);
  assert_holds(&maker, "/api/v1/jobs", "\"may_manage\":false", true);
  browser_do(&boss, "GET", "/api/v1/jobs?state=odd", NULL, 400);
  browser_do(&boss, "GET", "/api/v1/jobs?cursor=odd", NULL, 400);
  browser_do(&maker, "GET", "/api/v1/storage", NULL, 403);
  g_autofree char *path = g_strdup_printf("/api/v1/jobs/%s/", mine.asset_id);
  g_autofree char *raise = g_strconcat(path, "raise", NULL), *cancel = g_strconcat(path, "cancel", NULL);
  g_autofree char *retry = g_strconcat(path, "retry", NULL), *pause = g_strconcat(path, "pause", NULL);
  g_autofree char *resume = g_strconcat(path, "resume", NULL);
  g_autofree char *theirs = g_strdup_printf("/api/v1/jobs/%s/cancel", other.asset_id);
  browser_do(&maker, "POST", raise, NULL, 403);
  browser_do(&boss, "POST", raise, NULL, 204);
  browser_do(&boss, "POST", pause, NULL, 204);
  assert_holds(&boss, "/api/v1/jobs?state=paused", "\"course_title\":\"mine\"", true);
  browser_do(&boss, "POST", resume, NULL, 204);
  browser_do(&boss, "POST", retry, NULL, 409); /* it has not failed */
  browser_do(&maker, "POST", cancel, NULL, 204);
  assert_holds(&boss, "/api/v1/jobs?state=failed", "\"error_code\":\"cancelled\",\"error\":\"Work on this", true);
  browser_do(&boss, "POST", retry, NULL, 204);
  browser_do(&boss, "POST", theirs, NULL, 403);
  browser_do(&boss, "POST", "/api/v1/jobs/0000000000000/retry", NULL, 403);
  fixture_close(&fixture);
}

/** The entity tag of the course as this browser gets it; caller frees. */
static char *tag_of(Browser *browser, const char *address) {
  g_auto(Reply) reply = {0};
  browser_ask(browser, "GET", address, NULL, 200, &reply);
  return reply_header(&reply, "ETag");
}

/** browser_ask() with If-Match. */
static void decide(Browser *browser, const char *address, const char *tag, const char *body, int status) {
  g_auto(Reply) reply = {0};
  g_autofree char *cookie = g_strdup(g_hash_table_lookup(browser->cookies, "kapok_session"));
  g_autofree char *text =
      g_strdup_printf("POST %s HTTP/1.1\r\nHost: localhost\r\nCookie: kapok_session=%s\r\nIf-Match: %s\r\n"
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                      address, cookie, tag, strlen(body), body);
  int fd = client_connect(browser->fixture);
  g_assert_true(client_send(fd, text, strlen(text)));
  client_read(fd, true, &reply);
  close(fd);
  if (reply.status != status)
    g_error("%s: %d, not %d: %s", address, reply.status, status, reply_text(&reply));
}

static void test_server_desk_reviews(void) {
  Fixture fixture;
  fixture_open(&fixture);
  make_divisions(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "书法", NULL);
  set_course(&fixture, lesson.course_id, "division", EAST);
  set_course(&fixture, lesson.course_id, "status", "withdrawn");
  set_course(&fixture, lesson.course_id, "status", "draft");
  set_course(&fixture, lesson.course_id, "status", "review");
  g_autofree char *reviewer = person_add(&fixture, "reviewer"), *teacher = person_add(&fixture, "teacher");
  person_give(&fixture, reviewer, ROLE_REVIEWER, EAST, NULL);
  person_give(&fixture, teacher, ROLE_TEACHER, EAST, NULL);
  g_auto(Browser) judge = browser_open(&fixture), maker = browser_open(&fixture);
  browser_sign_in(&judge, "reviewer");
  browser_sign_in(&maker, "teacher");
  g_autofree char *address = g_strdup_printf("/api/v1/courses/%s", lesson.course_id);
  g_autofree char *reviews = g_strconcat(address, "/reviews", NULL);
  g_autofree char *tag = tag_of(&judge, address);
  assert_holds(&judge, "/api/v1/overview", "\"reviews\":1", true);
  assert_holds(&maker, "/api/v1/overview", "\"reviews\":0", true);
  decide(&maker, reviews, tag, "{\"decision\":\"approve\"}", 403);
  decide(&judge, reviews, "\"1-x\"", "{\"decision\":\"approve\"}", 412);
  decide(&judge, reviews, tag, "{\"decision\":\"maybe\"}", 422);
  decide(&judge, reviews, tag, "{\"decision\":\"return\"}", 422);
  decide(&judge, reviews, tag, "{\"decision\":\"return\",\"remark\":\"请补字幕\"}", 200);
  assert_holds(&maker, reviews, "\"decision\":\"return\",\"remark\":\"请补字幕\"",
               true); /* it reaches the teacher */
  assert_holds(&maker, address, "\"status\":\"draft\"", true);
  g_autofree char *later = tag_of(&judge, address);
  decide(&judge, reviews, later, "{\"decision\":\"approve\"}", 409); /* it is in nobody's queue now */
  fixture_close(&fixture);
}

static void test_server_desk_people(void) {
  Fixture fixture;
  fixture_open(&fixture);
  make_divisions(&fixture);
  g_autofree char *manager = person_add(&fixture, "manager"), *far = person_add(&fixture, "far");
  person_give(&fixture, manager, ROLE_MANAGER, EAST, NULL);
  person_give(&fixture, far, ROLE_TEACHER, WEST, NULL);
  for (int i = 0; i < 130; i++) {
    g_autofree char *login = g_strdup_printf("p%03d", i);
    g_autoptr(CatalogPerson) person = NULL;
    g_assert_true(catalog_create_person(fixture.catalog, "test", login, login, i % 2 == 0 ? EAST : WEST, NULL, NULL,
                                        &person, NULL));
  }
  g_auto(Browser) boss = browser_open(&fixture), other = browser_open(&fixture);
  browser_sign_in(&boss, "manager");
  browser_sign_in(&other, "far");
  assert_holds(&boss, "/api/v1/people", "\"login\":\"p096\"", true);
  assert_holds(&boss, "/api/v1/people", "\"login\":\"p097\"", false); /* of the other district */
  assert_holds(&boss, "/api/v1/people", "\"next\":\"p096\"", true);   /* a whole page: the manager and 49 others */
  assert_holds(&boss, "/api/v1/people?cursor=p096", "\"login\":\"p128\"", true);
  assert_holds(&boss, "/api/v1/people?cursor=p096", "\"next\":null", true);
  assert_holds(&boss, "/api/v1/people?q=p00", "\"login\":\"p008\"", true);
  assert_holds(&boss, "/api/v1/people?q=%25", "{\"items\":[],\"next\":null}", true);
  assert_holds(&boss, "/api/v1/people?role=manager", "\"login\":\"manager\"", true);
  assert_holds(&boss, "/api/v1/people?role=manager", "\"login\":\"p", false);
  g_autofree char *theirs = g_strdup_printf("/api/v1/people/%s/credentials", far);
  g_autofree char *own = g_strdup_printf("/api/v1/people/%s/credentials", manager);
  browser_do(&boss, "DELETE", theirs, NULL, 403);
  browser_do(&other, "GET", "/api/v1/me/credentials", NULL, 200);
  browser_do(&boss, "DELETE", own, NULL, 204);
  browser_do(&boss, "GET", "/api/v1/me/credentials", NULL, 401);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server_desk/jobs", test_server_desk_jobs);
  g_test_add_func("/server_desk/reviews", test_server_desk_reviews);
  g_test_add_func("/server_desk/people", test_server_desk_people);
  return g_test_run();
}
