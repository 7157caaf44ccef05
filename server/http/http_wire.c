#include "server/http/http_wire.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

/** One walk over the headers. */
typedef struct {
  uintptr_t expected; /**< where the next header's name must begin, when the layout is known */
  bool checks_layout;
  const char *refusal;
  unsigned host_count, length_count, coding_count;
  const char *length;
} HeaderWalk;

bool http_wire_knows_layout(void) {
  return strncmp(MHD_get_version(), "0.9.75", 6) == 0;
}

static bool is_token(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isalnum(text[i]) && strchr("!#$%&'*+-.^_`|~", text[i]) == NULL)
      return false;
  return length > 0;
}

/** Host (RFC 9112 §3.2): empty or a host with an optional port, nothing that could be read as something else. */
static bool is_host(const char *text, size_t length) {
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--; /* optional white space after the value */
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isalnum(text[i]) && strchr("-._~:[]%!$&'()*+;=", text[i]) == NULL)
      return false;
  return true;
}

static bool has_control(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
      return true;
  return false;
}

static void judge_layout(HeaderWalk *walk, const char *name, size_t name_length, const char *value,
                         size_t value_length) {
  uintptr_t colon = (uintptr_t)name + name_length;
  if ((uintptr_t)name != walk->expected || (uintptr_t)value <= colon || (uintptr_t)value > colon + 1024)
    walk->refusal = "line ends, NUL or folding in the headers";
  walk->expected = (uintptr_t)value + value_length + strlen("\r\n");
}

static enum MHD_Result judge_header(void *user_data, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                    const char *value, size_t value_length) {
  (void)kind;
  HeaderWalk *walk = user_data;
  if (value == NULL)
    value_length = 0;
  if (!is_token(name, name_length))
    walk->refusal = "a header name that is no token";
  else if (value == NULL || has_control(value, value_length))
    walk->refusal = "control character in a header";
  else if (walk->checks_layout)
    judge_layout(walk, name, name_length, value, value_length);
  if (g_ascii_strcasecmp(name, "Host") == 0) {
    walk->host_count++;
    if (!is_host(value, value_length))
      walk->refusal = "doubtful Host header";
  } else if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
    walk->length_count++;
    walk->length = value;
  } else if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
    walk->coding_count++;
  }
  return walk->refusal == NULL ? MHD_YES : MHD_NO;
}

/** The request line (RFC 9112 §3): single spaces, CRLF. */
static bool request_line_is_strict(const HttpWire *wire) {
  uintptr_t method = (uintptr_t)wire->method;
  uintptr_t target = (uintptr_t)wire->target;
  return method + strlen(wire->method) + 1 == target &&
         target + wire->target_length + 1 == (uintptr_t)wire->version;
}

static bool length_is_strict(const char *text) {
  size_t length = strlen(text);
  return length > 0 && length < 19 && strspn(text, "0123456789") == length;
}

HttpWireVerdict http_wire_judge(struct MHD_Connection *connection, const HttpWire *wire) {
  HeaderWalk walk = {.checks_layout = http_wire_knows_layout(),
                     .expected = (uintptr_t)wire->version + strlen(wire->version) + strlen("\r\n")};
  if (!is_token(wire->method, strlen(wire->method)))
    return (HttpWireVerdict){.refusal = "a method that is no token"};
  if (walk.checks_layout && !request_line_is_strict(wire))
    return (HttpWireVerdict){.refusal = "spaces, line ends or NUL in the request line"};
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, judge_header, &walk);
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  bool is_1_1 = strcmp(wire->version, "HTTP/1.1") == 0;
  if (walk.refusal == NULL && walk.checks_layout && info != NULL &&
      (uintptr_t)wire->method + info->header_size != walk.expected + strlen("\r\n"))
    walk.refusal = "line ends or NUL in the headers";
  else if (walk.refusal == NULL && (walk.host_count > 1 || (is_1_1 && walk.host_count == 0)))
    walk.refusal = "not exactly one Host header";
  else if (walk.refusal == NULL && walk.length_count + walk.coding_count > 1)
    walk.refusal = "conflicting Content-Length or Transfer-Encoding";
  else if (walk.refusal == NULL && walk.coding_count > 0 && !is_1_1)
    walk.refusal = "Transfer-Encoding in HTTP/1.0";
  else if (walk.refusal == NULL && walk.length != NULL && !length_is_strict(walk.length))
    walk.refusal = "a Content-Length that is no number";
  return (HttpWireVerdict){
      .refusal = walk.refusal,
      .has_body = walk.coding_count > 0 || (walk.length != NULL && strspn(walk.length, "0") != strlen(walk.length)),
  };
}
