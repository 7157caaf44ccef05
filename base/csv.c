#include "base/csv.h"

#include <string.h>

GQuark csv_error_quark(void) {
  return g_quark_from_static_string("kapok-csv-error");
}

void csv_reader_init(CsvReader *reader, const char *text, gsize size) {
  *reader = (CsvReader){text, text + size, 1};
}

static bool is_line_end(const CsvReader *reader) {
  return *reader->at == '\n' || *reader->at == '\r';
}

static void skip_line_end(CsvReader *reader) {
  if (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n')
    reader->at++;
  reader->at++;
  reader->line++;
}

static bool refuse(GError **error, CsvError code, int64_t line, const char *reason) {
  g_set_error(error, CSV_ERROR, code, "line %" G_GINT64_FORMAT ": %s", line, reason);
  return false;
}

/* Stands behind the opening quote; goes behind the closing one. */
static bool read_quoted(CsvReader *reader, GString *field, GError **error) {
  int64_t first_line = reader->line;
  while (reader->at < reader->end) {
    char c = *reader->at++;
    if (c == '"') {
      if (reader->at == reader->end || *reader->at != '"')
        return true;
      reader->at++;
    }
    if (c == '\n' || (c == '\r' && (reader->at == reader->end || *reader->at != '\n')))
      reader->line++;
    g_string_append_c(field, c);
  }
  return refuse(error, CSV_ERROR_QUOTE, first_line, "a quote is not closed");
}

/* "'=1" was "=1" when we wrote it. */
static bool is_guarded(const char *text) {
  size_t apostrophes = strspn(text, "'");
  return apostrophes > 0 && text[apostrophes] && strchr("=+-@", text[apostrophes]);
}

static bool read_field(CsvReader *reader, GPtrArray *fields, GError **error) {
  g_autoptr(GString) field = g_string_new(NULL);
  if (reader->at < reader->end && *reader->at == '"') {
    reader->at++;
    if (!read_quoted(reader, field, error))
      return false;
    if (reader->at < reader->end && *reader->at != ',' && !is_line_end(reader))
      return refuse(error, CSV_ERROR_QUOTE, reader->line, "there is text after a closing quote");
  } else {
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at != ',' && !is_line_end(reader))
      reader->at++;
    g_string_append_len(field, start, reader->at - start);
  }
  if (fields->len == CSV_FIELDS_MAX)
    return refuse(error, CSV_ERROR_FIELDS, reader->line, "there are too many fields");
  g_ptr_array_add(fields, g_strdup(field->str + (is_guarded(field->str) ? 1 : 0)));
  return true;
}

bool csv_reader_next_row(CsvReader *reader, GPtrArray *fields, int64_t *ret_line, GError **error) {
  g_ptr_array_set_size(fields, 0);
  while (reader->at < reader->end && is_line_end(reader))
    skip_line_end(reader);
  if (reader->at >= reader->end)
    return false;
  *ret_line = reader->line;
  for (;;) {
    if (!read_field(reader, fields, error))
      return false;
    if (reader->at == reader->end)
      return true;
    if (is_line_end(reader)) {
      skip_line_end(reader);
      return true;
    }
    reader->at++; /* the comma; a field follows, maybe an empty one */
  }
}

void csv_append_field(GString *out, const char *text) {
  size_t apostrophes = strspn(text, "'");
  bool is_formula = text[apostrophes] && strchr("=+-@", text[apostrophes]);
  bool is_quoted = strpbrk(text, ",\"\r\n") || g_ascii_isspace(text[0]);
  if (is_quoted)
    g_string_append_c(out, '"');
  if (is_formula)
    g_string_append_c(out, '\'');
  for (; *text; text++) {
    if (*text == '"')
      g_string_append_c(out, '"');
    g_string_append_c(out, *text);
  }
  if (is_quoted)
    g_string_append_c(out, '"');
}
