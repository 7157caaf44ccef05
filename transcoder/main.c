/** kapok-transcoder: the worker program, and its own child. */

#include "base/log.h"
#include "base/settings.h"
#include "base/supervisor.h"
#include "transcoder/child.h"
#include "transcoder/explain.h"
#include "transcoder/self_check.h"
#include "transcoder/worker.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "Usage: kapok-transcoder COMMAND [SETTINGS]\n"
    "  worker   take transcoding jobs from the data folder (--data DIR) until told to stop\n"
    "  check    tell whether everything that the transcoder needs is installed\n"
    "  explain  tell what would be made of a file: explain zh|en|json FILE\n"
    "  child    for the worker's own use\n"
    "Settings are those of `kapok serve`; `kapok --help-config` lists them.\n";

static int run_worker(int argc, char **argv) {
  (void)argc;
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = settings_load(argv, NULL, &error);
  if (settings == NULL) {
    fprintf(stderr, "kapok-transcoder: %s\n", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  log_init("worker", settings->log_level, settings->log_format);
  return worker_run(settings);
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "worker") == 0)
    return run_worker(argc - 1, argv + 1);
  if (strcmp(command, "child") == 0)
    return child_run();
  if (strcmp(command, "explain") == 0)
    return explain_run(argv + 2);
  if (strcmp(command, "check") == 0)
    return self_check_run();
  bool is_help = strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0;
  fputs(usage, is_help ? stdout : stderr);
  return is_help ? 0 : 2;
}
