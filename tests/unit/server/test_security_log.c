/** The log of security events on a real server: what is refused is counted and written, a flood is written in part. */
#include "server/security_log.h"
#include "tests/unit/server/server_fixture.h"

#include <fcntl.h>

static double read_metric(const Fixture *fixture, const char *name) {
  g_auto(Reply) metrics = {0};
  fixture_ask(fixture, "GET", "/metrics", "", &metrics);
  g_autofree char *line = g_strdup_printf("\n%s ", name);
  const char *found = strstr(reply_text(&metrics), line);
  g_assert_nonnull(found);
  return g_ascii_strtod(found + strlen(line), NULL);
}

/* Standard error goes into a file meanwhile; whoever calls reads it. */
static char *ask_with_log(const Fixture *fixture, unsigned times) {
  g_autofree char *path = g_build_filename(fixture->data_dir, "stderr", NULL);
  int saved = dup(STDERR_FILENO), file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert_cmpint(dup2(file, STDERR_FILENO), ==, STDERR_FILENO);
  log_init("test", LOG_LEVEL_WARNING, LOG_FORMAT_TEXT);
  for (unsigned i = 0; i < times; i++) {
    g_auto(Reply) refused = {0};
    fixture_ask(fixture, "GET", "/api/v1/audit?token=hidden", "Authorization: Bearer not-the-token-of-anybody\r\n",
                &refused);
    g_assert_true(refused.status == 401 || refused.status == 403);
  }
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_assert_cmpint(dup2(saved, STDERR_FILENO), ==, STDERR_FILENO);
  close(saved);
  close(file);
  char *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  return text;
}

static unsigned count_of(const char *text, const char *part) {
  unsigned count = 0;
  for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
    count++;
  return count;
}

static void test_security_log_flood(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *text = ask_with_log(&fixture, 100);
  double counted = read_metric(&fixture, "kapok_security_events_total{event=\"token_refused\"}") +
                   read_metric(&fixture, "kapok_security_events_total{event=\"access_denied\"}");
  g_assert_cmpfloat(counted, ==, 100);
  g_assert_cmpuint(count_of(text, " security event="), ==, SECURITY_LOG_PER_WINDOW);
  g_assert_nonnull(strstr(text, "client=127.0.0.1"));
  g_assert_nonnull(strstr(text, "/api/v1/audit?token=-"));
  g_assert_null(strstr(text, "hidden"));
  g_assert_null(strstr(text, "not-the-token"));
  fixture_close(&fixture);
}

static void test_security_log_refused(void) {
  Fixture fixture;
  fixture_open(&fixture);
  int fd = client_connect(&fixture);
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n";
  char answer[64];
  client_send(fd, request, strlen(request));
  while (recv(fd, answer, sizeof answer, 0) > 0) { /* until it is closed */
  }
  close(fd);
  g_assert_cmpfloat(read_metric(&fixture, "kapok_security_events_total{event=\"request_refused\"}"), ==, 1);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/security_log/flood", test_security_log_flood);
  g_test_add_func("/security_log/refused", test_security_log_refused);
  return g_test_run();
}
