/** What pages show: the answers of our own API, asked inside the server, with the words that people read put beside them.
 * Whatever a page shows is therefore what the same person may read over the API. */
#pragma once

#include "server/pages/page_view.h"
#include "server/server_context.h"

#include <jansson.h>

/** One request for a page. */
typedef struct {
  const ServerContext *server;
  const HttpRequest *request;
  PageView view;
  PageSheet *texts; /**< owned; NULL: the pages are not built */
} PageAsk;

/** Reads the view and the texts. Clear it with page_ask_clear(). */
void page_ask_init(PageAsk *ask, const ServerContext *server, const HttpRequest *request, HttpResponse *response);
void page_ask_clear(PageAsk *ask);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PageAsk, page_ask_clear)

typedef json_t PageJson;
void page_json_unref(PageJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageJson, page_json_unref)

/** The answer of an API handler to a GET by the one who asks for the page. `record`: the {record} of its route, or NULL;
 * `params`: name, value, ..., NULL; a NULL or empty value is left out. NULL unless the answer is a 200. Caller unrefs. */
json_t *page_model_ask(const PageAsk *ask, HttpHandlerFunc handler, const char *record, const char *const *params);

/** The text `key` in the language of the page; "" when there is none. Borrowed from the ask. */
const char *page_model_text(const PageAsk *ask, const char *key);
/** The name of `slug` in a closed list: the text PREFIX_SLUG, or the slug itself. Borrowed. */
const char *page_model_name(const PageAsk *ask, const char *prefix, const char *slug);
/** As page_template_fill() of a text with one variable. Caller frees. */
char *page_model_fill(const PageAsk *ask, const char *key, const char *name, const char *value);

/** "12:34" and "12 分钟"; caller frees. */
char *page_model_clock(double seconds);
char *page_model_spoken(const PageAsk *ask, double seconds);

/** Set a string member; NULL sets nothing. */
void page_model_set(json_t *object, const char *name, const char *value);
/** The string member, "" when there is none. Borrowed. */
const char *page_model_get(const json_t *object, const char *name);

/** Put beside the members of a COURSE of the API what its card shows. `rank`: its place on the page, for loading pictures. */
void page_model_dress_course(const PageAsk *ask, json_t *course, size_t rank);
/** The same for each course of a list of the API; returns its "items", a new reference, never NULL. */
json_t *page_model_dress_courses(const PageAsk *ask, json_t *page);

/** The members of every page: texts, language, address of itself in each language, elder mode. `path`: of this page without
 * the parameters of the view, such as "/course/x?lesson=y". Returns a new object. */
json_t *page_model_new(const PageAsk *ask, const char *path);
/** "https://host", as the client sees us; caller frees. */
char *page_model_origin(const HttpRequest *request);

/** Answer with the template `name` of `model` (taken). `type`: of the body. 503 when the pages are not built. */
bool page_model_answer(const PageAsk *ask, HttpResponse *response, const char *name, const char *type,
                       json_t *model);
