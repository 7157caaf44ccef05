/* Pages as the real server draws them, from small templates. */
#include "base/log.h"

#include "server_fixture.h"

#define contains(reply, text)                                                                                      \
  do {                                                                                                             \
    if (strstr(reply_text(reply), text) == NULL)                                                                   \
      g_error("“%s” is not in:\n%s", text, reply_text(reply));                                                     \
  } while (0)
#define lacks(reply, text) g_assert_null(strstr(reply_text(reply), text))

static void open_with_pages(Fixture *fixture) {
  fixture_open(fixture);
  fixture_write_file(fixture->web_dir, "texts/zh-CN.json",
                     "{\"hello\":\"你好\",\"category_health\":\"养生\",\"kind_micro\":\"微课\",\"searchResults\":"
                     "\"找 {q}\"}");
  fixture_write_file(fixture->web_dir, "texts/zh-Hant.json", "{\"hello\":\"您好\",\"category_health\":\"養生\"}");
  fixture_write_file(fixture->web_dir, "texts/en.json", "{\"hello\":\"hello\",\"category_health\":\"Health\"}");
  fixture_write_file(
      fixture->web_dir, "home.html",
      "[{{lang}} {{t.hello}} q={{q}}]"
      "{{#landing}}{{#is_empty}}empty{{/}}{{#rows}}<{{id}}{{#courses}} {{title}}/{{category_label}}{{/}}>"
      "{{/}}{{/}}{{#results}}{{results_title}} total={{total}}{{#courses}} {{title}}{{/}}"
      "{{#names_elder_mode}} elder!{{/}}{{/}}");
  fixture_write_file(fixture->web_dir, "course.html",
                     "{{#course}}{{title}}:{{#paragraphs}}{{.}}{{/}} {{@data}}{{/}}"
                     "{{^course}}none{{/}}");
  fixture_write_file(fixture->web_dir, "elder.html",
                     "{{#is_elder}}elder {{text_size}}{{/}}{{#topics}} {{slug}}{{/}} next={{next_href}}"
                     "{{#courses}} {{title}}{{/}}");
  fixture_write_file(fixture->web_dir, "feed.xml", "<rss>{{#courses}}{{title}} {{rss_date}}{{/}}</rss>");
  fixture_write_file(fixture->web_dir, "sitemap.xml", "{{#courses}}{{origin}}/course/{{id}} {{/}}");
}

/** A whole lesson, once the index, which follows the catalog, has its course. */
static Lesson make_found(Fixture *fixture, const char *title) {
  Lesson lesson = lesson_make(fixture, title, NULL);
  for (int i = 0; i < 1200; i++) {
    g_auto(Reply) list = {0};
    fixture_ask(fixture, "GET", "/api/v1/courses?category=health&sort=title", "", &list);
    if (strstr(reply_text(&list), "\"total\":1") != NULL && strstr(reply_text(&list), "\"ready\"") != NULL)
      return lesson;
    g_usleep(50 * G_TIME_SPAN_MILLISECOND);
  }
  g_error("the index never had the course");
}

static void test_server_pages_home(void) {
  Fixture fixture;
  open_with_pages(&fixture);
  g_auto(Reply) empty = {0}, home = {0}, found = {0}, nothing = {0}, elder_word = {0};
  fixture_ask(&fixture, "GET", "/", "", &empty);
  contains(&empty, "[zh-CN 你好 q=]empty");
  g_auto(Lesson) lesson = make_found(&fixture, "a<b");
  fixture_ask(&fixture, "GET", "/", "", &home);
  contains(&home, "a&lt;b/养生");
  assert_header(&home, "Vary", "Cookie");
  assert_header(&home, "Cache-Control", "no-cache");
  g_autofree char *etag = reply_header(&home, "ETag");
  g_autofree char *same = g_strdup_printf("If-None-Match: %s\r\n", etag);
  g_auto(Reply) unchanged = {0};
  fixture_ask(&fixture, "GET", "/", same, &unchanged);
  g_assert_cmpint(unchanged.status, ==, 304);
  fixture_ask(&fixture, "GET", "/?category=health&sort=title", "", &found);
  contains(&found, "养生 total=1 a&lt;b");
  fixture_ask(&fixture, "GET", "/?q=%22%3E%3Cnothing%3E", "", &nothing);
  contains(&nothing, "q=&quot;&gt;&lt;nothing&gt;]找 &quot;&gt;&lt;nothing&gt; total=0");
  fixture_ask(&fixture, "GET", "/?q=%E5%85%B3%E6%80%80%E7%89%88", "", &elder_word); /* 关怀版 */
  contains(&elder_word, "elder!");
  fixture_close(&fixture);
}

static void test_server_pages_view(void) {
  Fixture fixture;
  open_with_pages(&fixture);
  g_auto(Reply) english = {0}, again = {0}, led = {0}, elder = {0}, large = {0}, wrong = {0}, back = {0};
  fixture_ask(&fixture, "GET", "/?lang=en", "Accept-Language: zh\r\n", &english);
  contains(&english, "[en hello");
  g_autofree char *cookie = reply_header(&english, "Set-Cookie");
  g_assert_true(g_str_has_prefix(cookie, "kapok_view=en.0.0; Path=/; Max-Age="));
  fixture_ask(&fixture, "GET", "/", "Cookie: kapok_view=zh-Hant.0.0\r\n", &again);
  contains(&again, "[zh-Hant 您好");
  fixture_ask(&fixture, "GET", "/?lang=xx&elder=7", "", &wrong);
  contains(&wrong, "[zh-CN");
  assert_header(&wrong, "Set-Cookie", NULL);
  fixture_ask(&fixture, "GET", "/?elder=1&q=a%20b", "", &led);
  g_assert_cmpint(led.status, ==, 303);
  assert_header(&led, "Location", "/elder?q=a%20b");
  fixture_ask(&fixture, "GET", "/elder", "", &elder);
  contains(&elder, "elder 0 health sports arts life next=/elder?screen=1");
  g_autofree char *remembered = reply_header(&elder, "Set-Cookie");
  g_assert_true(g_str_has_prefix(remembered, "kapok_view=zh-CN.1.0;"));
  fixture_ask(&fixture, "GET", "/elder?text=2&screen=2", "Cookie: kapok_view=en.1.0\r\n", &large);
  contains(&large, "elder 2 sign-language next=/elder");
  fixture_ask(&fixture, "GET", "/?elder=0", "Cookie: kapok_view=en.1.2\r\n", &back);
  contains(&back, "[en hello");
  fixture_close(&fixture);
}

static void test_server_pages_course(void) {
  Fixture fixture;
  open_with_pages(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "</script>", NULL);
  g_autofree char *target = g_strdup_printf("/course/%s?lesson=zzz&t=5", lesson.course_id);
  g_auto(Reply) course = {0}, none = {0}, odd = {0};
  fixture_ask(&fixture, "GET", target, "", &course);
  g_assert_cmpint(course.status, ==, 200);
  contains(&course, "&lt;/script&gt;:简介 &amp; &quot;more&quot;");
  contains(&course, "\\u003c/script\\u003e");
  contains(&course, lesson.asset_id);
  lacks(&course, "</script>");
  fixture_ask(&fixture, "GET", "/course/0000000000000", "", &none);
  g_assert_cmpint(none.status, ==, 404);
  contains(&none, "none");
  fixture_ask(&fixture, "GET", "/course/%22%3E%3Cb%3E", "", &odd);
  g_assert_cmpint(odd.status, ==, 404);
  fixture_close(&fixture);
}

static void test_server_pages_feeds(void) {
  Fixture fixture;
  open_with_pages(&fixture);
  g_auto(Lesson) lesson = make_found(&fixture, "a & b");
  g_autofree char *address = g_strdup_printf("https://kapok.test/course/%s", lesson.course_id);
  g_auto(Reply) feed = {0}, map = {0}, robots = {0};
  fixture_ask(&fixture, "GET", "/feed.xml", "", &feed);
  contains(&feed, "a &amp; b ");
  contains(&feed, " GMT");
  assert_header(&feed, "Content-Type", "application/rss+xml; charset=utf-8");
  int fd = client_connect(&fixture);
  const char *ask = "GET /sitemap.xml HTTP/1.1\r\nHost: kapok.test\r\nX-Forwarded-Proto: https\r\n\r\n";
  g_assert_true(client_send(fd, ask, strlen(ask)));
  client_read(fd, true, &map);
  close(fd);
  contains(&map, address);
  fixture_ask(&fixture, "GET", "/robots.txt", "", &robots);
  contains(&robots, "Sitemap: http://localhost/sitemap.xml");
  fixture_close(&fixture);
}

static void trust_nobody(Settings *settings) {
  g_free(settings->trusted_proxies);
  settings->trusted_proxies = g_strdup("");
}

/** What is no trusted proxy is not believed that the client's side is https. */
static void test_server_pages_untrusted(void) {
  Fixture fixture;
  fixture_open_adjusted(&fixture, trust_nobody);
  g_auto(Reply) robots = {0};
  fixture_ask(&fixture, "GET", "/robots.txt", "X-Forwarded-Proto: https\r\n", &robots);
  contains(&robots, "Sitemap: http://localhost/sitemap.xml");
  fixture_close(&fixture);
}

/** A template that is broken is no page, and the server goes on; one that was mended is taken at once. */
static void test_server_pages_broken(void) {
  Fixture fixture;
  open_with_pages(&fixture);
  g_auto(Reply) broken = {0}, mended = {0};
  fixture_write_file(fixture.web_dir, "offline.html", "{{#a}}");
  fixture_write_file(fixture.web_dir, "manifest.webmanifest", "{\"name\":{{@t.hello}}}");
  fixture_ask(&fixture, "GET", "/offline", "", &broken);
  g_assert_cmpint(broken.status, ==, 503);
  fixture_ask(&fixture, "GET", "/manifest.webmanifest", "", &mended);
  contains(&mended, "{\"name\":\"你好\"}");
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/server_pages/home", test_server_pages_home);
  g_test_add_func("/server_pages/view", test_server_pages_view);
  g_test_add_func("/server_pages/course", test_server_pages_course);
  g_test_add_func("/server_pages/feeds", test_server_pages_feeds);
  g_test_add_func("/server_pages/untrusted", test_server_pages_untrusted);
  g_test_add_func("/server_pages/broken", test_server_pages_broken);
  return g_test_run();
}
