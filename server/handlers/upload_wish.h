/** Who may upload what, and where it goes: asked when an upload begins. */
#pragma once

#include "server/handlers/handler.h"

/** Fill in what the request does not say (the institution of one who uploads for one), look whether who asks may upload it
 * there, and whether it can be: its type by name, category, course, length (-1: not known) and quota. `metadata` is the
 * upload's and may grow. False with the problem set. `*ret_is_draft`: a new course is to wait for a review. */
bool upload_wish_check(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       GString *metadata, int64_t length_bytes, bool *ret_is_draft);

/** Whether the upload is of the one who asks; operators may see all. */
bool upload_is_theirs(const HttpRequest *request, const CatalogUpload *upload);

/** What is told of an upload as JSON. `offset_bytes` 0 for one that is done. */
void upload_write_json(JsonWriter *writer, const CatalogUpload *upload, int64_t offset_bytes, int64_t keep_us);
/** Headers that say what it became, once it is done. */
void upload_set_outcome(HttpResponse *response, const CatalogUpload *upload);
