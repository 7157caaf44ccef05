/** Writes JSON (RFC 8259) into a GString: no tree is built. Commas are put by the writer; nesting is checked
 * with assertions. Strings must be UTF-8; bytes that are not are replaced by U+FFFD.
 * Threads: one thread per writer. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define JSON_WRITER_DEPTH_MAX 32

typedef struct {
  GString *out; /**< borrowed */
  unsigned depth;
  bool has_item[JSON_WRITER_DEPTH_MAX];
  bool after_name;
} JsonWriter;

void json_writer_init(JsonWriter *writer, GString *out);
void json_writer_begin_object(JsonWriter *writer);
void json_writer_end_object(JsonWriter *writer);
void json_writer_begin_array(JsonWriter *writer);
void json_writer_end_array(JsonWriter *writer);
void json_writer_name(JsonWriter *writer, const char *name);
void json_writer_string(JsonWriter *writer, const char *value); /**< NULL writes null */
void json_writer_int(JsonWriter *writer, int64_t value);
void json_writer_double(JsonWriter *writer, double value); /**< shortest of 6 decimals; not finite writes null */
void json_writer_bool(JsonWriter *writer, bool value);
void json_writer_null(JsonWriter *writer);
void json_writer_raw(JsonWriter *writer, const char *json); /**< a value that is JSON already */

/** name and value in one call. */
void json_writer_member_string(JsonWriter *writer, const char *name, const char *value);
void json_writer_member_int(JsonWriter *writer, const char *name, int64_t value);
void json_writer_member_double(JsonWriter *writer, const char *name, double value);
void json_writer_member_bool(JsonWriter *writer, const char *name, bool value);

/** Append `text` as a quoted, escaped JSON string. */
void json_append_quoted(GString *out, const char *text);
