/** How somebody wants the pages: language, elder mode, size of text. Each can be named in the address (`?lang=`, `?elder=`,
 * `?text=`) and is remembered in a cookie from then on. Chinese first: without a choice pages are in simplified Chinese. */
#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"

typedef enum { PAGE_LANGUAGE_ZH_CN, PAGE_LANGUAGE_ZH_HANT, PAGE_LANGUAGE_EN, PAGE_LANGUAGE_COUNT } PageLanguage;

#define PAGE_TEXT_SIZE_MAX 2

typedef struct {
  PageLanguage language;
  bool is_elder;
  int text_size; /**< of elder mode: 0 large, 1 larger, 2 largest */
} PageView;

const char *page_language_tag(PageLanguage language); /**< "zh-CN", "zh-Hant", "en" */
HttpLanguage page_language_of_api(PageLanguage language);

/** The view that the cookies remember; `cookie` is the header's text, may be NULL. What is not known there is passed over.
 * Parser of outside bytes; pure. */
PageView page_view_parse_cookie(const char *cookie);

/** The view that `request` asks for, remembered with Set-Cookie when its address names a part of it. */
PageView page_view_take(const HttpRequest *request, HttpResponse *response);

/** Set the cookie. */
void page_view_remember(const PageView *view, HttpResponse *response);
