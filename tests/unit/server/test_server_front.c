/** The front beside the library: the same answers, each request once, connections that go over with what they have sent. */
#include "tests/unit/server/server_fixture.h"

static double read_metric(const Fixture *fixture, const char *name) {
  g_auto(Reply) metrics = {0};
  fixture_ask(fixture, "GET", "/metrics", "", &metrics);
  g_autofree char *line = g_strdup_printf("\n%s ", name);
  const char *found = strstr(reply_text(&metrics), line);
  g_assert_nonnull(found);
  return g_ascii_strtod(found + strlen(line), NULL);
}

static double count_answers(const Fixture *fixture) {
  return read_metric(fixture, "kapok_http_front_answers_total");
}

static void assert_segment(const Reply *reply, const char *track, size_t index) {
  g_autoptr(GBytes) wanted = lesson_segment(track, index);
  g_assert_cmpint(reply->status, ==, 200);
  gsize size = 0;
  const void *data = g_bytes_get_data(wanted, &size);
  g_assert_cmpuint(reply->body->len, ==, size);
  g_assert_true(memcmp(reply->body->data, data, size) == 0);
}

static char *media_target(const Lesson *lesson, const char *file) {
  return g_strdup_printf("/media/%s/%s", lesson->asset_id, file);
}

/** A player's connection stays with the front from the first request on, ready or not. */
static void test_server_front_player(void) {
  static const char *const files[] = {"master.m3u8", "v360/playlist.m3u8", "v360/init.mp4", "v360/0.m4s",
                                      "v360/1.m4s"};
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "player", NULL);
  double before = count_answers(&fixture);
  int fd = client_connect(&fixture);
  for (size_t i = 0; i < 2 * G_N_ELEMENTS(files); i++) {
    g_auto(Reply) reply = {0};
    g_autofree char *target = media_target(&lesson, files[i % G_N_ELEMENTS(files)]);
    client_ask(fd, i % 3 == 2 ? "HEAD" : "GET", target, "", &reply);
    g_assert_cmpint(reply.status, ==, 200);
    g_autofree char *date = reply_header(&reply, "Date");
    g_assert_nonnull(date);
  }
  g_auto(Reply) large = {0}, known = {0};
  g_autofree char *target = media_target(&lesson, "v720/2.m4s");
  client_ask(fd, "GET", target, "", &large);
  assert_segment(&large, "v720", 2);
  g_autofree char *etag = reply_header(&large, "ETag");
  g_autofree char *same = g_strdup_printf("If-None-Match: %s\r\n", etag);
  client_ask(fd, "GET", target, same, &known);
  g_assert_cmpint(known.status, ==, 304);
  assert_header(&known, "Content-Length", NULL);
  g_assert_cmpfloat(count_answers(&fixture), ==, before + 2 * G_N_ELEMENTS(files) + 2);
  close(fd);
  fixture_close(&fixture);
}

/** Requests for the front and for the library in one packet, in every order, are answered in order and once each. */
static void test_server_front_pipelined(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "mixed", NULL);
  for (unsigned order = 0; order < 8; order++) {
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; i < 3; i++) {
      g_autofree char *target =
          order >> i & 1 ? media_target(&lesson, i == 1 ? "v720/2.m4s" : "v360/1.m4s") : g_strdup("/healthz");
      g_string_append_printf(text, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    }
    int fd = client_connect(&fixture);
    g_assert_true(client_send(fd, text->str, text->len));
    for (unsigned i = 0; i < 3; i++) {
      g_auto(Reply) reply = {0};
      client_read(fd, true, &reply);
      if (order >> i & 1)
        assert_segment(&reply, i == 1 ? "v720" : "v360", i == 1 ? 2 : 1);
      else
        assert_header(&reply, "Content-Type", "application/json");
    }
    close(fd);
  }
  fixture_close(&fixture);
}

/** A head that comes byte by byte, and one that comes in two parts after a whole one. */
static void test_server_front_parts(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "parts", NULL);
  g_autofree char *head = g_strdup_printf("GET /media/%s/v360/0.m4s HTTP/1.1\r\nHost: x\r\n\r\n", lesson.asset_id);
  g_autofree char *more = g_strconcat(head, head, NULL);
  int fd = client_connect(&fixture);
  for (size_t i = 0; head[i] != '\0'; i++) {
    g_assert_true(client_send(fd, head + i, 1));
    g_usleep(500);
  }
  g_auto(Reply) slowly = {0}, first = {0}, second = {0};
  client_read(fd, true, &slowly);
  assert_segment(&slowly, "v360", 0);
  close(fd);
  fd = client_connect(&fixture);
  size_t begun = strlen(head) + 10;
  g_assert_true(client_send(fd, more, begun));
  client_read(fd, true, &first);
  assert_segment(&first, "v360", 0);
  g_assert_true(client_send(fd, more + begun, strlen(more) - begun));
  client_read(fd, true, &second);
  assert_segment(&second, "v360", 0);
  close(fd);
  fixture_close(&fixture);
}

static void assert_closed(int fd) {
  char c;
  g_assert_cmpint(recv(fd, &c, 1, 0), ==, 0);
}

static void test_server_front_close(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "close", NULL);
  static const char *const files[] = {"v360/playlist.m3u8", "v720/2.m4s"};
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    g_auto(Reply) reply = {0};
    g_autofree char *target = media_target(&lesson, files[i]);
    int fd = client_connect(&fixture);
    client_ask(fd, "GET", target, "Connection: close\r\n", &reply);
    assert_header(&reply, "Connection", "close");
    assert_closed(fd);
    close(fd);
  }
  fixture_close(&fixture);
}

/** A client that shuts its side after its request still gets all of the answer. */
static void test_server_front_half_closed(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_auto(Lesson) lesson = lesson_make(&fixture, "half", NULL);
  g_autofree char *head = g_strdup_printf("GET /media/%s/v720/2.m4s HTTP/1.1\r\nHost: x\r\n\r\n", lesson.asset_id);
  int fd = client_connect(&fixture);
  g_assert_true(client_send(fd, head, strlen(head)));
  shutdown(fd, SHUT_WR);
  g_auto(Reply) reply = {0};
  client_read(fd, true, &reply);
  assert_segment(&reply, "v720", 2);
  assert_closed(fd);
  close(fd);
  fixture_close(&fixture);
}

static void limit_idle(Settings *settings) {
  settings->idle_timeout_us = G_TIME_SPAN_SECOND;
}

/** One that never asks, and one that has asked, go after the idle time-out. */
static void test_server_front_idle(void) {
  Fixture fixture;
  fixture_open_adjusted(&fixture, limit_idle);
  g_auto(Lesson) lesson = lesson_make(&fixture, "idle", NULL);
  g_autofree char *target = media_target(&lesson, "v360/playlist.m3u8");
  int silent = client_connect(&fixture), player = client_connect(&fixture);
  g_auto(Reply) reply = {0};
  client_ask(player, "GET", target, "", &reply);
  assert_closed(silent);
  assert_closed(player);
  close(silent);
  close(player);
  fixture_close(&fixture);
}

static void turn_off(Settings *settings) {
  settings->http_front = false;
}

static void test_server_front_off(void) {
  Fixture fixture;
  fixture_open_adjusted(&fixture, turn_off);
  g_auto(Lesson) lesson = lesson_make(&fixture, "off", NULL);
  g_autofree char *target = media_target(&lesson, "v360/1.m4s");
  g_auto(Reply) reply = {0};
  fixture_ask(&fixture, "GET", target, "", &reply);
  assert_segment(&reply, "v360", 1);
  g_assert_cmpfloat(count_answers(&fixture), ==, 0);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/server_front/player", test_server_front_player);
  g_test_add_func("/server_front/pipelined", test_server_front_pipelined);
  g_test_add_func("/server_front/parts", test_server_front_parts);
  g_test_add_func("/server_front/close", test_server_front_close);
  g_test_add_func("/server_front/half_closed", test_server_front_half_closed);
  g_test_add_func("/server_front/idle", test_server_front_idle);
  g_test_add_func("/server_front/off", test_server_front_off);
  return g_test_run();
}
