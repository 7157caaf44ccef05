#include "catalog/record_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"

static const char *const own_members[] = {"id", "kind_of", "version", "created_at", "updated_at", NULL};

static bool refuse(RecordFault *fault, RecordFaultReason reason, const char *field) {
  record_fault_set(fault, reason, field, NULL);
  return false;
}

/* Control characters of a list's text would be taken for the separator. */
static void append_entry(GString *list, const char *text) {
  if (list->len > 0)
    g_string_append(list, RECORD_LIST_SEPARATOR);
  for (; *text; text++)
    g_string_append_c(list, *text == RECORD_LIST_SEPARATOR[0] ? ' ' : *text);
}

static char *read_list(const json_t *value) {
  g_autoptr(GString) list = g_string_new(NULL);
  size_t index = 0;
  const json_t *entry = NULL;
  if (!json_is_array(value))
    return NULL;
  json_array_foreach((json_t *)value, index, entry) {
    if (!json_is_string(entry))
      return NULL;
    append_entry(list, json_string_value(entry));
  }
  return g_strdup(list->str);
}

/* NULL: of a wrong type. */
static char *read_value(const RecordField *field, const json_t *value) {
  if (json_is_null(value))
    return g_strdup("");
  if (record_field_is_list(field))
    return read_list(value);
  if (field->type == RECORD_FIELD_NUMBER)
    return json_is_integer(value) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)) : NULL;
  return json_is_string(value) ? g_strdup(json_string_value(value)) : NULL;
}

static bool read_member(CatalogRecord *record, const char *name, const json_t *value, RecordFault *fault) {
  const RecordSpec *spec = record_spec(record->kind);
  if (strcmp(name, "id") == 0 && json_is_string(value)) {
    record->id = g_strdup(json_string_value(value));
    return true;
  }
  if (g_strv_contains(own_members, name))
    return true;
  int index = record_spec_find_field(spec, name);
  if (index < 0 || !g_str_equal(spec->fields[index].name, name))
    return refuse(fault, RECORD_FAULT_UNKNOWN_FIELD, name);
  if (spec->fields[index].flags & RECORD_FIELD_INTERNAL)
    return refuse(fault, RECORD_FAULT_FIXED, name);
  record->values[index] = read_value(&spec->fields[index], value);
  return record->values[index] || refuse(fault, RECORD_FAULT_TYPE, name);
}

static bool read_members(CatalogRecord *record, json_t *object, RecordFault *fault) {
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach(object, name, value) {
    if (!read_member(record, name, value, fault))
      return false;
  }
  return true;
}

CatalogRecord *record_json_parse(RecordKind kind, const char *text, size_t size, RecordFault *ret_fault,
                                 GError **error) {
  json_error_t place;
  json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &place);
  if (!json_is_object(object)) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "no JSON object: line %d, column %d: %s", place.line,
                place.column, object ? "it is another value" : place.text);
    json_decref(object);
    return NULL;
  }
  g_autoptr(CatalogRecord) record = catalog_record_new(kind);
  RecordFault fault = {0};
  bool is_good = read_members(record, object, &fault);
  json_decref(object);
  if (is_good)
    return g_steal_pointer(&record);
  g_autofree char *message = record_fault_text_en(&fault);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, message);
  *ret_fault = fault;
  return NULL;
}

static void write_time(JsonWriter *writer, const char *name, int64_t time_us) {
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_TIME_SPAN_SECOND);
  g_autofree char *text = time ? g_date_time_format(time, TIME_FORMAT) : NULL;
  json_writer_member_string(writer, name, text);
}

static void write_list(JsonWriter *writer, const char *value) {
  g_auto(GStrv) parts = g_strsplit(value, RECORD_LIST_SEPARATOR, -1);
  json_writer_begin_array(writer);
  for (char **part = parts; *part; part++)
    if (**part)
      json_writer_string(writer, *part);
  json_writer_end_array(writer);
}

static void write_value(JsonWriter *writer, const RecordField *field, const char *value) {
  json_writer_name(writer, field->name);
  if (record_field_is_list(field))
    write_list(writer, value);
  else if (field->type == RECORD_FIELD_NUMBER)
    json_writer_int(writer, g_ascii_strtoll(value, NULL, 10));
  else if (field->type == RECORD_FIELD_REFERENCE && !*value)
    json_writer_null(writer);
  else
    json_writer_string(writer, value);
}

void record_json_write_members(JsonWriter *writer, const CatalogRecord *record, bool shows_secrets) {
  const RecordSpec *spec = record_spec(record->kind);
  json_writer_member_string(writer, "id", record->id);
  json_writer_member_int(writer, "version", record->row_version);
  write_time(writer, "created_at", record->created_us);
  write_time(writer, "updated_at", record->updated_us);
  for (size_t i = 0; i < spec->field_count; i++) {
    unsigned flags = spec->fields[i].flags;
    if (!(flags & RECORD_FIELD_INTERNAL) && (shows_secrets || !(flags & RECORD_FIELD_SECRET)))
      write_value(writer, &spec->fields[i], record->values[i] ? record->values[i] : "");
  }
}

/* --- some members only --- */

/* A new object, or NULL with the name that is not there. */
static json_t *select_members(const json_t *object, char *const *names, char **ret_unknown) {
  json_t *selected = json_object();
  for (; *names; names++) {
    json_t *value = json_object_get(object, *names);
    if (!value) {
      *ret_unknown = g_strdup(*names);
      json_decref(selected);
      return NULL;
    }
    json_object_set(selected, *names, value);
  }
  return selected;
}

static bool select_items(json_t *page, json_t *items, char *const *names, char **ret_unknown) {
  json_t *selected = json_array();
  size_t index = 0;
  const json_t *item = NULL;
  json_array_foreach(items, index, item) {
    json_t *members = select_members(item, names, ret_unknown);
    if (!members) {
      json_decref(selected);
      return false;
    }
    json_array_append_new(selected, members);
  }
  json_object_set_new(page, "items", selected);
  return true;
}

GString *record_json_select(const GString *text, const char *fields, char **ret_unknown) {
  g_auto(GStrv) names = g_strsplit(fields, ",", -1);
  json_t *whole = json_loadb(text->str, text->len, 0, NULL);
  json_t *items = json_object_get(whole, "items"), *selected = NULL;
  if (json_is_array(items))
    selected = select_items(whole, items, names, ret_unknown) ? json_incref(whole) : NULL;
  else
    selected = select_members(whole, names, ret_unknown);
  json_decref(whole);
  if (!selected)
    return NULL;
  char *dump = json_dumps(selected, JSON_COMPACT | JSON_PRESERVE_ORDER);
  json_decref(selected);
  GString *out = g_string_new(dump);
  free(dump); /* jansson's own memory */
  return out;
}
