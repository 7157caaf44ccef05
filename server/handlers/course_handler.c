#include "server/handlers/course_handler.h"

#include "base/id.h"
#include "catalog/attachment.h"
#include "catalog/course.h"
#include "catalog/course_change.h"
#include "catalog/record_store.h"
#include "server/access.h"
#include "server/handlers/asset_json.h"
#include "server/handlers/edit.h"
#include "server/handlers/handler.h"

#include <string.h>

#define PAGE_LIMIT_DEFAULT 24
#define SUGGESTIONS_DEFAULT 10

static void write_strings(JsonWriter *writer, const char *name, char *const *strings) {
  json_writer_name(writer, name);
  json_writer_begin_array(writer);
  for (; *strings != NULL; strings++)
    json_writer_string(writer, *strings);
  json_writer_end_array(writer);
}

/** The name of a category in both languages; null for none. */
static void write_category_name(JsonWriter *writer, const char *slug) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  const CatalogWord *word = slug[0] != '\0' ? catalog_find_word(words, count, slug) : NULL;
  json_writer_name(writer, "category_name");
  if (word == NULL) {
    json_writer_null(writer);
    return;
  }
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "zh", word->zh);
  json_writer_member_string(writer, "en", word->en);
  json_writer_end_object(writer);
}

/** What editors set, beside what stands in the older members. */
static void write_model_members(JsonWriter *writer, const CatalogCourse *course) {
  json_writer_member_string(writer, "institution_id", course->institution_id);
  json_writer_member_string(writer, "division_name", course->division_name);
  json_writer_member_string(writer, "level", course->level);
  json_writer_member_string(writer, "licence", course->licence);
  json_writer_member_string(writer, "term", course->term);
  json_writer_member_string(writer, "status", course->state);
  json_writer_member_string(writer, "visibility", course->visibility);
  write_strings(writer, "lecturers", course->lecturers);
  write_strings(writer, "lecturer_ids", course->lecturer_ids);
  json_writer_member_int(writer, "version", course->row_version);
  handler_write_time(writer, "updated_at", course->updated_us);
}

void course_handler_write_members(JsonWriter *writer, const CatalogCourse *course) {
  bool has_asset = course->asset_id != NULL;
  g_autofree char *poster =
      has_asset && course->has_poster ? g_strdup_printf("/media/%s/poster.jpg", course->asset_id) : NULL;
  json_writer_member_string(writer, "id", course->id);
  json_writer_member_string(writer, "title", course->title);
  json_writer_member_string(writer, "summary", course->summary);
  json_writer_member_string(writer, "kind", course->kind);
  json_writer_member_string(writer, "category", course->category);
  write_category_name(writer, course->category);
  write_strings(writer, "audiences", course->audiences);
  json_writer_member_string(writer, "language", course->language);
  json_writer_member_string(writer, "institution", course->institution);
  json_writer_member_string(writer, "division", course->division);
  write_strings(writer, "tags", course->tags);
  json_writer_member_int(writer, "lesson_count", course->lesson_count);
  handler_write_seconds(writer, "duration", course->duration_us);
  json_writer_member_string(writer, "poster", poster);
  json_writer_member_string(writer, "state", has_asset ? asset_state_name(course->asset_state) : NULL);
  json_writer_member_double(writer, "progress", has_asset ? course->asset_progress : 0);
  handler_write_time(writer, "created_at", course->created_us);
  write_model_members(writer, course);
}

void course_handler_write_rights(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                                 const char *id) {
  static const Right rights[] = {RIGHT_UPLOAD, RIGHT_EDIT, RIGHT_PUBLISH};
  json_writer_name(writer, "rights");
  json_writer_begin_array(writer);
  for (size_t i = 0; i < G_N_ELEMENTS(rights); i++)
    if (access_may_at(server->access, request, rights[i], "course", id))
      json_writer_string(writer, right_name(rights[i]));
  json_writer_end_array(writer);
}

static void write_facet(JsonWriter *writer, const char *name, const GArray *counts) {
  json_writer_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < counts->len; i++) {
    const CourseFacetCount *facet = &g_array_index(counts, CourseFacetCount, i);
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "value", facet->value);
    json_writer_member_int(writer, "count", facet->count);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void write_ranges(JsonWriter *writer, const char *name, const GArray *ranges) {
  json_writer_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < ranges->len; i++) {
    const CourseRange *range = &g_array_index(ranges, CourseRange, i);
    json_writer_begin_array(writer);
    json_writer_int(writer, range->start);
    json_writer_int(writer, range->end);
    json_writer_end_array(writer);
  }
  json_writer_end_array(writer);
}

static void write_moments(JsonWriter *writer, const GArray *moments) {
  json_writer_name(writer, "moments");
  json_writer_begin_array(writer);
  for (guint i = 0; i < moments->len; i++) {
    const CourseMoment *moment = &g_array_index(moments, CourseMoment, i);
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "lesson", moment->lesson_id);
    handler_write_seconds(writer, "start", moment->start_us);
    json_writer_member_string(writer, "kind", moment->is_chapter ? "chapter" : "caption");
    json_writer_member_string(writer, "text", moment->text);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void write_hit(JsonWriter *writer, const CourseHit *hit) {
  json_writer_name(writer, "match");
  json_writer_begin_object(writer);
  write_ranges(writer, "title", hit->title);
  write_ranges(writer, "summary", hit->summary);
  write_moments(writer, hit->moments);
  json_writer_end_object(writer);
}

static GString *write_page(const CoursePage *page) {
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < page->courses->len; i++) {
    json_writer_begin_object(&writer);
    course_handler_write_members(&writer, g_ptr_array_index(page->courses, i));
    if (page->hits != NULL)
      write_hit(&writer, g_ptr_array_index(page->hits, i));
    json_writer_end_object(&writer);
  }
  json_writer_end_array(&writer);
  json_writer_member_string(&writer, "next", page->next);
  json_writer_member_int(&writer, "total", page->total);
  json_writer_member_bool(&writer, "relaxed", page->is_relaxed);
  json_writer_member_bool(&writer, "corrected", page->is_corrected);
  json_writer_name(&writer, "facets");
  json_writer_begin_object(&writer);
  write_facet(&writer, "category", page->categories);
  write_facet(&writer, "kind", page->kinds);
  write_facet(&writer, "audience", page->audiences);
  write_facet(&writer, "level", page->levels);
  write_facet(&writer, "duration", page->durations);
  write_facet(&writer, "institution", page->institutions);
  write_facet(&writer, "division", page->divisions);
  json_writer_end_object(&writer);
  json_writer_end_object(&writer);
  return text;
}

typedef const CatalogWord *(*WordListFunc)(size_t *ret_count);

/** A parameter that is a word of a closed list, by slug or name; absent or empty: any. */
static bool read_word(const HttpRequest *request, HttpResponse *response, const char *name, WordListFunc list,
                      const char **ret_slug) {
  const char *text = http_request_find_param(request, name);
  if (text == NULL || text[0] == '\0')
    return true;
  size_t count = 0;
  const CatalogWord *words = list(&count);
  const CatalogWord *word = catalog_find_word(words, count, text);
  if (word == NULL)
    return handler_refuse_parameter(request, response, name);
  *ret_slug = word->slug;
  return true;
}

static bool read_sort(const HttpRequest *request, HttpResponse *response, CourseSort *ret_sort) {
  static const char *const names[] = {[COURSE_SORT_NEWEST] = "newest",
                                      [COURSE_SORT_TITLE] = "title",
                                      [COURSE_SORT_DURATION] = "duration",
                                      [COURSE_SORT_RELEVANCE] = "relevance",
                                      [COURSE_SORT_POPULARITY] = "popularity"};
  const char *text = http_request_find_param(request, "sort");
  if (text == NULL || text[0] == '\0')
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(text, names[i]) == 0) {
      *ret_sort = (CourseSort)i;
      return true;
    }
  return handler_refuse_parameter(request, response, "sort");
}

static bool read_limit(const HttpRequest *request, HttpResponse *response, int *ret_limit) {
  const char *text = http_request_find_param(request, "limit");
  guint64 limit = 0;
  if (text == NULL || text[0] == '\0')
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 1, COURSE_PAGE_LIMIT_MAX, &limit, NULL))
    return handler_refuse_parameter(request, response, "limit");
  *ret_limit = (int)limit;
  return true;
}

/** A page that was asked for before is written already. */
static void take_page(HttpResponse *response, CoursePage *page) {
  const CourseWritten *written = course_page_written(page);
  if (written != NULL) {
    handler_take_written(response, written->text, written->tag);
    return;
  }
  handler_take_json(response, write_page(page));
  course_page_take_written(page, g_bytes_ref(response->bytes), response->etag);
}

void course_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  CourseQuery query = {.viewer = access_viewer(request),
                       .text = handler_find_text(request, "q"),
                       .division = handler_find_text(request, "division"),
                       .institution = handler_find_text(request, "institution"),
                       .band = handler_find_text(request, "duration"),
                       .cursor = handler_find_text(request, "cursor"),
                       .limit = PAGE_LIMIT_DEFAULT};
  query.sort = query.text != NULL ? COURSE_SORT_RELEVANCE : COURSE_SORT_NEWEST;
  if (!read_word(request, response, "category", catalog_categories, &query.category) ||
      !read_word(request, response, "audience", catalog_audiences, &query.audience) ||
      !read_word(request, response, "kind", catalog_kinds, &query.kind) ||
      !read_word(request, response, "level", catalog_levels, &query.level) ||
      !read_sort(request, response, &query.sort) || !read_limit(request, response, &query.limit))
    return;
  g_autoptr(CoursePage) page = NULL;
  g_autoptr(GError) error = NULL;
  CourseIndex *index = index_slot_acquire(server->index);
  bool is_found = index != NULL ? course_index_query(index, &query, &page, &error)
                                : catalog_query_courses(server->catalog, &query, &page, &error);
  index_slot_release(server->index);
  if (is_found)
    take_page(response, page);
  else
    handler_set_error(response, request, error);
}

static GString *write_suggestions(const GArray *suggestions) {
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; suggestions != NULL && i < suggestions->len; i++) {
    const CourseSuggestion *suggestion = &g_array_index(suggestions, CourseSuggestion, i);
    json_writer_begin_object(&writer);
    json_writer_member_string(&writer, "text", suggestion->text);
    json_writer_member_string(&writer, "kind", suggestion->kind);
    json_writer_end_object(&writer);
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  return text;
}

void course_handler_suggest(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *text = handler_find_text(request, "q");
  CourseIndex *index = index_slot_acquire(server->index);
  g_autoptr(GArray) suggestions = NULL;
  g_autoptr(GError) error = NULL;
  bool is_found = index == NULL || course_index_suggest(index, text != NULL ? text : "", access_viewer(request),
                                                        SUGGESTIONS_DEFAULT, &suggestions, &error);
  index_slot_release(server->index);
  if (is_found)
    handler_take_json(response, write_suggestions(suggestions));
  else
    handler_set_error(response, request, error);
}

/** `asset_id` NULL writes null. */
static bool write_asset(JsonWriter *writer, const ServerContext *server, const char *name, const char *asset_id,
                        HttpLanguage language, GError **error) {
  g_autoptr(CatalogAsset) asset = NULL;
  if (asset_id != NULL && !catalog_load_asset(server->catalog, asset_id, &asset, error))
    return false;
  json_writer_name(writer, name);
  if (asset != NULL)
    return asset_json_write(writer, server, asset, language, error);
  json_writer_null(writer);
  return true;
}

static bool write_lesson(JsonWriter *writer, const ServerContext *server, const CatalogLesson *lesson,
                         HttpLanguage language, GError **error) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "id", lesson->id);
  json_writer_member_string(writer, "title", lesson->title);
  json_writer_member_int(writer, "position", lesson->position);
  if (!write_asset(writer, server, "asset", lesson->asset_id, language, error) ||
      !write_asset(writer, server, "sign_asset", lesson->sign_asset_id, language, error))
    return false;
  json_writer_end_object(writer);
  return true;
}

static bool write_lessons(JsonWriter *writer, const ServerContext *server, const GPtrArray *lessons,
                          HttpLanguage language, GError **error) {
  json_writer_name(writer, "lessons");
  json_writer_begin_array(writer);
  for (guint i = 0; i < lessons->len; i++)
    if (!write_lesson(writer, server, g_ptr_array_index(lessons, i), language, error))
      return false;
  json_writer_end_array(writer);
  return true;
}

/** Who came by the secret of a link gets addresses that bring it again: `query` is "" or "?link=...". */
static void write_attachment(JsonWriter *writer, const CatalogRecord *record, const char *query) {
  g_autofree char *url = g_strdup_printf("/api/v1/attachments/%s/file%s", record->id, query);
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "id", record->id);
  json_writer_member_string(writer, "title", catalog_record_get(record, "title"));
  json_writer_member_string(writer, "name", catalog_record_get(record, "name"));
  json_writer_member_int(writer, "size", g_ascii_strtoll(catalog_record_get(record, "size_bytes"), NULL, 10));
  json_writer_member_string(writer, "url", url);
  json_writer_end_object(writer);
}

static char *link_query(const HttpRequest *request, const CatalogCourse *course) {
  const char *link = http_request_find_param(request, "link");
  if (link == NULL || strcmp(course->visibility, "link") != 0)
    return g_strdup("");
  g_autofree char *escaped = g_uri_escape_string(link, NULL, false);
  return g_strconcat("?link=", escaped, NULL);
}

static bool write_attachments(JsonWriter *writer, Catalog *catalog, const HttpRequest *request,
                              const CatalogCourse *course, GError **error) {
  RecordQuery query = {.owner = course->id, .limit = RECORD_PAGE_LIMIT_MAX};
  g_autofree char *link = link_query(request, course);
  g_autoptr(RecordPage) page = NULL;
  if (!catalog_query_records(catalog, RECORD_ATTACHMENT, &query, &page, error))
    return false;
  json_writer_name(writer, "attachments");
  json_writer_begin_array(writer);
  for (guint i = 0; i < page->records->len; i++)
    if (!attachment_is_absent(page->records->pdata[i]))
      write_attachment(writer, page->records->pdata[i], link);
  json_writer_end_array(writer);
  return true;
}

static bool write_course(GString *text, const ServerContext *server, const HttpRequest *request,
                         const CatalogCourse *course, const GPtrArray *lessons, GError **error) {
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  course_handler_write_members(&writer, course);
  if (access_may_at(server->access, request, RIGHT_EDIT, "course", course->id)) {
    json_writer_member_string(&writer, "visible_to", course->visible_to);
    course_handler_write_rights(&writer, server, request, course->id);
  }
  if (!write_lessons(&writer, server, lessons, request->language, error) ||
      !write_attachments(&writer, server->catalog, request, course, error))
    return false;
  json_writer_end_object(&writer);
  return true;
}

bool course_handler_answer(gpointer context, const HttpRequest *request, HttpResponse *response, const char *id) {
  const ServerContext *server = context;
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  if (catalog_load_course(server->catalog, id, &course, &lessons, &error) &&
      write_course(text, server, request, course, lessons, &error))
    return edit_take_json(response, request, g_steal_pointer(&text), course->row_version);
  handler_set_error(response, request, error);
  return false;
}

/** Whether who asks may see the course that the address names; 404 otherwise. */
static bool require_seen(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *id) {
  const char *links[2];
  CatalogViewer viewer = access_viewer_by_link(request, links);
  g_autoptr(GError) error = NULL;
  bool may_see = false;
  if (id_is_valid(id) && !catalog_may_see_course(server->catalog, id, &viewer, &may_see, &error))
    handler_set_error(response, request, error);
  else if (!may_see)
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  return may_see;
}

void course_handler_play(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = http_request_route_param(request, "record");
  const char *device = http_request_find_header(request, "User-Agent");
  if (!require_seen(server, request, response, id))
    return;
  g_autofree char *address = http_request_format_client(request);
  if (play_tally_count(server->plays, address, device != NULL ? device : "", id, g_get_monotonic_time()))
    response->status = 204;
  else
    http_problem_set(response, request, HTTP_PROBLEM_TOO_MANY, NULL);
}

void course_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const char *id = http_request_route_param(request, "record");
  if (require_seen(context, request, response, id))
    course_handler_answer(context, request, response, id);
}
