#include "catalog/import.h"

#include "base/text_decode.h"
#include "catalog/division.h"
#include "catalog/record_json.h"

#include <jansson.h>
#include <string.h>

/* What kind a line is: its own word, or "" when it names none. Caller frees. */
static char *kind_of(const char *text, size_t size, char **ret_code, char **ret_name, char **ret_name_en) {
  json_t *object = json_loadb(text, size, 0, NULL);
  const char *kind = json_string_value(json_object_get(object, "kind_of"));
  const char *code = json_string_value(json_object_get(object, "code"));
  const char *name = json_string_value(json_object_get(object, "name"));
  const char *name_en = json_string_value(json_object_get(object, "name_en"));
  char *own = g_strdup(kind ? kind : "");
  *ret_code = g_strdup(code ? code : "");
  *ret_name = g_strdup(name ? name : "");
  *ret_name_en = g_strdup(name_en ? name_en : "");
  json_decref(object);
  return own;
}

static void take_division(ImportFile *file, int64_t line, const char *code, const char *name, const char *name_en) {
  RecordFault fault = {0};
  if (division_level(code) == 0)
    record_fault_set(&fault, RECORD_FAULT_FORM, "code", code);
  else if (!*name || g_utf8_strlen(name, -1) > 100)
    record_fault_set(&fault, *name ? RECORD_FAULT_TOO_LONG : RECORD_FAULT_MISSING, "name", name);
  if (fault.reason != RECORD_FAULT_NONE) {
    import_file_add_record_fault(file, line, &fault);
    return;
  }
  DivisionRow row = {.line = line, .name = g_strdup(name), .name_en = g_strdup(name_en)};
  g_strlcpy(row.code, code, sizeof row.code);
  g_array_append_val(file->divisions, row);
}

static void take_record(ImportFile *file, RecordKind kind, int64_t line, const char *text, size_t size) {
  g_autoptr(GError) error = NULL;
  RecordFault fault = {0};
  CatalogRecord *record = record_json_parse(kind, text, size, &fault, &error);
  if (record) {
    ImportRow row = {.line = line, .record = record};
    g_array_append_val(file->rows, row);
  } else if (fault.reason != RECORD_FAULT_NONE) {
    import_file_add_record_fault(file, line, &fault);
  } else {
    import_file_add_fault(file, line, "这一行不是 JSON 对象", error->message);
  }
}

/* --- lessons --- */

static char **lesson_text(ImportLesson *lesson, const char *member) {
  const struct {
    const char *name;
    char **text;
  } texts[] = {{"id", &lesson->id},
               {"course_id", &lesson->course_id},
               {"title", &lesson->title},
               {"asset_id", &lesson->asset_id},
               {"sign_asset_id", &lesson->sign_asset_id}};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    if (strcmp(member, texts[i].name) == 0)
      return texts[i].text;
  return NULL;
}

static bool read_lesson_member(ImportLesson *lesson, const char *member, const json_t *value, RecordFault *fault) {
  char **text = lesson_text(lesson, member);
  bool is_position = strcmp(member, "position") == 0;
  if (strcmp(member, "kind_of") == 0)
    return true;
  if (!text && !is_position)
    record_fault_set(fault, RECORD_FAULT_UNKNOWN_FIELD, member, NULL);
  else if (text ? !json_is_string(value) : !json_is_integer(value))
    record_fault_set(fault, RECORD_FAULT_TYPE, member, NULL);
  else if (text)
    *text = g_strdup(json_string_value(value));
  else
    lesson->position = json_integer_value(value);
  return fault->reason == RECORD_FAULT_NONE;
}

static void take_lesson(ImportFile *file, int64_t line, const char *text, size_t size) {
  json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL), *value = NULL;
  ImportLesson *lesson = g_new0(ImportLesson, 1);
  RecordFault fault = {0};
  const char *member = NULL;
  json_object_foreach(object, member, value) {
    if (!read_lesson_member(lesson, member, value, &fault))
      break;
  }
  if (object && fault.reason == RECORD_FAULT_NONE) {
    ImportRow row = {.line = line, .lesson = lesson};
    g_array_append_val(file->rows, row);
  } else {
    import_lesson_free(lesson);
    if (object)
      import_file_add_record_fault(file, line, &fault);
    else
      import_file_add_fault(file, line, "这一行不是 JSON 对象", "no JSON object");
  }
  json_decref(object);
}

/* --- schedules --- */

static void check_schedule_members(json_t *object, RecordFault *fault) {
  const char *member = NULL;
  json_t *value = NULL;
  json_object_foreach(object, member, value) {
    bool is_channel = strcmp(member, "channel_id") == 0, is_schedule = strcmp(member, "schedule") == 0;
    if (!is_channel && !is_schedule && strcmp(member, "kind_of") != 0)
      record_fault_set(fault, RECORD_FAULT_UNKNOWN_FIELD, member, NULL);
    else if ((is_channel && !json_is_string(value)) || (is_schedule && !json_is_object(value)))
      record_fault_set(fault, RECORD_FAULT_TYPE, member, NULL);
  }
  if (fault->reason != RECORD_FAULT_NONE)
    return;
  if (!json_object_get(object, "channel_id"))
    record_fault_set(fault, RECORD_FAULT_MISSING, "channel_id", NULL);
  else if (!json_object_get(object, "schedule"))
    record_fault_set(fault, RECORD_FAULT_MISSING, "schedule", NULL);
}

static ImportSchedule *read_schedule(json_t *object, RecordFault *fault) {
  check_schedule_members(object, fault);
  if (fault->reason != RECORD_FAULT_NONE)
    return NULL;
  char *text = json_dumps(json_object_get(object, "schedule"), JSON_COMPACT);
  ChannelDocument *document = channel_document_parse(text, strlen(text), fault, NULL);
  free(text);
  if (!document)
    return NULL;
  ImportSchedule *schedule = g_new(ImportSchedule, 1);
  *schedule = (ImportSchedule){g_strdup(json_string_value(json_object_get(object, "channel_id"))), document};
  return schedule;
}

/* The line is a JSON object: take_line() has seen its kind. */
static void take_schedule(ImportFile *file, int64_t line, const char *text, size_t size) {
  json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
  RecordFault fault = {0};
  ImportSchedule *schedule = object ? read_schedule(object, &fault) : NULL;
  if (schedule) {
    ImportRow row = {.line = line, .schedule = schedule};
    g_array_append_val(file->rows, row);
  } else if (fault.reason != RECORD_FAULT_NONE) {
    import_file_add_record_fault(file, line, &fault);
  } else {
    import_file_add_fault(file, line, "节目表无效", "the schedule is not valid");
  }
  json_decref(object);
}

static void take_line(ImportFile *file, RecordKind kind, int64_t line, const char *text, size_t size) {
  g_autofree char *code = NULL, *name = NULL, *name_en = NULL;
  g_autofree char *own = kind_of(text, size, &code, &name, &name_en);
  RecordFault fault = {0};
  if (g_str_equal(own, "division")) {
    take_division(file, line, code, name, name_en);
  } else if (g_str_equal(own, "lesson")) {
    take_lesson(file, line, text, size);
  } else if (g_str_equal(own, "schedule")) {
    take_schedule(file, line, text, size);
  } else if (*own && !record_spec_find(own, &kind)) {
    record_fault_set(&fault, RECORD_FAULT_NO_WORD, "kind_of", own);
    import_file_add_record_fault(file, line, &fault);
  } else {
    take_record(file, kind, line, text, size);
  }
}

static int compare_codes(gconstpointer a, gconstpointer b) {
  return strcmp(((const DivisionRow *)a)->code, ((const DivisionRow *)b)->code);
}

bool import_lines_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GString) text = text_decode(data, size, NULL, &cause);
  if (!text)
    return import_refuse(error, "文件不是能够识别的文本", cause->message);
  int64_t line = 1;
  for (const char *at = text->str, *end = text->str + text->len; at < end; line++) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((stop ? stop : end) - at);
    if (strspn(at, " \t\r") < length && file->rows->len < IMPORT_ROWS_MAX)
      take_line(file, kind, line, at, length);
    at += length + 1;
  }
  if (file->rows->len >= IMPORT_ROWS_MAX)
    return import_refuse(error, "文件的行数太多", "the file has too many lines");
  g_array_sort(file->divisions, compare_codes);
  return true;
}
