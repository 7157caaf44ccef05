/** Uploads that go on after every cut: tus 1.0.0 (https://tus.io/protocols/resumable-upload) with the extensions creation,
 * creation-with-upload, creation-defer-length, termination, checksum, expiration and concatenation. */
#pragma once

#include "server/http/http_request.h"

/** HttpTransportConfig.check_stream: what the head alone tells of a request for one of these routes. */
bool upload_handler_check(gpointer context, const HttpRequest *request, HttpResponse *response);

void upload_handler_create(gpointer context, const HttpRequest *request,
                           HttpResponse *response); /**< POST, OPTIONS */
void upload_handler_get(gpointer context, const HttpRequest *request,
                        HttpResponse *response); /**< HEAD, GET, OPTIONS */
void upload_handler_patch(gpointer context, const HttpRequest *request, HttpResponse *response);  /**< PATCH */
void upload_handler_delete(gpointer context, const HttpRequest *request, HttpResponse *response); /**< DELETE */
void upload_handler_list(gpointer context, const HttpRequest *request,
                         HttpResponse *response); /**< own ones, JSON */
void upload_handler_status(gpointer context, const HttpRequest *request, HttpResponse *response); /**< one, JSON */
