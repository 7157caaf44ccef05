#include "catalog/lesson_json.h"

#include <jansson.h>
#include <string.h>

void lesson_order_list_free(LessonOrderList *list) {
  if (!list)
    return;
  g_free(list->lessons);
  g_ptr_array_unref(list->texts);
  g_free(list);
}

static bool refuse(RecordFault *fault, RecordFaultReason reason, const char *member) {
  record_fault_set(fault, reason, member, NULL);
  return false;
}

static bool read_text(LessonOrderList *list, const json_t *value, const char *member, const char **ret_text,
                      RecordFault *fault) {
  if (json_is_null(value))
    return true;
  if (!json_is_string(value))
    return refuse(fault, RECORD_FAULT_TYPE, member);
  char *text = g_strdup(json_string_value(value));
  g_ptr_array_add(list->texts, text);
  *ret_text = text;
  return true;
}

static bool read_lesson(LessonOrderList *list, json_t *object, LessonOrder *lesson, RecordFault *fault) {
  const char *member = NULL;
  json_t *value = NULL;
  json_object_foreach(object, member, value) {
    const char **text = strcmp(member, "id") == 0              ? &lesson->id
                        : strcmp(member, "asset_id") == 0      ? &lesson->asset_id
                        : strcmp(member, "title") == 0         ? &lesson->title
                        : strcmp(member, "sign_asset_id") == 0 ? &lesson->sign_asset_id
                                                               : NULL;
    bool is_read_only =
        strcmp(member, "position") == 0 || strcmp(member, "asset") == 0 || strcmp(member, "sign_asset") == 0;
    lesson->has_sign = lesson->has_sign || strcmp(member, "sign_asset_id") == 0;
    if (!text && !is_read_only)
      return refuse(fault, RECORD_FAULT_UNKNOWN_FIELD, member);
    if (text && !read_text(list, value, member, text, fault))
      return false;
  }
  return true;
}

static bool read_lessons(LessonOrderList *list, const json_t *array, RecordFault *fault) {
  for (size_t i = 0; i < list->count; i++) {
    json_t *object = json_array_get(array, i);
    if (!json_is_object(object))
      return refuse(fault, RECORD_FAULT_TYPE, "lessons");
    if (!read_lesson(list, object, &list->lessons[i], fault))
      return false;
  }
  return true;
}

static bool read_array(LessonOrderList *list, const json_t *array, RecordFault *fault) {
  if (json_array_size(array) > LESSONS_MAX)
    return refuse(fault, RECORD_FAULT_TOO_MANY, "lessons");
  list->count = json_array_size(array);
  list->lessons = g_new0(LessonOrder, list->count + 1);
  return read_lessons(list, array, fault);
}

LessonOrderList *lesson_json_parse(const char *text, size_t size, RecordFault *ret_fault, GError **error) {
  json_error_t place;
  json_t *array = json_loadb(text, size, JSON_REJECT_DUPLICATES, &place);
  RecordFault fault = {0};
  g_autoptr(LessonOrderList) list = g_new0(LessonOrderList, 1);
  list->texts = g_ptr_array_new_with_free_func(g_free);
  bool is_good = json_is_array(array) && read_array(list, array, &fault);
  json_decref(array);
  if (is_good)
    return g_steal_pointer(&list);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "no JSON array of lessons");
  *ret_fault = fault;
  return NULL;
}
