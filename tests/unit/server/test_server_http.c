#include "tests/unit/server/server_fixture.h"

#define CAPTION "WEBVTT\n\n00:01.000 --> 00:02.000\n太极拳\n"

/** `format` with %s for the asset, asked with GET. */
static void ask_media(const Fixture *fixture, const Lesson *lesson, const char *file, const char *headers,
                      Reply *ret_reply) {
  g_autofree char *target = g_strdup_printf("/media/%s/%s", lesson->asset_id, file);
  fixture_ask(fixture, "GET", target, headers, ret_reply);
}

static void assert_contains(Reply *reply, const char *wanted) {
  if (strstr(reply_text(reply), wanted) == NULL)
    g_error("“%s” is not in:\n%s%s", wanted, reply->head, reply_text(reply));
}

static void assert_lacks(Reply *reply, const char *unwanted) {
  if (strstr(reply_text(reply), unwanted) != NULL)
    g_error("“%s” is in:\n%s%s", unwanted, reply->head, reply_text(reply));
}

static void test_server_queued(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "queued", NULL);
  g_auto(Reply) master = {0};
  ask_media(&fixture, &lesson, "master.m3u8", "", &master);
  g_assert_cmpint(master.status, ==, 404);
  assert_header(&master, "Content-Type", "application/problem+json");
  assert_header(&master, "Retry-After", "2");
  assert_header(&master, "Cache-Control", "no-store");
  assert_contains(&master, "\"code\":\"not_ready\"");
  g_autofree char *target = g_strdup_printf("/api/v1/assets/%s", lesson.asset_id);
  g_auto(Reply) asset = {0};
  fixture_ask(&fixture, "GET", target, "", &asset);
  g_assert_cmpint(asset.status, ==, 200);
  assert_contains(&asset, "\"state\":\"queued\"");
  assert_contains(&asset, "\"playlist\":null");
  assert_contains(&asset, "\"kind\":null");
  assert_contains(&asset, "\"source\":{\"name\":\"queued.mp4\",\"size\":8}");
  fixture_close(&fixture);
}

static void test_server_growing(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_add(&fixture, "growing", CAPTION);
  lesson_plan(&fixture);
  lesson_publish_audio(&fixture);
  lesson_publish_first_span(&fixture);
  g_auto(Reply) master = {0}, video = {0}, audio = {0}, grown = {0}, missing = {0};
  ask_media(&fixture, &lesson, "master.m3u8", "", &master);
  g_assert_cmpint(master.status, ==, 200);
  assert_header(&master, "Content-Type", "application/vnd.apple.mpegurl");
  assert_header(&master, "Cache-Control", "no-cache");
  assert_header(&master, "Access-Control-Allow-Origin", "*");
  assert_contains(&master, "#EXT-X-START:TIME-OFFSET=0");
  assert_contains(&master, "CODECS=\"avc1.64001e,mp4a.40.2\"");
  assert_contains(&master, "RESOLUTION=640x360");
  assert_contains(&master, "v360/playlist.m3u8");
  assert_contains(&master, "URI=\"captions/zh-CN.m3u8\"");
  assert_contains(&master, "NAME=\"中文\"");
  ask_media(&fixture, &lesson, "v360/playlist.m3u8", "", &video);
  g_assert_cmpint(video.status, ==, 200);
  assert_contains(&video, "#EXT-X-PLAYLIST-TYPE:EVENT");
  assert_contains(&video, "0.m4s");
  assert_lacks(&video, "1.m4s");
  assert_lacks(&video, "#EXT-X-ENDLIST");
  ask_media(&fixture, &lesson, "a128/playlist.m3u8", "", &audio);
  assert_contains(&audio, "#EXT-X-ENDLIST");
  ask_media(&fixture, &lesson, "v360/3.m4s", "", &missing);
  g_assert_cmpint(missing.status, ==, 404);
  assert_header(&missing, "Cache-Control", "no-store");
  lesson_publish_poster(&fixture);
  lesson_publish_second_span(&fixture);
  ask_media(&fixture, &lesson, "v360/playlist.m3u8", "", &grown);
  assert_contains(&grown, "#EXT-X-PLAYLIST-TYPE:VOD");
  assert_contains(&grown, "2.m4s\n#EXT-X-ENDLIST");
  assert_header(&grown, "Cache-Control", "public, max-age=60");
  fixture_close(&fixture);
}

static void test_server_failed(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) refused = lesson_add(&fixture, "refused", NULL);
  lesson_fail(&fixture, JOB_KIND_PROBE, "not_media");
  g_auto(Reply) master = {0}, english = {0}, cut = {0}, video = {0}, audio = {0};
  ask_media(&fixture, &refused, "master.m3u8", "", &master);
  g_assert_cmpint(master.status, ==, 404);
  assert_contains(&master, "\"code\":\"failed\"");
  assert_header(&master, "Retry-After", NULL);
  ask_media(&fixture, &refused, "master.m3u8", "Accept-Language: en\r\n", &english);
  assert_header(&english, "Content-Language", "en");
  assert_contains(&english, "\"title\":\"Cannot be played\"");

  /* A failed lesson with a playable start plays to where its pictures end, and its playlists are closed. */
  g_auto(Lesson) damaged = lesson_add(&fixture, "damaged", NULL);
  lesson_plan(&fixture);
  lesson_publish_audio(&fixture);
  lesson_publish_first_span(&fixture);
  lesson_publish_poster(&fixture);
  lesson_fail(&fixture, JOB_KIND_SPAN, "damaged");
  ask_media(&fixture, &damaged, "master.m3u8", "", &cut);
  g_assert_cmpint(cut.status, ==, 200);
  assert_lacks(&cut, "#EXT-X-START");
  ask_media(&fixture, &damaged, "v360/playlist.m3u8", "", &video);
  assert_contains(&video, "0.m4s\n#EXT-X-ENDLIST");
  ask_media(&fixture, &damaged, "a128/playlist.m3u8", "", &audio);
  assert_contains(&audio, "0.m4s\n#EXT-X-ENDLIST");
  fixture_close(&fixture);
}

static void assert_is_segment(const Reply *reply, const char *track, size_t index, size_t first, size_t length) {
  g_assert_cmpuint(reply->body->len, ==, length);
  for (size_t i = 0; i < length; i++)
    if (reply->body->data[i] != lesson_byte(track, index, first + i))
      g_error("byte %zu of segment %zu of %s differs", first + i, index, track);
}

static void test_server_segments(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "whole", NULL);
  static const char *const tracks[] = {"v360", "v720", "a128"};
  int fd = client_connect(&fixture); /* all on one connection */
  for (size_t t = 0; t < G_N_ELEMENTS(tracks); t++)
    for (size_t index = 0; index < LESSON_SEGMENTS; index++) {
      g_autofree char *target = g_strdup_printf("/media/%s/%s/%zu.m4s", lesson.asset_id, tracks[t], index);
      g_auto(Reply) whole = {0}, part = {0}, head = {0};
      client_ask(fd, "GET", target, "", &whole);
      g_assert_cmpint(whole.status, ==, 200);
      assert_header(&whole, "Cache-Control", "public, max-age=31536000, immutable");
      assert_header(&whole, "Content-Type", tracks[t][0] == 'a' ? "audio/mp4" : "video/mp4");
      assert_header(&whole, "Accept-Ranges", "bytes");
      assert_is_segment(&whole, tracks[t], index, 0, lesson_segment_size(tracks[t], index));
      client_ask(fd, "GET", target, "Range: bytes=1000-2999\r\n", &part);
      g_assert_cmpint(part.status, ==, 206);
      assert_is_segment(&part, tracks[t], index, 1000, 2000);
      client_ask(fd, "HEAD", target, "", &head);
      g_assert_cmpint(head.status, ==, 200);
      g_autofree char *length = reply_header(&whole, "Content-Length");
      assert_header(&head, "Content-Length", length);
    }
  close(fd);
  fixture_close(&fixture);
}

typedef struct {
  const char *headers; /* "%s" is the ETag */
  int status;
  size_t first, length;
  const char *content_range;
} RangeCase;

static void test_server_ranges(void) {
  static const RangeCase cases[] = {
      {"Range: bytes=0-0\r\n", 206, 0, 1, "bytes 0-0/5000"},
      {"Range: bytes=4999-\r\n", 206, 4999, 1, "bytes 4999-4999/5000"},
      {"Range: bytes=-10\r\n", 206, 4990, 10, "bytes 4990-4999/5000"},
      {"Range: bytes=100-9999\r\n", 206, 100, 4900, "bytes 100-4999/5000"},
      {"Range: bytes=0-1,5-6\r\n", 200, 0, 5000, NULL},
      {"Range: bytes=5-2\r\n", 200, 0, 5000, NULL},
      {"Range: bytes=5000-\r\n", 416, 0, 0, "bytes */5000"},
      {"Range: bytes=1-2\r\nIf-Range: %s\r\n", 206, 1, 2, "bytes 1-2/5000"},
      {"Range: bytes=1-2\r\nIf-Range: \"other\"\r\n", 200, 0, 5000, NULL},
      {"If-None-Match: %s\r\n", 304, 0, 0, NULL},
      {"If-None-Match: W/%s\r\nRange: bytes=1-2\r\n", 304, 0, 0, NULL},
      {"If-Match: %s\r\n", 200, 0, 5000, NULL},
      {"If-Match: \"other\"\r\n", 412, 0, 0, NULL},
  };
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "ranges", NULL);
  g_autofree char *target = g_strdup_printf("/media/%s/v360/0.m4s", lesson.asset_id);
  g_auto(Reply) plain = {0};
  fixture_ask(&fixture, "GET", target, "", &plain);
  g_autofree char *etag = reply_header(&plain, "ETag");
  g_assert_true(etag != NULL && etag[0] == '"');
  int fd = client_connect(&fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(GStrv) pieces = g_strsplit(cases[i].headers, "%s", 2);
    g_autofree char *headers = g_strjoinv(etag, pieces);
    g_auto(Reply) reply = {0};
    g_test_message("%s", headers);
    client_ask(fd, "GET", target, headers, &reply);
    g_assert_cmpint(reply.status, ==, cases[i].status);
    assert_header(&reply, "Content-Range", cases[i].content_range);
    if (cases[i].length > 0)
      assert_is_segment(&reply, "v360", 0, cases[i].first, cases[i].length);
  }
  close(fd);
  fixture_close(&fixture);
}

static void test_server_media_files(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "files", CAPTION);
  g_auto(Reply) init = {0}, poster = {0}, vtt = {0}, subtitles = {0};
  ask_media(&fixture, &lesson, "v360/init.mp4", "", &init);
  g_assert_cmpint(init.status, ==, 200);
  g_assert_cmpstr(reply_text(&init), ==, "init segment");
  assert_header(&init, "Cache-Control", "public, max-age=31536000, immutable");
  ask_media(&fixture, &lesson, "poster.jpg", "", &poster);
  g_assert_cmpstr(reply_text(&poster), ==, "a picture");
  assert_header(&poster, "Content-Type", "image/jpeg");
  ask_media(&fixture, &lesson, "captions/zh-CN.vtt", "", &vtt);
  assert_header(&vtt, "Content-Type", "text/vtt; charset=utf-8");
  assert_contains(&vtt, "X-TIMESTAMP-MAP=");
  assert_contains(&vtt, "MPEGTS:0");
  assert_contains(&vtt, "太极拳");
  ask_media(&fixture, &lesson, "captions/zh-CN.m3u8", "", &subtitles);
  assert_contains(&subtitles, "zh-CN.vtt");
  assert_contains(&subtitles, "#EXT-X-ENDLIST");
  static const char *const missing[] = {"v999/playlist.m3u8", "v999/init.mp4",
                                        "v360/3.m4s",         "v360/00.m4s",
                                        "v360/-1.m4s",        "v360/x.m4s",
                                        "v999/0.m4s",         "captions/en.vtt",
                                        "captions/en.m3u8",   "v360/99999999999999999999.m4s"};
  for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
    g_auto(Reply) reply = {0};
    g_test_message("%s", missing[i]);
    ask_media(&fixture, &lesson, missing[i], "", &reply);
    g_assert_cmpint(reply.status, ==, 404);
    assert_contains(&reply, "\"code\":\"not_found\"");
  }
  fixture_close(&fixture);
}

/* The index follows the catalog; on a busy machine that may take longer than an answer waits for it. */
static void wait_for_courses(const Fixture *fixture, const char *total) {
  int64_t end_us = g_get_monotonic_time() + 30 * G_TIME_SPAN_SECOND;
  bool is_there = false;
  while (!is_there && g_get_monotonic_time() < end_us) {
    g_auto(Reply) reply = {0};
    fixture_ask(fixture, "GET", "/api/v1/courses", "", &reply);
    is_there = strstr(reply_text(&reply), total) != NULL;
  }
  g_assert_true(is_there);
}

static void test_server_api(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "太极拳", CAPTION);
  g_auto(Lesson) other = lesson_add(&fixture, "other", NULL);
  g_auto(Reply) list = {0}, found = {0}, course = {0}, asset = {0}, unchanged = {0}, page = {0};
  wait_for_courses(&fixture, "\"total\":2");
  fixture_ask(&fixture, "GET", "/api/v1/courses", "", &list);
  g_assert_cmpint(list.status, ==, 200);
  assert_header(&list, "Content-Type", "application/json");
  assert_contains(&list, "\"total\":2");
  assert_contains(&list, "{\"value\":\"health\",\"count\":2}");
  assert_contains(&list, "\"category_name\":{\"zh\":\"养生保健\",\"en\":\"Health\"}");
  assert_contains(&list, "\"summary\":\"简介 & \\\"more\\\"\"");
  fixture_ask(&fixture, "GET", "/api/v1/courses?q=%E5%A4%AA%E6%9E%81&category=%E5%85%BB%E7%94%9F%E4%BF%9D%E5%81%A5",
              "", &found);
  assert_contains(&found, "\"total\":1");
  g_autofree char *poster = g_strdup_printf("\"poster\":\"/media/%s/poster.jpg\"", lesson.asset_id);
  assert_contains(&found, poster);
  assert_contains(&found, "\"duration\":18");
  assert_contains(&found, "\"match\":{\"title\":[[0,2]],\"summary\":[],\"moments\":[");
  g_auto(Reply) suggested = {0}, initials = {0};
  fixture_ask(&fixture, "GET", "/api/v1/suggest?q=taij", "", &suggested);
  assert_contains(&suggested, "{\"items\":[{\"text\":\"太极拳\",\"kind\":\"title\"}");
  fixture_ask(&fixture, "GET", "/api/v1/courses?q=tjq&sort=popularity&duration=0-5", "", &initials);
  assert_contains(&initials, "\"total\":1");
  g_autofree char *course_target = g_strdup_printf("/api/v1/courses/%s", lesson.course_id);
  fixture_ask(&fixture, "GET", course_target, "", &course);
  assert_contains(&course, "\"lessons\":[{\"id\":");
  assert_contains(&course, "\"position\":1,\"asset\":{\"id\":");
  g_autofree char *asset_target = g_strdup_printf("/api/v1/assets/%s", lesson.asset_id);
  fixture_ask(&fixture, "GET", asset_target, "", &asset);
  assert_contains(&asset, "\"state\":\"ready\",\"progress\":1");
  assert_contains(&asset, "\"encoded\":18");
  assert_contains(&asset, "\"error\":null,\"error_code\":null,\"kind\":\"video\",\"has_audio\":true");
  assert_contains(&asset, "\"codec\":\"avc1.64001e\"");
  assert_contains(&asset, "\"segments\":3,\"segments_total\":3");
  assert_contains(&asset, "/captions/zh-CN.vtt\"");
  g_autofree char *etag = reply_header(&asset, "ETag");
  g_autofree char *condition = g_strdup_printf("If-None-Match: %s\r\n", etag);
  fixture_ask(&fixture, "GET", asset_target, condition, &unchanged);
  g_assert_cmpint(unchanged.status, ==, 304);
  g_assert_cmpuint(unchanged.body->len, ==, 0);
  fixture_ask(&fixture, "GET", "/api/v1/courses?limit=1", "", &page);
  assert_contains(&page, "\"next\":\"");
  fixture_close(&fixture);
}

static void test_server_api_refused(void) {
  static const struct {
    const char *target;
    int status;
  } cases[] = {
      {"/api/v1/courses?limit=0", 400},
      {"/api/v1/courses?limit=101", 400},
      {"/api/v1/courses?limit=x", 400},
      {"/api/v1/courses?category=nothing", 400},
      {"/api/v1/courses?audience=x", 400},
      {"/api/v1/courses?kind=x", 400},
      {"/api/v1/courses?sort=up", 400},
      {"/api/v1/courses?cursor=nonsense", 400},
      {"/api/v1/courses/0000000000000", 404},
      {"/api/v1/courses/../x", 400},
      {"/api/v1/courses/x", 404},
      {"/api/v1/assets/0000000000000", 404},
      {"/api/v1/assets/ILOU", 404},
      {"/api/v1/nothing", 404},
      {"/media/0000000000000/master.m3u8", 404},
      {"/media/x/v360/0.m4s", 404},
  };
  Fixture fixture;
  fixture_open(&fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Reply) reply = {0};
    g_test_message("%s", cases[i].target);
    fixture_ask(&fixture, "GET", cases[i].target, "", &reply);
    g_assert_cmpint(reply.status, ==, cases[i].status);
    assert_header(&reply, "Content-Type", "application/problem+json");
    g_autofree char *status = g_strdup_printf("\"status\":%d", cases[i].status);
    assert_contains(&reply, status);
  }
  fixture_close(&fixture);
}

static void test_server_methods(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Reply) options = {0}, preflight = {0}, star = {0}, post = {0}, body = {0}, head = {0}, unknown = {0};
  fixture_ask(&fixture, "OPTIONS", "/healthz", "", &options);
  g_assert_cmpint(options.status, ==, 204);
  assert_header(&options, "Allow", "GET, HEAD, OPTIONS");
  assert_header(&options, "Access-Control-Allow-Origin", NULL);
  fixture_ask(&fixture, "OPTIONS", "/media/x/master.m3u8",
              "Origin: http://o\r\nAccess-Control-Request-Method: GET\r\n", &preflight);
  g_assert_cmpint(preflight.status, ==, 204);
  assert_header(&preflight, "Access-Control-Allow-Origin", "*");
  g_autofree char *allowed = reply_header(&preflight, "Access-Control-Allow-Headers");
  g_assert_nonnull(strstr(allowed, "Range"));
  fixture_ask(&fixture, "OPTIONS", "*", "", &star);
  g_assert_cmpint(star.status, ==, 204);
  fixture_ask(&fixture, "POST", "/healthz", "Content-Length: 0\r\n", &post);
  g_assert_cmpint(post.status, ==, 405);
  assert_header(&post, "Allow", "GET, HEAD, OPTIONS");
  fixture_ask(&fixture, "PUT", "/healthz", "Content-Length: 1000000\r\nExpect: 100-continue\r\n", &body);
  g_assert_cmpint(body.status, ==, 405);
  assert_header(&body, "Connection", "close");
  fixture_ask(&fixture, "BREW", "/healthz", "", &unknown);
  g_assert_cmpint(unknown.status, ==, 501);
  fixture_ask(&fixture, "HEAD", "/healthz", "", &head);
  g_assert_cmpint(head.status, ==, 200);
  fixture_close(&fixture);
}

static void test_server_pages(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Reply) missing = {0}, home = {0}, packed = {0}, unknown = {0}, course = {0}, lost = {0}, script = {0};
  fixture_ask(&fixture, "GET", "/", "Accept: text/html\r\n", &missing);
  g_assert_cmpint(missing.status, ==, 503);
  assert_contains(&missing, "网页尚未构建");
  g_autofree char *long_text = g_strnfill(4000, 'a');
  fixture_write_file(fixture.web_dir, "home.html", long_text);
  fixture_write_file(fixture.web_dir, "course.html", "the course page{{#course}} of {{title}}{{/}}");
  fixture_write_file(fixture.web_dir, "assets/app-1a2b.js", "let a = 1");
  fixture_ask(&fixture, "GET", "/", "", &home);
  g_assert_cmpint(home.status, ==, 200);
  g_assert_cmpstr(reply_text(&home), ==, long_text);
  assert_header(&home, "Cache-Control", "no-cache");
  assert_header(&home, "X-Content-Type-Options", "nosniff");
  g_autofree char *policy = reply_header(&home, "Content-Security-Policy");
  g_assert_true(g_str_has_prefix(policy, "default-src 'self';"));
  fixture_ask(&fixture, "GET", "/", "Accept-Encoding: gzip\r\n", &packed);
  assert_header(&packed, "Content-Encoding", "gzip");
  assert_header(&packed, "Vary", "Cookie, Accept-Encoding");
  g_assert_cmpuint(packed.body->len, <, 200);
  g_autofree char *plain_etag = reply_header(&home, "ETag");
  g_autofree char *packed_etag = reply_header(&packed, "ETag");
  g_assert_cmpstr(plain_etag, !=, packed_etag);
  fixture_ask(&fixture, "GET", "/course/0000000000000", "", &unknown);
  g_assert_cmpint(unknown.status, ==, 404);
  g_assert_cmpstr(reply_text(&unknown), ==, "the course page");
  g_auto(Lesson) lesson = lesson_add(&fixture, "page", NULL);
  g_autofree char *target = g_strdup_printf("/course/%s", lesson.course_id);
  fixture_ask(&fixture, "GET", target, "", &course);
  g_assert_cmpint(course.status, ==, 200);
  g_assert_cmpstr(reply_text(&course), ==, "the course page of page");
  fixture_ask(&fixture, "GET", "/assets/app-1a2b.js", "", &script);
  assert_header(&script, "Content-Type", "text/javascript; charset=utf-8");
  assert_header(&script, "Cache-Control", "public, max-age=31536000, immutable");
  fixture_ask(&fixture, "GET", "/nowhere", "Accept: text/html\r\nAccept-Language: en\r\n", &lost);
  g_assert_cmpint(lost.status, ==, 404);
  assert_contains(&lost, "<html lang=\"en\">");
  fixture_close(&fixture);
}

static void test_server_pages_change(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Reply) before = {0}, after = {0}, gone = {0};
  fixture_write_file(fixture.web_dir, "favicon.svg", "<svg/>");
  fixture_ask(&fixture, "GET", "/favicon.svg", "", &before);
  g_assert_cmpstr(reply_text(&before), ==, "<svg/>");
  fixture_write_file(fixture.web_dir, "favicon.svg", "<svg></svg>");
  g_usleep(1100 * G_TIME_SPAN_MILLISECOND);
  fixture_ask(&fixture, "GET", "/favicon.svg", "", &after);
  g_assert_cmpstr(reply_text(&after), ==, "<svg></svg>");
  fixture_ask(&fixture, "GET", "/favicon.txt", "", &gone);
  g_assert_cmpint(gone.status, ==, 404);
  fixture_close(&fixture);
}

static void test_server_health_and_metrics(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Reply) health = {0}, metrics = {0};
  fixture_ask(&fixture, "GET", "/healthz", "", &health);
  g_assert_cmpint(health.status, ==, 200);
  assert_contains(&health, "\"status\":\"ok\"");
  g_autofree char *id = reply_header(&health, "X-Request-Id");
  g_assert_cmpuint(strlen(id), ==, 8);
  const char *wanted = "kapok_http_requests_total{route=\"health\",code=\"2xx\"} 1";
  for (int i = 0; i < 100 && (i == 0 || strstr(reply_text(&metrics), wanted) == NULL); i++) {
    reply_clear(&metrics); /* a request is counted just after its answer has gone out */
    fixture_ask(&fixture, "GET", "/metrics", "", &metrics);
  }
  assert_contains(&metrics, wanted);
  assert_contains(&metrics, "kapok_http_connections ");
  fixture_close(&fixture);
}

/** Many clients at once on several routes; each answer must be its own. */
static gpointer hammer(gpointer data) {
  const Fixture *fixture = ((gpointer *)data)[0];
  const Lesson *lesson = ((gpointer *)data)[1];
  for (int round = 0; round < 4; round++) {
    int fd = client_connect(fixture);
    for (int i = 0; i < 8; i++) {
      const char *track = i % 2 ? "v360" : "a128";
      g_autofree char *segment = g_strdup_printf("/media/%s/%s/%d.m4s", lesson->asset_id, track, i % 2);
      g_autofree char *master = g_strdup_printf("/media/%s/master.m3u8", lesson->asset_id);
      g_auto(Reply) media = {0}, playlist = {0}, list = {0}, metrics = {0};
      client_ask(fd, "GET", segment, "", &media);
      assert_is_segment(&media, track, (size_t)(i % 2), 0, lesson_segment_size(track, (size_t)(i % 2)));
      client_ask(fd, "GET", master, "", &playlist);
      g_assert_cmpint(playlist.status, ==, 200);
      client_ask(fd, "GET", "/api/v1/courses", "", &list);
      g_assert_cmpint(list.status, ==, 200);
      client_ask(fd, "GET", "/metrics", "", &metrics);
      g_assert_cmpint(metrics.status, ==, 200);
    }
    close(fd);
  }
  return NULL;
}

static void test_server_concurrent(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "concurrent", CAPTION);
  gpointer shared[] = {&fixture, &lesson};
  GThread *threads[6];
  for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("client", hammer, shared);
  for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
  fixture_close(&fixture);
}

static void test_server_client_goes_away(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "away", NULL);
  g_autofree char *large = g_strdup_printf("GET /media/%s/v360/2.m4s HTTP/1.1\r\nHost: x\r\n\r\n", lesson.asset_id);
  static const char *const halves[] = {"G", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nA", "POST / HTTP/1.1\r\nHos"};
  for (size_t i = 0; i < G_N_ELEMENTS(halves); i++) {
    int fd = client_connect(&fixture);
    g_assert_true(client_send(fd, halves[i], strlen(halves[i])));
    close(fd);
    fd = client_connect(&fixture);
    g_assert_true(client_send(fd, large, strlen(large)));
    char c;
    g_assert_cmpint(recv(fd, &c, 1, 0), ==, 1);
    close(fd);
  }
  g_auto(Reply) health = {0};
  fixture_ask(&fixture, "GET", "/healthz", "", &health);
  g_assert_cmpint(health.status, ==, 200);
  fixture_close(&fixture);
}

static gpointer stop_server(gpointer data) {
  Fixture *fixture = data;
  server_stop(g_steal_pointer(&fixture->server));
  return NULL;
}

/** An answer under way goes out whole while the server stops; new connections are refused. */
static void test_server_graceful_stop(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "stop", NULL);
  g_autofree char *text = g_strdup_printf("GET /media/%s/v720/2.m4s HTTP/1.1\r\nHost: x\r\n\r\n", lesson.asset_id);
  int fd = client_connect(&fixture);
  g_assert_true(client_send(fd, text, strlen(text)));
  char c;
  g_assert_cmpint(recv(fd, &c, 1, MSG_PEEK), ==, 1);
  GThread *thread = g_thread_new("stop", stop_server, &fixture);
  g_usleep(300 * G_TIME_SPAN_MILLISECOND);
  int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(fixture.port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  g_assert_cmpint(connect(late, (struct sockaddr *)&address, sizeof address), ==, -1);
  g_assert_cmpint(errno, ==, ECONNREFUSED);
  close(late);
  g_auto(Reply) reply = {0};
  client_read(fd, true, &reply);
  assert_is_segment(&reply, "v720", 2, 0, LESSON_LARGE_BYTES);
  close(fd);
  g_thread_join(thread);
  fixture_close(&fixture);
}

static void test_server_port_in_use(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autoptr(Settings) settings = settings_new();
  g_autoptr(GError) error = NULL;
  g_free(settings->listen);
  g_free(settings->data_dir);
  settings->listen = g_strdup(server_address(fixture.server));
  settings->data_dir = g_strdup(fixture.data_dir);
  g_assert_null(server_start(settings, NULL, &error));
  g_assert_nonnull(strstr(error->message, "another program uses this port"));
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/server/queued", test_server_queued);
  g_test_add_func("/server/growing", test_server_growing);
  g_test_add_func("/server/failed", test_server_failed);
  g_test_add_func("/server/segments", test_server_segments);
  g_test_add_func("/server/ranges", test_server_ranges);
  g_test_add_func("/server/media_files", test_server_media_files);
  g_test_add_func("/server/api", test_server_api);
  g_test_add_func("/server/api/refused", test_server_api_refused);
  g_test_add_func("/server/methods", test_server_methods);
  g_test_add_func("/server/pages", test_server_pages);
  g_test_add_func("/server/pages/change", test_server_pages_change);
  g_test_add_func("/server/health_and_metrics", test_server_health_and_metrics);
  g_test_add_func("/server/concurrent", test_server_concurrent);
  g_test_add_func("/server/client_goes_away", test_server_client_goes_away);
  g_test_add_func("/server/graceful_stop", test_server_graceful_stop);
  g_test_add_func("/server/port_in_use", test_server_port_in_use);
  return g_test_run();
}
