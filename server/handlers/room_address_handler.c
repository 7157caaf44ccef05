#include "server/handlers/room_address_handler.h"

#include "catalog/credential.h"
#include "server/access.h"
#include "server/handlers/person_json.h"
#include "server/pages/page_model.h"

void room_address_handler_open(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autofree char *secret = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_open_room_address(server->catalog, access_actor(request),
                                 http_request_route_param(request, "record"), &secret, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  g_autofree char *origin = page_model_origin(request);
  g_autofree char *address = g_strconcat(origin, "/iptv/", secret, "/channels.m3u", NULL);
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "address", address);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

void room_address_handler_close(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GError) error = NULL;
  if (catalog_close_room_address(server->catalog, access_actor(request),
                                 http_request_route_param(request, "record"), &error))
    response->status = 204;
  else
    handler_set_error(response, request, error);
}
