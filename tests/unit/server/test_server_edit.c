/** The studio's own routes: captions in any encoding, chapters and posters with versions, the list of one's courses. */
#include "catalog/record_store.h"
#include "tests/unit/server/people_fixture.h"

#define SRT "1\r\n00:00:01,000 --> 00:00:02,500\r\n起势\r\n"
#define SRT_GBK "1\r\n00:00:01,000 --> 00:00:02,500\r\n\xc6\xf0\xca\xc6\r\n"

typedef struct {
  Fixture fixture;
  Browser teacher, reviewer, other;
  Lesson lesson;
  char *school, *elsewhere, *captions, *chapters, *poster;
} World;

static void set_course_field(const World *world, const char *course_id, const char *field, const char *value) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) patch = catalog_record_new(RECORD_COURSE), made = NULL;
  patch->id = g_strdup(course_id);
  catalog_record_set(patch, field, value);
  catalog_update_record(world->fixture.catalog, "test", patch, 0, &made, NULL, &error);
  g_assert_no_error(error);
}

static void set_field(const World *world, const char *field, const char *value) {
  set_course_field(world, world->lesson.course_id, field, value);
}

static char *make_school(const World *world, const char *name) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_INSTITUTION), made = NULL;
  catalog_record_set(record, "name", name);
  catalog_create_record(world->fixture.catalog, "test", record, NULL, &made, NULL, NULL, &error);
  g_assert_no_error(error);
  return g_strdup(made->id);
}

static Browser sign_in_as(const World *world, const char *login, Role role, const char *school) {
  g_autofree char *id = person_add(&world->fixture, login);
  person_give(&world->fixture, id, role, NULL, school);
  Browser browser = browser_open(&world->fixture);
  browser_sign_in(&browser, login);
  return browser;
}

static void world_open(World *world) {
  fixture_open(&world->fixture);
  world->school = make_school(world, "市社区大学");
  world->elsewhere = make_school(world, "西区社区学院");
  world->lesson = lesson_make(&world->fixture, "太极拳", NULL);
  set_field(world, "institution_id", world->school);
  world->teacher = sign_in_as(world, "teacher", ROLE_TEACHER, world->school);
  world->reviewer = sign_in_as(world, "reviewer", ROLE_REVIEWER, world->school);
  world->other = sign_in_as(world, "other", ROLE_TEACHER, world->elsewhere);
  world->captions = g_strdup_printf("/api/v1/assets/%s/captions/zh-CN", world->lesson.asset_id);
  world->chapters = g_strdup_printf("/api/v1/assets/%s/chapters", world->lesson.asset_id);
  world->poster = g_strdup_printf("/api/v1/assets/%s/poster", world->lesson.asset_id);
}

static void world_close(World *world) {
  browser_clear(&world->teacher);
  browser_clear(&world->reviewer);
  browser_clear(&world->other);
  lesson_clear(&world->lesson);
  g_free(world->school);
  g_free(world->elsewhere);
  g_free(world->captions);
  g_free(world->chapters);
  g_free(world->poster);
  fixture_close(&world->fixture);
}

/** One request with a body of any type and further header lines. */
static void send_file(const Browser *browser, const char *method, const char *target, const char *type,
                      const char *headers, const void *body, size_t size, int status, Reply *ret_reply) {
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(
      text, "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n%sCookie: kapok_session=%s\r\n", method,
      target, headers, (char *)g_hash_table_lookup(browser->cookies, "kapok_session"));
  if (type != NULL)
    g_string_append_printf(text, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, size);
  g_string_append(text, "\r\n");
  g_string_append_len(text, body, (gssize)size);
  int fd = client_connect(browser->fixture);
  g_assert_true(client_send(fd, text->str, text->len));
  client_read(fd, true, ret_reply);
  close(fd);
  if (ret_reply->status != status)
    g_error("%s %s: %d, not %d: %s", method, target, ret_reply->status, status, reply_text(ret_reply));
}

static void test_edit_captions(void) {
  World world;
  world_open(&world);
  const char *type = "application/x-subrip";
  g_auto(Reply) unversioned = {0}, gbk = {0}, read = {0}, twice = {0}, stale = {0}, shown = {0}, gone = {0};
  g_auto(Reply) alien = {0}, none = {0}, binary = {0}, wrong_type = {0}, language = {0};
  send_file(&world.teacher, "PUT", world.captions, type, "", SRT, strlen(SRT), 428, &unversioned);
  send_file(&world.teacher, "PUT", world.captions, type, "If-None-Match: *\r\n", SRT_GBK, strlen(SRT_GBK), 200,
            &gbk);
  g_assert_nonnull(strstr(reply_text(&gbk), "\"cues\":1,\"encoding\":\"GB18030\""));
  g_autofree char *tag = reply_header(&gbk, "ETag");
  browser_ask(&world.teacher, "GET", world.captions, NULL, 200, &read);
  assert_header(&read, "ETag", tag);
  g_assert_nonnull(strstr(reply_text(&read), "00:00:01.000 --> 00:00:02.500\n起势"));
  send_file(&world.teacher, "PUT", world.captions, type, "If-None-Match: *\r\n", SRT, strlen(SRT), 412, &twice);
  g_autofree char *match = g_strdup_printf("If-Match: %s\r\n", tag);
  send_file(&world.reviewer, "PUT", world.captions, type, match, SRT, strlen(SRT), 200, &shown);
  send_file(&world.teacher, "PUT", world.captions, type, match, SRT, strlen(SRT), 412, &stale);
  send_file(&world.other, "PUT", world.captions, type, "If-Match: *\r\n", SRT, strlen(SRT), 403, &alien);
  send_file(&world.teacher, "PUT", world.captions, type, "If-Match: *\r\n", "hello", 5, 422, &none);
  send_file(&world.teacher, "PUT", world.captions, type, "If-Match: *\r\n", "\xff\xff\x80", 3, 422, &binary);
  send_file(&world.teacher, "PUT", world.captions, "video/mp4", "If-Match: *\r\n", SRT, strlen(SRT), 415,
            &wrong_type);
  g_autofree char *bad = g_strdup_printf("/api/v1/assets/%s/captions/chinese_of_sorts_x", world.lesson.asset_id);
  send_file(&world.teacher, "PUT", bad, type, "If-Match: *\r\n", SRT, strlen(SRT), 400, &language);
  /* what players get is the newest */
  g_autofree char *media = g_strdup_printf("/media/%s/captions/zh-CN.vtt", world.lesson.asset_id);
  browser_do(&world.other, "GET", media, NULL, 200);
  send_file(&world.teacher, "DELETE", world.captions, NULL, "If-Match: *\r\n", "", 0, 204, &gone);
  browser_do(&world.other, "GET", media, NULL, 404);
  browser_do(&world.teacher, "GET", world.captions, NULL, 404);
  world_close(&world);
}

static void test_edit_chapters(void) {
  World world;
  world_open(&world);
  const char *json = "[{\"start\":0,\"title\":\"起势\"},{\"start\":6.5,\"title\":\"云手\"}]",
             *type = "application/json";
  const char *late = "[{\"start\":18,\"title\":\"尾\"}]", *text = "{}";
  g_auto(Reply) before = {0}, made = {0}, stale = {0}, shown = {0}, out = {0}, wrong = {0}, unversioned = {0};
  browser_ask(&world.teacher, "GET", world.chapters, NULL, 200, &before);
  g_assert_cmpstr(reply_text(&before), ==, "{\"own\":false,\"items\":[]}");
  g_autofree char *tag = reply_header(&before, "ETag"), *match = g_strdup_printf("If-Match: %s\r\n", tag);
  send_file(&world.teacher, "PUT", world.chapters, type, "", json, strlen(json), 428, &unversioned);
  send_file(&world.teacher, "PUT", world.chapters, type, match, json, strlen(json), 200, &made);
  g_assert_nonnull(strstr(reply_text(&made), "\"own\":true"));
  g_assert_nonnull(strstr(reply_text(&made), "{\"start\":6.5,\"title\":\"云手\"}"));
  send_file(&world.reviewer, "PUT", world.chapters, type, match, json, strlen(json), 412, &stale);
  send_file(&world.teacher, "PUT", world.chapters, type, "If-Match: *\r\n", late, strlen(late), 422, &out);
  g_assert_nonnull(strstr(reply_text(&out), "start"));
  send_file(&world.teacher, "PUT", world.chapters, type, "If-Match: *\r\n", text, strlen(text), 400, &wrong);
  g_autofree char *asset = g_strdup_printf("/api/v1/assets/%s", world.lesson.asset_id);
  browser_ask(&world.other, "GET", asset, NULL, 200, &shown);
  g_assert_nonnull(strstr(reply_text(&shown), "云手"));
  browser_do(&world.other, "GET", world.chapters, NULL, 403);
  world_close(&world);
}

static void test_edit_poster(void) {
  World world;
  world_open(&world);
  static const guint8 picture[] = {0xff, 0xd8, 0xff, 0xc0, 0, 17,   8,    0,    90,   0,    160, 3,  1,
                                   0x22, 0,    2,    0x11, 1, 3,    0x11, 1,    0xff, 0xda, 0,   12, 3,
                                   1,    0,    2,    0x11, 3, 0x11, 0,    0x3f, 0,    1,    2};
  g_auto(Reply) taken = {0}, refused = {0}, type = {0}, alien = {0}, shown = {0};
  send_file(&world.teacher, "PUT", world.poster, "image/jpeg", "", picture, sizeof picture, 204, &taken);
  send_file(&world.teacher, "PUT", world.poster, "image/jpeg", "", "GIF89a", 6, 422, &refused);
  send_file(&world.teacher, "PUT", world.poster, "image/gif", "", "GIF89a", 6, 415, &type);
  send_file(&world.other, "PUT", world.poster, "image/jpeg", "", picture, sizeof picture, 403, &alien);
  g_autofree char *media = g_strdup_printf("/media/%s/poster.jpg", world.lesson.asset_id);
  browser_ask(&world.other, "GET", media, NULL, 200, &shown);
  g_assert_cmpmem(shown.body->data, shown.body->len, picture, sizeof picture);
  world_close(&world);
}

/** Drafts are there for those who work on them, with what they may do; published courses of others are not. */
static void test_edit_list(void) {
  World world;
  world_open(&world);
  set_field(&world, "status", "withdrawn");
  g_auto(Lesson) public = lesson_add(&world.fixture, "书法", NULL);
  g_auto(Reply) mine = {0}, reviewed = {0}, others = {0}, drafts = {0}, found = {0}, course = {0}, first = {0};
  browser_ask(&world.teacher, "GET", "/api/v1/studio/courses", NULL, 200, &mine);
  g_assert_nonnull(strstr(reply_text(&mine), "\"title\":\"太极拳\""));
  g_assert_nonnull(strstr(reply_text(&mine), "\"status\":\"withdrawn\""));
  g_assert_nonnull(strstr(reply_text(&mine), "\"making_count\":0,\"failed_count\":0"));
  g_assert_nonnull(strstr(reply_text(&mine), "\"rights\":[\"upload\",\"edit\"]"));
  g_assert_null(strstr(reply_text(&mine), "书法"));
  browser_ask(&world.reviewer, "GET", "/api/v1/studio/courses", NULL, 200, &reviewed);
  g_assert_nonnull(strstr(reply_text(&reviewed), "\"rights\":[\"edit\",\"publish\"]"));
  browser_ask(&world.other, "GET", "/api/v1/studio/courses", NULL, 200, &others);
  g_assert_cmpstr(reply_text(&others), ==, "{\"items\":[],\"next\":null}");
  browser_ask(&world.teacher, "GET", "/api/v1/studio/courses?status=draft", NULL, 200, &drafts);
  g_assert_cmpstr(reply_text(&drafts), ==, "{\"items\":[],\"next\":null}");
  browser_ask(&world.teacher, "GET", "/api/v1/studio/courses?q=%E5%A4%AA%E6%9E%81", NULL, 200, &found);
  g_assert_nonnull(strstr(reply_text(&found), "太极拳"));
  browser_do(&world.teacher, "GET", "/api/v1/studio/courses?status=lost", NULL, 400);
  browser_do(&world.teacher, "GET", "/api/v1/studio/courses?limit=0", NULL, 400);
  browser_do(&world.teacher, "GET", "/api/v1/studio/courses?cursor=1.x", NULL, 400);
  g_autofree char *target = g_strdup_printf("/api/v1/courses/%s", world.lesson.course_id);
  browser_ask(&world.teacher, "GET", target, NULL, 200, &course);
  g_assert_nonnull(strstr(reply_text(&course), "\"rights\":[\"upload\",\"edit\"]"));
  /* an administrator works on all; one page after the other */
  g_auto(Browser) boss = sign_in_as(&world, "boss", ROLE_ADMINISTRATOR, NULL);
  g_auto(Reply) second = {0};
  browser_ask(&boss, "GET", "/api/v1/studio/courses?limit=1", NULL, 200, &first);
  g_autofree char *next = reply_member(&first, "next"),
                  *page = g_strconcat("/api/v1/studio/courses?cursor=", next, NULL);
  browser_ask(&boss, "GET", page, NULL, 200, &second);
  bool is_first_tai_chi = strstr(reply_text(&first), "太极拳") != NULL;
  g_assert_true((strstr(reply_text(&second), "太极拳") != NULL) != is_first_tai_chi);
  g_assert_true((strstr(reply_text(&second), "书法") != NULL) == is_first_tai_chi);
  world_close(&world);
}

/** An asset brings rights along: nobody takes one of others into a course of their own. */
static void test_edit_foreign_asset(void) {
  World world;
  world_open(&world);
  g_auto(Lesson) own = lesson_make(&world.fixture, "书法", NULL);
  set_course_field(&world, own.course_id, "institution_id", world.elsewhere);
  g_autofree char *target = g_strdup_printf("/api/v1/courses/%s/lessons", own.course_id);
  g_autofree char *home = g_strdup_printf("/api/v1/courses/%s/lessons", world.lesson.course_id);
  g_autofree char *taken = g_strdup_printf("[{\"asset_id\":\"%s\"}]", world.lesson.asset_id);
  g_auto(Reply) theft = {0}, captions = {0}, repeat = {0};
  const char *any = "If-Match: *\r\n", *type = "application/json";
  send_file(&world.other, "PUT", target, type, any, taken, strlen(taken), 403, &theft);
  g_autofree char *beside =
      g_strdup_printf("[{\"asset_id\":\"%s\",\"sign_asset_id\":\"%s\"}]", own.asset_id, world.lesson.asset_id);
  g_auto(Reply) second_theft = {0};
  send_file(&world.other, "PUT", target, type, any, beside, strlen(beside), 403, &second_theft);
  send_file(&world.other, "PUT", world.captions, "application/x-subrip", any, SRT, strlen(SRT), 403, &captions);
  send_file(&world.teacher, "PUT", home, type, any, taken, strlen(taken), 200, &repeat);
  world_close(&world);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server/edit/captions", test_edit_captions);
  g_test_add_func("/server/edit/chapters", test_edit_chapters);
  g_test_add_func("/server/edit/poster", test_edit_poster);
  g_test_add_func("/server/edit/list", test_edit_list);
  g_test_add_func("/server/edit/foreign-asset", test_edit_foreign_asset);
  return g_test_run();
}
