/** Where somebody left off: saved in one browser, read in another, nobody else's. */
#include "tests/unit/server/people_fixture.h"

/** The id of the only lesson of the course; caller frees. */
static char *lesson_of(Browser *browser, const char *course_id) {
  g_auto(Reply) reply = {0};
  g_autofree char *address = g_strdup_printf("/api/v1/courses/%s", course_id);
  browser_ask(browser, "GET", address, NULL, 200, &reply);
  const char *lessons = strstr(reply_text(&reply), "\"lessons\":[{\"id\":\"");
  g_assert_nonnull(lessons);
  lessons += strlen("\"lessons\":[{\"id\":\"");
  return g_strndup(lessons, strcspn(lessons, "\""));
}

static void assert_positions(Browser *browser, const char *part) {
  g_auto(Reply) reply = {0};
  browser_ask(browser, "GET", "/api/v1/me/positions", NULL, 200, &reply);
  if (strstr(reply_text(&reply), part) == NULL)
    g_error("%s is not in %s", part, reply_text(&reply));
}

static void test_server_positions(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "太极拳", NULL);
  g_autofree char *learner = person_add(&fixture, "learner"), *other = person_add(&fixture, "other");
  g_auto(Browser) phone = browser_open(&fixture), tablet = browser_open(&fixture),
                  stranger = browser_open(&fixture);
  g_autofree char *id = lesson_of(&stranger, lesson.course_id);
  g_autofree char *address = g_strdup_printf("/api/v1/me/positions/%s", id);
  browser_do(&stranger, "GET", "/api/v1/me/positions", NULL, 401);
  browser_do(&stranger, "PUT", address, "{\"position\":90,\"duration\":600}", 401);
  browser_sign_in(&phone, "learner");
  browser_do(&phone, "PUT", address, "{\"position\":90,\"duration\":600,\"age\":30}", 204);
  browser_do(&phone, "PUT", address, "{\"position\":20,\"duration\":600,\"age\":300}", 204); /* older */
  static const char *const wrong[] = {
      "{\"position\":700,\"duration\":600}",          "{\"position\":-1,\"duration\":600}",
      "{\"position\":\"1\",\"duration\":600}",        "{\"position\":1}",
      "{\"position\":1,\"duration\":600,\"age\":-1}", "{\"position\":1,\"duration\":9000000000000000}"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
    browser_do(&phone, "PUT", address, wrong[i], 422);
  browser_do(&phone, "PUT", address, "[", 400);
  browser_do(&phone, "PUT", "/api/v1/me/positions/0000000000000", "{\"position\":9,\"duration\":60}", 404);
  browser_do(&phone, "PUT", "/api/v1/me/positions/x", "{\"position\":9,\"duration\":60}", 404);
  browser_sign_in(&tablet, "learner");
  assert_positions(&tablet, "\"position\":90,\"duration\":600,\"age\":3");
  assert_positions(&tablet, "\"course_title\":\"太极拳\"");
  browser_sign_in(&stranger, "other");
  assert_positions(&stranger, "{\"items\":[]}");
  browser_do(&stranger, "DELETE", address, NULL, 204); /* their own, which is not there */
  assert_positions(&phone, "\"position\":90");
  browser_do(&tablet, "DELETE", address, NULL, 204);
  assert_positions(&phone, "{\"items\":[]}");
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server_positions/devices", test_server_positions);
  return g_test_run();
}
