#include "cli/serve_reload.h"

#include "base/log.h"
#include "base/service_notify.h"
#include "cli/data_folder.h"
#include "cli/sibling.h"
#include "cli/texts.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct ServeReloader {
  ServeState *state;
  CliOptions *current, *next; /**< read at the last reload (NULL: none yet), and those of the one under way */
  ServeSockets *next_sockets;
  GString *message; /**< of the reload under way, for whoever asked for it */
  unsigned reloads;
  bool is_running, is_wanted, is_for_workers;
  guint sources[3];
};

/** Settings that `kapok serve` itself goes by. */
static const char *const own_names[] = {"data", "workers",        "retired-keep", "deleted-keep", "room",
                                        "dlna", "dlna-interface", "dlna-name",    "dlna-port",    "dlna-language",
                                        NULL};

static const CliOptions *current_options(const ServeReloader *reloader) {
  return reloader->current ? reloader->current : reloader->state->options;
}

/** "a, b": settings that differ and that `is_of_interest` wants; empty when there are none. Caller frees. */
static char *list_changes(const CliOptions *old, const CliOptions *new, bool (*is_of_interest)(const char *name)) {
  size_t count;
  const OptionSpec *table = settings_option_table(&count);
  GString *names = g_string_new(NULL);
  for (size_t i = 0; i < count; i++) {
    g_autofree char *before = option_table_format_value(&table[i], old);
    g_autofree char *after = option_table_format_value(&table[i], new);
    if (strcmp(before, after) != 0 && is_of_interest(table[i].name))
      g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", table[i].name);
  }
  return g_string_free(names, FALSE);
}

static bool is_own(const char *name) {
  return g_strv_contains(own_names, name);
}

static void warn(ServeReloader *reloader, const char *what, const char *names) {
  if (!*names)
    return;
  g_autofree char *text = g_strdup_printf(text_pick("%s：%s", "%s: %s"), what, names);
  log_warning("%s", text);
  g_string_append_printf(reloader->message, "%s%s", reloader->message->len > 0 ? "; " : "", text);
}

static void warn_of_changes(ServeReloader *reloader) {
  const CliOptions *old = current_options(reloader), *new = reloader->next;
  g_autofree char *own = list_changes(reloader->state->options, new, is_own);
  g_autofree char *of_workers = list_changes(old, new, settings_is_for_workers);
  warn(reloader, text_pick("以下设置要重新启动 kapok serve 才生效", "taken over when kapok serve starts anew only"),
       own);
  if (!reloader->is_for_workers)
    warn(reloader,
         text_pick("以下设置由转码进程在下次启动时采用（kapok reload --restart 立即采用）",
                   "workers take it over at their next start (at once with kapok reload --restart)"),
         of_workers);
}

static void start(ServeReloader *reloader, bool is_for_workers);

static void set_processes(const ServeState *state, const CliOptions *options, const ServeSockets *sockets) {
  g_auto(GStrv) server = sibling_argv(SIBLING_SERVER, NULL, options);
  g_auto(GStrv) worker = sibling_argv(SIBLING_TRANSCODER, "worker", options);
  supervisor_set_argv(state->supervisor, state->server, (const char *const *)server);
  supervisor_set_sockets(state->supervisor, state->server, serve_sockets_list(sockets));
  for (unsigned i = 0; i < state->worker_count; i++)
    supervisor_set_argv(state->supervisor, state->first_worker + i, (const char *const *)worker);
}

static void finish(ServeReloader *reloader, bool is_good) {
  data_folder_note_reload(reloader->state->lock, ++reloader->reloads, is_good, reloader->message->str);
  service_notify("READY=1");
  g_clear_pointer(&reloader->next, cli_options_free);
  g_clear_pointer(&reloader->next_sockets, serve_sockets_free);
  reloader->is_running = false;
  if (reloader->is_wanted)
    start(reloader, reloader->is_for_workers);
}

static void fail(ServeReloader *reloader, const char *why) {
  log_error("reload: all stays as it was: %s", why);
  g_string_assign(reloader->message, why);
  finish(reloader, false);
}

static void on_hand_over_end(gpointer data, bool is_done) {
  ServeReloader *reloader = data;
  ServeState *state = reloader->state;
  if (!is_done) {
    set_processes(state, current_options(reloader), state->sockets);
    fail(reloader,
         text_pick("新的服务进程没有启动成功，原因见日志", "the new server did not come up; the log says why"));
    return;
  }
  serve_sockets_free(state->sockets);
  state->sockets = g_steal_pointer(&reloader->next_sockets);
  cli_options_free(reloader->current);
  reloader->current = g_steal_pointer(&reloader->next);
  for (unsigned i = 0; reloader->is_for_workers && i < state->worker_count; i++)
    supervisor_restart(state->supervisor, state->first_worker + i);
  log_init("serve", reloader->current->settings.log_level, reloader->current->settings.log_format);
  log_info("reloaded");
  finish(reloader, true);
}

/** The new options as far as they can be taken over. */
static bool read_options(ServeReloader *reloader, GError **error) {
  g_auto(GStrv) positional = NULL;
  const CliOptions *first = reloader->state->options;
  reloader->next = cli_options_parse(first->given, NULL, &positional, error);
  if (!reloader->next)
    return false;
  warn_of_changes(reloader);
  char **data_dir = &reloader->next->settings.data_dir; /* the one that is locked */
  g_free(*data_dir);
  *data_dir = g_strdup(first->settings.data_dir);
  reloader->next_sockets = serve_sockets_renew(reloader->state->sockets, &reloader->next->settings, error);
  return reloader->next_sockets != NULL;
}

static void start(ServeReloader *reloader, bool is_for_workers) {
  g_autoptr(GError) error = NULL;
  ServeState *state = reloader->state;
  g_autofree char *monotonic =
      g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
  reloader->is_running = true;
  reloader->is_wanted = false;
  reloader->is_for_workers = is_for_workers;
  g_string_truncate(reloader->message, 0);
  service_notify(monotonic);
  log_info("reloading");
  if (!read_options(reloader, &error)) {
    fail(reloader, error->message);
    return;
  }
  set_processes(state, reloader->next, reloader->next_sockets);
  if (!supervisor_hand_over(state->supervisor, state->server, on_hand_over_end, reloader))
    on_hand_over_end(reloader, false);
}

static void ask(ServeReloader *reloader, bool is_for_workers) {
  if (!reloader->is_running) {
    start(reloader, is_for_workers);
    return;
  }
  reloader->is_wanted = true; /* one more when this one has ended: the config may have changed since */
  reloader->is_for_workers |= is_for_workers;
}

static gboolean on_reload(gpointer data) {
  ask(data, false);
  return G_SOURCE_CONTINUE;
}

static gboolean on_restart(gpointer data) {
  ask(data, true);
  return G_SOURCE_CONTINUE;
}

ServeReloader *serve_reloader_new(ServeState *state) {
  ServeReloader *reloader = g_new0(ServeReloader, 1);
  reloader->state = state;
  reloader->message = g_string_new(NULL);
  reloader->sources[0] = g_unix_signal_add(SIGUSR1, on_reload, reloader);
  reloader->sources[1] = g_unix_signal_add(SIGUSR2, on_restart, reloader);
  if (!isatty(STDIN_FILENO)) /* else the terminal was closed, and that is the end */
    reloader->sources[2] = g_unix_signal_add(SIGHUP, on_reload, reloader);
  return reloader;
}

void serve_reloader_free(ServeReloader *reloader) {
  if (!reloader)
    return;
  for (size_t i = 0; i < G_N_ELEMENTS(reloader->sources); i++)
    g_clear_handle_id(&reloader->sources[i], g_source_remove);
  cli_options_free(reloader->current);
  cli_options_free(reloader->next);
  serve_sockets_free(reloader->next_sockets);
  g_string_free(reloader->message, TRUE);
  g_free(reloader);
}
