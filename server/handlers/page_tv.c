/* The page for televisions: what its script starts from. All its other screens ask the API. */
#include "catalog/course.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/page_handler.h"
#include "server/pages/page_model.h"

#include <string.h>

#define ROW_COURSES "12"
#define COURSES_FEW 6 /**< two rows of the same few would look broken; as player-web/src/tv/lists.ts */

/** Appends a row of courses in the order `sort`; returns how many there are in all, -1 when they could not be asked for. */
static int64_t add_row(const PageAsk *ask, json_t *rows, const char *sort, const char *title_key) {
  const char *const params[] = {"sort", sort, "limit", ROW_COURSES, NULL};
  g_autoptr(PageJson) page = page_model_ask(ask, course_handler_list, NULL, params);
  if (page == NULL)
    return -1;
  int64_t total = json_integer_value(json_object_get(page, "total"));
  if (total == 0)
    return 0;
  json_t *row = json_object();
  page_model_set(row, "id", sort);
  page_model_set(row, "row", sort); /* cards have an id of their own */
  page_model_set(row, "title", page_model_text(ask, title_key));
  json_object_set_new(row, "courses", page_model_dress_courses(ask, page));
  json_array_append_new(rows, row);
  return total;
}

static json_t *categories_of(const PageAsk *ask) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *category = json_object();
    page_model_set(category, "slug", words[i].slug);
    page_model_set(category, "name", page_model_name(ask, "category", words[i].slug));
    json_array_append_new(list, category);
  }
  return list;
}

void page_handler_tv(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  json_t *model = page_model_new(&ask, "/tv"), *rows = json_array();
  int64_t total = add_row(&ask, rows, "newest", "newest");
  if (total > COURSES_FEW)
    add_row(&ask, rows, "popularity", "popular");
  json_object_set_new(model, "rows", rows);
  json_object_set_new(model, "is_broken", json_boolean(total < 0));
  json_object_set_new(model, "is_empty", json_boolean(total == 0));
  json_object_set_new(model, "categories", categories_of(&ask));
  page_model_answer(&ask, response, "tv.html", "text/html; charset=utf-8", model);
}
