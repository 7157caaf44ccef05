/* The page of a course: what it is about, its lessons, and what the player needs. */
#include "base/id.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/page_handler.h"
#include "server/pages/page_model.h"

#include <string.h>

#define RELATED_COURSES 4

/** The lesson that the address names, else the first; NULL when there is none. Borrowed. */
static json_t *lesson_of(const PageAsk *ask, const json_t *course) {
  const char *asked = http_request_find_param(ask->request, "lesson");
  json_t *lessons = json_object_get(course, "lessons"), *lesson = NULL;
  size_t index = 0;
  json_array_foreach(lessons, index, lesson) if (g_strcmp0(page_model_get(lesson, "id"), asked) == 0) return lesson;
  return json_array_get(lessons, 0);
}

static double number_of(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

/* --- lessons and chapters --- */

static void dress_lessons(const PageAsk *ask, json_t *course, const json_t *current) {
  json_t *lesson = NULL;
  size_t index = 0;
  json_array_foreach(json_object_get(course, "lessons"), index, lesson) {
    const json_t *asset = json_object_get(lesson, "asset");
    g_autofree char *number = g_strdup_printf("%zu", index + 1);
    g_autofree char *href =
        g_strdup_printf("/course/%s?lesson=%s", page_model_get(course, "id"), page_model_get(lesson, "id"));
    g_autofree char *spoken = page_model_spoken(ask, number_of(asset, "duration"));
    g_autofree char *name = page_model_fill(ask, "lessonNumber", "number", number);
    page_model_set(lesson, "number", number);
    page_model_set(lesson, "href", href);
    page_model_set(lesson, "name",
                   page_model_get(lesson, "title")[0] != '\0' ? page_model_get(lesson, "title") : name);
    page_model_set(lesson, "spoken", spoken);
    json_object_set_new(lesson, "is_current", json_boolean(lesson == current));
  }
}

static void set_chapters(json_t *model, const json_t *asset) {
  json_t *chapters = json_deep_copy(json_object_get(asset, "chapters")), *chapter = NULL;
  size_t index = 0;
  json_array_foreach(chapters, index, chapter) {
    g_autofree char *clock = page_model_clock(number_of(chapter, "start"));
    page_model_set(chapter, "clock", clock);
  }
  if (chapters != NULL)
    json_object_set_new(model, "chapters", chapters);
}

/* --- one file, for browsers without scripts --- */

#define FILE_LINES_MAX 720

/** The tallest picture of at most FILE_LINES_MAX lines, else the smallest there is; NULL without pictures. Borrowed. */
static const json_t *file_track(const json_t *asset) {
  const json_t *best = NULL, *track = NULL;
  size_t index = 0;
  json_array_foreach((json_t *)json_object_get(asset, "tracks"), index, track) {
    double height = number_of(track, "height"), best_height = best != NULL ? number_of(best, "height") : 0;
    bool is_better = height <= FILE_LINES_MAX ? best_height > FILE_LINES_MAX || height > best_height
                                              : best_height > FILE_LINES_MAX && height < best_height;
    if (height > 0 && (best == NULL || is_better))
      best = track;
  }
  return best;
}

/** Progressive MP4 of a whole lesson beside its playlist, which not every browser plays. */
static void set_file(json_t *lesson, const json_t *asset) {
  const char *playlist = page_model_get(asset, "playlist"), *name = NULL;
  const json_t *track = file_track(asset);
  if (track == NULL || strcmp(page_model_get(asset, "state"), "ready") != 0 || playlist[0] == '\0')
    return;
  name = page_model_get(track, "name");
  int64_t lines = name[0] == 'v' ? g_ascii_strtoll(name + 1, NULL, 10) : 0;
  if (lines == 0) /* a copied source is not called by its lines */
    lines = (int64_t)number_of(track, "height");
  g_autofree char *file =
      g_strdup_printf("%.*s/%" G_GINT64_FORMAT ".mp4", (int)(strrchr(playlist, '/') - playlist), playlist, lines);
  page_model_set(lesson, "file", file);
}

/* --- facts --- */

static void add_fact(const PageAsk *ask, json_t *facts, const char *key, const char *value, const char *href) {
  if (value == NULL || value[0] == '\0')
    return;
  json_t *fact = json_object();
  page_model_set(fact, "name", page_model_text(ask, key));
  page_model_set(fact, "value", value);
  page_model_set(fact, "to", href);
  json_array_append_new(facts, fact);
}

/** The strings of an array, named from a closed list when `prefix` is not NULL, in one line; caller frees. */
static char *joined(const PageAsk *ask, const json_t *values, const char *prefix) {
  g_autoptr(GString) line = g_string_new(NULL);
  const json_t *value = NULL;
  size_t index = 0;
  json_array_foreach((json_t *)values, index, value) {
    const char *text = json_is_object(value) ? page_model_get(value, "label") : json_string_value(value);
    if (text == NULL)
      continue;
    if (line->len > 0)
      g_string_append(line, page_model_text(ask, "listSeparator"));
    g_string_append(line, prefix != NULL ? page_model_name(ask, prefix, text) : text);
  }
  return g_strdup(line->str);
}

/** "1080p / 720p": the pictures there are, each once, as the API lists them; caller frees. */
static char *qualities(const json_t *asset) {
  g_autoptr(GString) line = g_string_new(NULL);
  const json_t *tracks = json_object_get(asset, "tracks");
  for (size_t i = json_array_size(tracks); i > 0; i--) {
    const json_t *track = json_array_get(tracks, i - 1);
    int64_t width = (int64_t)number_of(track, "width"), height = (int64_t)number_of(track, "height");
    if (height > 0)
      g_string_append_printf(line, "%s%" G_GINT64_FORMAT "p", line->len > 0 ? " / " : "", MIN(width, height));
  }
  return g_strdup(line->str);
}

/** "2026-11-29T..." as people write a day; caller frees. */
static char *day_of(const PageAsk *ask, const char *moment) {
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(moment, NULL);
  return time != NULL ? g_date_time_format(time, page_model_text(ask, "dateFormat")) : NULL;
}

static void set_facts(const PageAsk *ask, json_t *model, const json_t *course, const json_t *asset) {
  json_t *facts = json_array();
  const char *category = page_model_get(course, "category"), *kind = page_model_get(course, "kind");
  bool is_sound = strcmp(page_model_get(asset, "kind"), "audio") == 0;
  g_autofree char *href = g_strdup_printf("/?category=%s", category);
  g_autofree char *audiences = joined(ask, json_object_get(course, "audiences"), "audience");
  g_autofree char *lecturers = joined(ask, json_object_get(course, "lecturers"), NULL);
  g_autofree char *captions = joined(ask, json_object_get(asset, "captions"), NULL);
  g_autofree char *tags = joined(ask, json_object_get(course, "tags"), NULL);
  g_autofree char *quality = qualities(asset);
  g_autofree char *spoken = page_model_spoken(ask, number_of(course, "duration"));
  g_autofree char *day = day_of(ask, page_model_get(course, "created_at"));
  add_fact(ask, facts, "factCategory", page_model_name(ask, "category", category), href);
  add_fact(ask, facts, "factLecturers", lecturers, NULL);
  add_fact(ask, facts, "factInstitution", page_model_get(course, "institution"), NULL);
  add_fact(ask, facts, "factAudience", audiences, NULL);
  add_fact(ask, facts, "factLevel", page_model_name(ask, "level", page_model_get(course, "level")), NULL);
  add_fact(ask, facts, "factKind",
           is_sound ? page_model_text(ask, "audioOnly") : page_model_name(ask, "kind", kind), NULL);
  add_fact(ask, facts, "factDuration", spoken, NULL);
  add_fact(ask, facts, "factQuality", quality, NULL);
  add_fact(ask, facts, "factCaptions", captions, NULL);
  add_fact(ask, facts, "factTags", tags, NULL);
  add_fact(ask, facts, "factAdded", day, NULL);
  json_object_set_new(model, "facts_list", facts);
}

static void dress_attachments(json_t *course) {
  json_t *attachment = NULL;
  size_t index = 0;
  json_array_foreach(json_object_get(course, "attachments"), index, attachment) {
    g_autofree char *size = g_format_size((guint64)number_of(attachment, "size"));
    const char *title = page_model_get(attachment, "title");
    page_model_set(attachment, "size_text", size);
    page_model_set(attachment, "label", title[0] != '\0' ? title : page_model_get(attachment, "name"));
  }
}

/* --- for search engines --- */

static void set_address(json_t *object, const char *name, const char *origin, const char *path) {
  if (path[0] == '\0')
    return;
  g_autofree char *address = g_strconcat(origin, path, NULL);
  page_model_set(object, name, address);
}

/** schema.org: a LearningResource, and a VideoObject once there is a picture of it. */
static json_t *linked_data(const json_t *model, const json_t *course, const json_t *asset) {
  const char *origin = page_model_get(model, "origin"), *summary = page_model_get(course, "summary");
  bool is_video = page_model_get(asset, "poster")[0] != '\0' && page_model_get(asset, "playlist")[0] != '\0';
  json_t *data =
      json_pack("{s:s,s:s,s:s,s:b,s:s}", "@context", "https://schema.org", "name", page_model_get(course, "title"),
                "description", summary[0] != '\0' ? summary : page_model_get(course, "title"),
                "isAccessibleForFree", 1, "uploadDate", page_model_get(course, "created_at"));
  json_object_set_new(data, "@type",
                      is_video ? json_pack("[s,s]", "VideoObject", "LearningResource")
                               : json_string("LearningResource"));
  set_address(data, "url", origin, page_model_get(model, "path"));
  set_address(data, "thumbnailUrl", origin, page_model_get(asset, "poster"));
  set_address(data, "contentUrl", origin, page_model_get(asset, "playlist"));
  page_model_set(data, "inLanguage", page_model_get(course, "language"));
  if (page_model_get(course, "level")[0] != '\0')
    page_model_set(data, "educationalLevel", page_model_get(course, "level"));
  json_object_set(data, "keywords", json_object_get(course, "tags"));
  g_autofree char *duration = g_strdup_printf("PT%dS", (int)number_of(course, "duration"));
  if (number_of(course, "duration") > 0)
    page_model_set(data, "duration", duration);
  if (page_model_get(course, "institution")[0] != '\0')
    json_object_set_new(
        data, "provider",
        json_pack("{s:s,s:s}", "@type", "Organization", "name", page_model_get(course, "institution")));
  return data;
}

/* --- the page --- */

static void set_related(const PageAsk *ask, json_t *model, const json_t *course) {
  const char *params[] = {"category", page_model_get(course, "category"), "sort", "popularity", "limit", "5", NULL};
  if (params[1][0] == '\0')
    return;
  g_autoptr(PageJson) page = page_model_ask(ask, course_handler_list, NULL, params);
  json_t *courses = page_model_dress_courses(ask, page), *related = json_array(), *each = NULL;
  size_t index = 0;
  json_array_foreach(courses, index, each) {
    bool is_self = strcmp(page_model_get(each, "id"), page_model_get(course, "id")) == 0;
    json_object_set_new(each, "is_lazy", json_true());
    if (!is_self && json_array_size(related) < RELATED_COURSES)
      json_array_append(related, each);
  }
  json_decref(courses);
  json_object_set_new(model, "related", related);
}

/** What the player and the script of the page begin with: lessons as the API gives them. */
static json_t *script_data(const json_t *course, const json_t *lesson) {
  static const char *const names[] = {"id", "title", "poster", "category", "language", "lessons", "duration"};
  json_t *data = json_object();
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    json_object_set_new(data, names[i], json_deep_copy(json_object_get(course, names[i])));
  page_model_set(data, "lesson", page_model_get(lesson, "id"));
  return data;
}

static void set_course(const PageAsk *ask, json_t *model, json_t *course) {
  json_t *lesson = lesson_of(ask, course);
  json_t *asset = json_object_get(lesson, "asset");
  json_object_set_new(model, "data", script_data(course, lesson));
  json_object_set_new(model, "linked_data", linked_data(model, course, asset));
  page_model_dress_course(ask, course, 0);
  dress_lessons(ask, course, lesson);
  set_chapters(model, asset);
  set_facts(ask, model, course, asset);
  dress_attachments(course);
  set_related(ask, model, course);
  g_auto(GStrv) paragraphs = g_strsplit(page_model_get(course, "summary"), "\n", -1);
  json_t *summary = json_array();
  for (char **text = paragraphs; *text != NULL; text++)
    if (g_strstrip(*text)[0] != '\0')
      json_array_append_new(summary, json_string(*text));
  json_object_set_new(model, "paragraphs", summary);
  json_object_set_new(model, "has_attachments",
                      json_boolean(json_array_size(json_object_get(course, "attachments")) > 0));
  json_object_set_new(model, "has_related", json_boolean(json_array_size(json_object_get(model, "related")) > 0));
  json_object_set_new(model, "has_lessons", json_boolean(json_array_size(json_object_get(course, "lessons")) > 1));
  if (lesson != NULL) {
    const char *poster = page_model_get(asset, "poster");
    page_model_set(lesson, "poster", poster[0] != '\0' ? poster : page_model_get(course, "poster"));
    set_file(lesson, asset);
    json_object_set(model, "lesson", lesson);
  }
  json_object_set(model, "course", course);
}

/** The page even for a course that is not there: it says so itself, in the site's own dress. */
void page_handler_course(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  const char *id = http_request_route_param(request, "course");
  const char *params[] = {"link", http_request_find_param(request, "link"), NULL};
  g_autoptr(PageJson) course = id_is_valid(id) ? page_model_ask(&ask, course_handler_get, id, params) : NULL;
  g_autofree char *escaped = g_uri_escape_string(id, NULL, false);
  g_autofree char *path = g_strdup_printf("/course/%s", escaped);
  json_t *model = page_model_new(&ask, path);
  if (course != NULL)
    set_course(&ask, model, course);
  if (page_model_answer(&ask, response, "course.html", "text/html; charset=utf-8", model) && course == NULL)
    response->status = 404;
}
