#include "dlna/connection_manager.h"

#include "media/dlna_profile.h"

#define ERROR_NO_CONNECTION 706

/** What our files may be. Caller frees. */
static char *write_protocols(void) {
  static const struct {
    const char *mime, *profile;
  } kinds[] = {
      {"video/mp4", "AVC_MP4_HP_HD_AAC"},
      {"video/mp4", "AVC_MP4_MP_SD_AAC_MULT5"},
      {"video/mp4", NULL},
      {"audio/mp4", "AAC_ISO"},
      {"audio/mp4", NULL},
  };
  GString *protocols = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autofree char *features =
        kinds[i].profile != NULL ? g_strconcat("DLNA.ORG_PN=", kinds[i].profile, NULL) : g_strdup("*");
    g_string_append_printf(protocols, "http-get:*:%s:%s,", kinds[i].mime, features);
  }
  g_string_append(protocols, "http-get:*:image/jpeg:*,http-get:*:text/srt:*");
  return g_string_free(protocols, FALSE);
}

static void on_protocols(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service, (void)data;
  g_autofree char *protocols = write_protocols();
  gupnp_service_action_set(action, "Source", G_TYPE_STRING, protocols, "Sink", G_TYPE_STRING, "", NULL);
  gupnp_service_action_return_success(action);
}

static void on_connections(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service, (void)data;
  gupnp_service_action_set(action, "ConnectionIDs", G_TYPE_STRING, "0", NULL);
  gupnp_service_action_return_success(action);
}

static void on_connection(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service, (void)data;
  int id = -1;
  gupnp_service_action_get(action, "ConnectionID", G_TYPE_INT, &id, NULL);
  if (id != 0) {
    gupnp_service_action_return_error(action, ERROR_NO_CONNECTION, "Invalid connection reference");
    return;
  }
  gupnp_service_action_set(action, "RcsID", G_TYPE_INT, -1, "AVTransportID", G_TYPE_INT, -1, "ProtocolInfo",
                           G_TYPE_STRING, "", "PeerConnectionManager", G_TYPE_STRING, "", "PeerConnectionID",
                           G_TYPE_INT, -1, "Direction", G_TYPE_STRING, "Output", "Status", G_TYPE_STRING, "OK",
                           NULL);
  gupnp_service_action_return_success(action);
}

static void on_query(GUPnPService *service, const char *variable, GValue *value, gpointer data) {
  (void)service, (void)data;
  g_autofree char *protocols = write_protocols();
  g_value_init(value, G_TYPE_STRING);
  g_value_set_string(value, g_str_equal(variable, "SourceProtocolInfo")     ? protocols
                            : g_str_equal(variable, "CurrentConnectionIDs") ? "0"
                                                                            : "");
}

void connection_manager_attach(GUPnPService *service) {
  g_signal_connect(service, "action-invoked::GetProtocolInfo", G_CALLBACK(on_protocols), NULL);
  g_signal_connect(service, "action-invoked::GetCurrentConnectionIDs", G_CALLBACK(on_connections), NULL);
  g_signal_connect(service, "action-invoked::GetCurrentConnectionInfo", G_CALLBACK(on_connection), NULL);
  g_signal_connect(service, "query-variable::SourceProtocolInfo", G_CALLBACK(on_query), NULL);
  g_signal_connect(service, "query-variable::SinkProtocolInfo", G_CALLBACK(on_query), NULL);
  g_signal_connect(service, "query-variable::CurrentConnectionIDs", G_CALLBACK(on_query), NULL);
}
