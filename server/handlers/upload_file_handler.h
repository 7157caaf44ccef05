/** Whole files in one request, for scripts: `curl -T FILE .../uploads/files/` (PUT) and forms (POST, multipart/form-data).
 * The metadata of tus are parameters of the address or fields before the files. What is cut is not kept: go on with tus. */
#pragma once

#include "server/http/http_request.h"

void upload_file_handler_put(gpointer context, const HttpRequest *request, HttpResponse *response);
void upload_file_handler_form(gpointer context, const HttpRequest *request, HttpResponse *response);
/** What the head alone tells of either. */
bool upload_file_handler_check(gpointer context, const HttpRequest *request, HttpResponse *response);
