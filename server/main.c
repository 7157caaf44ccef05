/** kapok-server: serves until SIGTERM or SIGINT. Started by `kapok serve`, or alone. */
#include "base/handed_sockets.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/supervisor.h"
#include "server/self_check.h"
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

/** So long a server that another has taken over from answers on the connections that are open. */
#define LEAVE_US (30 * G_TIME_SPAN_SECOND)
#define LEAVE_LOOK_MS 100

typedef struct {
  Server *server;
  GMainLoop *loop;
  int64_t leave_until_us; /**< 0: not leaving */
} Run;

static gboolean on_stop(gpointer data) {
  g_main_loop_quit(((Run *)data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean on_leave_look(gpointer data) {
  const Run *run = data;
  if (server_connection_count(run->server) == 0 || g_get_monotonic_time() > run->leave_until_us)
    g_main_loop_quit(run->loop);
  return G_SOURCE_CONTINUE;
}

/** Another server has taken over. */
static gboolean on_leave(gpointer data) {
  Run *run = data;
  if (run->leave_until_us != 0)
    return G_SOURCE_CONTINUE;
  log_info("another server has taken over: no new connections");
  run->leave_until_us = g_get_monotonic_time() + LEAVE_US;
  server_leave(run->server);
  g_timeout_add(LEAVE_LOOK_MS, on_leave_look, run);
  return G_SOURCE_CONTINUE;
}

static void run_until_signal(Server *server) {
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, false);
  Run run = {.server = server, .loop = loop};
  g_unix_signal_add(SIGTERM, on_stop, &run);
  g_unix_signal_add(SIGINT, on_stop, &run);
  g_unix_signal_add(SIGUSR2, on_leave, &run);
  handed_sockets_tell_ready(); /* after the handlers of signals are there */
  g_main_loop_run(loop);
}

static void print_help(void) {
  g_autofree char *reference = settings_format_reference();
  printf("Usage: kapok-server [--config FILE] [--OPTION VALUE]...\n\n"
         "Serves pages, API and media over HTTP until SIGTERM or SIGINT; SIGUSR2 lets it go on with the "
         "connections that "
         "are open and end. Usually started by `kapok serve`.\n\n%s",
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
  if (argv[1] != NULL && strcmp(argv[1], "--check") == 0)
    return self_check_run(argv + 2);
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = read_settings(argv + 1, &error);
  if (settings == NULL) {
    log_init("server", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  log_init("server", settings->log_level, settings->log_format);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a limit on files is an error like a full disk */
  g_autoptr(GArray) sockets = handed_sockets_take();
  Server *server = server_start(settings, sockets, &error);
  if (server == NULL) {
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  const char *const fields[] = {"address", server_address(server), "data", settings->data_dir, NULL};
  log_event(LOG_LEVEL_INFO, "listening", fields);
  run_until_signal(server);
  log_info("stopping");
  server_stop(server);
  return EXIT_SUCCESS;
}
