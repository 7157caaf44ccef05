#include "server/handlers/page_handler.h"

#include "base/id.h"
#include "catalog/course_change.h"
#include "server/handlers/handler.h"

/** One of the built HTML shells. */
static bool answer_shell(const ServerContext *server, const char *name, const HttpRequest *request,
                         HttpResponse *response) {
  if (!web_files_answer(server->web, name, request, response)) {
    http_problem_set(response, request, HTTP_PROBLEM_PAGES_MISSING, NULL);
    return false;
  }
  response->takes_ranges = false;
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  return true;
}

void page_handler_home(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_shell(context, "index.html", request, response);
}

void page_handler_account(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_shell(context, "account.html", request, response);
}

/** Whether who asks may see the course; `*ret_is_public`: everybody may. What cannot be found out is shown. */
static bool may_see(const ServerContext *server, const HttpRequest *request, const char *id, bool *ret_is_public) {
  const CatalogViewer *known = access_viewer(request);
  const char *links[2] = {http_request_find_param(request, "link"), NULL};
  CatalogViewer viewer = known != NULL ? *known : (CatalogViewer){0};
  bool may = false;
  viewer.links = links;
  if (!id_is_valid(id))
    return false;
  return !catalog_may_see_course(server->catalog, id, NULL, ret_is_public, NULL) || *ret_is_public ||
         !catalog_may_see_course(server->catalog, id, &viewer, &may, NULL) || may;
}

/** The shell even for a course that is not there: it says so itself, in the site's own dress. */
void page_handler_course(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  bool is_public = false;
  if (!answer_shell(server, "course.html", request, response))
    return;
  if (!may_see(server, request, http_request_route_param(request, "course"), &is_public))
    response->status = 404;
  if (!is_public)
    response->sharing = HTTP_SHARING_NONE; /* not everybody gets the same */
}

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
