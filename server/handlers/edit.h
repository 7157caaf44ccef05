/** What handlers of edits share: bodies, versions as entity tags, answers. */
#pragma once

#include "catalog/record_store.h"
#include "server/handlers/handler.h"

/** The body as text; false with 400 or 415 set when there is none or it is not JSON by its type. */
bool edit_load_body(const HttpRequest *request, HttpResponse *response, const char **ret_text, size_t *ret_size);

/** The version that If-Match asks for: `*ret_version` 0 for "*". Tags are "VERSION-..." as edit_take_json() writes them;
 * of several the one that is `current`, else the first. False with 428 set when the header is missing, and with 412 when
 * no tag is one of ours. */
bool edit_load_version(const HttpRequest *request, HttpResponse *response, int64_t current, int64_t *ret_version);

/** Answer with JSON whose entity tag begins with the version; `fields` of the request selects members (false with 400
 * set when one is not there). Takes `text`. */
bool edit_take_json(HttpResponse *response, const HttpRequest *request, GString *text, int64_t version);
/** The same for what has no version. */
bool edit_take_page(HttpResponse *response, const HttpRequest *request, GString *text);

/** Answer with what a failed edit means; `fault` may tell the field (422). */
void edit_set_error(HttpResponse *response, const HttpRequest *request, const GError *error,
                    const RecordFault *fault);
