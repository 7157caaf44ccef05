/** Editing of records: /api/v1/{plural} and /api/v1/{plural}/{record}, for every kind by one table of fields
 * (catalog/record.h). The kind is the third part of the path. */
#pragma once

#include "server/http/http_router.h"

void record_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);
void record_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);
void record_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response);
void record_handler_update(gpointer context, const HttpRequest *request, HttpResponse *response);
void record_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response);
