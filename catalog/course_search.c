#include "catalog/course_card.h"
#include "catalog/course_cursor.h"
#include "catalog/course_document.h"
#include "catalog/course_index_internal.h"
#include "catalog/course_row.h"
#include "catalog/search/search_locate.h"
#include "catalog/version.h"

#include <string.h>

#define RANGES_MAX 32
#define MOMENTS_MAX 3
#define SUGGEST_TEXT_SIZE_MAX 200
/* What a kept page is taken to need, with what is written of it. */
#define PAGE_BYTES 16384
#define PAGE_COURSE_BYTES 3072

static SearchSort sort_of(CourseSort sort) {
  switch (sort) {
  case COURSE_SORT_TITLE:
    return SEARCH_SORT_TITLE;
  case COURSE_SORT_DURATION:
    return SEARCH_SORT_DURATION;
  case COURSE_SORT_RELEVANCE:
    return SEARCH_SORT_RELEVANCE;
  case COURSE_SORT_POPULARITY:
    return SEARCH_SORT_POPULARITY;
  case COURSE_SORT_NEWEST:
    break;
  }
  return SEARCH_SORT_NEWEST;
}

static SearchRequest request_of(const CourseQuery *query) {
  return (SearchRequest){
      .text = query->text,
      .category = query->category,
      .audience = query->audience,
      .kind = query->kind,
      .level = query->level,
      .band = query->band,
      .institution = query->institution,
      .division = query->division,
      .may_see = course_document_may_see,
      .viewer = query->viewer,
      .sort = sort_of(query->sort),
      .limit = query->limit,
      .has_facets = true,
  };
}

static void copy_facet(const GArray *from, GArray *into) {
  for (guint i = 0; i < from->len; i++) {
    const SearchCount *count = &g_array_index(from, SearchCount, i);
    CourseFacetCount copy = {g_strdup(count->value), count->count};
    g_array_append_val(into, copy);
  }
}

static void copy_counts(const SearchResult *result, CoursePage *page) {
  GArray *const facets[SEARCH_FACET_COUNT] = {
      [SEARCH_FACET_CATEGORY] = page->categories, [SEARCH_FACET_AUDIENCE] = page->audiences,
      [SEARCH_FACET_KIND] = page->kinds,          [SEARCH_FACET_LEVEL] = page->levels,
      [SEARCH_FACET_DURATION] = page->durations,  [SEARCH_FACET_INSTITUTION] = page->institutions,
      [SEARCH_FACET_DIVISION] = page->divisions,
  };
  for (int i = 0; i < SEARCH_FACET_COUNT; i++)
    copy_facet(result->facets[i], facets[i]);
  page->total = result->total;
  page->is_relaxed = result->is_relaxed;
  page->is_corrected = result->is_corrected;
}

static void clear_moment(gpointer data) {
  CourseMoment *moment = data;
  g_free(moment->lesson_id);
  g_free(moment->text);
}

static void hit_free(gpointer data) {
  CourseHit *hit = data;
  g_array_unref(hit->title);
  g_array_unref(hit->summary);
  g_array_unref(hit->moments);
  g_free(hit);
}

/* Units of UTF-16 in the first `size` bytes. */
static int64_t utf16_length(const char *text, size_t size) {
  int64_t length = 0;
  for (const char *at = text; at < text + size; at++)
    if ((*at & 0xC0) != 0x80)
      length += (*at & 0xF8) == 0xF0 ? 2 : 1;
  return length;
}

static GArray *find_ranges(const char *text, const SearchQuery *query) {
  GArray *ranges = g_array_new(FALSE, FALSE, sizeof(CourseRange));
  g_auto(LocateText) located = {0};
  LocateRange found[RANGES_MAX];
  locate_text_init(&located, text, strnlen(text, SEARCH_TEXT_SIZE_MAX));
  size_t count = locate_ranges(&located, query, found, RANGES_MAX);
  for (size_t i = 0; i < count; i++) {
    CourseRange range = {utf16_length(text, found[i].start), utf16_length(text, found[i].end)};
    g_array_append_val(ranges, range);
  }
  return ranges;
}

static GArray *find_moments(SearchSnapshot *snapshot, const SearchQuery *query, const SearchHit *hit) {
  GArray *moments = g_array_new(FALSE, FALSE, sizeof(CourseMoment));
  g_autoptr(GArray) cues = search_find_cues(snapshot, query, hit, MOMENTS_MAX);
  g_array_set_clear_func(moments, clear_moment);
  for (guint i = 0; i < cues->len; i++) {
    SearchCueHit *cue = &g_array_index(cues, SearchCueHit, i);
    CourseMoment moment = {g_steal_pointer(&cue->lesson_id), g_steal_pointer(&cue->text), cue->start_us,
                           cue->is_chapter};
    g_array_append_val(moments, moment);
  }
  return moments;
}

static CourseHit *explain(SearchSnapshot *snapshot, const SearchQuery *query, const SearchHit *hit,
                          const CatalogCourse *course) {
  CourseHit *explained = g_new0(CourseHit, 1);
  explained->title = find_ranges(course->title, query);
  explained->summary = find_ranges(course->summary, query);
  explained->moments = find_moments(snapshot, query, hit);
  return explained;
}

/* What the index knows may be a moment old: the rule is asked again of the course as it is. */
static bool is_still_visible(const CatalogCourse *course, const CatalogViewer *viewer) {
  CourseGate gate = {.state = course->state,
                     .visibility = course->visibility,
                     .visible_to = course->visible_to,
                     .division = course->division,
                     .institution_id = course->institution_id ? course->institution_id : ""};
  return viewer_may_see(viewer, &gate);
}

/* The hits whose courses are wanted. */
typedef struct {
  SearchSnapshot *snapshot;
  const SearchResult *result;
} Hits;

static CatalogCourse *read_card(gpointer data, size_t i) {
  const Hits *hits = data;
  const SearchHit *hit = &g_array_index(hits->result->hits, SearchHit, i);
  return course_card_read(hits->snapshot->parts[hit->part].segment, hit->ordinal);
}

static bool load_courses(CourseIndex *index, SearchSnapshot *snapshot, const SearchResult *result,
                         GPtrArray **ret_courses, GError **error) {
  Hits hits = {snapshot, result};
  g_autofree const char **ids = g_new0(const char *, result->hits->len + 1);
  CourseWanted wanted = {ids, result->hits->len, read_card, &hits, course_index_is_current(index, snapshot)};
  for (guint i = 0; i < result->hits->len; i++)
    ids[i] = g_array_index(result->hits, SearchHit, i).id;
  return course_cache_load(index->courses, &wanted, ret_courses, error);
}

static bool load_page(CourseIndex *index, const CourseQuery *query, SearchSnapshot *snapshot,
                      const SearchResult *result, CoursePage *page, GError **error) {
  g_autoptr(GPtrArray) courses = NULL;
  if (!load_courses(index, snapshot, result, &courses, error))
    return false;
  for (guint i = 0; i < courses->len; i++) {
    CatalogCourse *course = courses->pdata[i];
    if (!course || !is_still_visible(course, query->viewer))
      continue;
    if (result->query)
      g_ptr_array_add(page->hits,
                      explain(snapshot, result->query, &g_array_index(result->hits, SearchHit, i), course));
    g_ptr_array_add(page->courses, catalog_course_ref(course));
  }
  return true;
}

static char *write_next(const CourseQuery *query, SearchSnapshot *snapshot, const SearchRequest *request,
                        const SearchResult *result) {
  const SearchHit *last = &g_array_index(result->hits, SearchHit, result->hits->len - 1);
  SearchPosition position = search_result_position(snapshot, request, last);
  g_autofree char *title = position.title;
  return course_cursor_write_position(query, &(CoursePosition){position.number, title, position.id});
}

static void set_after(const CoursePosition *from, SearchPosition *into) {
  into->number = from->number;
  into->title = from->title;
  g_strlcpy(into->id, from->id, sizeof into->id);
}

static void append_text(GByteArray *key, const char *text) {
  uint32_t size = text ? (uint32_t)strlen(text) : UINT32_MAX;
  g_byte_array_append(key, (const guint8 *)&size, sizeof size);
  if (text)
    g_byte_array_append(key, (const guint8 *)text, size);
}

/* All that a page hangs on: what is asked, by whom, of which state of the catalog and of the index. */
static GBytes *page_key(const CourseQuery *query, uint64_t version, int64_t change_seq) {
  GByteArray *key = g_byte_array_new();
  g_autofree char *viewer = viewer_write_json(query->viewer);
  const char *const texts[] = {query->text,  query->category,    query->audience, query->kind,   query->division,
                               query->level, query->institution, query->band,     query->cursor, viewer};
  const int64_t numbers[] = {(int64_t)version, change_seq, query->sort, query->limit};
  g_byte_array_append(key, (const guint8 *)numbers, sizeof numbers);
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    append_text(key, texts[i]);
  return g_byte_array_free_to_bytes(key);
}

static bool make_page(CourseIndex *index, const CourseQuery *query, SearchSnapshot *snapshot, CoursePage **ret_page,
                      GError **error) {
  g_auto(CoursePosition) position = {0};
  SearchPosition after = {0};
  SearchRequest request = request_of(query);
  request.cache = index->results;
  if (query->cursor && !course_cursor_parse(query, &position, error))
    return false;
  if (query->cursor) {
    set_after(&position, &after);
    request.after = &after;
  }
  g_autoptr(SearchResult) result = search_find(snapshot, &request);
  g_autoptr(CoursePage) page = course_page_new();
  page->hits = result->query ? g_ptr_array_new_with_free_func(hit_free) : NULL;
  if (!load_page(index, query, snapshot, result, page, error))
    return false;
  copy_counts(result, page);
  if (result->has_more)
    page->next = write_next(query, snapshot, &request, result);
  *ret_page = g_steal_pointer(&page);
  return true;
}

bool course_index_query(CourseIndex *index, const CourseQuery *query, CoursePage **ret_page, GError **error) {
  if (!course_query_check(query, error))
    return false;
  uint64_t version = catalog_version(index->catalog); /* before anything is read */
  g_autoptr(SearchSnapshot) snapshot = course_index_snapshot(index);
  g_autoptr(GBytes) key = page_key(query, version, snapshot->change_seq);
  *ret_page = lru_cache_find(index->pages, key);
  if (*ret_page)
    return true;
  if (!make_page(index, query, snapshot, ret_page, error))
    return false;
  lru_cache_keep(index->pages, key, *ret_page, PAGE_BYTES + (*ret_page)->courses->len * PAGE_COURSE_BYTES);
  return true;
}

static void clear_suggestion(gpointer data) {
  g_free(((CourseSuggestion *)data)->text);
}

bool course_index_suggest(CourseIndex *index, const char *text, const CatalogViewer *viewer, int limit,
                          GArray **ret_suggestions, GError **error) {
  static const char *const kinds[] = {[SUGGESTION_TITLE] = "title",
                                      [SUGGESTION_TAG] = "tag",
                                      [SUGGESTION_LECTURER] = "lecturer",
                                      [SUGGESTION_INSTITUTION] = "institution"};
  if (strlen(text) > SUGGEST_TEXT_SIZE_MAX || !g_utf8_validate(text, -1, NULL)) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "the text is too long or not UTF-8");
    return false;
  }
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index->search);
  g_autoptr(GArray) found = search_suggest(snapshot, text, course_document_may_see, viewer,
                                           (size_t)CLAMP(limit, 1, COURSE_SUGGESTIONS_MAX));
  GArray *suggestions = g_array_new(FALSE, FALSE, sizeof(CourseSuggestion));
  g_array_set_clear_func(suggestions, clear_suggestion);
  for (guint i = 0; i < found->len; i++) {
    SearchSuggestion *suggestion = &g_array_index(found, SearchSuggestion, i);
    CourseSuggestion copy = {g_steal_pointer(&suggestion->text), kinds[suggestion->kind]};
    g_array_append_val(suggestions, copy);
  }
  *ret_suggestions = suggestions;
  return true;
}
