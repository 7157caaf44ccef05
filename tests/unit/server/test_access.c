#include "server/access.h"
#include "server/http/http_error.h"
#include "server/http/http_response.h"

#include <glib/gstdio.h>
#include <string.h>

#define TOKEN "0123456789abcdefghij"

static const char *find_header(gconstpointer source, const char *name) {
  return g_str_equal(name, "Authorization") ? source : NULL;
}

static char *write_token(const char *text) {
  g_autoptr(GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp("kapok-token-XXXXXX", &path, &error);
  g_assert_no_error(error);
  g_close(fd, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, &error));
  return path;
}

static Access *access_of(const char *path, GError **error) {
  Settings settings = {.api_token_file = (char *)path};
  return access_new(NULL, &settings, error);
}

static Access *new_access(const char *text, GError **error) {
  g_autofree char *path = write_token(text);
  Access *access = access_of(path, error);
  g_unlink(path);
  return access;
}

static void test_access_tokens(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Access) access = new_access("  " TOKEN "\n", &error), closed = access_of("", &error);
  g_assert_no_error(error);
  static const struct {
    const char *header;
    bool is_operator;
  } cases[] = {
      {"Bearer " TOKEN, true},
      {"bearer " TOKEN, true},
      {NULL, false},
      {"", false},
      {"Bearer ", false},
      {TOKEN, false},
      {"Basic " TOKEN, false},
      {"Bearer " TOKEN "x", false},
      {"Bearer 0123456789abcdefghi", false},
      {"Bearer  " TOKEN, false},
      {"Bearer 0123456789abcdefghiJ", false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    static const HttpRoute route = {.rule = &access_rule_anyone};
    HttpRouteMatch match = {.route = &route};
    HttpRequest request = {.find_header = find_header, .header_source = cases[i].header, .match = &match};
    g_auto(HttpResponse) response;
    http_response_init(&response);
    g_assert_true(access_check(access, &request, &response));
    g_assert_cmpint(access_may_everywhere(&request, RIGHT_OPERATE), ==, cases[i].is_operator);
    g_assert_cmpint(access_viewer(&request) != NULL, ==, cases[i].is_operator);
    request.identity = NULL;
    g_assert_true(access_check(closed, &request, &response));
    g_assert_false(access_may(&request, RIGHT_EDIT, NULL));
  }
}

static void test_access_rules(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Access) access = new_access(TOKEN, &error);
  static const HttpRoute open = {.rule = &access_rule_anyone}, edits = {.rule = &access_rule_new_course},
                         nobody = {.flags = 0};
  const struct {
    const HttpRoute *route;
    const char *header;
    bool is_kept;
  } cases[] = {{&open, NULL, true},   {&open, "Bearer " TOKEN, true},    {&edits, "Bearer " TOKEN, true},
               {&edits, NULL, false}, {&edits, "Bearer nothing", false}, {&nobody, NULL, false}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    HttpRouteMatch match = {.route = cases[i].route};
    HttpRequest request = {.find_header = find_header, .header_source = cases[i].header, .match = &match};
    g_auto(HttpResponse) response;
    http_response_init(&response);
    g_assert_cmpint(access_check(access, &request, &response), ==, cases[i].is_kept);
    g_assert_cmpint(response.status, ==, cases[i].is_kept ? 200 : 401);
  }
}

static void handler(gpointer context, const HttpRequest *request, HttpResponse *response) {
  (void)context;
  (void)request;
  (void)response;
}

/** A table with such a route does not start. */
static void test_access_wants_rules(void) {
  static const struct {
    HttpRoute route;
    bool is_good;
  } cases[] = {
      {{HTTP_METHOD_GET, 0, "/a", handler, "a", &access_rule_anyone}, true},
      {{HTTP_METHOD_GET, 0, "/a", handler, "a", NULL}, false},
      {{HTTP_METHOD_POST, 0, "/a", handler, "a", &access_rule_anyone}, false},
      {{HTTP_METHOD_GET | HTTP_METHOD_DELETE, 0, "/a", handler, "a", &access_rule_anyone}, false},
      {{HTTP_METHOD_POST, 0, "/a", handler, "a", &access_rule_open}, true},
      {{HTTP_METHOD_PUT, 0, "/a/{record}", handler, "a", &access_rule_course}, true},
      {{HTTP_METHOD_PUT, 0, "/a/{course}", handler, "a", &access_rule_course}, false},
      {{HTTP_METHOD_GET, 0, "/media/{asset}/x", handler, "a", &access_rule_media}, true},
      {{HTTP_METHOD_GET, 0, "/media/x", handler, "a", &access_rule_media}, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    HttpRoute routes[2] = {{HTTP_METHOD_GET, 0, "/", handler, "first", &access_rule_anyone}, cases[i].route};
    g_assert_cmpint(access_rules_check(routes, 2, &error), ==, cases[i].is_good);
    if (!cases[i].is_good) {
      g_assert_error(error, HTTP_ERROR, HTTP_ERROR_ROUTE);
      g_assert_nonnull(strstr(error->message, cases[i].route.pattern));
    }
  }
}

static void test_access_refuses_files(void) {
  static const char *const texts[] = {"", "short", "0123456789 0123456789", TOKEN "\n" TOKEN};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(new_access(texts[i], &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  }
  g_autoptr(GError) error = NULL;
  g_assert_null(access_of("/nonexistent/token", &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/access/tokens", test_access_tokens);
  g_test_add_func("/access/rules", test_access_rules);
  g_test_add_func("/access/wants_rules", test_access_wants_rules);
  g_test_add_func("/access/refuses_files", test_access_refuses_files);
  return g_test_run();
}
