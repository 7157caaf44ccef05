#include "server/http/http_multipart.h"

#include <string.h>

#define BOUNDARY_MAX 70

typedef enum {
  STATE_PREAMBLE, /**< before the first delimiter */
  STATE_AFTER,    /**< behind a delimiter: line end, or "--" */
  STATE_HEAD,
  STATE_BODY,
  STATE_EPILOGUE,
} State;

struct HttpMultipart {
  const HttpMultipartFuncs *funcs;
  gpointer user_data;
  char *delimiter; /**< CRLF "--" boundary */
  size_t delimiter_length;
  State state;
  unsigned part_count;
  GString *pending; /**< bytes that were not used yet: less than a head, or than a delimiter */
};

/** The value of a parameter of a header (RFC 7578 §4.2: quoted or a token), or NULL. Caller frees. */
static char *find_parameter(const char *header, const char *name) {
  size_t name_length = strlen(name);
  for (const char *at = strchr(header, ';'); at != NULL; at = strchr(at, ';')) {
    at += 1 + strspn(at + 1, " \t");
    if (g_ascii_strncasecmp(at, name, name_length) == 0 && at[name_length] == '=') {
      const char *value = at + name_length + 1;
      if (*value != '"')
        return g_strndup(value, strcspn(value, "; \t"));
      GString *text = g_string_new(NULL);
      for (value++; *value != '\0' && *value != '"'; value++) {
        if (*value == '\\' && (value[1] == '"' || value[1] == '\\'))
          value++;
        g_string_append_c(text, *value);
      }
      return g_string_free(text, FALSE);
    }
    if (*at == '"' || strchr(at, '"') != NULL) { /* semicolons in quotes are none */
      const char *open = strchr(at, '"'), *semicolon = strchr(at, ';');
      if (semicolon != NULL && open < semicolon) {
        const char *close = strchr(open + 1, '"');
        if (close == NULL)
          return NULL;
        at = close;
      }
    }
  }
  return NULL;
}

HttpMultipart *http_multipart_new(const char *content_type, const HttpMultipartFuncs *funcs, gpointer user_data) {
  static const char form[] = "multipart/form-data";
  if (content_type == NULL || g_ascii_strncasecmp(content_type, form, strlen(form)) != 0)
    return NULL;
  g_autofree char *boundary = find_parameter(content_type, "boundary");
  if (boundary == NULL || boundary[0] == '\0' || strlen(boundary) > BOUNDARY_MAX)
    return NULL;
  HttpMultipart *multipart = g_new0(HttpMultipart, 1);
  multipart->funcs = funcs;
  multipart->user_data = user_data;
  multipart->delimiter = g_strconcat("\r\n--", boundary, NULL);
  multipart->delimiter_length = strlen(multipart->delimiter);
  multipart->pending = g_string_new("\r\n"); /* so that the first delimiter is like the others */
  return multipart;
}

void http_multipart_free(HttpMultipart *multipart) {
  if (multipart == NULL)
    return;
  g_string_free(multipart->pending, TRUE);
  g_free(multipart->delimiter);
  g_free(multipart);
}

bool http_multipart_is_whole(const HttpMultipart *multipart) {
  return multipart->state == STATE_EPILOGUE;
}

/** The value of a header line of that name, or NULL. */
static const char *header_value(const char *line, const char *name) {
  size_t length = strlen(name);
  if (g_ascii_strncasecmp(line, name, length) != 0 || line[length] != ':')
    return NULL;
  return line + length + 1 + strspn(line + length + 1, " \t");
}

static char *valid_text(char *text) {
  char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;
  g_free(text);
  return valid;
}

static bool begin_part(HttpMultipart *multipart, const char *head) {
  g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
  g_autofree char *name = NULL, *filename = NULL, *type = NULL;
  for (char **line = lines; *line != NULL; line++) {
    const char *disposition = header_value(*line, "Content-Disposition");
    const char *content_type = header_value(*line, "Content-Type");
    if (disposition != NULL && name == NULL && filename == NULL) {
      name = valid_text(find_parameter(disposition, "name"));
      filename = valid_text(find_parameter(disposition, "filename"));
    } else if (content_type != NULL && type == NULL) {
      type = valid_text(g_strndup(content_type, strcspn(content_type, "; \t")));
    }
  }
  HttpMultipartPart part = {name != NULL ? name : "", filename, type};
  return ++multipart->part_count <= HTTP_MULTIPART_PARTS_MAX &&
         multipart->funcs->begin(multipart->user_data, &part);
}

/** Where the delimiter begins, or where a part of it at the end does, or the end. */
static size_t find_delimiter(const HttpMultipart *multipart, const char *data, size_t size, bool *ret_is_found) {
  const char *at = data, *end = data + size;
  *ret_is_found = false;
  while (at < end && (at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
    size_t left = MIN((size_t)(end - at), multipart->delimiter_length);
    if (memcmp(at, multipart->delimiter, left) == 0) {
      *ret_is_found = left == multipart->delimiter_length;
      return (size_t)(at - data);
    }
    at++;
  }
  return size;
}

/** Each step takes what it can of the bytes; `*ret_used` 0: it needs more. */
static bool step_text(HttpMultipart *multipart, const char *data, size_t size, size_t *ret_used) {
  bool is_found = false;
  bool is_body = multipart->state == STATE_BODY;
  size_t count = find_delimiter(multipart, data, size, &is_found);
  *ret_used = count + (is_found ? multipart->delimiter_length : 0);
  if (is_body && count > 0 && !multipart->funcs->data(multipart->user_data, data, count))
    return false;
  if (!is_found)
    return true;
  multipart->state = STATE_AFTER;
  return !is_body || multipart->funcs->end(multipart->user_data);
}

static bool step_after(HttpMultipart *multipart, const char *data, size_t size, size_t *ret_used) {
  size_t blanks = 0;
  *ret_used = 0;
  while (blanks < size && (data[blanks] == ' ' || data[blanks] == '\t'))
    blanks++;
  if (blanks > HTTP_MULTIPART_HEAD_BYTES_MAX)
    return false;
  if (size < blanks + 2)
    return true;
  *ret_used = blanks + 2;
  if (blanks == 0 && memcmp(data, "--", 2) == 0)
    multipart->state = STATE_EPILOGUE;
  else if (memcmp(data + blanks, "\r\n", 2) == 0)
    multipart->state = STATE_HEAD;
  else
    return false;
  return true;
}

static bool step_head(HttpMultipart *multipart, const char *data, size_t size, size_t *ret_used) {
  const char *end = size >= 2 && memcmp(data, "\r\n", 2) == 0 ? data : memmem(data, size, "\r\n\r\n", 4);
  *ret_used = 0;
  if (end == NULL)
    return size <= HTTP_MULTIPART_HEAD_BYTES_MAX;
  size_t length = (size_t)(end - data);
  if (length > HTTP_MULTIPART_HEAD_BYTES_MAX || memchr(data, '\0', length) != NULL)
    return false;
  g_autofree char *head = g_strndup(data, length);
  *ret_used = length > 0 ? length + 4 : 2;
  multipart->state = STATE_BODY;
  return begin_part(multipart, head);
}

static bool step(HttpMultipart *multipart, const char *data, size_t size, size_t *ret_used) {
  switch (multipart->state) {
  case STATE_PREAMBLE:
  case STATE_BODY:
    return step_text(multipart, data, size, ret_used);
  case STATE_AFTER:
    return step_after(multipart, data, size, ret_used);
  case STATE_HEAD:
    return step_head(multipart, data, size, ret_used);
  case STATE_EPILOGUE:
    break;
  }
  *ret_used = size;
  return true;
}

/** As many steps as the bytes allow; `*ret_used` of them were used. */
static bool run(HttpMultipart *multipart, const char *data, size_t size, size_t *ret_used) {
  size_t done = 0, used = 1;
  while (used > 0 && done < size) {
    if (!step(multipart, data + done, size - done, &used))
      return false;
    done += used;
  }
  *ret_used = done;
  return true;
}

bool http_multipart_put(HttpMultipart *multipart, const void *data, size_t size) {
  const char *bytes = data;
  size_t used = 0;
  /* a few bytes wait from before: they are joined with some of the new ones until nothing of them is left */
  while (multipart->pending->len > 0 && size > 0) {
    size_t count = MIN(size, (size_t)256);
    g_string_append_len(multipart->pending, bytes, (gssize)count);
    bytes += count;
    size -= count;
    if (!run(multipart, multipart->pending->str, multipart->pending->len, &used))
      return false;
    g_string_erase(multipart->pending, 0, (gssize)used);
  }
  if (size == 0)
    return true;
  if (!run(multipart, bytes, size, &used))
    return false;
  g_string_append_len(multipart->pending, bytes + used, (gssize)(size - used));
  return true;
}
