/** Pages and their files, from the folder of the built pages: templates (page_template.h) filled with what the API answers. */
#pragma once

#include "server/http/http_router.h"

/** Without parameters what there is; with those of GET /api/v1/courses (q, category, audience, kind, level, duration,
 * institution, sort, cursor) what was found. */
void page_handler_home(gpointer context, const HttpRequest *request, HttpResponse *response);
/** {course}; ?lesson= names one of its lessons. */
void page_handler_course(gpointer context, const HttpRequest *request, HttpResponse *response);
/** Topics (?screen=), or courses of one (?category=) or found (?q=). */
void page_handler_elder(gpointer context, const HttpRequest *request, HttpResponse *response);
/** For televisions; one page, its screens are in its script. */
void page_handler_tv(gpointer context, const HttpRequest *request, HttpResponse *response);
/** Signing in, the own account, answering for a television. */
void page_handler_account(gpointer context, const HttpRequest *request, HttpResponse *response);
/** The teachers' studio: the page's script asks who is signed in. */
void page_handler_studio(gpointer context, const HttpRequest *request, HttpResponse *response);
/** For those who run a part of the network; its script asks who that is. */
void page_handler_admin(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_offline(gpointer context, const HttpRequest *request, HttpResponse *response);

void page_handler_feed(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_sitemap(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_robots(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_manifest(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_worker(gpointer context, const HttpRequest *request, HttpResponse *response);

/** The week view of channels: filled by its script. */
void page_handler_channels(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_asset(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_favicon(gpointer context, const HttpRequest *request, HttpResponse *response);
