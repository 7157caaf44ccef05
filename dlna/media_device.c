#include "dlna/media_device.h"

#include "base/log.h"
#include "base/option_table.h"
#include "dlna/request_guard.h"

#include <glib/gstdio.h>
#include <libgupnp/gupnp.h>
#include <string.h>

#define DESCRIPTION_FILE "device.xml"
/** While it is on no interface: the library gives one up for good when the port is taken there. */
#define RETRY_S 5

static const char *const service_files[] = {"ContentDirectory.xml", "ConnectionManager.xml"};

/** The device on one interface. */
typedef struct {
  GUPnPContext *context;
  GUPnPRootDevice *root;
  char *folder; /**< holds its descriptions */
} Presence;

struct MediaDevice {
  char *name, *uuid, *interfaces, *http_host, *http_port, *files_dir;
  uint16_t port;
  guint retry_timer;
  ContentDirectory *directory;
  GUPnPContextManager *manager;
  GPtrArray *presences;
};

/** Remove the folder with what we put there. */
static void drop_folder(const char *folder) {
  g_autofree char *description = g_build_filename(folder, DESCRIPTION_FILE, NULL);
  g_unlink(description);
  for (size_t i = 0; i < G_N_ELEMENTS(service_files); i++) {
    g_autofree char *path = g_build_filename(folder, service_files[i], NULL);
    g_unlink(path);
  }
  g_rmdir(folder);
}

static void presence_free(gpointer data) {
  Presence *presence = data;
  g_clear_object(&presence->root); /* says byebye */
  g_clear_object(&presence->context);
  if (presence->folder != NULL)
    drop_folder(presence->folder);
  g_free(presence->folder);
  g_free(presence);
}

/** As a receiver on that interface reaches our HTTP server. Caller frees. */
static char *base_url_of(const MediaDevice *device, GUPnPContext *context) {
  bool is_any = *device->http_host == '\0' || strcmp(device->http_host, "0.0.0.0") == 0 ||
                strcmp(device->http_host, "::") == 0;
  const char *host = is_any ? gssdp_client_get_host_ip(GSSDP_CLIENT(context)) : device->http_host;
  return g_strdup_printf(strchr(host, ':') != NULL ? "http://[%s]:%s" : "http://%s:%s", host, device->http_port);
}

/** Put @NAME@ and the others in. */
static void fill(GString *text, const char *mark, const char *value) {
  g_autofree char *escaped = g_markup_escape_text(value, -1);
  g_string_replace(text, mark, escaped, 0);
}

static bool write_folder(const MediaDevice *device, const char *base_url, const char *folder, GError **error) {
  g_autofree char *from = g_build_filename(device->files_dir, DESCRIPTION_FILE, NULL), *template = NULL;
  g_autofree char *to = g_build_filename(folder, DESCRIPTION_FILE, NULL);
  if (!g_file_get_contents(from, &template, NULL, error))
    return false;
  g_autoptr(GString) text = g_string_new(template);
  fill(text, "@NAME@", device->name);
  fill(text, "@VERSION@", KAPOK_VERSION);
  fill(text, "@UUID@", device->uuid);
  fill(text, "@URL@", base_url);
  bool ok = g_file_set_contents(to, text->str, (gssize)text->len, error);
  for (size_t i = 0; ok && i < G_N_ELEMENTS(service_files); i++) {
    g_autofree char *source = g_build_filename(device->files_dir, service_files[i], NULL), *data = NULL;
    g_autofree char *target = g_build_filename(folder, service_files[i], NULL);
    gsize size = 0;
    ok = g_file_get_contents(source, &data, &size, error) && g_file_set_contents(target, data, (gssize)size, error);
  }
  return ok;
}

static bool appear(const MediaDevice *device, Presence *presence, const char *base_url, GError **error) {
  presence->folder = g_dir_make_tmp("kapok-dlna-XXXXXX", error);
  if (presence->folder == NULL || !write_folder(device, base_url, presence->folder, error))
    return false;
  presence->root = gupnp_root_device_new(presence->context, DESCRIPTION_FILE, presence->folder, error);
  return presence->root != NULL;
}

static bool is_loopback(GUPnPContext *context) {
  g_autoptr(GInetAddress) address = gssdp_client_get_address(GSSDP_CLIENT(context));
  return address != NULL && g_inet_address_get_is_loopback(address);
}

static void on_context(GUPnPContextManager *manager, GUPnPContext *context, gpointer data) {
  (void)manager;
  MediaDevice *device = data;
  g_autoptr(GError) error = NULL;
  g_autofree char *base_url = base_url_of(device, context);
  if (*device->interfaces == '\0' && is_loopback(context))
    return;
  Presence *presence = g_new0(Presence, 1);
  presence->context = g_object_ref(context);
  request_guard_attach(context);
  if (!appear(device, presence, base_url, &error)) {
    log_error("dlna: not on %s: %s", gssdp_client_get_interface(GSSDP_CLIENT(context)), error->message);
    presence_free(presence);
    return;
  }
  content_directory_attach(device->directory, GUPNP_DEVICE(presence->root), base_url);
  gupnp_root_device_set_available(presence->root, TRUE);
  g_ptr_array_add(device->presences, presence);
  const char *const fields[] = {"interface", gssdp_client_get_interface(GSSDP_CLIENT(context)),
                                "address",   gssdp_client_get_host_ip(GSSDP_CLIENT(context)),
                                "http",      base_url,
                                NULL};
  log_event(LOG_LEVEL_INFO, "announced", fields);
}

static void leave(MediaDevice *device, guint index) {
  Presence *presence = g_ptr_array_index(device->presences, index);
  content_directory_detach(device->directory, GUPNP_DEVICE(presence->root));
  g_ptr_array_remove_index(device->presences, index);
}

static void on_context_gone(GUPnPContextManager *manager, GUPnPContext *context, gpointer data) {
  (void)manager;
  MediaDevice *device = data;
  for (guint i = device->presences->len; i > 0; i--)
    if (((Presence *)g_ptr_array_index(device->presences, i - 1))->context == context)
      leave(device, i - 1);
}

/** "HOST:PORT", "[V6]:PORT", ":PORT". */
static bool split_listen(const char *listen, char **ret_host, char **ret_port, GError **error) {
  const char *colon = strrchr(listen, ':');
  if (colon == NULL || colon[1] == '\0' || strcmp(colon, ":0") == 0) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "dlna needs the port of HTTP, and “%s” has none", listen);
    return false;
  }
  g_autofree char *host = g_strndup(listen, (gsize)(colon - listen));
  *ret_port = g_strdup(colon + 1);
  *ret_host = *host == '[' && strlen(host) > 2 ? g_strndup(host + 1, strlen(host) - 2) : g_steal_pointer(&host);
  return true;
}

static void set_interfaces(GUPnPContextManager *manager, const char *list) {
  GUPnPContextFilter *filter = gupnp_context_manager_get_context_filter(manager);
  g_auto(GStrv) names = g_strsplit(list, ",", -1);
  for (char **name = names; *name; name++)
    if (*g_strstrip(*name))
      gupnp_context_filter_add_entry(filter, *name);
  gupnp_context_filter_set_enabled(filter, !gupnp_context_filter_is_empty(filter));
}

/** A port that is free now; the library would take one by chance and fail when it is not. 0: none can be had. */
static uint16_t find_free_port(void) {
  g_autoptr(GInetAddress) any = g_inet_address_new_any(G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new(any, 0);
  g_autoptr(GSocket) socket = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  if (socket == NULL || !g_socket_bind(socket, wanted, FALSE, NULL))
    return 0;
  g_autoptr(GSocketAddress) found = g_socket_get_local_address(socket, NULL);
  return found != NULL ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(found)) : 0;
}

static void look_for_interfaces(MediaDevice *device) {
  uint16_t port = device->port != 0 ? device->port : find_free_port();
  device->manager = gupnp_context_manager_create_full(GSSDP_UDA_VERSION_1_0, G_SOCKET_FAMILY_IPV4, port);
  set_interfaces(device->manager, device->interfaces);
  g_signal_connect(device->manager, "context-available", G_CALLBACK(on_context), device);
  g_signal_connect(device->manager, "context-unavailable", G_CALLBACK(on_context_gone), device);
}

static gboolean on_retry(gpointer data) {
  MediaDevice *device = data;
  if (device->presences->len > 0)
    return G_SOURCE_CONTINUE;
  g_signal_handlers_disconnect_by_data(device->manager, device);
  g_object_unref(device->manager);
  look_for_interfaces(device);
  return G_SOURCE_CONTINUE;
}

MediaDevice *media_device_start(const MediaDeviceConfig *config, ContentDirectory *directory, GError **error) {
  g_autoptr(MediaDevice) device = g_new0(MediaDevice, 1);
  device->presences = g_ptr_array_new_with_free_func(presence_free);
  device->directory = directory;
  device->name = g_strdup(config->name);
  device->uuid = g_strdup(config->uuid);
  device->files_dir = g_strdup(config->files_dir);
  if (!split_listen(config->http_listen, &device->http_host, &device->http_port, error))
    return NULL;
  device->interfaces = g_strdup(config->interfaces);
  device->port = config->port;
  look_for_interfaces(device);
  device->retry_timer = g_timeout_add_seconds(RETRY_S, on_retry, device);
  return g_steal_pointer(&device);
}

void media_device_stop(MediaDevice *device) {
  if (device == NULL)
    return;
  g_clear_handle_id(&device->retry_timer, g_source_remove);
  if (device->manager != NULL)
    g_signal_handlers_disconnect_by_data(device->manager, device);
  while (device->presences->len > 0)
    leave(device, device->presences->len - 1);
  g_clear_object(&device->manager);
  g_ptr_array_unref(device->presences);
  g_free(device->name);
  g_free(device->uuid);
  g_free(device->interfaces);
  g_free(device->http_host);
  g_free(device->http_port);
  g_free(device->files_dir);
  g_free(device);
}

unsigned media_device_count(const MediaDevice *device) {
  return device->presences->len;
}
