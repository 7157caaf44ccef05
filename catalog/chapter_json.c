#include "catalog/chapter_json.h"

#include "catalog/asset_edit.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* A hundred days: far above any lesson, far below where a double loses microseconds. */
#define START_SECONDS_MAX 8640000.0

static bool refuse(RecordFault *fault, RecordFaultReason reason, const char *member, const char *given) {
  record_fault_set(fault, reason, member, given);
  return false;
}

static bool read_start(const json_t *value, int64_t *ret_start_us, RecordFault *fault) {
  if (!json_is_number(value))
    return refuse(fault, value ? RECORD_FAULT_TYPE : RECORD_FAULT_MISSING, "start", NULL);
  double seconds = json_number_value(value);
  if (!(seconds >= 0 && seconds <= START_SECONDS_MAX))
    return refuse(fault, RECORD_FAULT_FORM, "start", NULL);
  *ret_start_us = llround(seconds * G_USEC_PER_SEC);
  return true;
}

static bool read_title(const json_t *value, char **ret_title, RecordFault *fault) {
  if (!json_is_string(value))
    return refuse(fault, value ? RECORD_FAULT_TYPE : RECORD_FAULT_MISSING, "title", NULL);
  *ret_title = g_strstrip(g_strndup(json_string_value(value), json_string_length(value)));
  return true;
}

static bool read_chapter(json_t *object, GArray *chapters, RecordFault *fault) {
  const char *member = NULL;
  json_t *value = NULL;
  int64_t start_us = 0;
  g_autofree char *title = NULL;
  json_object_foreach(object, member, value) {
    if (strcmp(member, "start") != 0 && strcmp(member, "title") != 0)
      return refuse(fault, RECORD_FAULT_UNKNOWN_FIELD, member, NULL);
  }
  if (!read_start(json_object_get(object, "start"), &start_us, fault) ||
      !read_title(json_object_get(object, "title"), &title, fault))
    return false;
  CatalogChapter chapter = {.start_us = start_us, .title = g_steal_pointer(&title)};
  g_array_append_val(chapters, chapter);
  return true;
}

static bool read_array(const json_t *array, GArray *chapters, RecordFault *fault) {
  if (json_array_size(array) > ASSET_CHAPTERS_MAX)
    return refuse(fault, RECORD_FAULT_TOO_MANY, "chapters", NULL);
  for (size_t i = 0; i < json_array_size(array); i++) {
    json_t *object = json_array_get(array, i);
    if (!json_is_object(object))
      return refuse(fault, RECORD_FAULT_TYPE, "chapters", NULL);
    if (!read_chapter(object, chapters, fault))
      return false;
  }
  return true;
}

GArray *chapter_json_parse(const char *text, size_t size, RecordFault *ret_fault, GError **error) {
  json_error_t place;
  json_t *array = json_loadb(text, size, JSON_REJECT_DUPLICATES, &place);
  RecordFault fault = {0};
  g_autoptr(GArray) chapters = catalog_chapters_new();
  bool is_good = json_is_array(array) && read_array(array, chapters, &fault);
  json_decref(array);
  if (is_good)
    return g_steal_pointer(&chapters);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "no JSON array of chapters");
  *ret_fault = fault;
  return NULL;
}
