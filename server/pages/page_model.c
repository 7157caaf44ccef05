#include "server/pages/page_model.h"

#include "server/access.h"
#include "server/http/http_problem.h"

#include <string.h>

void page_json_unref(PageJson *json) {
  json_decref(json);
}

void page_ask_init(PageAsk *ask, const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  *ask = (PageAsk){.server = server, .request = request, .view = page_view_take(request, response)};
  ask->texts = page_shelf_find_texts(server->shelf, page_language_tag(ask->view.language));
}

void page_ask_clear(PageAsk *ask) {
  g_clear_pointer(&ask->texts, page_sheet_unref);
}

/* --- asking the API --- */

static GArray *query_of(const char *const *params) {
  GArray *query = g_array_new(FALSE, FALSE, sizeof(HttpParam));
  for (; params != NULL && params[0] != NULL; params += 2) {
    HttpParam param = {(char *)params[0], (char *)params[1]};
    if (param.value != NULL && param.value[0] != '\0')
      g_array_append_val(query, param);
  }
  return query;
}

json_t *page_model_ask(const PageAsk *ask, HttpHandlerFunc handler, const char *record, const char *const *params) {
  g_autoptr(GArray) query = query_of(params);
  HttpTarget target = {.path = ask->request->target->path, .query = query};
  HttpRouteMatch match = {.route = ask->request->match->route, .param_count = record != NULL ? 1 : 0};
  if (record != NULL) {
    g_strlcpy(match.params[0].name, "record", sizeof match.params[0].name);
    g_strlcpy(match.params[0].value, record, sizeof match.params[0].value);
  }
  HttpRequest inner = *ask->request;
  inner.target = &target;
  inner.match = &match;
  inner.language = page_language_of_api(ask->view.language);
  g_auto(HttpResponse) response;
  http_response_init(&response);
  handler((gpointer)ask->server, &inner, &response);
  if (response.status != 200 || response.bytes == NULL)
    return NULL;
  gsize size = 0;
  const char *text = g_bytes_get_data(response.bytes, &size);
  return json_loadb(text, size, 0, NULL);
}

/* --- words --- */

const char *page_model_text(const PageAsk *ask, const char *key) {
  const json_t *texts = ask->texts != NULL ? page_sheet_texts(ask->texts) : NULL;
  const char *text = json_string_value(json_object_get(texts, key));
  return text != NULL ? text : "";
}

const char *page_model_name(const PageAsk *ask, const char *prefix, const char *slug) {
  g_autofree char *key = g_strdup_printf("%s_%s", prefix, slug);
  const char *name = page_model_text(ask, key);
  return name[0] != '\0' ? name : slug;
}

char *page_model_fill(const PageAsk *ask, const char *key, const char *name, const char *value) {
  const char *const names[] = {name, NULL}, *const values[] = {value, NULL};
  return page_template_fill(page_model_text(ask, key), names, values);
}

char *page_model_clock(double seconds) {
  int64_t whole = (int64_t)MAX(seconds, 0);
  int64_t hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
  if (hours > 0)
    return g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", hours, (int)minutes, (int)rest);
  return g_strdup_printf("%d:%02d", (int)minutes, (int)rest);
}

char *page_model_spoken(const PageAsk *ask, double seconds) {
  if (seconds <= 0)
    return g_strdup("");
  const char *hour = page_model_text(ask, "unitHour"), *minute = page_model_text(ask, "unitMinute");
  if (seconds < 60)
    return g_strdup_printf("%d %s", MAX(1, (int)(seconds + 0.5)), page_model_text(ask, "unitSecond"));
  int64_t minutes = (int64_t)(seconds / 60 + 0.5);
  if (minutes < 60)
    return g_strdup_printf("%d %s", (int)minutes, minute);
  if (minutes % 60 == 0)
    return g_strdup_printf("%" G_GINT64_FORMAT " %s", minutes / 60, hour);
  return g_strdup_printf("%" G_GINT64_FORMAT " %s %d %s", minutes / 60, hour, (int)(minutes % 60), minute);
}

void page_model_set(json_t *object, const char *name, const char *value) {
  if (value != NULL)
    json_object_set_new(object, name, json_string(value));
}

const char *page_model_get(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text != NULL ? text : "";
}

/* --- the page --- */

char *page_model_origin(const HttpRequest *request) {
  const char *host = http_request_find_header(request, "Host");
  return g_strdup_printf("%s://%s", request->is_secure ? "https" : "http", host != NULL ? host : "localhost");
}

/** `path` with one more parameter; caller frees. */
static char *with_param(const char *path, const char *name, const char *value) {
  return g_strdup_printf("%s%c%s=%s", path, strchr(path, '?') != NULL ? '&' : '?', name, value);
}

static json_t *languages_of(const PageAsk *ask, const char *path) {
  json_t *languages = json_array();
  for (int i = 0; i < PAGE_LANGUAGE_COUNT; i++) {
    const char *tag = page_language_tag((PageLanguage)i);
    g_autofree char *href = with_param(path, "lang", tag);
    json_t *language = json_object();
    page_model_set(language, "tag", tag);
    page_model_set(language, "href", href);
    page_model_set(language, "mark", page_model_name(ask, "languageMark", tag));
    page_model_set(language, "name", page_model_name(ask, "languageName", tag));
    json_object_set_new(language, "is_current", json_boolean(i == (int)ask->view.language));
    json_array_append_new(languages, language);
  }
  return languages;
}

static json_t *text_sizes_of(const PageAsk *ask, const char *path) {
  json_t *sizes = json_array();
  for (int i = 0; i <= PAGE_TEXT_SIZE_MAX; i++) {
    const char value[] = {(char)('0' + i), '\0'};
    g_autofree char *href = with_param(path, "text", value);
    json_t *size = json_object();
    page_model_set(size, "href", href);
    page_model_set(size, "value", value);
    page_model_set(size, "name", page_model_name(ask, "textSize", value));
    json_object_set_new(size, "is_current", json_boolean(i == ask->view.text_size));
    json_array_append_new(sizes, size);
  }
  return sizes;
}

/** Where signing in leads from `path`; the pages of the account are their own. Caller frees. */
static char *sign_in_address(const char *path) {
  if (g_str_has_prefix(path, "/sign-in") || g_str_has_prefix(path, "/account"))
    return g_strdup("/sign-in");
  g_autofree char *escaped = g_uri_escape_string(path, NULL, false);
  return g_strconcat("/sign-in?next=", escaped, NULL);
}

/** Who looks at the page: for its header and for its script. */
static void set_person(const PageAsk *ask, const char *path, json_t *model) {
  const CatalogPerson *person = access_identity(ask->request)->person;
  g_autofree char *sign_in = sign_in_address(path);
  page_model_set(model, "sign_in_href", sign_in);
  if (person == NULL)
    return;
  page_model_set(model, "person_id", person->id);
  page_model_set(model, "person_name", person->name);
}

json_t *page_model_new(const PageAsk *ask, const char *path) {
  json_t *model = json_object();
  g_autofree char *origin = page_model_origin(ask->request);
  g_autofree char *address = g_strconcat(origin, path, NULL);
  g_autofree char *elder_href = with_param(path, "elder", "1");
  g_autofree char *standard_href = with_param(g_str_has_prefix(path, "/elder") ? "/" : path, "elder", "0");
  page_model_set(model, "lang", page_language_tag(ask->view.language));
  page_model_set(model, "origin", origin);
  page_model_set(model, "path", path);
  page_model_set(model, "canonical", address);
  page_model_set(model, "elder_href", elder_href);
  page_model_set(model, "standard_href", standard_href);
  json_object_set_new(model, "is_elder", json_boolean(ask->view.is_elder));
  json_object_set_new(model, "text_size", json_integer(ask->view.text_size));
  json_object_set_new(model, "languages", languages_of(ask, path));
  json_object_set_new(model, "text_sizes", text_sizes_of(ask, path));
  set_person(ask, path, model);
  return model;
}

bool page_model_answer(const PageAsk *ask, HttpResponse *response, const char *name, const char *type,
                       json_t *model) {
  g_autoptr(PageJson) taken = model;
  g_autoptr(PageSheet) sheet = page_shelf_find_template(ask->server->shelf, name);
  if (sheet == NULL) {
    http_problem_set(response, ask->request, HTTP_PROBLEM_PAGES_MISSING, NULL);
    return false;
  }
  GString *text = g_string_sized_new(32768);
  page_template_render(page_sheet_template(sheet), ask->texts != NULL ? page_sheet_texts(ask->texts) : NULL, taken,
                       text);
  http_response_take_string(response, type, text);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  http_response_set_header(response, "Content-Language", page_language_tag(ask->view.language));
  http_response_set_header(response, "Vary", "Cookie");
  http_response_set_etag_of_body(response);
  return true;
}
