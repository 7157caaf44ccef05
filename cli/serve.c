#include "base/log.h"
#include "base/path.h"
#include "base/service_notify.h"
#include "base/supervisor.h"
#include "catalog/room.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/listen_address.h"
#include "cli/serve_reload.h"
#include "cli/serve_sockets.h"
#include "cli/sibling.h"
#include "cli/texts.h"
#include "cli/upkeep.h"
#include "cli/watch.h"

#include <stdio.h>
#include <unistd.h>

/** Time that workers and open requests get to end. */
#define STOP_GRACE_US (10 * G_TIME_SPAN_SECOND)
#define ANNOUNCE_INTERVAL_MS 100

typedef struct {
  ListenAddress address;
  guint source;
} Announcer;

/** Print the address once the server answers there. */
static gboolean on_announce(gpointer data) {
  Announcer *announcer = data;
  if (!listen_address_answers(&announcer->address))
    return G_SOURCE_CONTINUE;
  g_autofree char *url = listen_address_url(&announcer->address);
  printf(text_pick("Kapok 已启动：%s\n", "Kapok is running: %s\n"), url);
  fflush(stdout);
  service_notify("READY=1");
  announcer->source = 0;
  return G_SOURCE_REMOVE;
}

/** It is told where HTTP really listens, which televisions fetch media from. */
static void add_dlna(ServeState *state, const CliOptions *options, char *address) {
  CliOptions with_address = *options; /* a view; owns nothing */
  with_address.settings.listen = address;
  g_auto(GStrv) dlna = sibling_argv(SIBLING_DLNA, NULL, &with_address);
  supervisor_add(state->supervisor, "dlna", (const char *const *)dlna);
}

static void add_processes(ServeState *state, const CliOptions *options, char *address) {
  g_auto(GStrv) server = sibling_argv(SIBLING_SERVER, NULL, options);
  state->server = supervisor_add(state->supervisor, "server", (const char *const *)server);
  supervisor_set_sockets(state->supervisor, state->server, serve_sockets_list(state->sockets));
  g_auto(GStrv) worker = sibling_argv(SIBLING_TRANSCODER, "worker", options);
  state->worker_count = settings_worker_count(&options->settings);
  state->first_worker = state->server + 1;
  for (unsigned i = 1; i <= state->worker_count; i++) {
    g_autofree char *name = g_strdup_printf("worker-%u", i);
    supervisor_add(state->supervisor, name, (const char *const *)worker);
  }
  if (settings_has_dlna(&options->settings))
    add_dlna(state, options, address);
}

static int supervise(const CliOptions *options, const DataFolder *folder, int lock, ServeSockets *sockets) {
  g_autoptr(Supervisor) supervisor = supervisor_new();
  ServeState state = {.supervisor = supervisor, .lock = lock, .options = options, .sockets = sockets};
  g_autofree char *address_text = serve_sockets_address(sockets);
  Announcer announcer = {0};
  add_processes(&state, options, address_text);
  g_autoptr(Upkeep) upkeep = upkeep_start(folder, &options->settings);
  g_autoptr(Watch) watch = watch_start(folder, &options->settings);
  g_autoptr(ServeReloader) reloader = serve_reloader_new(&state);
  if (listen_address_parse(address_text, &announcer.address, NULL))
    announcer.source = g_timeout_add(ANNOUNCE_INTERVAL_MS, on_announce, &announcer);
  int status = supervisor_run(supervisor, STOP_GRACE_US);
  service_notify("STOPPING=1");
  g_clear_handle_id(&announcer.source, g_source_remove);
  listen_address_clear(&announcer.address);
  g_clear_pointer(&reloader, serve_reloader_free);
  serve_sockets_free(state.sockets);
  return status;
}

static bool check_programs(const Settings *settings) {
  const char *const names[] = {SIBLING_SERVER, SIBLING_TRANSCODER, SIBLING_DLNA};
  size_t count = settings_has_dlna(settings) ? G_N_ELEMENTS(names) : G_N_ELEMENTS(names) - 1;
  for (size_t i = 0; i < count; i++) {
    if (sibling_is_there(names[i]))
      continue;
    g_autofree char *path = sibling_path(names[i]);
    text_print_error(text_pick("找不到程序“%s”", "the program \"%s\" is missing"), path);
    return false;
  }
  return true;
}

/** Whether the room of the settings is there; true for none. */
static bool check_room(Catalog *catalog, const char *room) {
  g_autofree char *id = NULL, *name = NULL;
  g_autoptr(GError) error = NULL;
  if (*room == '\0' || catalog_find_room(catalog, room, &id, &name, &error))
    return true;
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    text_print_error(
        text_pick("没有活动室“%s”（room）：先用 kapok import --kind rooms 或管理页面建立",
                  "there is no room “%s” (setting room): make it first, by kapok import --kind rooms or in "
                  "the administration"),
        room);
  else
    text_print_error("room: %s", error->message);
  return false;
}

/** With the lock held. */
static int open_and_supervise(const CliOptions *options, int lock) {
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  g_autoptr(ServeSockets) sockets = serve_sockets_open(&options->settings, &error);
  if (!sockets || !data_folder_open(options->settings.data_dir, &folder, &error) ||
      !catalog_check(folder.catalog, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  if (!check_room(folder.catalog, options->settings.room))
    return CLI_EXIT_FAILURE;
  upkeep_run_once(&folder, &options->settings);
  return supervise(options, &folder, lock, g_steal_pointer(&sockets));
}

int cli_serve_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  log_init("serve", options->settings.log_level, options->settings.log_format);
  if (!check_programs(&options->settings))
    return CLI_EXIT_FAILURE;
  g_autoptr(GError) error = NULL;
  int lock = path_make_dirs(options->settings.data_dir, &error)
                 ? data_folder_lock(options->settings.data_dir, &error)
                 : -1;
  if (lock < 0) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  int status = open_and_supervise(options, lock);
  close(lock);
  return status;
}
