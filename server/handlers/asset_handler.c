#include "server/handlers/asset_handler.h"

#include "server/handlers/asset_json.h"
#include "server/handlers/handler.h"

void asset_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  if (!handler_load_asset(server, request, response, &asset))
    return;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  if (asset_json_write(&writer, server, asset, request->language, &error))
    handler_take_json(response, g_steal_pointer(&text));
  else
    handler_set_error(response, request, error);
}
