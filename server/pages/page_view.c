#include "server/pages/page_view.h"

#include <string.h>

#define COOKIE "kapok_view="

static const char *const language_tags[PAGE_LANGUAGE_COUNT] = {"zh-CN", "zh-Hant", "en"};

const char *page_language_tag(PageLanguage language) {
  return language_tags[language];
}

HttpLanguage page_language_of_api(PageLanguage language) {
  return language == PAGE_LANGUAGE_EN ? HTTP_LANGUAGE_EN : HTTP_LANGUAGE_ZH;
}

static bool is_text(const char *text, size_t length, const char *wanted) {
  return strlen(wanted) == length && strncmp(text, wanted, length) == 0;
}

/** One setting by the name that it has in the address; false, with `view` untouched, for a value that it cannot have. */
static bool set(PageView *view, const char *name, const char *value, size_t length) {
  if (strcmp(name, "lang") == 0) {
    for (int i = 0; i < PAGE_LANGUAGE_COUNT; i++)
      if (is_text(value, length, language_tags[i])) {
        view->language = (PageLanguage)i;
        return true;
      }
    return false;
  }
  if (length != 1 || value[0] < '0' || value[0] > '0' + PAGE_TEXT_SIZE_MAX)
    return false;
  if (strcmp(name, "text") == 0)
    view->text_size = value[0] - '0';
  else if (value[0] <= '1')
    view->is_elder = value[0] == '1';
  else
    return false;
  return true;
}

static const char *const settings[] = {"lang", "elder", "text"};

/** "zh-Hant.1.0": the settings in their order. */
static void parse_value(PageView *view, const char *text, size_t length) {
  for (size_t i = 0; i < G_N_ELEMENTS(settings) && length > 0; i++) {
    const char *dot = memchr(text, '.', length);
    size_t part = dot != NULL ? (size_t)(dot - text) : length;
    set(view, settings[i], text, part);
    part = MIN(part + 1, length);
    text += part;
    length -= part;
  }
}

PageView page_view_parse_cookie(const char *cookie) {
  PageView view = {0};
  while (cookie != NULL && *cookie != '\0') {
    cookie += strspn(cookie, "; \t");
    size_t length = strcspn(cookie, ";");
    if (length > strlen(COOKIE) && strncmp(cookie, COOKIE, strlen(COOKIE)) == 0)
      parse_value(&view, cookie + strlen(COOKIE), length - strlen(COOKIE));
    cookie += length;
  }
  return view;
}

PageView page_view_take(const HttpRequest *request, HttpResponse *response) {
  PageView view = page_view_parse_cookie(http_request_find_header(request, "Cookie"));
  bool is_named = false;
  for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
    const char *value = http_request_find_param(request, settings[i]);
    is_named |= value != NULL && set(&view, settings[i], value, strlen(value));
  }
  if (is_named)
    page_view_remember(&view, response);
  return view;
}

void page_view_remember(const PageView *view, HttpResponse *response) {
  g_autofree char *text = g_strdup_printf(COOKIE "%s.%d.%d; Path=/; Max-Age=31536000; SameSite=Lax",
                                          language_tags[view->language], view->is_elder ? 1 : 0, view->text_size);
  http_response_set_header(response, "Set-Cookie", text);
}
