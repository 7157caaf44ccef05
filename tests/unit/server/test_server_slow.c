/** Clients that hold connections: slow heads, slow bodies, slow readers, too many from one address, too many in all. Others are
 * served all the while. */
#include "tests/unit/server/server_fixture.h"

#define MANY 60
#define FEW 15

/** From an address of its own, which no proxy has. */
static int connect_from(const Fixture *fixture, const char *from) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in own = {.sin_family = AF_INET},
                     server = {.sin_family = AF_INET, .sin_port = htons(fixture->port)};
  inet_pton(AF_INET, from, &own.sin_addr);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct timeval limit = {.tv_sec = 60};
  g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), ==, 0);
  g_assert_cmpint(bind(fd, (struct sockaddr *)&own, sizeof own), ==, 0);
  g_assert_cmpint(connect(fd, (struct sockaddr *)&server, sizeof server), ==, 0);
  return fd;
}

static void assert_alive(const Fixture *fixture) {
  g_auto(Reply) reply = {0};
  fixture_ask(fixture, "GET", "/healthz", "", &reply);
  g_assert_cmpint(reply.status, ==, 200);
}

static double read_metric(const Fixture *fixture, const char *name) {
  g_auto(Reply) metrics = {0};
  fixture_ask(fixture, "GET", "/metrics", "", &metrics);
  g_autofree char *line = g_strdup_printf("\n%s ", name);
  const char *found = strstr(reply_text(&metrics), line);
  g_assert_nonnull(found);
  return g_ascii_strtod(found + strlen(line), NULL);
}

static void limit_strictly(Settings *settings) {
  settings->head_timeout_us = 2 * G_TIME_SPAN_SECOND;
  settings->address_limit = 4;
  settings->connection_limit = MANY + 40;
}

static bool is_closed(int fd) {
  char c;
  ssize_t got = recv(fd, &c, 1, MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

/** Send a byte on each connection that is still open; how many are. */
static size_t drip(int *fds, size_t count) {
  size_t open = 0;
  for (size_t i = 0; i < count; i++) {
    if (fds[i] < 0)
      continue;
    if (is_closed(fds[i]) || !client_send(fds[i], "a", 1)) {
      close(fds[i]);
      fds[i] = -1;
    } else {
      open++;
    }
  }
  return open;
}

static void open_with(const Fixture *fixture, int *ret_fds, size_t count, const char *begin) {
  for (size_t i = 0; i < count; i++) {
    ret_fds[i] = client_connect(fixture);
    client_send(ret_fds[i], begin, strlen(begin));
  }
}

static void wait_for_metric(const Fixture *fixture, const char *name, double wanted) {
  for (int i = 0; i < 400 && read_metric(fixture, name) < wanted; i++)
    g_usleep(100 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpfloat(read_metric(fixture, name), ==, wanted);
}

/** A byte of head or body each 100 ms: each byte puts off the idle time-out, none the head's, and ten a second are too few.
 * Readers that take nothing of a large answer go as well, a connection that is merely idle stays. Others are served. */
static void test_server_slow_floods(void) {
  Fixture fixture;
  fixture_open_adjusted(&fixture, limit_strictly);
  g_auto(Lesson) lesson = lesson_make(&fixture, "slow", NULL);
  g_autofree char *large = g_strdup_printf("GET /media/%s/v720/2.m4s HTTP/1.1\r\nHost: x\r\n\r\n", lesson.asset_id);
  int heads[MANY], bodies[FEW], readers[FEW], idle = client_connect(&fixture);
  for (size_t i = 0; i < FEW; i++) {
    int small = 4096;
    readers[i] = client_connect(&fixture);
    setsockopt(readers[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_send(readers[i], large, strlen(large));
  }
  open_with(&fixture, heads, MANY, "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: ");
  open_with(&fixture, bodies, FEW,
            "POST /api/v1/courses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 100000\r\n\r\n{\"title\":\"");
  int64_t start_us = g_get_monotonic_time();
  size_t open = 1;
  while (open > 0 && g_get_monotonic_time() - start_us < 60 * G_TIME_SPAN_SECOND) {
    g_usleep(100 * G_TIME_SPAN_MILLISECOND);
    open = drip(heads, MANY) + drip(bodies, FEW);
    assert_alive(&fixture);
  }
  g_assert_cmpuint(open, ==, 0);
  wait_for_metric(&fixture, "kapok_http_connections_slow_total{part=\"head\"}", MANY);
  wait_for_metric(&fixture, "kapok_http_connections_slow_total{part=\"body\"}", FEW);
  wait_for_metric(&fixture, "kapok_http_connections_slow_total{part=\"read\"}", FEW);
  g_assert_false(is_closed(idle));
  close(idle);
  for (size_t i = 0; i < FEW; i++)
    close(readers[i]);
  fixture_close(&fixture);
}

static void test_server_slow_limits(void) {
  Fixture fixture;
  fixture_open_adjusted(&fixture, limit_strictly);
  int held[4], fds[MANY + 40];
  for (size_t i = 0; i < G_N_ELEMENTS(held); i++) {
    g_auto(Reply) reply = {0};
    held[i] = connect_from(&fixture, "127.0.0.2");
    client_ask(held[i], "GET", "/healthz", "", &reply);
    g_assert_cmpint(reply.status, ==, 200);
  }
  g_auto(Reply) refused = {0}, other = {0}, again = {0}, full = {0};
  int late = connect_from(&fixture, "127.0.0.2");
  client_ask(late, "GET", "/healthz", "", &refused);
  g_assert_cmpint(refused.status, ==, 429);
  assert_header(&refused, "Connection", "close");
  assert_header(&refused, "Retry-After", "2");
  g_assert_nonnull(strstr(reply_text(&refused), "\"code\":\"too_many_connections\""));
  close(late);
  int neighbour = connect_from(&fixture, "127.0.0.3");
  client_ask(neighbour, "GET", "/healthz", "", &other);
  g_assert_cmpint(other.status, ==, 200);
  close(neighbour);
  close(held[0]);
  for (int i = 0; i < 100 && again.status != 200; i++) { /* the server takes a moment to see that it was closed */
    g_usleep(20 * G_TIME_SPAN_MILLISECOND);
    reply_clear(&again);
    late = connect_from(&fixture, "127.0.0.2");
    client_ask(late, "GET", "/healthz", "", &again);
    close(late);
  }
  g_assert_cmpint(again.status, ==, 200);
  for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
    fds[i] = client_connect(&fixture);
  fixture_ask(&fixture, "GET", "/healthz", "", &full);
  g_assert_cmpint(full.status, ==, 503);
  assert_header(&full, "Connection", "close");
  for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
    close(fds[i]);
  for (size_t i = 1; i < G_N_ELEMENTS(held); i++)
    close(held[i]);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/server_slow/floods", test_server_slow_floods);
  g_test_add_func("/server_slow/limits", test_server_slow_limits);
  return g_test_run();
}
