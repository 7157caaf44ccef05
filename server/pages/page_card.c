/* Courses as their cards show them. */
#include "server/pages/page_model.h"

#include <string.h>

#define POSTERS_AT_ONCE 4 /**< the pictures that are seen first are not loaded lazily */

/* --- what was found --- */

/** The byte at which `units` units of UTF-16 of `text` are over. */
static size_t byte_of_unit(const char *text, int64_t units) {
  const char *at = text;
  while (*at != '\0' && units > 0) {
    units -= g_utf8_get_char(at) > 0xffff ? 2 : 1;
    at = g_utf8_next_char(at);
  }
  return (size_t)(at - text);
}

static void append_part(json_t *parts, const char *text, size_t from, size_t to, bool is_hit) {
  if (to <= from)
    return;
  json_t *part = json_object();
  json_object_set_new(part, "text", json_stringn(text + from, to - from));
  json_object_set_new(part, "is_hit", json_boolean(is_hit));
  json_array_append_new(parts, part);
}

/** `text` in parts, those of `ranges` (arrays of start and end) marked. */
static json_t *parts_of(const char *text, const json_t *ranges) {
  json_t *parts = json_array(), *range = NULL;
  size_t index = 0, done = 0;
  json_array_foreach(ranges, index, range) {
    size_t start = byte_of_unit(text, json_integer_value(json_array_get(range, 0)));
    size_t end = byte_of_unit(text, json_integer_value(json_array_get(range, 1)));
    if (start < done)
      continue;
    append_part(parts, text, done, start, false);
    append_part(parts, text, start, end, true);
    done = MAX(end, start);
  }
  append_part(parts, text, done, strlen(text), false);
  return parts;
}

static void dress_moments(const PageAsk *ask, json_t *moments, const char *course_id) {
  json_t *moment = NULL;
  size_t index = 0;
  json_array_foreach(moments, index, moment) {
    double start = json_number_value(json_object_get(moment, "start"));
    g_autofree char *clock = page_model_clock(start);
    g_autofree char *href =
        g_strdup_printf("/course/%s?lesson=%s&t=%d", course_id, page_model_get(moment, "lesson"), (int)start);
    page_model_set(moment, "href", href);
    page_model_set(moment, "clock", clock);
    page_model_set(moment, "kind_label", page_model_name(ask, "moment", page_model_get(moment, "kind")));
  }
}

/* --- the card --- */

static void dress_state(const PageAsk *ask, json_t *course) {
  const char *state = page_model_get(course, "state");
  int percent = CLAMP((int)(json_number_value(json_object_get(course, "progress")) * 100), 0, 99);
  g_autofree char *share = g_strdup_printf("%d", percent);
  g_autofree char *making = page_model_fill(ask, "stateMaking", "percent", share);
  if (strcmp(state, "playable") == 0) {
    page_model_set(course, "badge", making);
    json_object_set_new(course, "percent", json_integer(MAX(percent, 1)));
  } else if (strcmp(state, "queued") == 0) {
    page_model_set(course, "badge", page_model_text(ask, "stateQueued"));
  } else if (strcmp(state, "failed") == 0) {
    page_model_set(course, "badge", page_model_text(ask, "stateFailed"));
    json_object_set_new(course, "is_failed", json_true());
  }
  json_object_set_new(course, "is_growing",
                      json_boolean(strcmp(state, "playable") == 0 || strcmp(state, "queued") == 0));
}

static void dress_facts(const PageAsk *ask, json_t *course) {
  g_autoptr(GPtrArray) facts = g_ptr_array_new_with_free_func(g_free);
  int64_t lessons = json_integer_value(json_object_get(course, "lesson_count"));
  const char *institution = page_model_get(course, "institution");
  if (institution[0] != '\0')
    g_ptr_array_add(facts, g_strdup(institution));
  g_ptr_array_add(facts, g_strdup(page_model_name(ask, "kind", page_model_get(course, "kind"))));
  if (lessons > 1) {
    g_autofree char *count = g_strdup_printf("%" G_GINT64_FORMAT, lessons);
    g_ptr_array_add(facts, page_model_fill(ask, "lessonsCount", "count", count));
  }
  g_ptr_array_add(facts, NULL);
  g_autofree char *text = g_strjoinv(" · ", (char **)facts->pdata);
  page_model_set(course, "facts", text);
}

static void dress_length(const PageAsk *ask, json_t *course) {
  double duration = json_number_value(json_object_get(course, "duration"));
  if (duration <= 0)
    return;
  g_autofree char *clock = page_model_clock(duration), *spoken = page_model_spoken(ask, duration);
  page_model_set(course, "clock", clock);
  page_model_set(course, "spoken", spoken);
}

void page_model_dress_course(const PageAsk *ask, json_t *course, size_t rank) {
  const char *id = page_model_get(course, "id"), *category = page_model_get(course, "category");
  json_t *match = json_object_get(course, "match");
  g_autofree char *href = g_strdup_printf("/course/%s", id);
  page_model_set(course, "href", href);
  page_model_set(course, "art", category[0] != '\0' ? category : "none");
  page_model_set(course, "category_label", page_model_name(ask, "category", category));
  const char *tag = json_string_value(json_array_get(json_object_get(course, "tags"), 0));
  page_model_set(course, "cover", tag != NULL ? tag : page_model_get(course, "category_label"));
  json_object_set_new(course, "is_lazy", json_boolean(rank >= POSTERS_AT_ONCE));
  json_object_set_new(course, "title_parts",
                      parts_of(page_model_get(course, "title"), json_object_get(match, "title")));
  if (json_array_size(json_object_get(match, "summary")) > 0)
    json_object_set_new(course, "summary_parts",
                        parts_of(page_model_get(course, "summary"), json_object_get(match, "summary")));
  dress_moments(ask, json_object_get(match, "moments"), id);
  dress_state(ask, course);
  dress_length(ask, course);
  dress_facts(ask, course);
}

json_t *page_model_dress_courses(const PageAsk *ask, json_t *page) {
  json_t *items = json_object_get(page, "items"), *course = NULL;
  size_t index = 0;
  json_array_foreach(items, index, course) page_model_dress_course(ask, course, index);
  return items != NULL ? json_incref(items) : json_array();
}
