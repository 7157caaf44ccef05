/** Pages and their files, from the folder of the built pages. */
#pragma once

#include "server/http/http_router.h"

void page_handler_home(gpointer context, const HttpRequest *request, HttpResponse *response);
/** Signing in, the own account, answering for a television. */
void page_handler_account(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_course(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_asset(gpointer context, const HttpRequest *request, HttpResponse *response);
void page_handler_favicon(gpointer context, const HttpRequest *request, HttpResponse *response);
