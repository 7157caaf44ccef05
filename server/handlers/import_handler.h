/** /api/v1/imports: many records from a file, as jobs with a report (catalog/import_job.h). */
#pragma once

#include "server/http/http_router.h"

#include <stdbool.h>

void import_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response);
/** The head alone, before the body comes: false with the problem set. */
bool import_handler_check(gpointer context, const HttpRequest *request, HttpResponse *response);
void import_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void import_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
void import_handler_rows(gpointer context, const HttpRequest *request, HttpResponse *response);
void import_handler_report(gpointer context, const HttpRequest *request, HttpResponse *response);
void import_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response);
