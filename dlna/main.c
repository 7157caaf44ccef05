/** kapok-dlna: shows lessons to televisions of the local network (UPnP, DLNA) until SIGTERM or SIGINT. A process of its own, so
 * that nothing that comes from the network there can harm the HTTP server. Started by `kapok serve`, or alone. */
#include "base/log.h"
#include "base/path.h"
#include "base/settings.h"
#include "base/supervisor.h"
#include "catalog/course_change.h"
#include "catalog/room.h"
#include "dlna/content_directory.h"
#include "dlna/media_device.h"

#include <glib-unix.h>
#include <glib.h>
#include <libxml/xmlerror.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UUID_BYTES 16

static Settings *read_settings(char **argv, GError **error) {
  g_autoptr(Settings) settings = settings_load(argv, NULL, error);
  if (settings != NULL && argv[0] != NULL) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, "unexpected argument “%s”", argv[0]);
    return NULL;
  }
  return g_steal_pointer(&settings);
}

static Catalog *open_catalog(const Settings *settings, GError **error) {
  if (!path_make_dirs(settings->data_dir, error))
    return NULL;
  g_autofree char *path = g_build_filename(settings->data_dir, "catalog.sqlite3", NULL);
  return catalog_open(path, error);
}

/** The same for the same catalog at every start, another one for every other (RFC 4122, version 5 in form). Caller frees. */
static char *make_uuid(Catalog *catalog, GError **error) {
  g_autofree char *mark = NULL;
  guint8 bytes[32];
  gsize size = sizeof bytes;
  if (!catalog_load_mark(catalog, &mark, error))
    return NULL;
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, (const guchar *)"kapok-dlna:", -1);
  g_checksum_update(sum, (const guchar *)mark, -1);
  g_checksum_get_digest(sum, bytes, &size);
  bytes[6] = (guint8)((bytes[6] & 0x0f) | 0x50);
  bytes[8] = (guint8)((bytes[8] & 0x3f) | 0x80);
  GString *uuid = g_string_new(NULL);
  for (size_t i = 0; i < UUID_BYTES; i++)
    g_string_append_printf(uuid, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
  return g_string_free(uuid, FALSE);
}

static char *make_name(const Settings *settings, const char *room_name) {
  if (settings->dlna_name[0] != '\0')
    return g_strdup(settings->dlna_name);
  const char *own = settings->dlna_language == DLNA_LANGUAGE_EN ? "Kapok" : "木棉课堂";
  return room_name != NULL ? g_strconcat(own, " ", room_name, NULL) : g_strdup(own);
}

static gboolean on_stop(gpointer loop) {
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

static void run_until_signal(void) {
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, false);
  g_unix_signal_add(SIGTERM, on_stop, loop);
  g_unix_signal_add(SIGINT, on_stop, loop);
  g_main_loop_run(loop);
}

static bool serve(const Settings *settings, Catalog *catalog, GError **error) {
  g_autofree char *room_id = NULL, *room_name = NULL;
  g_autoptr(GError) room_error = NULL;
  if (settings->room[0] != '\0' && !catalog_find_room(catalog, settings->room, &room_id, &room_name, &room_error))
    log_error("public lessons alone are shown: %s", room_error->message);
  g_autofree char *uuid = make_uuid(catalog, error), *name = make_name(settings, room_name);
  g_autofree char *program_dir = path_program_dir();
  g_autofree char *files_dir = g_build_filename(program_dir, "..", "share", "kapok", "dlna", NULL);
  if (uuid == NULL)
    return false;
  const MediaDeviceConfig config = {.name = name,
                                    .uuid = uuid,
                                    .interfaces = settings->dlna_interface,
                                    .port = (uint16_t)settings->dlna_port,
                                    .http_listen = settings->listen,
                                    .files_dir = files_dir};
  ContentLanguage language =
      settings->dlna_language == DLNA_LANGUAGE_EN ? CONTENT_LANGUAGE_EN : CONTENT_LANGUAGE_ZH;
  g_autoptr(ContentDirectory) directory = content_directory_new(catalog, room_id, language);
  g_autoptr(MediaDevice) device = media_device_start(&config, directory, error);
  if (device == NULL)
    return false;
  run_until_signal();
  log_info("stopping");
  g_clear_pointer(&device, media_device_stop);
  return true;
}

/** What others send wrong is no news. */
static void drop_xml_error(void *context, const char *format, ...) {
  (void)context, (void)format;
}

static void print_help(void) {
  g_autofree char *reference = settings_format_reference();
  printf("Usage: kapok-dlna [--config FILE] [--OPTION VALUE]...\n\n"
         "Shows lessons to the televisions of the local network (DLNA) until SIGTERM or SIGINT. Usually started by "
         "`kapok serve`.\n\n%s",
         reference);
}

int main(int argc, char **argv) {
  (void)argc;
  if (argv[1] != NULL && strcmp(argv[1], "--help") == 0) {
    print_help();
    return EXIT_SUCCESS;
  }
  if (argv[1] != NULL && strcmp(argv[1], "--version") == 0) {
    printf("kapok-dlna %s\n", KAPOK_VERSION);
    return EXIT_SUCCESS;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = read_settings(argv + 1, &error);
  log_init("dlna", settings != NULL ? settings->log_level : LOG_LEVEL_INFO,
           settings != NULL ? settings->log_format : LOG_FORMAT_TEXT);
  xmlSetGenericErrorFunc(NULL, drop_xml_error);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  g_autoptr(Catalog) catalog = settings != NULL ? open_catalog(settings, &error) : NULL;
  if (catalog == NULL || !serve(settings, catalog, &error)) {
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  return EXIT_SUCCESS;
}
