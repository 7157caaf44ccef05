#include "base/json_writer.h"

#include <math.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

static void append_escaped_char(GString *out, char c) {
  switch (c) {
  case '"':
    g_string_append(out, "\\\"");
    break;
  case '\\':
    g_string_append(out, "\\\\");
    break;
  case '\n':
    g_string_append(out, "\\n");
    break;
  case '\r':
    g_string_append(out, "\\r");
    break;
  case '\t':
    g_string_append(out, "\\t");
    break;
  default:
    if ((unsigned char)c < 0x20 || c == 0x7f)
      g_string_append_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
    else
      g_string_append_c(out, c);
  }
}

void json_append_quoted(GString *out, const char *text) {
  g_string_append_c(out, '"');
  for (size_t left = strlen(text); left > 0;) {
    const char *end;
    g_utf8_validate_len(text, left, &end);
    left -= (size_t)(end - text);
    for (; text < end; text++)
      append_escaped_char(out, *text);
    if (left > 0) {
      g_string_append(out, replacement);
      text++;
      left--;
    }
  }
  g_string_append_c(out, '"');
}

void json_writer_init(JsonWriter *writer, GString *out) {
  *writer = (JsonWriter){.out = out};
}

/* Put the comma that is due before a name or a value. */
static void begin_item(JsonWriter *writer) {
  if (writer->after_name) {
    writer->after_name = false;
    return;
  }
  if (writer->has_item[writer->depth])
    g_string_append_c(writer->out, ',');
  writer->has_item[writer->depth] = true;
}

static void begin_container(JsonWriter *writer, char bracket) {
  begin_item(writer);
  g_assert(writer->depth + 1 < JSON_WRITER_DEPTH_MAX);
  writer->has_item[++writer->depth] = false;
  g_string_append_c(writer->out, bracket);
}

static void end_container(JsonWriter *writer, char bracket) {
  g_assert(writer->depth > 0 && !writer->after_name);
  writer->depth--;
  g_string_append_c(writer->out, bracket);
}

void json_writer_begin_object(JsonWriter *writer) {
  begin_container(writer, '{');
}

void json_writer_end_object(JsonWriter *writer) {
  end_container(writer, '}');
}

void json_writer_begin_array(JsonWriter *writer) {
  begin_container(writer, '[');
}

void json_writer_end_array(JsonWriter *writer) {
  end_container(writer, ']');
}

void json_writer_name(JsonWriter *writer, const char *name) {
  g_assert(writer->depth > 0 && !writer->after_name);
  begin_item(writer);
  json_append_quoted(writer->out, name);
  g_string_append_c(writer->out, ':');
  writer->after_name = true;
}

void json_writer_string(JsonWriter *writer, const char *value) {
  if (!value) {
    json_writer_null(writer);
    return;
  }
  begin_item(writer);
  json_append_quoted(writer->out, value);
}

void json_writer_raw(JsonWriter *writer, const char *json) {
  begin_item(writer);
  g_string_append(writer->out, json);
}

void json_writer_int(JsonWriter *writer, int64_t value) {
  begin_item(writer);
  g_string_append_printf(writer->out, "%" G_GINT64_FORMAT, value);
}

/* "1.500000" to "1.5", "2.000000" to "2", "-0.000000" to "0". */
static void append_decimal(GString *out, double value) {
  char text[32];
  g_ascii_formatd(text, sizeof text, "%.6f", value);
  size_t length = strlen(text);
  while (text[length - 1] == '0')
    length--;
  if (text[length - 1] == '.')
    length--;
  text[length] = '\0';
  g_string_append(out, strcmp(text, "-0") == 0 ? "0" : text);
}

void json_writer_double(JsonWriter *writer, double value) {
  if (!isfinite(value)) {
    json_writer_null(writer);
    return;
  }
  begin_item(writer);
  if (fabs(value) < 1e15) {
    append_decimal(writer->out, value);
    return;
  }
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append(writer->out, g_ascii_dtostr(text, sizeof text, value));
}

void json_writer_bool(JsonWriter *writer, bool value) {
  begin_item(writer);
  g_string_append(writer->out, value ? "true" : "false");
}

void json_writer_null(JsonWriter *writer) {
  begin_item(writer);
  g_string_append(writer->out, "null");
}

void json_writer_member_string(JsonWriter *writer, const char *name, const char *value) {
  json_writer_name(writer, name);
  json_writer_string(writer, value);
}

void json_writer_member_int(JsonWriter *writer, const char *name, int64_t value) {
  json_writer_name(writer, name);
  json_writer_int(writer, value);
}

void json_writer_member_double(JsonWriter *writer, const char *name, double value) {
  json_writer_name(writer, name);
  json_writer_double(writer, value);
}

void json_writer_member_bool(JsonWriter *writer, const char *name, bool value) {
  json_writer_name(writer, name);
  json_writer_bool(writer, value);
}
