#include "server/handlers/health_handler.h"

#include "base/log.h"
#include "server/handlers/handler.h"

/** A well-formed id that id_new() gives with a chance of 2^-65. */
#define UNUSED_ID "0000000000000"

/** One real read of the catalog. */
static bool can_read_catalog(Catalog *catalog) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogAsset) asset = NULL;
  if (catalog_load_asset(catalog, UNUSED_ID, &asset, &error) ||
      g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    return true;
  log_warning("health: %s", error->message);
  return false;
}

void health_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  (void)request;
  const ServerContext *server = context;
  int64_t free_bytes = 0;
  bool catalog_is_fine = can_read_catalog(server->catalog);
  bool store_is_fine = blob_store_free_space(server->store, &free_bytes, NULL);
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "status", catalog_is_fine && store_is_fine ? "ok" : "failing");
  json_writer_member_string(&writer, "version", KAPOK_VERSION);
  json_writer_member_string(&writer, "catalog", catalog_is_fine ? "ok" : "failing");
  json_writer_member_string(&writer, "store", store_is_fine ? "ok" : "failing");
  json_writer_member_int(&writer, "free_bytes", free_bytes);
  json_writer_end_object(&writer);
  http_response_take_string(response, "application/json", text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  if (!catalog_is_fine || !store_is_fine)
    response->status = 503;
}
