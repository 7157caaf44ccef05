#include "catalog/channel_document.h"

#include "base/id.h"
#include "base/json_writer.h"

#include <jansson.h>
#include <string.h>

#define FIELD_SIZE 40

static const char *const order_names[] = {"whole", "loop", "serial"};

static void clear_item(gpointer data) {
  ChannelItem *item = data;
  g_free(item->course_id);
  g_free(item->lesson_id);
}

static void clear_entry(gpointer data) {
  ChannelDocumentEntry *entry = data;
  clear_item(&entry->item);
}

void channel_document_free(ChannelDocument *document) {
  if (document == NULL)
    return;
  g_array_unref(document->entries);
  g_array_unref(document->filler);
  g_free(document);
}

static ChannelDocument *document_new(void) {
  ChannelDocument *document = g_new0(ChannelDocument, 1);
  document->entries = g_array_new(FALSE, TRUE, sizeof(ChannelDocumentEntry));
  document->filler = g_array_new(FALSE, TRUE, sizeof(ChannelItem));
  g_array_set_clear_func(document->entries, clear_entry);
  g_array_set_clear_func(document->filler, clear_item);
  return document;
}

/** Where in the document we are, for faults. */
typedef struct {
  const char *list;
  size_t index;
  RecordFault *fault;
} Place;

static bool refuse(const Place *place, RecordFaultReason reason, const char *member, const char *given) {
  char field[FIELD_SIZE * 2];
  g_snprintf(field, sizeof field, "%s[%zu]%s%s", place->list, place->index, member[0] != '\0' ? "." : "", member);
  record_fault_set(place->fault, reason, field, given);
  g_strlcpy(place->fault->field, field, sizeof place->fault->field);
  return false;
}

/** The text of a member: NULL when it is not there or null. False when it is something else. */
static bool read_text(const json_t *object, const char *name, const Place *place, const char **ret_text) {
  const json_t *value = json_object_get(object, name);
  *ret_text = json_string_value(value);
  return value == NULL || json_is_null(value) || *ret_text != NULL || refuse(place, RECORD_FAULT_TYPE, name, NULL);
}

static bool check_members(const json_t *object, const char *const *known, const Place *place) {
  const char *name = NULL;
  json_t *value = NULL;
  if (!json_is_object(object))
    return refuse(place, RECORD_FAULT_TYPE, "", NULL);
  json_object_foreach((json_t *)object, name, value) {
    if (!g_strv_contains(known, name))
      return refuse(place, RECORD_FAULT_UNKNOWN_FIELD, name, NULL);
  }
  return true;
}

static bool read_item(const json_t *object, const Place *place, ChannelItem *ret_item) {
  const char *course = NULL, *lesson = NULL;
  if (!read_text(object, "course_id", place, &course) || !read_text(object, "lesson_id", place, &lesson))
    return false;
  if ((course == NULL) == (lesson == NULL))
    return refuse(place, course == NULL ? RECORD_FAULT_MISSING : RECORD_FAULT_TWICE, "course_id", course);
  if (!id_is_valid(course != NULL ? course : lesson))
    return refuse(place, RECORD_FAULT_NO_RECORD, course != NULL ? "course_id" : "lesson_id",
                  course != NULL ? course : lesson);
  *ret_item = (ChannelItem){g_strdup(course), g_strdup(lesson)};
  return true;
}

/** Two digits at `text`, at most `max`; -1 for anything else. */
static int two_digits(const char *text, int max) {
  if (!g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]))
    return -1;
  int number = (text[0] - '0') * 10 + text[1] - '0';
  return number <= max ? number : -1;
}

/** "08:00" or "08:00:30"; -1 when it is neither. `hour_max` 24 allows "24:00" alone above 23. */
static int32_t parse_time(const char *text, int hour_max) {
  size_t length = strlen(text);
  if ((length != 5 && length != 8) || text[2] != ':' || (length == 8 && text[5] != ':'))
    return -1;
  int hours = two_digits(text, hour_max), minutes = two_digits(text + 3, 59);
  int seconds = length == 8 ? two_digits(text + 6, 59) : 0;
  if (hours < 0 || minutes < 0 || seconds < 0 || (hours == 24 && minutes + seconds > 0))
    return -1;
  return (hours * 60 + minutes) * 60 + seconds;
}

static bool parse_date(const char *text, int64_t *ret_day) {
  if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
    return false;
  int century = two_digits(text, 99), year = two_digits(text + 2, 99);
  int month = two_digits(text + 5, 12), day = two_digits(text + 8, 31);
  if (century < 19 || year < 0 || month < 1 || day < 1)
    return false;
  if (!g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)(century * 100 + year)))
    return false;
  GDate date;
  g_date_clear(&date, 1);
  g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)(century * 100 + year));
  enum { JULIAN_OF_1970 = 719163 };
  *ret_day = (int64_t)g_date_get_julian(&date) - JULIAN_OF_1970;
  return true;
}

/** A date that may be missing: `*ret_day` stays then. */
static bool read_date(const json_t *object, const char *name, const Place *place, bool *ret_has, int64_t *ret_day) {
  const char *text = NULL;
  if (!read_text(object, name, place, &text))
    return false;
  *ret_has = text != NULL;
  return text == NULL || parse_date(text, ret_day) || refuse(place, RECORD_FAULT_FORM, name, text);
}

static bool read_days(const json_t *object, const Place *place, unsigned *ret_days) {
  const json_t *days = json_object_get(object, "days"), *day = NULL;
  size_t index = 0;
  if (days == NULL || json_is_null(days))
    return true;
  if (!json_is_array(days))
    return refuse(place, RECORD_FAULT_TYPE, "days", NULL);
  json_array_foreach((json_t *)days, index, day) {
    json_int_t number = json_integer_value(day);
    if (number < 1 || number > 7)
      return refuse(place, RECORD_FAULT_FORM, "days", NULL);
    *ret_days |= 1u << (number - 1);
  }
  return *ret_days != 0 || refuse(place, RECORD_FAULT_MISSING, "days", NULL);
}

/** The days that the entry airs on. */
static bool read_when(const json_t *object, const Place *place, ChannelEntry *rule) {
  bool has_date = false, has_from = false, has_until = false;
  rule->first_day = CHANNEL_DAY_MIN;
  rule->last_day = CHANNEL_DAY_MAX;
  if (!read_days(object, place, &rule->days) || !read_date(object, "date", place, &has_date, &rule->first_day) ||
      !read_date(object, "from", place, &has_from, &rule->first_day) ||
      !read_date(object, "until", place, &has_until, &rule->last_day))
    return false;
  if (!has_date && rule->days == 0)
    return refuse(place, RECORD_FAULT_MISSING, "days", NULL);
  if (has_date && (rule->days != 0 || has_from || has_until))
    return refuse(place, RECORD_FAULT_TWICE, "date", NULL);
  if (has_date)
    rule->last_day = rule->first_day;
  return rule->last_day >= rule->first_day || refuse(place, RECORD_FAULT_FORM, "until", NULL);
}

static bool read_hours(const json_t *object, const Place *place, ChannelEntry *rule) {
  const char *start = NULL, *end = NULL;
  if (!read_text(object, "start", place, &start) || !read_text(object, "end", place, &end))
    return false;
  if (start == NULL)
    return refuse(place, RECORD_FAULT_MISSING, "start", NULL);
  rule->start_s = parse_time(start, 23);
  if (rule->start_s < 0)
    return refuse(place, RECORD_FAULT_FORM, "start", start);
  if (end == NULL)
    return true;
  int32_t end_s = parse_time(end, 24);
  if (end_s < 0)
    return refuse(place, RECORD_FAULT_FORM, "end", end);
  rule->length_s = end_s - rule->start_s + (end_s > rule->start_s ? 0 : CHANNEL_DAY_S);
  return true;
}

static bool read_order(const json_t *object, const Place *place, const ChannelItem *item, ChannelEntry *rule) {
  const char *order = NULL;
  if (!read_text(object, "order", place, &order))
    return false;
  size_t at = 0;
  while (order != NULL && at < G_N_ELEMENTS(order_names) && strcmp(order_names[at], order) != 0)
    at++;
  if (at == G_N_ELEMENTS(order_names))
    return refuse(place, RECORD_FAULT_NO_WORD, "order", order);
  rule->order = (ChannelOrder)at;
  if (rule->order == CHANNEL_ORDER_LOOP && rule->length_s == 0)
    return refuse(place, RECORD_FAULT_MISSING, "end", NULL);
  return rule->order != CHANNEL_ORDER_SERIAL || item->course_id != NULL ||
         refuse(place, RECORD_FAULT_MISSING, "course_id", NULL);
}

static bool read_entry(const json_t *object, const Place *place, GArray *entries) {
  static const char *const known[] = {"days", "date",      "from",      "until", "start",
                                      "end",  "course_id", "lesson_id", "order", NULL};
  ChannelDocumentEntry entry = {0};
  if (!check_members(object, known, place) || !read_when(object, place, &entry.rule) ||
      !read_hours(object, place, &entry.rule) || !read_item(object, place, &entry.item))
    return false;
  g_array_append_val(entries, entry);
  return read_order(object, place, &entry.item,
                    &g_array_index(entries, ChannelDocumentEntry, entries->len - 1).rule);
}

static bool read_filler(const json_t *object, const Place *place, GArray *filler) {
  static const char *const known[] = {"course_id", "lesson_id", NULL};
  ChannelItem item = {0};
  if (!check_members(object, known, place) || !read_item(object, place, &item))
    return false;
  g_array_append_val(filler, item);
  return true;
}

typedef bool (*ReadFunc)(const json_t *object, const Place *place, GArray *list);

static bool read_list(const json_t *object, const char *name, size_t max, ReadFunc read, GArray *list,
                      RecordFault *fault) {
  const json_t *array = json_object_get(object, name), *value = NULL;
  size_t index = 0;
  if (array == NULL || json_is_null(array))
    return true;
  if (!json_is_array(array) || json_array_size(array) > max) {
    record_fault_set(fault, json_is_array(array) ? RECORD_FAULT_TOO_MANY : RECORD_FAULT_TYPE, name, NULL);
    return false;
  }
  json_array_foreach((json_t *)array, index, value) {
    if (!read(value, &(Place){name, index, fault}, list))
      return false;
  }
  return true;
}

static bool read_document(json_t *object, ChannelDocument *document, RecordFault *fault) {
  static const char *const known[] = {"entries", "filler", NULL};
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach(object, name, value) {
    if (!g_strv_contains(known, name)) {
      record_fault_set(fault, RECORD_FAULT_UNKNOWN_FIELD, name, NULL);
      return false;
    }
  }
  return read_list(object, "entries", CHANNEL_ENTRIES_MAX, read_entry, document->entries, fault) &&
         read_list(object, "filler", CHANNEL_FILLER_MAX, read_filler, document->filler, fault);
}

ChannelDocument *channel_document_parse(const char *text, size_t size, RecordFault *ret_fault, GError **error) {
  json_error_t where = {0};
  RecordFault fault = {0};
  g_autoptr(ChannelDocument) document = document_new();
  json_t *object =
      size <= CHANNEL_DOCUMENT_BYTES_MAX ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &where) : NULL;
  if (!json_is_object(object)) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "no schedule: line %d, column %d: %s", where.line,
                where.column, object != NULL ? "no JSON object" : where.text);
    json_decref(object);
    return NULL;
  }
  bool is_good = read_document(object, document, &fault);
  json_decref(object);
  if (is_good)
    return g_steal_pointer(&document);
  g_autofree char *message = record_fault_text_en(&fault);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, message);
  *ret_fault = fault;
  return NULL;
}

/* --- writing --- */

static void write_item(JsonWriter *writer, const ChannelItem *item) {
  json_writer_member_string(writer, item->course_id != NULL ? "course_id" : "lesson_id",
                            item->course_id != NULL ? item->course_id : item->lesson_id);
}

static void write_time(JsonWriter *writer, const char *name, int32_t time_s) {
  char text[32];
  int length = g_snprintf(text, sizeof text, "%02d:%02d", time_s / 3600, time_s / 60 % 60);
  if (time_s % 60 != 0)
    g_snprintf(text + length, sizeof text - (size_t)length, ":%02d", time_s % 60);
  json_writer_member_string(writer, name, text);
}

static void write_date(JsonWriter *writer, const char *name, int64_t day) {
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(day * CHANNEL_DAY_S);
  g_autofree char *text = g_date_time_format(time, "%Y-%m-%d");
  json_writer_member_string(writer, name, text);
}

static void write_when(JsonWriter *writer, const ChannelEntry *rule) {
  if (rule->days == 0) {
    write_date(writer, "date", rule->first_day);
    return;
  }
  json_writer_name(writer, "days");
  json_writer_begin_array(writer);
  for (int bit = 0; bit < 7; bit++)
    if (rule->days >> bit & 1)
      json_writer_int(writer, bit + 1);
  json_writer_end_array(writer);
  if (rule->first_day != CHANNEL_DAY_MIN)
    write_date(writer, "from", rule->first_day);
  if (rule->last_day != CHANNEL_DAY_MAX)
    write_date(writer, "until", rule->last_day);
}

static void write_entry(JsonWriter *writer, const ChannelDocumentEntry *entry) {
  const ChannelEntry *rule = &entry->rule;
  json_writer_begin_object(writer);
  write_when(writer, rule);
  write_time(writer, "start", rule->start_s);
  if (rule->length_s > 0) {
    int32_t end_s = rule->start_s + rule->length_s;
    write_time(writer, "end", end_s > CHANNEL_DAY_S ? end_s - CHANNEL_DAY_S : end_s);
  }
  write_item(writer, &entry->item);
  json_writer_member_string(writer, "order", order_names[rule->order]);
  json_writer_end_object(writer);
}

char *channel_document_write(const ChannelDocument *document) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_name(&writer, "entries");
  json_writer_begin_array(&writer);
  for (guint i = 0; i < document->entries->len; i++)
    write_entry(&writer, &g_array_index(document->entries, ChannelDocumentEntry, i));
  json_writer_end_array(&writer);
  json_writer_name(&writer, "filler");
  json_writer_begin_array(&writer);
  for (guint i = 0; i < document->filler->len; i++) {
    json_writer_begin_object(&writer);
    write_item(&writer, &g_array_index(document->filler, ChannelItem, i));
    json_writer_end_object(&writer);
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  return g_string_free(text, FALSE);
}
