#include "server/handlers/page_handler.h"

#include "server/handlers/handler.h"

/** Built files carry a hash of their bytes in their names. */
void page_handler_asset(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autofree char *path = g_strconcat("assets/", http_request_route_param(request, "path"), NULL);
  if (web_files_answer(server->web, path, request, response))
    http_response_set_header(response, "Cache-Control", HTTP_CACHE_IMMUTABLE);
  else
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
}

void page_handler_favicon(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *extension = http_request_route_param(request, "extension");
  g_autofree char *name = g_strconcat("favicon.", extension, NULL);
  if ((g_str_equal(extension, "ico") || g_str_equal(extension, "svg")) &&
      web_files_answer(server->web, name, request, response))
    http_response_set_header(response, "Cache-Control", "public, max-age=86400");
  else
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
}
