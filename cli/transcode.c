#include "cli/command.h"
#include "cli/sibling.h"
#include "cli/texts.h"

#include <errno.h>
#include <unistd.h>

int cli_transcode_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  g_auto(GStrv) argv = sibling_argv(SIBLING_TRANSCODER, "worker", options);
  execv(argv[0], argv);
  text_print_error(text_pick("无法运行“%s”：%s", "cannot run \"%s\": %s"), argv[0], g_strerror(errno));
  return CLI_EXIT_FAILURE;
}
