#include "cli/command.h"

#include <glib.h>
#include <string.h>

static void test_command_table(void) {
  size_t count;
  const CliCommand *commands = cli_command_table(&count);
  for (size_t i = 0; i < count; i++) {
    g_assert_true(cli_command_find(commands[i].name) == &commands[i]);
    g_assert_nonnull(commands[i].run);
    const char *usages[] = {commands[i].usage.zh, commands[i].usage.en};
    for (size_t j = 0; j < G_N_ELEMENTS(usages); j++) {
      g_assert_nonnull(strstr(usages[j], commands[i].name));
      g_assert_true(g_str_has_suffix(usages[j], "\n"));
      g_assert_true(g_utf8_validate(usages[j], -1, NULL));
    }
    for (const char *const *own = commands[i].own_options; own && *own; own++) {
      g_autofree char *dashed = g_strconcat("--", *own, NULL);
      g_assert_nonnull(strstr(commands[i].usage.zh, dashed));
      g_assert_nonnull(strstr(commands[i].usage.en, dashed));
    }
  }
  g_assert_null(cli_command_find("nothing"));
}

static void test_command_nearest(void) {
  static const struct {
    const char *name, *expected;
  } cases[] = {
      {"sevre", "serve"}, {"ingset", "ingest"}, {"inges", "ingest"},  {"transcod", "transcode"},
      {"stat", "status"}, {"docter", "doctor"}, {"xyzzyxyzzy", NULL}, {"serve", "serve"},
      {"SERVE", NULL},    {"", NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const CliCommand *nearest = cli_command_nearest(cases[i].name);
    g_assert_cmpstr(nearest ? nearest->name : NULL, ==, cases[i].expected);
  }
  g_autofree char *endless = g_strnfill(5000, 's');
  g_assert_null(cli_command_nearest(endless));
}

/** Each run in a child: what it prints is not of interest here (tests/integration/cli.sh looks at it). */
static void assert_status(const char *line, int expected) {
  g_auto(GStrv) arguments = g_strsplit(line, " ", -1);
  if (!*line)
    g_clear_pointer(&arguments[0], g_free);
  g_assert_cmpint(cli_run(arguments), ==, expected);
}

static void test_command_statuses(void) {
  if (g_test_subprocess()) {
    assert_status("", CLI_EXIT_USAGE);
    assert_status("--help", CLI_EXIT_OK);
    assert_status("--version", CLI_EXIT_OK);
    assert_status("--help-config", CLI_EXIT_OK);
    assert_status("help", CLI_EXIT_OK);
    assert_status("help ingest", CLI_EXIT_OK);
    assert_status("help inges", CLI_EXIT_USAGE);
    assert_status("inges", CLI_EXIT_USAGE);
    assert_status("--nothing", CLI_EXIT_USAGE);
    assert_status("ingest --help", CLI_EXIT_OK);
    assert_status("ingest", CLI_EXIT_USAGE);
    assert_status("ingest --nothing a.mp4", CLI_EXIT_USAGE);
    assert_status("ingest --category nothing a.mp4", CLI_EXIT_USAGE);
    assert_status("serve a.mp4", CLI_EXIT_USAGE);
    assert_status("serve --title x", CLI_EXIT_USAGE);
    assert_status("serve --data=", CLI_EXIT_USAGE);
    assert_status("status --data /nonexistent/kapok", CLI_EXIT_FAILURE);
    assert_status("status --config /nonexistent/kapok.conf", CLI_EXIT_USAGE);
    return;
  }
  g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed();
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/command/table", test_command_table);
  g_test_add_func("/command/nearest", test_command_nearest);
  g_test_add_func("/command/statuses", test_command_statuses);
  return g_test_run();
}
