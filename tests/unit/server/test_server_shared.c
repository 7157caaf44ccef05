/** Answers that are shared: the same bytes, headers and conditions as those made for one request, and never stale. */
#include "server/http/http_transport.h"
#include "tests/unit/server/server_fixture.h"

static void ask_media(const Fixture *fixture, const Lesson *lesson, const char *method, const char *file,
                      const char *headers, Reply *ret_reply) {
  g_autofree char *target = g_strdup_printf("/media/%s/%s", lesson->asset_id, file);
  fixture_ask(fixture, method, target, headers, ret_reply);
}

static uint64_t count_hits(const Fixture *fixture) {
  g_auto(Reply) metrics = {0};
  fixture_ask(fixture, "GET", "/metrics", "", &metrics);
  const char *found = strstr(reply_text(&metrics), "\nkapok_http_cache_hits_total ");
  g_assert_nonnull(found);
  return g_ascii_strtoull(found + strlen("\nkapok_http_cache_hits_total "), NULL, 10);
}

/** Everything but the headers that say when and for whom. */
static void assert_alike(Reply *first, Reply *again) {
  static const char *const names[] = {"Content-Type",
                                      "Content-Length",
                                      "Cache-Control",
                                      "ETag",
                                      "Accept-Ranges",
                                      "X-Content-Type-Options",
                                      "Access-Control-Allow-Origin",
                                      "Content-Encoding",
                                      "Vary"};
  g_assert_cmpint(first->status, ==, again->status);
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *value = reply_header(first, names[i]);
    assert_header(again, names[i], value);
  }
  g_assert_cmpmem(first->body->data, first->body->len, again->body->data, again->body->len);
}

static void test_server_shared_alike(void) {
  static const char *const files[] = {"master.m3u8", "v360/playlist.m3u8", "v360/init.mp4", "v360/0.m4s",
                                      "v720/2.m4s",  "a128/1.m4s",         "poster.jpg"};
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "alike", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    g_auto(Reply) first = {0}, again = {0}, known = {0}, other = {0}, head = {0}, part = {0};
    g_test_message("%s", files[i]);
    ask_media(&fixture, &lesson, "GET", files[i], "", &first);
    uint64_t hits = count_hits(&fixture);
    ask_media(&fixture, &lesson, "GET", files[i], "", &again);
    g_assert_cmpuint(count_hits(&fixture), ==, hits + 1);
    assert_alike(&first, &again);
    g_autofree char *etag = reply_header(&first, "ETag");
    g_autofree char *same = g_strdup_printf("If-None-Match: %s\r\n", etag);
    ask_media(&fixture, &lesson, "GET", files[i], same, &known);
    g_assert_cmpint(known.status, ==, 304);
    assert_header(&known, "ETag", etag);
    assert_header(&known, "Content-Type", NULL);
    g_autofree char *list = g_strdup_printf("If-None-Match: \"other\", W/%s\r\n", etag);
    ask_media(&fixture, &lesson, "GET", files[i], list, &other);
    g_assert_cmpint(other.status, ==, 304);
    ask_media(&fixture, &lesson, "HEAD", files[i], "", &head);
    g_assert_cmpint(head.status, ==, 200);
    g_autofree char *length = reply_header(&first, "Content-Length");
    assert_header(&head, "Content-Length", length);
    ask_media(&fixture, &lesson, "GET", files[i], "Range: bytes=1-3\r\n", &part);
    g_autofree char *ranges = reply_header(&first, "Accept-Ranges");
    if (ranges != NULL) {
      g_assert_cmpint(part.status, ==, 206);
      g_assert_cmpmem(part.body->data, part.body->len, first.body->data + 1, 3);
    }
  }
  fixture_close(&fixture);
}

/** What is committed is seen by the next request, by whomever it was committed. */
static void test_server_shared_fresh(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "fresh", NULL);
  lesson_plan(&fixture);
  lesson_publish_audio(&fixture);
  lesson_publish_first_span(&fixture);
  for (int i = 0; i < 3; i++) {
    g_auto(Reply) growing = {0};
    ask_media(&fixture, &lesson, "GET", "v360/playlist.m3u8", "", &growing);
    g_assert_null(strstr(reply_text(&growing), "2.m4s"));
  }
  lesson_publish_poster(&fixture);
  lesson_publish_second_span(&fixture);
  g_auto(Reply) whole = {0};
  ask_media(&fixture, &lesson, "GET", "v360/playlist.m3u8", "", &whole);
  g_assert_nonnull(strstr(reply_text(&whole), "2.m4s\n#EXT-X-ENDLIST"));
  fixture_close(&fixture);
}

/** Each content coding has an answer of its own. */
static void test_server_shared_codings(void) {
  Fixture fixture;
  fixture_open(&fixture);
  for (int i = 0; i < 8; i++) { /* a list that is long enough to be worth packing */
    g_autofree char *title = g_strdup_printf("lesson %d", i);
    g_auto(Lesson) lesson = lesson_add(&fixture, title, NULL);
  }
  g_autofree char *page = g_strnfill(9000, 'p');
  fixture_write_file(fixture.web_dir, "assets/page.js", page);
  fixture_write_file(fixture.web_dir, "assets/page.js.br", "as if brotli had packed it");
  for (int i = 0; i < 2; i++) {
    g_auto(Reply) plain = {0}, gzip = {0}, brotli = {0}, list = {0};
    fixture_ask(&fixture, "GET", "/assets/page.js", "", &plain);
    assert_header(&plain, "Content-Encoding", NULL);
    assert_header(&plain, "Vary", "Accept-Encoding");
    g_assert_cmpuint(plain.body->len, ==, 9000);
    fixture_ask(&fixture, "GET", "/assets/page.js", "Accept-Encoding: gzip, deflate\r\n", &gzip);
    assert_header(&gzip, "Content-Encoding", "gzip");
    fixture_ask(&fixture, "GET", "/assets/page.js", "Accept-Encoding: gzip, deflate, br\r\n", &brotli);
    assert_header(&brotli, "Content-Encoding", "br");
    g_assert_cmpstr(reply_text(&brotli), ==, "as if brotli had packed it");
    g_autofree char *plain_etag = reply_header(&plain, "ETag");
    g_autofree char *brotli_etag = reply_header(&brotli, "ETag");
    g_assert_cmpstr(plain_etag, !=, brotli_etag);
    fixture_ask(&fixture, "GET", "/api/v1/courses", "Accept-Encoding: gzip\r\n", &list);
    assert_header(&list, "Content-Encoding", "gzip");
    assert_header(&list, "Vary", "Accept-Language, Authorization, Cookie, Accept-Encoding");
    g_autofree char *etag = reply_header(&list, "ETag");
    g_autofree char *same = g_strdup_printf("Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", etag);
    g_auto(Reply) known = {0};
    fixture_ask(&fixture, "GET", "/api/v1/courses", same, &known);
    g_assert_cmpint(known.status, ==, 304);
  }
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/server_shared/alike", test_server_shared_alike);
  g_test_add_func("/server_shared/fresh", test_server_shared_fresh);
  g_test_add_func("/server_shared/codings", test_server_shared_codings);
  return g_test_run();
}
