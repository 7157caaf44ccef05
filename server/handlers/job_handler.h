/** Lessons that are made, wait or failed, and an operator's hand on them: what /admin shows as jobs. */
#pragma once

#include "server/http/http_router.h"

/** GET /api/v1/jobs: those of courses that who asks may edit; `state`, `q`, `limit`, `cursor`. */
void job_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response);

/** POST /api/v1/jobs/{asset}/retry, ...: 409 when its state does not allow it. */
void job_handler_retry(gpointer context, const HttpRequest *request, HttpResponse *response);
void job_handler_cancel(gpointer context, const HttpRequest *request, HttpResponse *response);
void job_handler_pause(gpointer context, const HttpRequest *request, HttpResponse *response);
void job_handler_resume(gpointer context, const HttpRequest *request, HttpResponse *response);
void job_handler_raise(gpointer context, const HttpRequest *request, HttpResponse *response);
