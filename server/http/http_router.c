#include "server/http/http_router.h"

#include <string.h>

static const struct {
  const char *name;
  unsigned method;
} methods_by_name[] = {
    {"GET", HTTP_METHOD_GET},       {"HEAD", HTTP_METHOD_HEAD}, {"OPTIONS", HTTP_METHOD_OPTIONS},
    {"POST", HTTP_METHOD_POST},     {"PUT", HTTP_METHOD_PUT},   {"PATCH", HTTP_METHOD_PATCH},
    {"DELETE", HTTP_METHOD_DELETE},
};

unsigned http_method_parse(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(methods_by_name); i++)
    if (strcmp(name, methods_by_name[i].name) == 0)
      return methods_by_name[i].method;
  return 0;
}

char *http_router_format_methods(unsigned methods) {
  GString *text = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(methods_by_name); i++)
    if (methods & methods_by_name[i].method)
      g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", methods_by_name[i].name);
  return g_string_free(text, false);
}

const char *http_route_match_find(const HttpRouteMatch *match, const char *name) {
  for (size_t i = 0; i < match->param_count; i++)
    if (strcmp(match->params[i].name, name) == 0)
      return match->params[i].value;
  return NULL;
}

static bool add_param(HttpRouteMatch *match, const char *name, size_t name_length, const char *value,
                      size_t value_length) {
  if (value_length == 0 || value_length > HTTP_ROUTE_PARAM_BYTES_MAX)
    return false;
  g_assert(match->param_count < HTTP_ROUTE_PARAMS_MAX && name_length < sizeof match->params[0].name);
  HttpRouteParam *param = &match->params[match->param_count++];
  memcpy(param->name, name, name_length);
  param->name[name_length] = '\0';
  memcpy(param->value, value, value_length);
  param->value[value_length] = '\0';
  return true;
}

/** Whether the pattern's segment is "{name...}". */
static bool takes_rest(const char *segment, size_t length) {
  return length > 5 && segment[0] == '{' && memcmp(segment + length - 4, "...}", 4) == 0;
}

/** One segment of a pattern against one of a path; `rest` is the path's segment with all behind it. */
static bool match_segment(const char *pattern, size_t pattern_length, const char *rest, size_t length,
                          HttpRouteMatch *match) {
  const char *open = memchr(pattern, '{', pattern_length);
  if (open == NULL)
    return length == pattern_length && memcmp(pattern, rest, length) == 0;
  size_t prefix = (size_t)(open - pattern);
  size_t name_length = strcspn(open + 1, "}");
  size_t suffix = pattern_length - prefix - name_length - 2;
  if (takes_rest(pattern, pattern_length))
    return add_param(match, open + 1, name_length - 3, rest, strlen(rest));
  if (length < prefix + suffix || memcmp(rest, pattern, prefix) != 0 ||
      memcmp(rest + length - suffix, pattern + pattern_length - suffix, suffix) != 0)
    return false;
  return add_param(match, open + 1, name_length, rest + prefix, length - prefix - suffix);
}

static bool match_pattern(const char *pattern, const char *path, HttpRouteMatch *ret_match) {
  ret_match->param_count = 0;
  while (*pattern == '/' && *path == '/') {
    pattern++;
    path++;
    size_t pattern_length = strcspn(pattern, "/");
    size_t length = strcspn(path, "/");
    if (!match_segment(pattern, pattern_length, path, length, ret_match))
      return false;
    if (takes_rest(pattern, pattern_length))
      return true;
    pattern += pattern_length;
    path += length;
  }
  return *pattern == '\0' && *path == '\0';
}

static unsigned implied_methods(unsigned methods) {
  return methods | HTTP_METHOD_OPTIONS | (methods & HTTP_METHOD_GET ? HTTP_METHOD_HEAD : 0);
}

HttpRouterResult http_router_find(const HttpRoute *routes, size_t count, unsigned method, const char *path,
                                  HttpRouteMatch *ret_match, unsigned *ret_methods) {
  unsigned methods = 0;
  bool is_found = false;
  HttpRouteMatch match = {0};
  for (size_t i = 0; i < count; i++) {
    if (!match_pattern(routes[i].pattern, path, &match))
      continue;
    match.route = &routes[i];
    unsigned own = implied_methods(routes[i].methods);
    if (methods == 0 || (!is_found && (own & method)))
      *ret_match = match;
    methods |= own;
    is_found = is_found || (own & method);
    if (is_found && ret_methods == NULL)
      break;
  }
  if (ret_methods != NULL)
    *ret_methods = methods;
  if (methods == 0)
    return HTTP_ROUTER_NOT_FOUND;
  return is_found ? HTTP_ROUTER_FOUND : HTTP_ROUTER_METHOD_NOT_ALLOWED;
}
