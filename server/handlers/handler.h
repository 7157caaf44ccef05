/** What handlers share. */
#pragma once

#include "base/json_writer.h"
#include "catalog/asset.h"
#include "server/http/http_problem.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/server_context.h"

#include <glib.h>
#include <stdbool.h>

/** Answer with the problem that a failed catalog or store call means: 404 for NOT_FOUND, 400 for INVALID, 503 for
 * BUSY, else 500, which is logged. Frees nothing. */
void handler_set_error(HttpResponse *response, const HttpRequest *request, const GError *error);

/** Answer with JSON: no-cache, ETag from the bytes, Vary on the language. Takes `text`. */
void handler_take_json(HttpResponse *response, GString *text);
/** The same with what was written and tagged before. */
void handler_take_written(HttpResponse *response, GBytes *text, const char *etag);

/** Begin the JSON of a page: an object whose first member is the open array "items". Returns its text, the caller's, to
 * which the writer writes on; the caller ends array and object. */
GString *handler_begin_items(JsonWriter *writer);

/** Load the asset that {asset} names; false with the problem set, or with a redirect to the same address of the asset
 * that replaced it, once its own files are gone. */
bool handler_load_asset(const ServerContext *context, const HttpRequest *request, HttpResponse *response,
                        CatalogAsset **ret_asset);
/** The same without the redirect: for addresses whose content differs from encode to encode. */
bool handler_load_this_asset(const ServerContext *context, const HttpRequest *request, HttpResponse *response,
                             CatalogAsset **ret_asset);

/** Answer with part of a blob (`length` -1: to its end) out of its mapped file, with ETag and ranges, to be shared by all
 * who ask for the same; false with 500 (logged) when the catalog names what the store has not. */
bool handler_take_blob(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       const char *key, const char *type, int64_t offset, int64_t length);

/** A parameter of the query; NULL when it is not there or empty. */
const char *handler_find_text(const HttpRequest *request, const char *name);

/** Answer with 400: the parameter has a wrong value. Returns false. */
bool handler_refuse_parameter(const HttpRequest *request, HttpResponse *response, const char *name);

/** A number of the query from `min` to `max`; `*ret_number` stays when the parameter is not there or empty. False with 400 set. */
bool handler_read_number(const HttpRequest *request, HttpResponse *response, const char *name, int64_t min,
                         int64_t max, int64_t *ret_number);

/** "0", "17": no sign, no leading zero, so that a thing has one address. */
bool handler_parse_index(const char *text, int64_t *ret_index);

/** "2026-11-23T10:00:00Z". */
void handler_write_time(JsonWriter *writer, const char *name, int64_t time_us);

/** Microseconds as seconds with up to 6 decimals. */
void handler_write_seconds(JsonWriter *writer, const char *name, int64_t duration_us);
