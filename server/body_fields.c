#include "server/body_fields.h"

#include <jansson.h>
#include <string.h>

typedef struct {
  char *text;
  char **list;
  bool is_bool, is_int;
  int64_t number;
} Field;

struct BodyFields {
  GHashTable *fields; /**< char * -> Field * */
};

static void field_free(gpointer data) {
  Field *field = data;
  g_free(field->text);
  g_strfreev(field->list);
  g_free(field);
}

void body_fields_free(BodyFields *fields) {
  if (fields == NULL)
    return;
  g_hash_table_unref(fields->fields);
  g_free(fields);
}

static BodyFields *fields_new(void) {
  BodyFields *fields = g_new0(BodyFields, 1);
  fields->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, field_free);
  return fields;
}

/** A list of texts, or NULL. */
static char **read_list(const json_t *array) {
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (size_t i = 0; i < json_array_size(array); i++) {
    const json_t *item = json_array_get(array, i);
    if (!json_is_string(item) || i >= BODY_FIELDS_MAX)
      return NULL;
    g_strv_builder_add(builder, json_string_value(item));
  }
  return g_strv_builder_end(builder);
}

static Field *read_value(const json_t *value) {
  Field *field = g_new0(Field, 1);
  if (json_is_string(value))
    field->text = g_strdup(json_string_value(value));
  else if (json_is_boolean(value))
    *field = (Field){.is_bool = true, .number = json_is_true(value)};
  else if (json_is_integer(value))
    *field = (Field){.is_int = true, .number = json_integer_value(value)};
  else if (json_is_array(value))
    field->list = read_list(value);
  if (json_is_null(value) || field->text != NULL || field->is_bool || field->is_int || field->list != NULL)
    return field;
  field_free(field);
  return NULL;
}

static bool take_members(BodyFields *fields, json_t *object) {
  const char *name = NULL;
  json_t *value = NULL;
  if (!json_is_object(object) || json_object_size(object) > BODY_FIELDS_MAX)
    return false;
  json_object_foreach(object, name, value) {
    Field *field = read_value(value);
    if (field == NULL)
      return false;
    g_hash_table_insert(fields->fields, g_strdup(name), field);
  }
  return true;
}

BodyFields *body_fields_parse_json(const char *text, size_t size) {
  json_error_t place;
  if (size > BODY_FIELDS_BYTES_MAX)
    return NULL;
  g_autoptr(BodyFields) fields = fields_new();
  json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &place);
  bool is_good = take_members(fields, object);
  json_decref(object);
  return is_good ? g_steal_pointer(&fields) : NULL;
}

/** A name or value of a form; NULL when an escape is broken, or it holds NUL or is no UTF-8. */
static char *decode(const char *text) {
  g_autofree char *spaced = g_strdelimit(g_strdup(text), "+", ' ');
  char *plain = g_uri_unescape_string(spaced, NULL);
  if (plain != NULL && !g_utf8_validate(plain, -1, NULL))
    g_clear_pointer(&plain, g_free);
  return plain;
}

static bool take_pair(BodyFields *fields, const char *pair) {
  const char *equals = strchr(pair, '=');
  g_autofree char *raw_name = equals != NULL ? g_strndup(pair, (gsize)(equals - pair)) : g_strdup(pair);
  g_autofree char *name = decode(raw_name);
  char *value = decode(equals != NULL ? equals + 1 : "");
  if (name == NULL || value == NULL || g_hash_table_contains(fields->fields, name)) {
    g_free(value);
    return false;
  }
  Field *field = g_new0(Field, 1);
  field->text = value;
  g_hash_table_insert(fields->fields, g_steal_pointer(&name), field);
  return true;
}

BodyFields *body_fields_parse_form(const char *text, size_t size) {
  if (size > BODY_FIELDS_BYTES_MAX || memchr(text, '\0', size) != NULL)
    return NULL;
  g_autoptr(BodyFields) fields = fields_new();
  g_autofree char *whole = g_strndup(text, size);
  g_auto(GStrv) pairs = g_strsplit(whole, "&", BODY_FIELDS_MAX + 1);
  if (g_strv_length(pairs) > BODY_FIELDS_MAX)
    return NULL;
  for (char **pair = pairs; *pair != NULL; pair++)
    if (**pair != '\0' && !take_pair(fields, *pair))
      return NULL;
  return g_steal_pointer(&fields);
}

static const Field *find(const BodyFields *fields, const char *name) {
  return g_hash_table_lookup(fields->fields, name);
}

const char *body_fields_find(const BodyFields *fields, const char *name) {
  const Field *field = find(fields, name);
  return field != NULL ? field->text : NULL;
}

bool body_fields_get_bool(const BodyFields *fields, const char *name, bool fallback) {
  const Field *field = find(fields, name);
  return field != NULL && field->is_bool ? field->number != 0 : fallback;
}

int64_t body_fields_get_int(const BodyFields *fields, const char *name, int64_t fallback) {
  const Field *field = find(fields, name);
  return field != NULL && field->is_int ? field->number : fallback;
}

const char *const *body_fields_find_list(const BodyFields *fields, const char *name) {
  const Field *field = find(fields, name);
  return field != NULL ? (const char *const *)field->list : NULL;
}

bool body_fields_has(const BodyFields *fields, const char *name) {
  return find(fields, name) != NULL;
}
