/** Short codes: a television is signed in from a telephone, a browser joins a room. */
#include "catalog/record_store.h"
#include "tests/unit/server/people_fixture.h"

#define REDEEM "{\"grant_type\":\"urn:ietf:params:oauth:grant-type:device_code\",\"device_code\":\"%s\"}"

static void expect_error(Browser *browser, const char *body, const char *code) {
  g_auto(Reply) reply = {0};
  browser_ask(browser, "POST", "/api/v1/device/token", body, 400, &reply);
  g_autofree char *told = reply_member(&reply, "error");
  g_assert_cmpstr(told, ==, code);
}

/** Asks at once again and again are told to slow down; the test itself may be slow, hence the few turns. */
static void expect_slow_down(Browser *browser, const char *body) {
  bool is_told = false;
  for (int i = 0; i < 20 && !is_told; i++) {
    g_auto(Reply) reply = {0};
    browser_ask(browser, "POST", "/api/v1/device/token", body, 400, &reply);
    g_autofree char *told = reply_member(&reply, "error");
    is_told = strcmp(told, "slow_down") == 0;
    g_assert_true(is_told || strcmp(told, "authorization_pending") == 0);
  }
  g_assert_true(is_told);
}

static void test_codes_device(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner");
  g_auto(Browser) tv = browser_open(&fixture), phone = browser_open(&fixture);
  g_auto(Reply) asked = {0}, given = {0}, second = {0};
  browser_sign_in(&phone, "learner");
  browser_ask(&tv, "POST", "/api/v1/device/code", "{\"client_id\":\"TV\"}", 200, &asked);
  g_autofree char *device_code = reply_member(&asked, "device_code"),
                  *user_code = reply_member(&asked, "user_code");
  g_autofree char *uri = reply_member(&asked, "verification_uri");
  g_assert_cmpstr(uri, ==, "http://localhost/activate");
  g_assert_cmpuint(strlen(user_code), ==, 9);
  g_autofree char *redeem = g_strdup_printf(REDEEM, device_code), *foreign = g_strdup_printf(REDEEM, "nothing");
  expect_error(&tv, redeem, "authorization_pending");
  expect_slow_down(&tv, redeem);
  expect_error(&tv, foreign, "expired_token");
  expect_error(&tv, "{\"grant_type\":\"password\",\"device_code\":\"x\"}", "unsupported_grant_type");
  expect_error(&tv, "{}", "invalid_request");
  g_autofree char *typed = g_ascii_strdown(user_code, -1);
  g_autofree char *answer = g_strdup_printf("{\"user_code\":\"%s\"}", typed);
  browser_do(&tv, "POST", "/api/v1/device/approve", answer, 401); /* it cannot answer for itself */
  browser_do(&phone, "POST", "/api/v1/device/approve", "{\"user_code\":\"BBBB-BBBB\"}", 404);
  browser_do(&phone, "POST", "/api/v1/device/approve", answer, 204);
  browser_do(&phone, "POST", "/api/v1/device/approve", answer, 404); /* once */
  browser_ask(&tv, "POST", "/api/v1/device/token", redeem, 200, &given);
  g_autofree char *token = reply_member(&given, "access_token");
  expect_error(&tv, redeem, "expired_token"); /* nor twice */
  g_autofree char *header = g_strdup_printf("Authorization: Bearer %s\r\n", token);
  g_auto(Reply) mine = {0};
  fixture_ask(&fixture, "GET", "/api/v1/me/credentials", header, &mine);
  g_assert_cmpint(mine.status, ==, 200);
  g_assert_nonnull(strstr(reply_text(&mine), "\"TV\""));
  browser_ask(&tv, "POST", "/api/v1/device/code", "{}", 200, &second);
  g_autofree char *other = reply_member(&second, "user_code"), *other_code = reply_member(&second, "device_code");
  g_autofree char *deny = g_strdup_printf("{\"user_code\":\"%s\",\"approve\":false}", other);
  g_autofree char *other_redeem = g_strdup_printf(REDEEM, other_code);
  browser_do(&phone, "POST", "/api/v1/device/approve", deny, 204);
  expect_error(&tv, other_redeem, "access_denied");
  fixture_close(&fixture);
}

static void set_visible_to_room(const Fixture *fixture, const char *course_id, const char *room_id) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) patch = catalog_record_new(RECORD_COURSE), made = NULL;
  RecordFault fault = {0};
  patch->id = g_strdup(course_id);
  catalog_record_set(patch, "visibility", "room");
  catalog_record_set(patch, "visible_to", room_id);
  catalog_update_record(fixture->catalog, "test", patch, 0, &made, &fault, &error);
  g_assert_no_error(error);
}

static void test_codes_room(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "boss");
  person_give(&fixture, id, ROLE_ADMINISTRATOR, NULL, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_ROOM), room = NULL;
  RecordFault fault = {0};
  bool is_repeat = false;
  catalog_record_set(record, "name", "活动室");
  catalog_create_record(fixture.catalog, "test", record, NULL, &room, &is_repeat, &fault, &error);
  g_assert_no_error(error);
  g_auto(Lesson) lesson = lesson_make(&fixture, "太极拳", NULL);
  set_visible_to_room(&fixture, lesson.course_id, room->id);
  g_auto(Browser) boss = browser_open(&fixture), guest = browser_open(&fixture);
  browser_sign_in(&boss, "boss");
  g_autofree char *address = g_strdup_printf("/api/v1/rooms/%s/code", room->id);
  g_autofree char *course = g_strdup_printf("/api/v1/courses/%s", lesson.course_id);
  g_auto(Reply) opened = {0}, joined = {0};
  browser_do(&boss, "POST", "/api/v1/rooms/0000000000000/code", NULL, 404);
  browser_ask(&boss, "POST", address, NULL, 200, &opened);
  g_autofree char *code = reply_member(&opened, "code");
  g_assert_cmpuint(strlen(code), ==, 6);
  browser_do(&guest, "GET", course, NULL, 404);
  browser_do(&guest, "POST", "/api/v1/room-session", "{\"code\":\"\"}", 404);
  g_autofree char *join = g_strdup_printf("{\"code\":\"%.3s %s\"}", code, code + 3);
  browser_ask(&guest, "POST", "/api/v1/room-session", join, 200, &joined);
  browser_do(&guest, "GET", course, NULL, 200);
  browser_do(&guest, "GET", "/api/v1/me/credentials", NULL, 401); /* in a room, but nobody by name */
  browser_do(&boss, "DELETE", address, NULL, 204);
  browser_do(&boss, "POST", "/api/v1/room-session", join, 404);
  browser_do(&guest, "DELETE", "/api/v1/session", NULL, 204);
  browser_do(&guest, "GET", course, NULL, 404);
  fixture_close(&fixture);
}

/** The path of an address that a room got. */
static char *take_address(Browser *boss, const char *room_address) {
  g_auto(Reply) reply = {0};
  browser_ask(boss, "POST", room_address, NULL, 200, &reply);
  g_autofree char *address = reply_member(&reply, "address");
  g_assert_true(g_str_has_prefix(address, "http://localhost/iptv/"));
  g_assert_true(g_str_has_suffix(address, "/channels.m3u"));
  return g_strdup(address + strlen("http://localhost"));
}

static void test_codes_room_address(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "boss");
  person_give(&fixture, id, ROLE_ADMINISTRATOR, NULL, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_ROOM), room = NULL;
  RecordFault fault = {0};
  bool is_repeat = false;
  catalog_record_set(record, "name", "活动室");
  catalog_create_record(fixture.catalog, "test", record, NULL, &room, &is_repeat, &fault, &error);
  g_assert_no_error(error);
  g_auto(Browser) boss = browser_open(&fixture), box = browser_open(&fixture);
  browser_sign_in(&boss, "boss");
  g_autofree char *of_room = g_strdup_printf("/api/v1/rooms/%s/address", room->id);
  browser_do(&box, "POST", of_room, NULL, 401);
  browser_do(&boss, "POST", "/api/v1/rooms/0000000000000/address", NULL, 404);
  browser_do(&boss, "DELETE", of_room, NULL, 404);
  g_autofree char *first = take_address(&boss, of_room), *second = take_address(&boss, of_room);
  browser_do(&box, "GET", first, NULL, 404); /* there is one for each room */
  browser_do(&box, "GET", second, NULL, 200);
  browser_do(&boss, "GET", "/iptv/nothing/channels.m3u", NULL, 404); /* rights do not help there */
  browser_do(&boss, "DELETE", of_room, NULL, 204);
  browser_do(&box, "GET", second, NULL, 404);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server_codes/device", test_codes_device);
  g_test_add_func("/server_codes/room", test_codes_room);
  g_test_add_func("/server_codes/room_address", test_codes_room_address);
  return g_test_run();
}
