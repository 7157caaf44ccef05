/** Comma-separated values (RFC 4180): fields in double quotes may hold commas, line ends and doubled quotes; lines end in
 * CRLF, LF or CR. Pure.
 *
 * Spreadsheet programs run a field that begins with '=', '+', '-' or '@' as a formula. What we write gets an apostrophe
 * before such a beginning, and csv_reader_next_row() takes one away, so that texts come back as they were. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CSV_ERROR (csv_error_quark())
GQuark csv_error_quark(void);
typedef enum {
  CSV_ERROR_QUOTE,  /**< a quote that is not closed, or text after a closing one; the message names the line */
  CSV_ERROR_FIELDS, /**< more than CSV_FIELDS_MAX fields in a row */
} CsvError;

#define CSV_FIELDS_MAX 256

typedef struct {
  const char *at, *end;
  int64_t line; /**< of what is read next, from 1 */
} CsvReader;

/** `text` is borrowed and need not end in NUL. */
void csv_reader_init(CsvReader *reader, const char *text, gsize size);

/** Read the next row that is not an empty line into `fields` (array of char *, emptied first, freeing). `ret_line`: the
 * line where it begins. False at the end, and with `error` set when it is not well-formed. */
bool csv_reader_next_row(CsvReader *reader, GPtrArray *fields, int64_t *ret_line, GError **error);

/** Append a field, quoted where needed. The caller puts commas and line ends. */
void csv_append_field(GString *out, const char *text);
