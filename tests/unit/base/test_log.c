#include "base/log.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Standard error goes to a file between capture_begin() and capture_end(). */
typedef struct {
  int saved_fd;
  char *path;
} Capture;

static Capture capture_begin(void) {
  Capture capture;
  int fd = g_file_open_tmp("kapok-log-XXXXXX", &capture.path, NULL);
  g_assert_cmpint(fd, >=, 0);
  capture.saved_fd = dup(STDERR_FILENO);
  dup2(fd, STDERR_FILENO);
  close(fd);
  return capture;
}

/* The lines written since; the last is empty. Caller frees. */
static char **capture_end(Capture *capture) {
  g_autofree char *text = NULL;
  dup2(capture->saved_fd, STDERR_FILENO);
  close(capture->saved_fd);
  g_assert_true(g_file_get_contents(capture->path, &text, NULL, NULL));
  g_unlink(capture->path);
  g_free(capture->path);
  return g_strsplit(text, "\n", -1);
}

static void assert_matches(const char *line, const char *pattern) {
  g_test_message("%s", line);
  g_assert_true(g_regex_match_simple(pattern, line, 0, 0));
}

#define TIME_PATTERN "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d"

static void test_log_text(void) {
  log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
  Capture capture = capture_begin();
  const char *const fields[] = {"path",  "/a b", "status", "200",  "quote", "a\"b\\",
                                "empty", "",     "lines",  "x\ny", NULL};
  log_debug("not seen");
  log_event(LOG_LEVEL_INFO, "request", fields);
  log_warning("two\nlines \x1b[31m %d", 7);
  log_error("bad \xff 课");
  g_auto(GStrv) lines = capture_end(&capture);
  g_assert_cmpuint(g_strv_length(lines), ==, 4);
  assert_matches(lines[0], "^" TIME_PATTERN " INFO server request path=\"/a b\" status=200 "
                           "quote=\"a\\\\\"b\\\\\\\\\" empty=\"\" lines=x\\\\ny$");
  assert_matches(lines[1], "^" TIME_PATTERN " WARNING server two\\\\nlines \\\\u001b\\[31m 7$");
  assert_matches(lines[2], "^" TIME_PATTERN " ERROR server bad \xEF\xBF\xBD 课$");
}

static void test_log_json(void) {
  log_init("worker", LOG_LEVEL_DEBUG, LOG_FORMAT_JSON);
  Capture capture = capture_begin();
  const char *const fields[] = {"job", "a\"\n\x02\xff", NULL};
  log_event(LOG_LEVEL_DEBUG, "课\\", fields);
  g_auto(GStrv) lines = capture_end(&capture);
  g_assert_cmpuint(g_strv_length(lines), ==, 2);
  assert_matches(lines[0], "^\\{\"time\":\"" TIME_PATTERN "\",\"level\":\"debug\",\"part\":\"worker\","
                           "\"message\":\"课\\\\\\\\\",\"job\":\"a\\\\\"\\\\n\\\\u0002\xEF\xBF\xBD\"\\}$");
}

static void test_log_context(void) {
  log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
  Capture capture = capture_begin();
  log_context_push("request", "r1");
  log_context_push("asset", "a1");
  log_info("both");
  log_context_pop();
  log_info("one");
  for (int i = 0; i < LOG_CONTEXT_MAX + 3; i++)
    log_context_push("deep", "x");
  for (int i = 0; i < LOG_CONTEXT_MAX + 3; i++)
    log_context_pop();
  log_info("still one");
  log_context_pop();
  log_info("none");
  g_auto(GStrv) lines = capture_end(&capture);
  g_assert_true(g_str_has_suffix(lines[0], "both request=r1 asset=a1"));
  g_assert_true(g_str_has_suffix(lines[1], "one request=r1"));
  g_assert_true(g_str_has_suffix(lines[2], "still one request=r1"));
  g_assert_true(g_str_has_suffix(lines[3], "none"));
}

static void test_log_cuts_long_values(void) {
  log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
  g_autoptr(GString) text = g_string_new("x");
  while (text->len < 100000)
    g_string_append(text, "课");
  Capture capture = capture_begin();
  log_info("%s", text->str);
  g_auto(GStrv) lines = capture_end(&capture);
  g_assert_cmpuint(strlen(lines[0]), <, 5000);
  g_assert_true(g_utf8_validate(lines[0], -1, NULL));
  g_assert_true(g_str_has_suffix(lines[0], "课…"));
}

static void test_log_takes_over_glib(void) {
  log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
  Capture capture = capture_begin();
  g_log_structured("Some-Library", G_LOG_LEVEL_WARNING, "MESSAGE", "it %s", "broke");
  g_log_structured("Some-Library", G_LOG_LEVEL_DEBUG, "MESSAGE", "chatter");
  g_auto(GStrv) lines = capture_end(&capture);
  g_assert_cmpuint(g_strv_length(lines), ==, 2);
  g_assert_true(g_str_has_suffix(lines[0], " WARNING server it broke domain=Some-Library"));
}

#define THREADS 8
#define LINES_PER_THREAD 300

static gpointer write_lines(gpointer data) {
  g_autofree char *name = g_strdup_printf("t%d", GPOINTER_TO_INT(data));
  log_context_push("thread", name);
  for (int i = 0; i < LINES_PER_THREAD; i++)
    log_info("line of %s", name);
  return NULL; /* the context goes with the thread */
}

static void test_log_threads(void) {
  log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
  Capture capture = capture_begin();
  GThread *threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new("writer", write_lines, GINT_TO_POINTER(i));
  for (int i = 0; i < THREADS; i++)
    g_thread_join(threads[i]);
  g_auto(GStrv) lines = capture_end(&capture);
  g_assert_cmpuint(g_strv_length(lines), ==, THREADS * LINES_PER_THREAD + 1);
  g_autoptr(GRegex) whole =
      g_regex_new("^" TIME_PATTERN " INFO server line of (t\\d) thread=\\1$", G_REGEX_OPTIMIZE, 0, NULL);
  for (int i = 0; i < THREADS * LINES_PER_THREAD; i++)
    g_assert_true(g_regex_match(whole, lines[i], 0, NULL));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/log/text", test_log_text);
  g_test_add_func("/base/log/json", test_log_json);
  g_test_add_func("/base/log/context", test_log_context);
  g_test_add_func("/base/log/cuts_long_values", test_log_cuts_long_values);
  g_test_add_func("/base/log/takes_over_glib", test_log_takes_over_glib);
  g_test_add_func("/base/log/threads", test_log_threads);
  return g_test_run();
}
