#include "server/handlers/division_handler.h"

#include "catalog/division.h"
#include "server/handlers/edit.h"

static void write_division(JsonWriter *writer, const CatalogDivision *division) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "code", division->code);
  json_writer_member_string(writer, "parent", division->parent[0] != '\0' ? division->parent : NULL);
  json_writer_member_int(writer, "level", division->level);
  json_writer_member_string(writer, "name", division->name);
  json_writer_member_string(writer, "name_en", division->name_en);
  json_writer_member_int(writer, "child_count", division->child_count);
  json_writer_end_object(writer);
}

void division_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *parent = http_request_find_param(request, "parent");
  g_autoptr(GArray) divisions = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_list_divisions(server->catalog, parent != NULL && parent[0] != '\0' ? parent : NULL, &divisions,
                              &error)) {
    handler_set_error(response, request, error);
    return;
  }
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < divisions->len; i++)
    write_division(&writer, &g_array_index(divisions, CatalogDivision, i));
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  edit_take_page(response, request, text);
}

void division_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *code = http_request_route_param(request, "division");
  g_autoptr(GArray) division = NULL;
  g_autoptr(GError) error = NULL;
  if (!catalog_load_division(server->catalog, code, &division, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  write_division(&writer, &g_array_index(division, CatalogDivision, 0));
  edit_take_page(response, request, text);
}
