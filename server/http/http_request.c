#include "server/http/http_request.h"

#include <string.h>

int64_t http_request_body_length(const HttpRequest *request) {
  const char *length = http_request_find_header(request, "Content-Length");
  if (http_request_find_header(request, "Transfer-Encoding") != NULL)
    return -1;
  return length != NULL ? (int64_t)g_ascii_strtoull(length, NULL, 10) : 0;
}

const char *http_request_find_header(const HttpRequest *request, const char *name) {
  return request->find_header != NULL ? request->find_header(request->header_source, name) : NULL;
}

const char *http_request_find_param(const HttpRequest *request, const char *name) {
  return http_target_find_param(request->target, name);
}

const char *http_request_route_param(const HttpRequest *request, const char *name) {
  const char *value = request->match != NULL ? http_route_match_find(request->match, name) : NULL;
  g_assert(value != NULL);
  return value;
}

bool http_request_wants_html(const HttpRequest *request) {
  const char *accept = http_request_find_header(request, "Accept");
  return accept != NULL && strstr(accept, "text/html") != NULL;
}

/** The end of white space that begins at `text`. */
static const char *skip_blanks(const char *text) {
  return text + strspn(text, " \t");
}

char *http_cookie_dup(const char *header, const char *name) {
  size_t name_length = strlen(name);
  for (const char *pair = skip_blanks(header); *pair != '\0';) {
    size_t length = strcspn(pair, ";");
    if (length > name_length && pair[name_length] == '=' && memcmp(pair, name, name_length) == 0) {
      const char *value = pair + name_length + 1;
      size_t value_length = length - name_length - 1;
      while (value_length > 0 && (value[value_length - 1] == ' ' || value[value_length - 1] == '\t'))
        value_length--;
      if (value_length >= 2 && value[0] == '"' && value[value_length - 1] == '"') {
        value++;
        value_length -= 2;
      }
      return value_length <= HTTP_COOKIE_BYTES_MAX ? g_strndup(value, value_length) : NULL;
    }
    pair += length;
    pair = skip_blanks(*pair == ';' ? pair + 1 : pair);
  }
  return NULL;
}

char *http_request_dup_cookie(const HttpRequest *request, const char *name) {
  const char *header = http_request_find_header(request, "Cookie");
  return header != NULL ? http_cookie_dup(header, name) : NULL;
}

char *http_request_format_client(const HttpRequest *request) {
  return request->format_client != NULL ? request->format_client(request->header_source) : g_strdup("-");
}
