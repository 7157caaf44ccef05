#include "server/http/http_wire.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

/** One walk over the headers. */
typedef struct {
  uintptr_t expected; /**< where the next header's name must begin, when the layout is known */
  bool checks_layout;
  unsigned host_count, length_count, coding_count;
  const char *length;
  HttpWireVerdict verdict;
} HeaderWalk;

bool http_wire_knows_layout(void) {
  return strncmp(MHD_get_version(), "0.9.75", 6) == 0;
}

enum { CLASS_TOKEN = 1 << 0, CLASS_HOST = 1 << 1, CLASS_CONTROL = 1 << 2 };

/** Classes of bytes, so that each is looked at once. */
static const guint8 *byte_classes(void) {
  static guint8 classes[256];
  static gsize is_filled;
  if (g_once_init_enter(&is_filled)) {
    for (int c = 0; c < 256; c++) {
      bool is_alnum = g_ascii_isalnum((gchar)c);
      bool is_token = is_alnum || (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
      bool is_host = is_alnum || (c != 0 && strchr("-._~:[]%!$&'()*+;=", c) != NULL);
      bool is_control = (c < 0x20 && c != '\t') || c == 0x7f;
      classes[c] =
          (guint8)((is_token ? CLASS_TOKEN : 0) | (is_host ? CLASS_HOST : 0) | (is_control ? CLASS_CONTROL : 0));
    }
    g_once_init_leave(&is_filled, 1);
  }
  return classes;
}

/** Whether every byte is of `class`. */
static bool all_are(const char *text, size_t length, guint8 class) {
  const guint8 *classes = byte_classes();
  for (size_t i = 0; i < length; i++)
    if (!(classes[(guint8)text[i]] & class))
      return false;
  return true;
}

static bool is_token(const char *text, size_t length) {
  return length > 0 && all_are(text, length, CLASS_TOKEN);
}

/** Host (RFC 9112 §3.2): empty or a host with an optional port, nothing that could be read as something else. */
static bool is_host(const char *text, size_t length) {
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--; /* optional white space after the value */
  return all_are(text, length, CLASS_HOST);
}

static bool has_control(const char *text, size_t length) {
  const guint8 *classes = byte_classes();
  for (size_t i = 0; i < length; i++)
    if (classes[(guint8)text[i]] & CLASS_CONTROL)
      return true;
  return false;
}

static void judge_layout(HeaderWalk *walk, const char *name, size_t name_length, const char *value,
                         size_t value_length) {
  uintptr_t colon = (uintptr_t)name + name_length;
  if ((uintptr_t)name != walk->expected || (uintptr_t)value <= colon || (uintptr_t)value > colon + 1024)
    walk->verdict.refusal = "line ends, NUL or folding in the headers";
  walk->expected = (uintptr_t)value + value_length + strlen("\r\n");
}

/** What a header of that name means for the request. */
static void note_header(HeaderWalk *walk, const char *name, size_t name_length, const char *value,
                        size_t value_length) {
  HttpWireVerdict *verdict = &walk->verdict;
  if (name_length == 4 && g_ascii_strcasecmp(name, "Host") == 0) {
    walk->host_count++;
    if (!is_host(value, value_length))
      verdict->refusal = "doubtful Host header";
  } else if (name_length == 14 && g_ascii_strcasecmp(name, "Content-Length") == 0) {
    walk->length_count++;
    walk->length = value;
  } else if (name_length == 17 && g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
    walk->coding_count++;
    if (value_length != 7 || g_ascii_strncasecmp(value, "chunked", 7) != 0)
      verdict->refusal = "a Transfer-Encoding that is not chunked";
  } else if (name_length == 15 && g_ascii_strcasecmp(name, "Accept-Encoding") == 0) {
    verdict->accept_encoding = value;
  } else if (name_length == 13 && g_ascii_strcasecmp(name, "If-None-Match") == 0) {
    verdict->has_conditions = verdict->has_conditions || verdict->if_none_match != NULL;
    verdict->if_none_match = value;
  } else if (g_ascii_strncasecmp(name, "If-", 3) == 0 ||
             (name_length == 5 && g_ascii_strcasecmp(name, "Range") == 0)) {
    verdict->has_conditions = true;
  }
}

static enum MHD_Result judge_header(void *user_data, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                    const char *value, size_t value_length) {
  (void)kind;
  HeaderWalk *walk = user_data;
  if (value == NULL)
    value_length = 0;
  if (!is_token(name, name_length))
    walk->verdict.refusal = "a header name that is no token";
  else if (value == NULL || has_control(value, value_length))
    walk->verdict.refusal = "control character in a header";
  else if (walk->checks_layout)
    judge_layout(walk, name, name_length, value, value_length);
  note_header(walk, name, name_length, value, value_length);
  return walk->verdict.refusal == NULL ? MHD_YES : MHD_NO;
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
  if (walk.verdict.refusal == NULL && walk.checks_layout && info != NULL &&
      (uintptr_t)wire->method + info->header_size != walk.expected + strlen("\r\n"))
    walk.verdict.refusal = "line ends or NUL in the headers";
  else if (walk.verdict.refusal == NULL && (walk.host_count > 1 || (is_1_1 && walk.host_count == 0)))
    walk.verdict.refusal = "not exactly one Host header";
  else if (walk.verdict.refusal == NULL && walk.length_count + walk.coding_count > 1)
    walk.verdict.refusal = "conflicting Content-Length or Transfer-Encoding";
  else if (walk.verdict.refusal == NULL && walk.coding_count > 0 && !is_1_1)
    walk.verdict.refusal = "Transfer-Encoding in HTTP/1.0";
  else if (walk.verdict.refusal == NULL && walk.length != NULL && !length_is_strict(walk.length))
    walk.verdict.refusal = "a Content-Length that is no number";
  walk.verdict.body_bytes = walk.coding_count > 0 ? -1
                            : walk.length != NULL ? (int64_t)g_ascii_strtoull(walk.length, NULL, 10)
                                                  : 0;
  walk.verdict.has_body = walk.verdict.body_bytes != 0;
  return walk.verdict;
}
