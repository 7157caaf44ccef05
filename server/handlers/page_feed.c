/* What machines read about the site: the list of pages, the news, what browsers install. */
#include "server/handlers/course_handler.h"
#include "server/handlers/handler.h"
#include "server/handlers/page_handler.h"
#include "server/pages/page_model.h"

#include <string.h>

#define FEED_COURSES "30"
#define SITEMAP_COURSES_MAX 20000
#define SITEMAP_PAGE "100"

/** "2026-11-29T10:00:00Z" as RSS wants it (RFC 822); caller frees. */
static char *rss_date(const char *moment) {
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(moment, NULL);
  static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (time == NULL)
    return NULL;
  g_autofree char *rest = g_date_time_format(time, "%Y %H:%M:%S GMT");
  return g_strdup_printf("%s, %02d %s %s", days[g_date_time_get_day_of_week(time) - 1],
                         g_date_time_get_day_of_month(time), months[g_date_time_get_month(time) - 1], rest);
}

void page_handler_feed(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  const char *const params[] = {"sort", "newest", "limit", FEED_COURSES, NULL};
  g_autoptr(PageJson) page = page_model_ask(&ask, course_handler_list, NULL, params);
  json_t *model = page_model_new(&ask, "/feed.xml"), *course = NULL;
  size_t index = 0;
  json_t *courses = page_model_dress_courses(&ask, page);
  json_array_foreach(courses, index, course) {
    g_autofree char *date = rss_date(page_model_get(course, "created_at"));
    page_model_set(course, "rss_date", date);
  }
  json_object_set_new(model, "courses", courses);
  page_model_answer(&ask, response, "feed.xml", "application/rss+xml; charset=utf-8", model);
}

/** All courses that everybody may see, up to SITEMAP_COURSES_MAX; a new array. */
static json_t *all_courses(const PageAsk *ask) {
  json_t *courses = json_array();
  g_autofree char *cursor = g_strdup("");
  while (json_array_size(courses) < SITEMAP_COURSES_MAX) {
    const char *const params[] = {"sort", "newest", "limit", SITEMAP_PAGE, "cursor", cursor, NULL};
    g_autoptr(PageJson) page = page_model_ask(ask, course_handler_list, NULL, params);
    json_array_extend(courses, json_object_get(page, "items"));
    const char *next = page_model_get(page, "next");
    if (next[0] == '\0')
      break;
    g_free(cursor);
    cursor = g_strdup(next);
  }
  return courses;
}

void page_handler_sitemap(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  json_t *model = page_model_new(&ask, "/sitemap.xml");
  json_object_set_new(model, "courses", all_courses(&ask));
  page_model_answer(&ask, response, "sitemap.xml", "application/xml", model);
}

void page_handler_robots(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autofree char *origin = page_model_origin(request);
  GString *text = g_string_new("User-agent: *\nDisallow: /api/\nDisallow: /studio\nDisallow: /admin\n");
  g_string_append_printf(text, "Sitemap: %s/sitemap.xml\n", origin);
  http_response_take_string(response, "text/plain; charset=utf-8", text);
  http_response_set_header(response, "Cache-Control", "public, max-age=3600");
  (void)context;
}

void page_handler_manifest(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  page_model_answer(&ask, response, "manifest.webmanifest", "application/manifest+json",
                    page_model_new(&ask, "/manifest.webmanifest"));
}

void page_handler_worker(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  if (web_files_answer(server->web, "service-worker.js", request, response))
    http_response_set_header(response, "Cache-Control", HTTP_CACHE_REVALIDATE);
  else
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
}

/** Without the network: what the service worker shows. */
void page_handler_offline(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  json_t *model = page_model_new(&ask, "/offline");
  json_object_del(model, "person_id"); /* it is kept in the browser, whoever signs in next */
  page_model_answer(&ask, response, "offline.html", "text/html; charset=utf-8", model);
}

void page_handler_account(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  page_model_answer(&ask, response, "account.html", "text/html; charset=utf-8",
                    page_model_new(&ask, request->target->path));
}

void page_handler_studio(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  page_model_answer(&ask, response, "studio.html", "text/html; charset=utf-8",
                    page_model_new(&ask, request->target->path));
}

void page_handler_channels(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  page_model_answer(&ask, response, "channels.html", "text/html; charset=utf-8",
                    page_model_new(&ask, "/admin/channels"));
}

void page_handler_admin(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_auto(PageAsk) ask;
  page_ask_init(&ask, context, request, response);
  page_model_answer(&ask, response, "admin.html", "text/html; charset=utf-8", page_model_new(&ask, "/admin"));
}
