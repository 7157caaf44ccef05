#include "catalog/table_list.h"

#include "base/json_writer.h"
#include "catalog/record.h"

#include <jansson.h>
#include <string.h>

static const char *const separators[] = {"|", ";", "、", "；"};

static bool has_separator(const char *text) {
  for (size_t i = 0; i < G_N_ELEMENTS(separators); i++)
    if (strstr(text, separators[i]))
      return true;
  return false;
}

static char *parse_array(const char *cell) {
  json_t *array = json_loads(cell, 0, NULL);
  g_autoptr(GString) list = g_string_new(NULL);
  bool is_good = json_is_array(array);
  for (size_t i = 0; is_good && i < json_array_size(array); i++) {
    const char *text = json_string_value(json_array_get(array, i));
    is_good = text != NULL;
    if (text)
      g_string_append_printf(list, "%s%s", i > 0 ? RECORD_LIST_SEPARATOR : "", text);
  }
  json_decref(array);
  return is_good ? g_strdup(list->str) : NULL;
}

char *table_list_parse(const char *cell) {
  if (cell[0] == '[')
    return parse_array(cell);
  g_autoptr(GString) list = g_string_new(cell);
  for (size_t i = 0; i < G_N_ELEMENTS(separators); i++)
    g_string_replace(list, separators[i], RECORD_LIST_SEPARATOR, 0);
  return g_strdup(list->str);
}

static char *write_array(char *const *entries) {
  g_autoptr(GString) text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_array(&writer);
  for (; *entries; entries++)
    json_writer_string(&writer, *entries);
  json_writer_end_array(&writer);
  return g_strdup(text->str);
}

char *table_list_write(const char *list) {
  g_auto(GStrv) entries = g_strsplit(list, RECORD_LIST_SEPARATOR, -1);
  return has_separator(list) || list[0] == '[' ? write_array(entries) : g_strjoinv("|", entries);
}
