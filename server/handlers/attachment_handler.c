#include "server/handlers/attachment_handler.h"

#include "base/id.h"
#include "catalog/attachment.h"
#include "catalog/course_change.h"
#include "catalog/record_store.h"
#include "server/handlers/handler.h"

void attachment_handler_file(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = http_request_route_param(request, "record");
  g_autoptr(CatalogRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  const char *links[2];
  CatalogViewer viewer = access_viewer_by_link(request, links);
  bool may_see = false;
  if (!id_is_valid(id)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  if (!catalog_load_record(server->catalog, RECORD_ATTACHMENT, id, &record, &error) ||
      !catalog_may_see_course(server->catalog, catalog_record_get(record, "course_id"), &viewer, &may_see,
                              &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (!may_see || attachment_is_absent(record)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  if (!handler_take_blob(server, request, response, catalog_record_get(record, "blob_key"), "application/pdf", 0,
                         -1))
    return;
  response->sharing = HTTP_SHARING_NONE; /* not everybody may see it */
  g_autofree char *name = g_uri_escape_string(catalog_record_get(record, "name"), NULL, false);
  g_autofree char *disposition = g_strconcat("inline; filename*=UTF-8''", name, NULL); /* RFC 6266 */
  http_response_set_header(response, "Content-Disposition", disposition);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
}
