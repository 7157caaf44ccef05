#include "cli/options.h"

#include <glib/gstdio.h>

static const char *const OWN[] = {"title", "wait", NULL};

static void test_options_parse(void) {
  const char *arguments[] = {"--wait",    "一.mp4", "--data", "/tmp/d",    "--title=课",
                             "--workers", "3",      "--",     "--two.mp4", NULL};
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) positional = NULL;
  g_autoptr(CliOptions) options = cli_options_parse((char *const *)arguments, OWN, &positional, &error);
  g_assert_no_error(error);
  g_assert_true(options->wait);
  g_assert_cmpstr(options->title, ==, "课");
  g_assert_cmpstr(options->settings.data_dir, ==, "/tmp/d");
  g_assert_cmpint(options->settings.workers, ==, 3);
  g_assert_null(cli_option_text(options->summary));
  g_assert_cmpuint(g_strv_length(positional), ==, 2);
  g_assert_cmpstr(positional[0], ==, "一.mp4");
  g_assert_cmpstr(positional[1], ==, "--two.mp4");
}

static void test_options_refuse_others(void) {
  static const char *const lines[][3] = {
      {"--category", "x", NULL}, {"--nothing", NULL}, {"--workers", "many", NULL}, {"--title", NULL}};
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autoptr(GError) error = NULL;
    char **positional = NULL;
    g_assert_null(cli_options_parse((char *const *)lines[i], OWN, &positional, &error));
    g_assert_nonnull(error);
    g_assert_null(positional);
  }
}

static void test_options_config_below_command_line(void) {
  g_autofree char *path = NULL;
  int descriptor = g_file_open_tmp("kapok-XXXXXX.conf", &path, NULL);
  g_assert_cmpint(descriptor, >=, 0);
  g_close(descriptor, NULL);
  g_assert_true(g_file_set_contents(path, "workers = 7\nlisten = 127.0.0.1:9\n", -1, NULL));
  const char *arguments[] = {"--workers=2", "--config", path, NULL};
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) positional = NULL;
  g_autoptr(CliOptions) options = cli_options_parse((char *const *)arguments, NULL, &positional, &error);
  g_assert_no_error(error);
  g_assert_cmpint(options->settings.workers, ==, 2);
  g_assert_cmpstr(options->settings.listen, ==, "127.0.0.1:9");
  g_assert_cmpuint(g_strv_length(positional), ==, 0);
  g_unlink(path);
}

static void test_options_append_settings(void) {
  const char *arguments[] = {"--workers", "3", "--segment-duration", "4s", "--data", "/tmp/a b", NULL};
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) positional = NULL;
  g_autoptr(CliOptions) options = cli_options_parse((char *const *)arguments, NULL, &positional, &error);
  g_assert_no_error(error);
  GPtrArray *argv = g_ptr_array_new();
  cli_options_append_settings(options, argv);
  g_ptr_array_add(argv, NULL);
  g_auto(GStrv) words = (char **)g_ptr_array_free(argv, FALSE);
  g_assert_cmpuint(g_strv_length(words), ==, 3);
  g_assert_true(g_strv_contains((const char *const *)words, "--data=/tmp/a b"));
  g_assert_true(g_strv_contains((const char *const *)words, "--workers=3"));

  g_auto(GStrv) again_positional = NULL;
  g_autoptr(CliOptions) again = cli_options_parse(words, NULL, &again_positional, &error);
  g_assert_no_error(error);
  g_assert_cmpint(again->settings.segment_duration_us, ==, 4 * G_USEC_PER_SEC);
  g_assert_cmpstr(again->settings.data_dir, ==, "/tmp/a b");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/options/parse", test_options_parse);
  g_test_add_func("/options/refuse-others", test_options_refuse_others);
  g_test_add_func("/options/config-below-command-line", test_options_config_below_command_line);
  g_test_add_func("/options/append-settings", test_options_append_settings);
  return g_test_run();
}
