#include "base/log.h"
#include "base/path.h"
#include "base/supervisor.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/listen_address.h"
#include "cli/sibling.h"
#include "cli/texts.h"
#include "cli/upkeep.h"

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
  announcer->source = 0;
  return G_SOURCE_REMOVE;
}

static void add_processes(Supervisor *supervisor, const CliOptions *options) {
  g_auto(GStrv) server = sibling_argv(SIBLING_SERVER, NULL, options);
  supervisor_add(supervisor, "server", (const char *const *)server);
  g_auto(GStrv) worker = sibling_argv(SIBLING_TRANSCODER, "worker", options);
  unsigned count = settings_worker_count(&options->settings);
  for (unsigned i = 1; i <= count; i++) {
    g_autofree char *name = g_strdup_printf("worker-%u", i);
    supervisor_add(supervisor, name, (const char *const *)worker);
  }
}

static int supervise(const CliOptions *options, const DataFolder *folder, Announcer *announcer) {
  g_autoptr(Supervisor) supervisor = supervisor_new();
  add_processes(supervisor, options);
  g_autoptr(Upkeep) upkeep = upkeep_start(folder, &options->settings);
  if (announcer->address.port != 0) // a port that the server chooses stands in its log
    announcer->source = g_timeout_add(ANNOUNCE_INTERVAL_MS, on_announce, announcer);
  int status = supervisor_run(supervisor, STOP_GRACE_US);
  g_clear_handle_id(&announcer->source, g_source_remove);
  return status;
}

static bool check_programs(void) {
  const char *const names[] = {SIBLING_SERVER, SIBLING_TRANSCODER};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    if (sibling_is_there(names[i]))
      continue;
    g_autofree char *path = sibling_path(names[i]);
    text_print_error(text_pick("找不到程序“%s”", "the program \"%s\" is missing"), path);
    return false;
  }
  return true;
}

/** With the lock held. */
static int open_and_supervise(const CliOptions *options) {
  g_autoptr(GError) error = NULL;
  g_auto(ListenAddress) address = {0};
  g_auto(DataFolder) folder = {0};
  if (!listen_address_parse(options->settings.listen, &address, &error) ||
      !listen_address_probe(&address, &error) || !data_folder_open(options->settings.data_dir, &folder, &error) ||
      !catalog_check(folder.catalog, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  upkeep_run_once(&folder, &options->settings);
  Announcer announcer = {.address = address};
  return supervise(options, &folder, &announcer);
}

int cli_serve_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  log_init("serve", options->settings.log_level, options->settings.log_format);
  if (!check_programs())
    return CLI_EXIT_FAILURE;
  g_autoptr(GError) error = NULL;
  int lock = path_make_dirs(options->settings.data_dir, &error)
                 ? data_folder_lock(options->settings.data_dir, &error)
                 : -1;
  if (lock < 0) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  int status = open_and_supervise(options);
  close(lock);
  return status;
}
