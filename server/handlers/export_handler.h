/** GET /api/v1/export.jsonl, /api/v1/export/KINDS.csv: what people have put into the catalog, streamed;
 * /api/v1/institutions/{record}/export.jsonl and .../courses.csv: what belongs to an institution, for who manages it. */
#pragma once

#include "server/http/http_router.h"

void export_handler_lines(gpointer context, const HttpRequest *request, HttpResponse *response);
void export_handler_table(gpointer context, const HttpRequest *request, HttpResponse *response);
void export_handler_institution_lines(gpointer context, const HttpRequest *request, HttpResponse *response);
void export_handler_institution_courses(gpointer context, const HttpRequest *request, HttpResponse *response);
