#include "server/handlers/whole_timeline.h"

#include "catalog/job.h"
#include "media/planned_timeline.h"

#include <string.h>

#define PARAMETER "timeline"
#define VALUE_WHOLE "whole"
#define VALUE_PUBLISHED "published"

bool whole_timeline_parse(const HttpRequest *request, HttpResponse *response, bool *ret_is_asked) {
  const char *value = http_request_find_param(request, PARAMETER);
  bool is_whole = g_strcmp0(value, VALUE_WHOLE) == 0;
  if (value != NULL && !is_whole && strcmp(value, VALUE_PUBLISHED) != 0) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER,
                           "参数 timeline 只能是 whole 或 published。",
                           "The parameter timeline is whole or published.");
    return false;
  }
  *ret_is_asked = is_whole;
  return true;
}

/** All renditions of a lesson have one frame rate; {0, 0} without pictures. */
static bool load_frame_rate(Catalog *catalog, const char *asset_id, Rational *ret_rate, GError **error) {
  g_autoptr(GArray) tracks = NULL;
  if (!catalog_load_tracks(catalog, asset_id, &tracks, error))
    return false;
  Rational rate = {0, 0};
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    if (track->kind == TRACK_KIND_VIDEO)
      rate = track->frame_rate;
  }
  *ret_rate = rate;
  return true;
}

static void name_tracks(MediaView *view) {
  for (guint i = 0; i < view->tracks->len; i++) {
    MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    char *uri = g_strconcat(track->uri, "?" PARAMETER "=" VALUE_WHOLE, NULL);
    g_free(track->uri);
    track->uri = uri;
  }
}

static void extend_tracks(MediaView *view, const GArray *segment_frames, Rational frame_rate) {
  PlannedTimeline timeline = {.segment_frames = (const int32_t *)(const void *)segment_frames->data,
                              .segment_count = segment_frames->len,
                              .frame_rate = frame_rate};
  for (guint i = 0; i < view->tracks->len; i++) {
    MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    int32_t step = track->track.kind == TRACK_KIND_AUDIO ? PLANNED_TIMELINE_AAC_SAMPLES : 1;
    if (!track->track.is_complete)
      planned_timeline_extend(&timeline, track->track.timescale_hz, step, track->segments);
  }
}

bool whole_timeline_apply(Catalog *catalog, const CatalogAsset *asset, bool with_segments, MediaView *view,
                          bool *ret_is_whole, GError **error) {
  *ret_is_whole = false;
  if (asset->state != ASSET_STATE_PLAYABLE || !asset->has_video)
    return true;
  g_autoptr(GArray) segment_frames = NULL;
  Rational frame_rate = {0, 0};
  if (!catalog_load_segment_frames(catalog, asset->id, &segment_frames, error) ||
      !load_frame_rate(catalog, asset->id, &frame_rate, error))
    return false;
  if (segment_frames->len == 0 || !rational_is_valid(frame_rate))
    return true;
  if (with_segments)
    extend_tracks(view, segment_frames, frame_rate);
  name_tracks(view);
  view->is_growing = false;
  view->is_planned = true;
  *ret_is_whole = true;
  return true;
}

/** The track that will have the segment; NULL when none will. */
static const CatalogTrack *find_planned(const GArray *tracks, const char *track_name, int64_t segment_index) {
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    if (strcmp(track->name, track_name) == 0)
      return !track->is_complete && segment_index < track->segment_total ? track : NULL;
  }
  return NULL;
}

/** Sound is made in one go, far ahead of the pictures: there is nothing to raise. */
static bool raise_span(Catalog *catalog, const CatalogAsset *asset, const CatalogTrack *track,
                       int64_t segment_index, GError **error) {
  SpanOutlook outlook;
  return track->kind == TRACK_KIND_AUDIO || catalog_raise_span(catalog, asset->id, segment_index, &outlook, error);
}

void whole_timeline_answer_missing(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                   const char *track_name, int64_t segment_index) {
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) tracks = NULL;
  g_autoptr(GError) error = NULL;
  if (!handler_load_this_asset(server, request, response, &asset))
    return;
  if (!catalog_load_tracks(server->catalog, asset->id, &tracks, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  bool is_growing = asset->state == ASSET_STATE_PLAYABLE || asset->state == ASSET_STATE_QUEUED;
  const CatalogTrack *track = is_growing ? find_planned(tracks, track_name, segment_index) : NULL;
  if (track == NULL)
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else if (!raise_span(server->catalog, asset, track, segment_index, &error))
    handler_set_error(response, request, error);
  else
    http_problem_set(response, request, asset->is_paused ? HTTP_PROBLEM_PAUSED : HTTP_PROBLEM_COMING, NULL);
}
