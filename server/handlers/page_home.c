/* The home page: what there is, and what was looked for. */
#include "server/handlers/course_handler.h"
#include "server/handlers/page_handler.h"
#include "server/pages/page_model.h"

#include <string.h>

#define ROW_COURSES "12"
#define RESULT_COURSES "24"
#define INSTITUTIONS_SHOWN 8

/** The parameters of a search, as the API and the address have them. */
static const char *const filters[] = {"q",     "category", "audience",    "kind",
                                      "level", "duration", "institution", "sort"};
enum { FILTER_COUNT = G_N_ELEMENTS(filters) };
#define FILTER_SORT 7

typedef struct {
  const char *values[FILTER_COUNT]; /**< borrowed from the request; NULL: none */
} Search;

static Search search_of(const HttpRequest *request) {
  Search search = {0};
  for (size_t i = 0; i < FILTER_COUNT; i++) {
    const char *value = http_request_find_param(request, filters[i]);
    search.values[i] = value != NULL && value[0] != '\0' ? value : NULL;
  }
  return search;
}

static bool is_search(const Search *search) {
  for (size_t i = 0; i < FILTER_COUNT; i++)
    if (search->values[i] != NULL)
      return true;
  return false;
}

/** The address of `search` with `value` (NULL: none) in place of filter `changed` (FILTER_COUNT: none); caller frees. */
static char *address_of(const Search *search, size_t changed, const char *value) {
  GString *address = g_string_new("/");
  char separator = '?';
  for (size_t i = 0; i < FILTER_COUNT; i++) {
    const char *text = i == changed ? value : search->values[i];
    if (text == NULL || text[0] == '\0')
      continue;
    g_autofree char *escaped = g_uri_escape_string(text, NULL, false);
    g_string_append_printf(address, "%c%s=%s", separator, filters[i], escaped);
    separator = '&';
  }
  return g_string_free(address, FALSE);
}

/* --- filters --- */

static json_t *choice_new(const PageAsk *ask, const Search *search, size_t filter, const char *value,
                          const char *name) {
  json_t *choice = json_object();
  bool is_current = g_strcmp0(search->values[filter], value) == 0;
  g_autofree char *href = address_of(search, filter, is_current ? NULL : value);
  page_model_set(choice, "value", value);
  page_model_set(choice, "name", name != NULL ? name : page_model_name(ask, filters[filter], value));
  page_model_set(choice, "href", href);
  json_object_set_new(choice, "is_current", json_boolean(is_current));
  return choice;
}

static int64_t count_of(const json_t *facet, const char *value) {
  const json_t *item = NULL;
  size_t index = 0;
  json_array_foreach((json_t *)facet, index, item) if (strcmp(page_model_get(item, "value"), value) ==
                                                       0) return json_integer_value(json_object_get(item, "count"));
  return 0;
}

/** All words of a closed list in its order, with how many courses each would show. */
static json_t *word_choices(const PageAsk *ask, const Search *search, size_t filter, const CatalogWord *words,
                            size_t count, const json_t *facets) {
  const json_t *facet = json_object_get(facets, filters[filter]);
  json_t *choices = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *choice = choice_new(ask, search, filter, words[i].slug, NULL);
    json_object_set_new(choice, "count", json_integer(count_of(facet, words[i].slug)));
    json_array_append_new(choices, choice);
  }
  return choices;
}

/** The values that a facet has, `limit` at most; none when there is nothing to choose: all `total` courses have the same. */
static json_t *facet_choices(const PageAsk *ask, const Search *search, size_t filter, const json_t *page,
                             size_t limit, bool is_name) {
  const json_t *facet = json_object_get(json_object_get(page, "facets"), filters[filter]), *item = NULL;
  int64_t total = json_integer_value(json_object_get(page, "total"));
  json_t *choices = json_array();
  size_t index = 0;
  bool is_same = json_integer_value(json_object_get(json_array_get(facet, 0), "count")) >= total;
  if (json_array_size(facet) < 2 && is_same && search->values[filter] == NULL)
    return choices;
  json_array_foreach((json_t *)facet, index, item) {
    const char *value = page_model_get(item, "value");
    if (index >= limit)
      break;
    json_t *choice = choice_new(ask, search, filter, value, is_name ? value : NULL);
    json_object_set(choice, "count", json_object_get(item, "count"));
    json_array_append_new(choices, choice);
  }
  return choices;
}

static void add_group(const PageAsk *ask, json_t *groups, size_t filter, json_t *choices) {
  g_autofree char *key = g_strdup_printf("filter_%s", filters[filter]);
  if (json_array_size(choices) == 0) {
    json_decref(choices);
    return;
  }
  json_t *group = json_object();
  page_model_set(group, "name", page_model_text(ask, key));
  page_model_set(group, "id", filters[filter]);
  json_object_set_new(group, "choices", choices);
  json_array_append_new(groups, group);
}

static json_t *filter_groups(const PageAsk *ask, const Search *search, const json_t *page) {
  json_t *groups = json_array();
  for (size_t i = 2; i <= 5; i++) /* audience, kind, level, duration */
    add_group(ask, groups, i, facet_choices(ask, search, i, page, SIZE_MAX, false));
  add_group(ask, groups, 6, facet_choices(ask, search, 6, page, INSTITUTIONS_SHOWN, true));
  return groups;
}

static json_t *sort_choices(const PageAsk *ask, const Search *search) {
  static const char *const sorts[] = {"relevance", "newest", "popularity", "duration", "title"};
  Search current = *search;
  if (current.values[FILTER_SORT] == NULL)
    current.values[FILTER_SORT] = search->values[0] != NULL ? "relevance" : "newest";
  json_t *choices = json_array();
  for (size_t i = search->values[0] != NULL ? 0 : 1; i < G_N_ELEMENTS(sorts); i++) {
    json_t *choice = choice_new(ask, &current, FILTER_SORT, sorts[i], NULL);
    g_autofree char *href = address_of(search, FILTER_SORT, sorts[i]);
    page_model_set(choice, "href", href);
    json_array_append_new(choices, choice);
  }
  return choices;
}

/* --- results --- */

static void set_title(const PageAsk *ask, const Search *search, json_t *model) {
  const char *q = search->values[0], *category = search->values[1], *audience = search->values[2];
  g_autofree char *found = q != NULL ? page_model_fill(ask, "searchResults", "q", q) : NULL;
  const char *title = page_model_text(ask, "allCourses");
  if (category != NULL)
    title = page_model_name(ask, "category", category);
  else if (audience != NULL)
    title = page_model_name(ask, "audience", audience);
  else if (g_strcmp0(search->values[FILTER_SORT], "newest") == 0)
    title = page_model_text(ask, "newest");
  else if (g_strcmp0(search->values[FILTER_SORT], "popularity") == 0)
    title = page_model_text(ask, "popular");
  page_model_set(model, "results_title", found != NULL ? found : title);
}

static json_t *ask_courses(const PageAsk *ask, const Search *search, const char *cursor, const char *limit) {
  const char *params[2 * FILTER_COUNT + 5] = {NULL};
  size_t count = 0;
  for (size_t i = 0; i < FILTER_COUNT; i++) {
    params[count++] = filters[i];
    params[count++] = search->values[i] != NULL ? search->values[i] : "";
  }
  params[count++] = "cursor";
  params[count++] = cursor != NULL ? cursor : "";
  params[count++] = "limit";
  params[count++] = limit;
  return page_model_ask(ask, course_handler_list, NULL, params);
}

/** Words by which people call elder mode. */
static bool is_elder_word(const char *q) {
  static const char *const words[] = {"长辈", "关怀", "亲情", "适老", "老年版", "长者",     "大字",
                                      "長輩", "關懷", "親情", "長者", "elder",  "zhangbei", "zbb"};
  g_autofree char *folded = q != NULL ? g_utf8_strdown(q, -1) : NULL;
  for (size_t i = 0; folded != NULL && i < G_N_ELEMENTS(words); i++)
    if (strstr(folded, words[i]) != NULL)
      return true;
  return false;
}

static void set_results(const PageAsk *ask, const Search *search, json_t *model) {
  const char *cursor = http_request_find_param(ask->request, "cursor");
  g_autoptr(PageJson) page = ask_courses(ask, search, cursor, RESULT_COURSES);
  g_autofree char *self = address_of(search, FILTER_COUNT, NULL);
  g_autofree char *clear = address_of(&(Search){.values = {search->values[0]}}, FILTER_COUNT, NULL);
  const char *next = page_model_get(page, "next");
  json_t *results = json_object();
  g_autofree char *escaped = g_uri_escape_string(next, NULL, false);
  g_autofree char *more = g_strdup_printf("%s%ccursor=%s", self, strchr(self, '?') != NULL ? '&' : '?', escaped);
  json_object_set_new(results, "courses", page_model_dress_courses(ask, page));
  json_object_set_new(results, "total", json_integer(json_integer_value(json_object_get(page, "total"))));
  json_object_set_new(results, "is_broken", json_boolean(page == NULL));
  json_object_set(results, "relaxed", json_object_get(page, "relaxed"));
  json_object_set(results, "corrected", json_object_get(page, "corrected"));
  json_object_set_new(results, "groups", filter_groups(ask, search, page));
  json_object_set_new(results, "sorts", sort_choices(ask, search));
  json_object_set_new(results, "has_sorts", json_boolean(json_integer_value(json_object_get(page, "total")) > 1));
  json_object_set_new(results, "has_groups", json_boolean(json_array_size(json_object_get(results, "groups")) > 0));
  page_model_set(results, "more_href", next[0] != '\0' ? more : NULL);
  bool is_filtered = false;
  for (size_t i = 1; i < FILTER_SORT; i++)
    is_filtered |= search->values[i] != NULL;
  page_model_set(results, "clear_href", is_filtered ? clear : NULL);
  json_object_set_new(results, "names_elder_mode", json_boolean(is_elder_word(search->values[0])));
  json_object_set_new(model, "results", results);
  json_object_set(model, "facets", json_object_get(page, "facets"));
}

/* --- the landing page --- */

/** A shelf of courses in one order; returns the answer of the API, which may be NULL. Caller unrefs. */
static json_t *set_row(const PageAsk *ask, json_t *rows, const char *sort) {
  Search search = {0};
  search.values[FILTER_SORT] = sort;
  json_t *page = ask_courses(ask, &search, NULL, ROW_COURSES);
  g_autofree char *href = address_of(&search, FILTER_COUNT, NULL);
  json_t *row = json_object();
  page_model_set(row, "id", sort);
  page_model_set(row, "title", page_model_text(ask, strcmp(sort, "newest") == 0 ? "newest" : "popular"));
  page_model_set(row, "href", href);
  json_object_set_new(row, "courses", page_model_dress_courses(ask, page));
  json_array_append_new(rows, row);
  return page;
}

static void set_landing(const PageAsk *ask, json_t *model) {
  json_t *landing = json_object(), *rows = json_array();
  g_autoptr(PageJson) popular = set_row(ask, rows, "popularity");
  g_autoptr(PageJson) newest = set_row(ask, rows, "newest");
  int64_t total = json_integer_value(json_object_get(newest, "total"));
  if (total <= 6) /* two rows of the same few would look broken */
    json_array_remove(rows, 0);
  json_object_set_new(landing, "is_broken", json_boolean(newest == NULL));
  json_object_set_new(landing, "is_empty", json_boolean(newest != NULL && total == 0));
  if (total > 0)
    json_object_set(landing, "rows", rows);
  json_decref(rows);
  json_object_set_new(landing, "total", json_integer(total));
  json_object_set_new(model, "landing", landing);
  json_object_set(model, "facets", json_object_get(newest, "facets"));
}

static void set_words(const PageAsk *ask, const Search *search, json_t *model) {
  const json_t *facets = json_object_get(model, "facets");
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  Search base = *search;
  json_object_set_new(model, "categories", word_choices(ask, &base, 1, words, count, facets));
  words = catalog_audiences(&count);
  json_object_set_new(model, "audiences", word_choices(ask, &base, 2, words, count, facets));
  page_model_set(model, "q", search->values[0]);
}

/** In elder mode the home is another one. */
static void lead_to_elder(const Search *search, HttpResponse *response) {
  const char *name = search->values[0] != NULL ? "q" : "category",
             *value = search->values[search->values[0] ? 0 : 1];
  g_autofree char *escaped = value != NULL ? g_uri_escape_string(value, NULL, false) : NULL;
  g_autofree char *target = value != NULL ? g_strdup_printf("/elder?%s=%s", name, escaped) : g_strdup("/elder");
  response->status = 303;
  http_response_set_header(response, "Location", target);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
}

void page_handler_home(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  Search search = search_of(request);
  if (ask.view.is_elder) {
    lead_to_elder(&search, response);
    return;
  }
  g_autofree char *path = address_of(&search, FILTER_COUNT, NULL);
  json_t *model = page_model_new(&ask, path);
  if (is_search(&search)) {
    set_results(&ask, &search, model);
    set_title(&ask, &search, model);
    json_object_set_new(model, "is_unindexed", json_boolean(search.values[0] != NULL));
  } else {
    set_landing(&ask, model);
  }
  set_words(&ask, &search, model);
  page_model_answer(&ask, response, "home.html", "text/html; charset=utf-8", model);
}
