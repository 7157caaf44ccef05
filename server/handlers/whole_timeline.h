/** The view of a growing lesson that lists every planned segment from the first second on (`?timeline=whole`), for
 * players that can wait for one: a segment that is not there yet is raised in the queue and answered with 503.
 * Without it a growing lesson's playlists list what is published, which suits every player. */
#pragma once

#include "server/handlers/handler.h"
#include "server/handlers/media_view.h"

/** Whether the request asks for it. False with the problem set when the parameter has another value than "whole" or
 * "published". */
bool whole_timeline_parse(const HttpRequest *request, HttpResponse *response, bool *ret_is_asked);

/** Make `view` (of media_view_load()) the whole timeline: the playlists of its tracks are named with the parameter and
 * closed, and with `with_segments` its tracks list the segments still to come. Nothing changes, and `*ret_is_whole` is
 * false, for a lesson that is not growing, has no pictures, or whose plan does not tell its segments. */
bool whole_timeline_apply(Catalog *catalog, const CatalogAsset *asset, bool with_segments, MediaView *view,
                          bool *ret_is_whole, GError **error);

/** Answer for a segment that is not published: 503 with Retry-After when it is coming, and its span is raised in the
 * queue; 404 when it is not planned or will not be made. */
void whole_timeline_answer_missing(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                   const char *track_name, int64_t segment_index);
