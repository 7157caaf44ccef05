#include "cli/command.h"
#include "cli/sibling.h"
#include "cli/texts.h"

#include <errno.h>
#include <unistd.h>

/** "PROGRAM explain FORMAT FILE SETTINGS..." */
static char **explain_argv(const CliOptions *options) {
  GPtrArray *argv = g_ptr_array_new();
  g_ptr_array_add(argv, sibling_path(SIBLING_TRANSCODER));
  g_ptr_array_add(argv, g_strdup("explain"));
  g_ptr_array_add(argv, g_strdup(options->json ? "json" : text_pick("zh", "en")));
  g_ptr_array_add(argv, g_strdup(options->explain));
  cli_options_append_settings(options, argv);
  g_ptr_array_add(argv, NULL);
  return (char **)g_ptr_array_free(argv, FALSE);
}

int cli_transcode_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  bool is_explain = cli_option_text(options->explain) != NULL;
  if (options->json && !is_explain) {
    text_print_error("%s", text_pick("--json 要和 --explain 一起用", "--json goes with --explain"));
    return CLI_EXIT_USAGE;
  }
  g_auto(GStrv) argv = is_explain ? explain_argv(options) : sibling_argv(SIBLING_TRANSCODER, "worker", options);
  execv(argv[0], argv);
  text_print_error(text_pick("无法运行“%s”：%s", "cannot run \"%s\": %s"), argv[0], g_strerror(errno));
  return CLI_EXIT_FAILURE;
}
