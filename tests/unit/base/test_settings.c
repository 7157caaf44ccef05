#include "base/settings.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static void test_settings_defaults(void) {
  g_autoptr(Settings) settings = settings_new();
  g_assert_cmpstr(settings->data_dir, ==, "./kapok-data");
  g_assert_cmpstr(settings->listen, ==, "0.0.0.0:8080");
  g_assert_cmpstr(settings->web_dir, ==, "");
  g_assert_cmpstr(settings->x264_preset, ==, "veryfast");
  g_assert_cmpint(settings->workers, ==, 0);
  g_assert_cmpint(settings->connection_limit, ==, 4096);
  g_assert_cmpint(settings->idle_timeout_us, ==, 60 * G_USEC_PER_SEC);
  g_assert_cmpint(settings->log_level, ==, LOG_LEVEL_INFO);
  g_assert_cmpint(settings->log_format, ==, LOG_FORMAT_TEXT);
  g_assert_cmpint(settings->segment_duration_us, ==, 6 * G_USEC_PER_SEC);
  g_assert_cmpint(settings->span_duration_us, ==, 36 * G_USEC_PER_SEC);
  g_assert_cmpint(settings->job_lease_us, ==, 30 * G_USEC_PER_SEC);
  g_assert_cmpint(settings->job_timeout_us, ==, 300 * G_USEC_PER_SEC);
  g_assert_cmpint(settings->min_free_space_bytes, ==, INT64_C(1) << 30);
  g_assert_cmpint(settings->max_source_bytes, ==, INT64_C(64) << 30);
  g_assert_cmpint(settings->max_source_duration_us, ==, INT64_C(12) * 3600 * G_USEC_PER_SEC);
  g_assert_cmpint(settings->max_source_pixels, ==, 36000000);
}

/* Names are unique and well formed, fields are used once, helps are sentences. */
static void test_settings_table(void) {
  size_t count;
  const OptionSpec *table = settings_option_table(&count);
  g_assert_cmpuint(count, >, 0);
  for (size_t i = 0; i < count; i++) {
    g_assert_true(g_regex_match_simple("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", table[i].name, 0, 0));
    g_assert_true(g_regex_match_simple("^[A-Z].*\\.$", table[i].help, 0, 0));
    g_assert_nonnull(table[i].value_name);
    for (size_t j = 0; j < i; j++) {
      g_assert_cmpstr(table[i].name, !=, table[j].name);
      g_assert_cmpuint(table[i].offset, !=, table[j].offset);
    }
  }
}

static char *write_config(const char *text) {
  char *path = NULL;
  int fd = g_file_open_tmp("kapok-settings-XXXXXX", &path, NULL);
  g_assert_true(g_close(fd, NULL));
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  return path;
}

static void test_settings_load(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = write_config("workers = 2\ndata = /from/file\nlog-level = debug\n");
  static const char *const own[] = {"wait", NULL};
  char *argv[] = {
      (char *)"--wait", (char *)"--data", (char *)"/from/args", (char *)"--config", path, (char *)"x.mp4", NULL};
  g_autoptr(Settings) settings = settings_load(argv, own, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(settings->data_dir, ==, "/from/args");
  g_assert_cmpint(settings->workers, ==, 2);
  g_assert_cmpint(settings->log_level, ==, LOG_LEVEL_DEBUG);
  g_assert_cmpstr(argv[0], ==, "--wait");
  g_assert_cmpstr(argv[1], ==, "x.mp4");
  g_assert_null(argv[2]);
  g_unlink(path);
}

static void test_settings_load_refuses(void) {
  g_autofree char *path = write_config("workers = 2\nsegment-duration = 1s\n");
  g_autofree char *with_path = g_strconcat("--config=", path, NULL);
  g_autofree char *file_message =
      g_strconcat(path, ":2: segment-duration: \"1s\" is out of range, which is 2s to 10s", NULL);
  const struct {
    const char *first, *second, *message;
  } cases[] = {
      {with_path, NULL, file_message},
      {"--config", NULL, "command line: config: its value is missing"},
      {"--config", "--data", "command line: config: its value is missing"},
      {"--span-duration=3s", NULL, "span-duration must be at least segment-duration"},
      {"--log-levl=info", NULL, "command line: unknown option \"log-levl\"; did you mean \"log-level\"?"},
      {"--x264-preset", "veryfst",
       "command line: x264-preset: \"veryfst\" is not one of ultrafast, superfast, veryfast, "
       "faster, fast, medium, slow, slower, veryslow; did you mean \"veryfast\"?"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    char *argv[] = {(char *)cases[i].first, (char *)cases[i].second, NULL};
    g_assert_null(settings_load(argv, NULL, &error));
    g_assert_cmpint((int)error->domain, ==, (int)OPTION_ERROR);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
  g_unlink(path);
}

/* `written` is what a program would print, `path` the file of the sources that must hold the same. */
static void assert_file_holds(const char *path, const char *written) {
  g_autoptr(GError) error = NULL;
  g_autofree char *full = g_build_filename(KAPOK_SOURCE_DIR, path, NULL);
  if (g_getenv("KAPOK_WRITE_DOCS"))
    g_assert_true(g_file_set_contents(full, written, -1, NULL));
  g_autofree char *held = NULL;
  g_assert_true(g_file_get_contents(full, &held, NULL, &error));
  g_assert_no_error(error);
  if (strcmp(held, written) != 0)
    g_test_message("%s is out of date: run this test with KAPOK_WRITE_DOCS=1", path);
  g_assert_cmpstr(held, ==, written);
}

static void test_settings_reference(void) {
  g_autofree char *reference = settings_format_reference();
  assert_file_holds("docs/config.md", reference);
}

/* The example is current, and reads back as the defaults with its comment signs taken away. */
static void test_settings_example(void) {
  g_autofree char *example = settings_format_example();
  assert_file_holds("config/kapok.conf.example", example);

  g_autoptr(GError) error = NULL;
  g_autoptr(GRegex) commented = g_regex_new("^#(?=[a-z])", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *active = g_regex_replace_literal(commented, example, -1, 0, "", 0, NULL);
  size_t count;
  const OptionSpec *table = settings_option_table(&count);
  g_autoptr(Settings) defaults = settings_new();
  g_autoptr(Settings) read = settings_new();
  read->workers = -1;
  g_assert_true(option_table_load_text(table, count, read, "example", active, strlen(active), &error));
  g_assert_no_error(error);
  for (size_t i = 0; i < count; i++) {
    g_autofree char *expected = option_table_format_value(&table[i], defaults);
    g_autofree char *value = option_table_format_value(&table[i], read);
    g_assert_cmpstr(value, ==, expected);
  }
}

static void test_settings_worker_count(void) {
  const struct {
    unsigned cores;
    int64_t memory_gib;
    unsigned expected;
  } cases[] = {{1, 8, 1}, {2, 8, 1}, {3, 8, 1}, {4, 8, 2}, {16, 64, 8}, {16, 4, 2}, {16, 1, 1}, {8, -1, 4}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpuint(settings_choose_worker_count(cases[i].cores, cases[i].memory_gib * (INT64_C(1) << 30)), ==,
                     cases[i].expected);
  g_autoptr(Settings) settings = settings_new();
  g_assert_cmpuint(settings_worker_count(settings), >=, 1);
  settings->workers = 7;
  g_assert_cmpuint(settings_worker_count(settings), ==, 7);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/settings/defaults", test_settings_defaults);
  g_test_add_func("/base/settings/table", test_settings_table);
  g_test_add_func("/base/settings/load", test_settings_load);
  g_test_add_func("/base/settings/load_refuses", test_settings_load_refuses);
  g_test_add_func("/base/settings/reference", test_settings_reference);
  g_test_add_func("/base/settings/worker-count", test_settings_worker_count);
  g_test_add_func("/base/settings/example", test_settings_example);
  return g_test_run();
}
