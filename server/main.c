/** kapok-server: serves until SIGTERM or SIGINT. Started by `kapok serve`, or alone. */
#include "base/log.h"
#include "base/settings.h"
#include "base/supervisor.h"
#include "server/server.h"

#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Settings *read_settings(char **argv, GError **error) {
  g_autoptr(Settings) settings = settings_load(argv, NULL, error);
  if (settings != NULL && argv[0] != NULL) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, "unexpected argument “%s”", argv[0]);
    return NULL;
  }
  return g_steal_pointer(&settings);
}

static gboolean on_signal(gpointer data) {
  g_main_loop_quit(data);
  return G_SOURCE_CONTINUE;
}

static void run_until_signal(void) {
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, false);
  guint term = g_unix_signal_add(SIGTERM, on_signal, loop);
  guint interrupt = g_unix_signal_add(SIGINT, on_signal, loop);
  g_main_loop_run(loop);
  g_source_remove(term);
  g_source_remove(interrupt);
}

static void print_help(void) {
  g_autofree char *reference = settings_format_reference();
  printf("Usage: kapok-server [--config FILE] [--OPTION VALUE]...\n\n"
         "Serves pages, API and media over HTTP until SIGTERM or SIGINT. Usually started by `kapok serve`.\n\n%s",
         reference);
}

int main(int argc, char **argv) {
  (void)argc;
  if (argv[1] != NULL && strcmp(argv[1], "--help") == 0) {
    print_help();
    return EXIT_SUCCESS;
  }
  if (argv[1] != NULL && strcmp(argv[1], "--version") == 0) {
    printf("kapok-server %s\n", KAPOK_VERSION);
    return EXIT_SUCCESS;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = read_settings(argv + 1, &error);
  if (settings == NULL) {
    log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  log_init("server", settings->log_level, settings->log_format);
  signal(SIGPIPE, SIG_IGN);
  Server *server = server_start(settings, &error);
  if (server == NULL) {
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  const char *const fields[] = {"address", server_address(server), "data", settings->data_dir, NULL};
  log_event(LOG_LEVEL_INFO, "listening", fields);
  run_until_signal();
  log_info("stopping");
  server_stop(server);
  return EXIT_SUCCESS;
}
