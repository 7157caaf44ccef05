/* Elder mode: one question on a screen, at most five answers. */
#include "server/handlers/course_handler.h"
#include "server/handlers/page_handler.h"
#include "server/pages/page_model.h"

#include <string.h>

#define COURSES_PER_SCREEN "4" /**< and one key for the next screen */
#define TOPICS_PER_SCREEN 4

/** What elders ask for most comes first. */
static const char *const topics[] = {"health", "sports", "arts",    "life",         "civic",
                                     "family", "skills", "science", "sign-language"};

/** The screen of topics that the address names, from 0. */
static size_t screen_of(const HttpRequest *request) {
  const char *text = http_request_find_param(request, "screen");
  guint64 screen = 0;
  if (text != NULL)
    g_ascii_string_to_unsigned(text, 10, 0, (G_N_ELEMENTS(topics) - 1) / TOPICS_PER_SCREEN, &screen, NULL);
  return (size_t)screen;
}

static void set_topics(const PageAsk *ask, json_t *model) {
  size_t screen = screen_of(ask->request);
  size_t first = screen * TOPICS_PER_SCREEN;
  json_t *list = json_array();
  for (size_t i = first; i < MIN(first + TOPICS_PER_SCREEN, G_N_ELEMENTS(topics)); i++) {
    g_autofree char *href = g_strdup_printf("/elder?category=%s", topics[i]);
    json_t *topic = json_object();
    page_model_set(topic, "slug", topics[i]);
    page_model_set(topic, "name", page_model_name(ask, "category", topics[i]));
    page_model_set(topic, "hint", page_model_name(ask, "elderHint", topics[i]));
    page_model_set(topic, "href", href);
    json_array_append_new(list, topic);
  }
  bool is_last = first + TOPICS_PER_SCREEN >= G_N_ELEMENTS(topics);
  g_autofree char *next = is_last ? g_strdup("/elder") : g_strdup_printf("/elder?screen=%zu", screen + 1);
  json_object_set_new(model, "topics", list);
  json_object_set_new(model, "is_first_screen", json_boolean(screen == 0));
  page_model_set(model, "next_href", next);
  page_model_set(model, "next_name", page_model_text(ask, is_last ? "elderBackToFirst" : "elderMoreTopics"));
}

static void set_courses(const PageAsk *ask, json_t *model, const char *category, const char *q) {
  const char *cursor = http_request_find_param(ask->request, "cursor");
  const char *const params[] = {"category", category,
                                "q",        q,
                                "cursor",   cursor,
                                "limit",    COURSES_PER_SCREEN,
                                "sort",     q != NULL ? "relevance" : "popularity",
                                NULL};
  g_autoptr(PageJson) page = page_model_ask(ask, course_handler_list, NULL, params);
  g_autofree char *next = g_uri_escape_string(page_model_get(page, "next"), NULL, false);
  g_autofree char *text = q != NULL ? g_uri_escape_string(q, NULL, false) : g_strdup("");
  g_autofree char *href =
      g_strdup_printf("/elder?%s=%s&cursor=%s", q != NULL ? "q" : "category", q != NULL ? text : category, next);
  g_autofree char *found = q != NULL ? page_model_fill(ask, "searchResults", "q", q) : NULL;
  json_object_set_new(model, "courses", page_model_dress_courses(ask, page));
  json_object_set_new(model, "is_list", json_true());
  page_model_set(model, "list_title", found != NULL ? found : page_model_name(ask, "category", category));
  if (next[0] != '\0')
    page_model_set(model, "next_href", href);
}

/** Whoever opens /elder wants it from then on. */
void page_handler_elder(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  const char *category = http_request_find_param(request, "category"), *q = http_request_find_param(request, "q");
  bool was_elder = ask.view.is_elder;
  ask.view.is_elder = true;
  if (!was_elder)
    page_view_remember(&ask.view, response);
  json_t *model = page_model_new(&ask, "/elder");
  if (q != NULL && q[0] != '\0')
    set_courses(&ask, model, "", q);
  else if (category != NULL && category[0] != '\0')
    set_courses(&ask, model, category, NULL);
  else
    set_topics(&ask, model);
  page_model_answer(&ask, response, "elder.html", "text/html; charset=utf-8", model);
}
