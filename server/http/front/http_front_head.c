#include "server/http/front/http_front_head.h"

#include <string.h>

/** What is left of the bytes. */
typedef struct {
  char *at, *end;
} Rest;

static bool is_token_byte(char c) {
  return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_visible(char c) {
  return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f;
}

static bool skip(Rest *rest, const char *text) {
  size_t length = strlen(text);
  if ((size_t)(rest->end - rest->at) < length || memcmp(rest->at, text, length) != 0)
    return false;
  rest->at += length;
  return true;
}

static bool parse_request_line(Rest *rest, HttpFrontHead *head) {
  head->is_head = skip(rest, "HEAD ");
  if (!head->is_head && !skip(rest, "GET "))
    return false;
  head->target = rest->at;
  while (rest->at < rest->end && is_visible(*rest->at))
    rest->at++;
  char *target_end = rest->at;
  if (target_end == head->target || head->target[0] != '/' || !skip(rest, " HTTP/1.1\r\n"))
    return false;
  *target_end = '\0';
  return true;
}

/** One line, ended in place. False at anything that is not `name: value`, CRLF. */
static bool parse_line(Rest *rest, HttpFrontHeader *header) {
  char *name = rest->at;
  while (rest->at < rest->end && is_token_byte(*rest->at))
    rest->at++;
  char *colon = rest->at;
  if (colon == name || !skip(rest, ":"))
    return false;
  while (rest->at < rest->end && (*rest->at == ' ' || *rest->at == '\t'))
    rest->at++;
  char *value = rest->at;
  while (rest->at < rest->end && ((unsigned char)*rest->at >= 0x20 || *rest->at == '\t') && *rest->at != 0x7f)
    rest->at++;
  char *value_end = rest->at;
  if (!skip(rest, "\r\n"))
    return false;
  while (value_end > value && (value_end[-1] == ' ' || value_end[-1] == '\t'))
    value_end--;
  *colon = *value_end = '\0';
  *header = (HttpFrontHeader){name, value};
  return true;
}

static bool is_host(const char *text) {
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("-._~:[]%!$&'()*+;=", *c) == NULL)
      return false;
  return true;
}

static bool is_one_of(const char *name, const char *const *names) {
  for (size_t i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp(name, names[i]) == 0)
      return true;
  return false;
}

/** Headers that make the message longer, the answer partial, or the connection another one. */
static bool is_for_library(const char *name) {
  static const char *const names[] = {
      "Content-Length", "Transfer-Encoding", "Range", "Expect", "Upgrade", "TE", "Trailer", NULL};
  return is_one_of(name, names) ||
         (g_ascii_strncasecmp(name, "If-", 3) == 0 && g_ascii_strcasecmp(name + 3, "None-Match") != 0);
}

/** Note what a header means for the answer. False when it is not for the front. */
static bool note_header(HttpFrontHead *head, const HttpFrontHeader *header, unsigned *hosts) {
  const char *name = header->name, *value = header->value;
  HttpWireVerdict *verdict = &head->verdict;
  switch (g_ascii_toupper(name[0])) {
  case 'H':
    if (g_ascii_strcasecmp(name, "Host") == 0)
      return ++*hosts == 1 && is_host(value);
    return true;
  case 'A':
    if (g_ascii_strcasecmp(name, "Accept-Encoding") == 0)
      verdict->accept_encoding = value;
    return true;
  case 'C':
    if (g_ascii_strcasecmp(name, "Connection") == 0) {
      head->wants_close = g_ascii_strcasecmp(value, "close") == 0;
      return head->wants_close || g_ascii_strcasecmp(value, "keep-alive") == 0;
    }
    return !is_for_library(name);
  case 'I':
    if (g_ascii_strcasecmp(name, "If-None-Match") == 0) {
      bool is_first = verdict->if_none_match == NULL;
      verdict->if_none_match = value;
      return is_first;
    }
    return !is_for_library(name);
  default:
    return !is_for_library(name);
  }
}

bool http_front_head_parse(char *bytes, size_t size, HttpFrontHead *ret_head) {
  HttpFrontHead *head = ret_head;
  Rest rest = {bytes, bytes + size};
  unsigned hosts = 0;
  head->wants_close = false;
  head->verdict = (HttpWireVerdict){0};
  head->header_count = 0;
  if (!parse_request_line(&rest, head))
    return false;
  while (!skip(&rest, "\r\n")) {
    if (head->header_count == HTTP_FRONT_HEADERS_MAX)
      return false;
    HttpFrontHeader *header = &head->headers[head->header_count++];
    if (!parse_line(&rest, header) || !note_header(head, header, &hosts))
      return false;
  }
  head->size = (size_t)(rest.at - bytes);
  return hosts == 1;
}

const char *http_front_head_find(gconstpointer source, const char *name) {
  const HttpFrontHead *head = source;
  for (size_t i = 0; i < head->header_count; i++)
    if (g_ascii_strcasecmp(head->headers[i].name, name) == 0)
      return head->headers[i].value;
  return NULL;
}
