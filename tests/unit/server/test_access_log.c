#include "server/access_log.h"

#include "base/log.h"
#include "base/path.h"
#include "server/http/http_redact.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>

static void test_access_log_redact(void) {
  static const struct {
    const char *address, *wanted;
  } cases[] = {
      {"/media/x/1.m4s", "/media/x/1.m4s"},
      {"/a?q=token&limit=3", "/a?q=token&limit=3"},
      {"/iptv/abc/channels.m3u", "/iptv/-/channels.m3u"},
      {"/iptv/abc?b=1&token=x", "/iptv/-?b=1&token=-"},
      {"/iptv", "/iptv"},
      {"/a?token=abc", "/a?token=-"},
      {"/a?b=1&access_token=abc&c=2", "/a?b=1&access_token=-&c=2"},
      {"/a?SIG=abc#code=x", "/a?SIG=-#code=-"},
      {"/a?tok%65n=abc", "/a?tok%65n=-"},
      {"/a?x-signature=a=b&y", "/a?x-signature=-&y"},
      {"/a?code=1&code=2&state=3", "/a?code=-&code=-&state=-"},
      {"https://h/b?password=p", "https://h/b?password=-"},
      {"/a?barcode=1&monkey=2", "/a?barcode=1&monkey=2"},
      {"/a?token", "/a?token"},
      {"/a?", "/a?"},
      {"/a?%=1&=2&&", "/a?%=1&=2&&"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) out = g_string_new(NULL);
    http_redact_append(out, cases[i].address, 1000);
    g_assert_cmpstr(out->str, ==, cases[i].wanted);
  }
  g_autoptr(GString) cut = g_string_new(NULL);
  http_redact_append(cut, "/a?token=abc", 10);
  g_assert_cmpstr(cut->str, ==, "/a?token=-");
}

static const char *find_header(gconstpointer source, const char *name) {
  (void)source;
  if (g_str_equal(name, "User-Agent"))
    return "Mozilla \"x\"\n";
  return g_str_equal(name, "Referer") ? "http://h/?code=7" : NULL;
}

static const struct sockaddr_in peer = {.sin_family = AF_INET};
static const HttpRoute route = {.name = "page_home", .pattern = "/"};

static HttpCompletion make_completion(const char *target) {
  return (HttpCompletion){.method = "GET",
                          .target = target,
                          .request_id = "abc",
                          .route = &route,
                          .status = 200,
                          .body_bytes = 123,
                          .is_sent = true,
                          .duration_us = 1500,
                          .peer_address = (const struct sockaddr *)&peer,
                          .find_header = find_header};
}

static void test_access_log_format(void) {
  HttpCompletion completion = make_completion("/课?token=x");
  g_autoptr(GString) combined = g_string_new(NULL), json = g_string_new(NULL);
  access_log_format(combined, ACCESS_LOG_COMBINED, &completion, INT64_C(1700000000123456));
  g_assert_true(g_str_has_prefix(combined->str, "0.0.0.0 - - ["));
  g_assert_true(g_str_has_suffix(combined->str,
                                 "] \"GET /\\xE8\\xAF\\xBE?token=- HTTP/1.1\" 200 123 \"http://h/?code=-\" "
                                 "\"Mozilla \\x22x\\x22\\x0A\"\n"));
  g_assert_cmpint(strstr(combined->str, "/Nov/2023:") != NULL, ==, 1);
  access_log_format(json, ACCESS_LOG_JSON, &completion, INT64_C(1700000000123456));
  g_assert_cmpstr(
      json->str, ==,
      "{\"time\":\"2023-11-14T22:13:20.123Z\",\"client\":\"0.0.0.0\",\"method\":\"GET\",\"target\":\"/课?token=-\","
      "\"status\":200,\"bytes\":123,\"duration_us\":1500,\"route\":\"page_home\",\"cached\":false,\"whole\":true,"
      "\"request\":\"abc\",\"referer\":\"http://h/?code=-\",\"agent\":\"Mozilla \\\"x\\\"\\n\"}\n");
}

static size_t count_lines(const char *path) {
  g_autofree char *text = NULL;
  size_t lines = 0;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return 0;
  for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
    lines++;
  return lines;
}

/** Lines are kept until the flush; a file that was moved away is begun anew, and so is one that is too large. */
static void test_access_log_file(void) {
  g_autofree char *folder = g_dir_make_tmp("kapok-access-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "access.log", NULL);
  g_autofree char *moved = g_build_filename(folder, "moved.log", NULL);
  g_autofree char *first = g_strconcat(path, ".1", NULL), *second = g_strconcat(path, ".2", NULL);
  g_autofree char *third = g_strconcat(path, ".3", NULL);
  g_autoptr(GError) error = NULL;
  AccessLog *log = access_log_open(path, ACCESS_LOG_COMBINED, 1000, 2, &error);
  g_assert_no_error(error);
  HttpCompletion completion = make_completion("/");
  access_log_add(log, &completion);
  g_assert_cmpuint(count_lines(path), ==, 0);
  access_log_flush(log);
  g_assert_cmpuint(count_lines(path), ==, 1);
  g_assert_cmpint(g_rename(path, moved), ==, 0);
  access_log_flush(log);
  access_log_add(log, &completion);
  access_log_flush(log);
  g_assert_cmpuint(count_lines(moved), ==, 1);
  g_assert_cmpuint(count_lines(path), ==, 1);
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < 20; i++)
      access_log_add(log, &completion);
    access_log_flush(log);
  }
  access_log_add(log, &completion);
  access_log_close(log);
  g_assert_cmpuint(count_lines(path), ==, 1);
  g_assert_cmpuint(count_lines(first), ==, 20);
  g_assert_cmpuint(count_lines(second), ==, 20);
  g_assert_false(g_file_test(third, G_FILE_TEST_EXISTS));
  g_assert_true(path_remove_tree(folder, NULL));
}

static void test_access_log_refused(void) {
  g_autoptr(GError) error = NULL;
  g_assert_null(access_log_open("/no/such/folder/access.log", ACCESS_LOG_JSON, 0, 1, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull(strstr(error->message, "/no/such/folder/access.log"));
}

/** What cannot be written is counted and does not pile up. */
static void test_access_log_full(void) {
  g_autoptr(GError) error = NULL;
  if (!g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
    g_test_skip("there is no /dev/full");
    return;
  }
  g_autoptr(AccessLog) log = access_log_open("/dev/full", ACCESS_LOG_JSON, 0, 1, &error);
  g_assert_no_error(error);
  HttpCompletion completion = make_completion("/");
  for (int i = 0; i < 2000; i++)
    access_log_add(log, &completion);
  access_log_flush(log);
  g_assert_cmpuint(access_log_lost(log), ==, 2000);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/access_log/redact", test_access_log_redact);
  g_test_add_func("/access_log/format", test_access_log_format);
  g_test_add_func("/access_log/file", test_access_log_file);
  g_test_add_func("/access_log/refused", test_access_log_refused);
  g_test_add_func("/access_log/full", test_access_log_full);
  return g_test_run();
}
