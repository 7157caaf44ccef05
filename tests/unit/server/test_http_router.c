#include "server/http/http_router.h"

#include <glib.h>
#include <string.h>

static void handler(gpointer context, const HttpRequest *request, HttpResponse *response) {
  (void)context;
  (void)request;
  (void)response;
}

static const HttpRoute routes[] = {
    {HTTP_METHOD_GET, 0, "/", handler, "home", NULL},
    {HTTP_METHOD_GET, 0, "/media/{asset}/master.m3u8", handler, "master", NULL},
    {HTTP_METHOD_GET, 0, "/media/{asset}/captions/{lang}.vtt", handler, "captions", NULL},
    {HTTP_METHOD_GET, 0, "/media/{asset}/{track}/{n}.m4s", handler, "segment", NULL},
    {HTTP_METHOD_GET, 0, "/api/v1/courses", handler, "list", NULL},
    {HTTP_METHOD_POST, 0, "/api/v1/courses", handler, "create", NULL},
    {HTTP_METHOD_GET, 0, "/api/v1/courses/{id}", handler, "course", NULL},
    {HTTP_METHOD_PATCH | HTTP_METHOD_DELETE, 0, "/api/v1/courses/{id}", handler, "change", NULL},
    {HTTP_METHOD_GET, 0, "/x/pre-{name}-post", handler, "affix", NULL},
    {HTTP_METHOD_GET, 0, "/{part}/files/{path...}", handler, "rest", NULL},
};

typedef struct {
  unsigned method;
  const char *path;
  HttpRouterResult result;
  const char *route;  /* NULL: none */
  const char *params; /* "name=value;..." */
  const char *allowed;
} RouteCase;

static const RouteCase cases[] = {
    {HTTP_METHOD_GET, "/", HTTP_ROUTER_FOUND, "home", "", "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_HEAD, "/", HTTP_ROUTER_FOUND, "home", "", "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_OPTIONS, "/", HTTP_ROUTER_FOUND, "home", "", "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_POST, "/", HTTP_ROUTER_METHOD_NOT_ALLOWED, "home", "", "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_GET, "", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "*", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "//", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/nothing", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/media/a1/master.m3u8", HTTP_ROUTER_FOUND, "master", "asset=a1;", "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_GET, "/media//master.m3u8", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/media/a1/master.m3u8/", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/media/a1", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/media/a1/captions/zh-CN.vtt", HTTP_ROUTER_FOUND, "captions", "asset=a1;lang=zh-CN;",
     "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_GET, "/media/a1/v360/12.m4s", HTTP_ROUTER_FOUND, "segment", "asset=a1;track=v360;n=12;",
     "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_GET, "/media/a1/v360/.m4s", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/media/a1/v360/12.m4sx", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/api/v1/courses", HTTP_ROUTER_FOUND, "list", "", "GET, HEAD, OPTIONS, POST"},
    {HTTP_METHOD_POST, "/api/v1/courses", HTTP_ROUTER_FOUND, "create", "", "GET, HEAD, OPTIONS, POST"},
    {HTTP_METHOD_GET, "/api/v1/courses/7", HTTP_ROUTER_FOUND, "course", "id=7;",
     "GET, HEAD, OPTIONS, PATCH, DELETE"},
    {HTTP_METHOD_DELETE, "/api/v1/courses/7", HTTP_ROUTER_FOUND, "change", "id=7;",
     "GET, HEAD, OPTIONS, PATCH, DELETE"},
    {HTTP_METHOD_PUT, "/api/v1/courses/7", HTTP_ROUTER_METHOD_NOT_ALLOWED, "course", "id=7;",
     "GET, HEAD, OPTIONS, PATCH, DELETE"},
    {HTTP_METHOD_GET, "/x/pre-a-post", HTTP_ROUTER_FOUND, "affix", "name=a;", "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_GET, "/x/pre--post", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/x/pre-post", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/p/files/a/b/c.js", HTTP_ROUTER_FOUND, "rest", "part=p;path=a/b/c.js;",
     "GET, HEAD, OPTIONS"},
    {HTTP_METHOD_GET, "/p/files/", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
    {HTTP_METHOD_GET, "/p/files", HTTP_ROUTER_NOT_FOUND, NULL, "", ""},
};

static void test_http_router_find(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const RouteCase *wanted = &cases[i];
    HttpRouteMatch match = {0};
    unsigned methods = 0;
    g_test_message("%s", wanted->path);
    g_assert_cmpint(http_router_find(routes, G_N_ELEMENTS(routes), wanted->method, wanted->path, &match, &methods),
                    ==, wanted->result);
    g_autofree char *allowed = http_router_format_methods(methods);
    g_assert_cmpstr(allowed, ==, wanted->allowed);
    g_assert_cmpstr(match.route != NULL ? match.route->name : NULL, ==, wanted->route);
    g_autoptr(GString) params = g_string_new(NULL);
    for (size_t p = 0; wanted->route != NULL && p < match.param_count; p++)
      g_string_append_printf(params, "%s=%s;", match.params[p].name, match.params[p].value);
    g_assert_cmpstr(params->str, ==, wanted->params);
  }
}

static void test_http_router_find_long_param(void) {
  g_autofree char *value = g_strnfill(HTTP_ROUTE_PARAM_BYTES_MAX + 1, 'a');
  g_autofree char *path = g_strconcat("/api/v1/courses/", value, NULL);
  HttpRouteMatch match = {0};
  g_assert_cmpint(http_router_find(routes, G_N_ELEMENTS(routes), HTTP_METHOD_GET, path, &match, NULL), ==,
                  HTTP_ROUTER_NOT_FOUND);
  path[strlen(path) - 1] = '\0';
  g_assert_cmpint(http_router_find(routes, G_N_ELEMENTS(routes), HTTP_METHOD_GET, path, &match, NULL), ==,
                  HTTP_ROUTER_FOUND);
  g_assert_cmpuint(strlen(http_route_match_find(&match, "id")), ==, HTTP_ROUTE_PARAM_BYTES_MAX);
  g_assert_null(http_route_match_find(&match, "other"));
}

static void test_http_method_parse(void) {
  g_assert_cmpuint(http_method_parse("GET"), ==, HTTP_METHOD_GET);
  g_assert_cmpuint(http_method_parse("DELETE"), ==, HTTP_METHOD_DELETE);
  g_assert_cmpuint(http_method_parse("get"), ==, 0);
  g_assert_cmpuint(http_method_parse("BREW"), ==, 0);
  g_assert_cmpuint(http_method_parse(""), ==, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_router/find", test_http_router_find);
  g_test_add_func("/http_router/find/long_param", test_http_router_find_long_param);
  g_test_add_func("/http_method/parse", test_http_method_parse);
  return g_test_run();
}
