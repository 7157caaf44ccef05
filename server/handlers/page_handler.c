#include "server/handlers/page_handler.h"

#include "base/id.h"
#include "catalog/course.h"
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

static bool has_course(const ServerContext *server, const char *id) {
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_autoptr(GError) error = NULL;
  return id_is_valid(id) && (catalog_load_course(server->catalog, id, &course, &lessons, &error) ||
                             !g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND));
}

/** The shell even for a course that is not there: it says so itself, in the site's own dress. */
void page_handler_course(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  if (answer_shell(server, "course.html", request, response) &&
      !has_course(server, http_request_route_param(request, "course")))
    response->status = 404;
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
