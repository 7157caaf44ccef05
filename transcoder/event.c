#include "transcoder/event.h"

#include "transcoder/error.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define SEGMENTS_MAX 100000
#define INIT_BYTES_MAX (64 * 1024)
#define SHEETS_MAX 1000
#define LABEL_BYTES_MAX 256

static const char *const type_names[] = {
    [EVENT_PROGRESS] = "progress",
    [EVENT_PROBED] = "probed",
    [EVENT_SPAN] = "span",
    [EVENT_READ] = "read",
    [EVENT_POSTER] = "poster",
    [EVENT_SLIDES] = "slides",
    [EVENT_STORYBOARD] = "storyboard",
    [EVENT_CAPTION] = "caption",
    [EVENT_CHAPTER] = "chapter",
    [EVENT_FAILED] = "failed",
    [EVENT_DONE] = "done",
};

void event_span_clear(EventSpan *span) {
  g_clear_pointer(&span->file, g_free);
  g_clear_pointer(&span->init, g_bytes_unref);
  g_clear_pointer(&span->segments, g_array_unref);
}

static void clear_item(gpointer span) {
  event_span_clear(span);
}

GArray *event_spans_new(void) {
  GArray *spans = g_array_new(FALSE, TRUE, sizeof(EventSpan));
  g_array_set_clear_func(spans, clear_item);
  return spans;
}

void event_clear(Event *event) {
  g_clear_pointer(&event->text, g_free);
  g_clear_pointer(&event->label, g_free);
  g_clear_pointer(&event->times, g_array_unref);
  catalog_storyboard_clear(&event->storyboard);
  event_span_clear(&event->span);
}

static bool parse_segments(json_t *array, GArray *segments) {
  size_t index;
  json_t *item;
  if (json_array_size(array) == 0 || json_array_size(array) > SEGMENTS_MAX)
    return false;
  int64_t offset = 0;
  json_array_foreach(array, index, item) {
    json_int_t values[4];
    if (json_unpack(item, "[I,I,I,I]", &values[0], &values[1], &values[2], &values[3]) != 0)
      return false;
    CatalogSegment segment = {values[0], values[1], values[2], values[3]};
    if (segment.offset != offset || segment.length <= 0 || segment.decode_time < 0 || segment.duration <= 0)
      return false;
    offset += segment.length;
    g_array_append_val(segments, segment);
  }
  return true;
}

static bool parse_span(json_t *root, EventSpan *span) {
  const char *track, *file, *codec, *init_text;
  json_int_t span_index, first;
  int is_last;
  json_t *segments;
  if (json_unpack(root, "{s:s, s:I, s:I, s:s, s:s, s:s, s:b, s:o}", "track", &track, "span", &span_index, "first",
                  &first, "file", &file, "codec", &codec, "init", &init_text, "last", &is_last, "segments",
                  &segments) != 0)
    return false;
  gsize init_size;
  g_autofree guchar *init = g_base64_decode(init_text, &init_size);
  if (init_size == 0 || init_size > INIT_BYTES_MAX || span_index < 0 || first < 0 || strlen(track) >= 16 ||
      strlen(codec) >= 16)
    return false;
  span->span_index = span_index;
  span->first_segment = first;
  span->is_last = is_last != 0;
  g_strlcpy(span->track, track, sizeof span->track);
  g_strlcpy(span->codec, codec, sizeof span->codec);
  span->file = g_strdup(file);
  span->init = g_bytes_new_take(g_steal_pointer(&init), init_size);
  span->segments = g_array_new(FALSE, TRUE, sizeof(CatalogSegment));
  return parse_segments(segments, span->segments);
}

static bool parse_failed(json_t *root, Event *event) {
  const char *code, *detail;
  if (json_unpack(root, "{s:s, s:s}", "code", &code, "detail", &detail) != 0)
    return false;
  g_strlcpy(event->code, code, sizeof event->code);
  event->text = g_strdup(detail);
  return true;
}

static bool parse_text(json_t *root, const char *name, char **ret_text) {
  const char *text = json_string_value(json_object_get(root, name));
  *ret_text = g_strdup(text);
  return text != NULL;
}

static bool parse_slides(json_t *root, Event *event) {
  json_t *array = json_object_get(root, "times"), *item;
  size_t index;
  int64_t last_us = -1;
  if (json_array_size(array) == 0 || json_array_size(array) > EVENT_SLIDES_MAX)
    return false;
  event->times = g_array_new(FALSE, FALSE, sizeof(int64_t));
  json_array_foreach(array, index, item) {
    int64_t time_us = json_integer_value(item);
    if (!json_is_integer(item) || time_us <= last_us)
      return false;
    g_array_append_val(event->times, time_us);
    last_us = time_us;
  }
  return true;
}

static bool parse_storyboard(json_t *root, CatalogStoryboard *storyboard) {
  json_int_t interval, count;
  json_t *files, *item;
  size_t index;
  if (json_unpack(root, "{s:I, s:[i,i], s:[i,i], s:I, s:o}", "interval", &interval, "tile", &storyboard->tile_width,
                  &storyboard->tile_height, "grid", &storyboard->columns, &storyboard->rows, "count", &count,
                  "files", &files) != 0 ||
      json_array_size(files) == 0 || json_array_size(files) > SHEETS_MAX)
    return false;
  storyboard->interval_us = interval;
  storyboard->tile_count = count;
  storyboard->sheet_keys = g_ptr_array_new_with_free_func(g_free);
  json_array_foreach(files, index, item) {
    if (!json_is_string(item))
      return false;
    g_ptr_array_add(storyboard->sheet_keys, g_strdup(json_string_value(item)));
  }
  return true;
}

static bool parse_caption(json_t *root, Event *event) {
  const char *language, *label, *file;
  if (json_unpack(root, "{s:s, s:s, s:s}", "language", &language, "label", &label, "file", &file) != 0 ||
      *language == '\0' || strlen(language) >= sizeof event->language || strlen(label) > LABEL_BYTES_MAX)
    return false;
  for (const char *c = language; *c != '\0'; c++) { /* it becomes part of a key */
    if (!g_ascii_isalnum(*c) && *c != '-')
      return false;
  }
  g_strlcpy(event->language, language, sizeof event->language);
  event->label = g_strdup(label);
  event->text = g_strdup(file);
  return true;
}

static bool parse_chapter(json_t *root, Event *event) {
  const char *title;
  json_int_t start;
  if (json_unpack(root, "{s:I, s:s}", "start", &start, "title", &title) != 0 || start < 0 ||
      strlen(title) > LABEL_BYTES_MAX)
    return false;
  event->start_us = start;
  event->label = g_strdup(title);
  return true;
}

static bool parse_read(json_t *root, Event *event) {
  json_t *span = json_object_get(root, "span");
  event->span_index = json_integer_value(span);
  return json_is_integer(span) && event->span_index >= 0;
}

static bool parse_plan(json_t *root, Event *event) {
  json_t *plan = json_object_get(root, "plan");
  char *text = plan != NULL ? json_dumps(plan, JSON_COMPACT) : NULL;
  event->text = g_strdup(text);
  free(text);
  return event->text != NULL;
}

static bool parse_fields(json_t *root, Event *event) {
  switch (event->type) {
  case EVENT_PROGRESS:
    event->progress = CLAMP(json_number_value(json_object_get(root, "value")), 0.0, 1.0);
    return true;
  case EVENT_PROBED:
    return parse_plan(root, event);
  case EVENT_SPAN:
    return parse_span(root, &event->span);
  case EVENT_READ:
    return parse_read(root, event);
  case EVENT_POSTER:
    return parse_text(root, "file", &event->text);
  case EVENT_SLIDES:
    return parse_slides(root, event);
  case EVENT_STORYBOARD:
    return parse_storyboard(root, &event->storyboard);
  case EVENT_CAPTION:
    return parse_caption(root, event);
  case EVENT_CHAPTER:
    return parse_chapter(root, event);
  case EVENT_FAILED:
    return parse_failed(root, event);
  case EVENT_DONE:
    return true;
  }
  return false;
}

static bool find_type(const char *name, EventType *ret_type) {
  for (size_t i = 0; i < G_N_ELEMENTS(type_names); i++) {
    if (g_strcmp0(type_names[i], name) == 0) {
      *ret_type = (EventType)i;
      return true;
    }
  }
  return false;
}

bool event_parse(const char *line, Event *ret_event, GError **error) {
  Event event = {0};
  json_t *root = json_loads(line, 0, NULL);
  bool ok = root != NULL && find_type(json_string_value(json_object_get(root, "event")), &event.type) &&
            parse_fields(root, &event);
  json_decref(root);
  if (!ok) {
    event_clear(&event);
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the child said what is no event: %.80s", line);
    return false;
  }
  *ret_event = event;
  return true;
}

/** Takes `root` over. */
static bool send_json(int fd, json_t *root) {
  char *text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
  json_decref(root);
  if (text == NULL)
    return false;
  g_autoptr(GString) line = g_string_new(text);
  free(text);
  g_string_append_c(line, '\n');
  for (gsize done = 0; done < line->len;) {
    ssize_t wrote = write(fd, line->str + done, line->len - done);
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return false;
    done += (gsize)wrote;
  }
  return true;
}

bool event_send_progress(int fd, double value) {
  return send_json(fd, json_pack("{s:s, s:f}", "event", "progress", "value", value));
}

bool event_send_probed(int fd, const char *plan_json) {
  return send_json(fd, json_pack("{s:s, s:o}", "event", "probed", "plan", json_loads(plan_json, 0, NULL)));
}

bool event_send_span(int fd, const EventSpan *span) {
  json_t *segments = json_array();
  for (guint i = 0; i < span->segments->len; i++) {
    const CatalogSegment *segment = &g_array_index(span->segments, CatalogSegment, i);
    json_array_append_new(segments, json_pack("[I,I,I,I]", (json_int_t)segment->offset, (json_int_t)segment->length,
                                              (json_int_t)segment->decode_time, (json_int_t)segment->duration));
  }
  gsize init_size;
  const guchar *init_data = g_bytes_get_data(span->init, &init_size);
  g_autofree char *init = g_base64_encode(init_data, init_size);
  return send_json(fd, json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:b, s:o}", "event", "span", "track",
                                 span->track, "span", (json_int_t)span->span_index, "first",
                                 (json_int_t)span->first_segment, "file", span->file, "codec", span->codec, "init",
                                 init, "last", span->is_last, "segments", segments));
}

bool event_send_read(int fd, int64_t span_index) {
  return send_json(fd, json_pack("{s:s, s:I}", "event", "read", "span", (json_int_t)span_index));
}

bool event_send_poster(int fd, const char *file) {
  return send_json(fd, json_pack("{s:s, s:s}", "event", "poster", "file", file));
}

bool event_send_slides(int fd, const int64_t *times_us, size_t count) {
  if (count == 0)
    return true;
  json_t *times = json_array();
  for (size_t i = 0; i < MIN(count, EVENT_SLIDES_MAX); i++)
    json_array_append_new(times, json_integer(times_us[i]));
  return send_json(fd, json_pack("{s:s, s:o}", "event", "slides", "times", times));
}

bool event_send_storyboard(int fd, const CatalogStoryboard *storyboard) {
  json_t *files = json_array();
  for (guint i = 0; i < storyboard->sheet_keys->len; i++)
    json_array_append_new(files, json_string(storyboard->sheet_keys->pdata[i]));
  return send_json(fd, json_pack("{s:s, s:I, s:[i,i], s:[i,i], s:I, s:o}", "event", "storyboard", "interval",
                                 (json_int_t)storyboard->interval_us, "tile", storyboard->tile_width,
                                 storyboard->tile_height, "grid", storyboard->columns, storyboard->rows, "count",
                                 (json_int_t)storyboard->tile_count, "files", files));
}

bool event_send_caption(int fd, const char *language, const char *label, const char *file) {
  return send_json(fd, json_pack("{s:s, s:s, s:s, s:s}", "event", "caption", "language", language, "label", label,
                                 "file", file));
}

bool event_send_chapter(int fd, int64_t start_us, const char *title) {
  return send_json(fd,
                   json_pack("{s:s, s:I, s:s}", "event", "chapter", "start", (json_int_t)start_us, "title", title));
}

bool event_send_failed(int fd, const GError *error) {
  g_autofree char *detail = g_utf8_make_valid(error->message, -1);
  return send_json(
      fd, json_pack("{s:s, s:s, s:s}", "event", "failed", "code", transcoder_error_code(error), "detail", detail));
}

bool event_send_done(int fd) {
  return send_json(fd, json_pack("{s:s}", "event", "done"));
}
