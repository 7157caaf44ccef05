#include "server/handlers/movie_handler.h"

#include "server/byte_cache.h"
#include "server/handlers/dlna_headers.h"
#include "server/handlers/handler.h"
#include "server/handlers/playable.h"
#include "server/movie_file.h"

#include <string.h>

/** The tracks of a file: pictures, then sound; or sound alone. */
typedef struct {
  const CatalogTrack *tracks[MP4_MOVIE_TRACKS_MAX];
  size_t count;
} Choice;

/** The rung of that name or height, and the main sound in its best rendition. `height` 0: the sound alone. */
static Choice choose_tracks(const GArray *tracks, int64_t height) {
  const CatalogTrack *video = NULL, *sound = NULL;
  g_autofree char *name = g_strdup_printf("v%" G_GINT64_FORMAT, height);
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    if (track->kind == TRACK_KIND_AUDIO && track->role == TRACK_ROLE_MAIN)
      sound = track;
    else if (track->kind == TRACK_KIND_VIDEO &&
             (strcmp(track->name, name) == 0 || (video == NULL && track->height == height)))
      video = track;
  }
  Choice choice = {0};
  if (video != NULL)
    choice.tracks[choice.count++] = video;
  if (sound != NULL && (video != NULL || height == 0))
    choice.tracks[choice.count++] = sound;
  return choice;
}

static GBytes *make_file(const ServerContext *server, const char *asset_id, const Choice *choice, GError **error) {
  StoredTrack stored[MP4_MOVIE_TRACKS_MAX] = {0};
  Mp4MovieTrack tracks[MP4_MOVIE_TRACKS_MAX] = {0};
  GBytes *packed = NULL;
  bool ok = true;
  for (size_t i = 0; ok && i < choice->count; i++) {
    ok = stored_track_load(server->catalog, server->store, asset_id, choice->tracks[i], MP4_MOVIE_SAMPLES_MAX,
                           &stored[i], error);
    if (ok)
      tracks[i] = (Mp4MovieTrack){.init = &stored[i].init,
                                  .samples = (const Mp4Sample *)(const void *)stored[i].samples->data,
                                  .sample_count = stored[i].samples->len,
                                  .segment_ends = (const guint *)(const void *)stored[i].segment_ends->data,
                                  .segment_count = stored[i].segment_ends->len};
  }
  g_auto(Mp4Movie) movie = {0};
  if (ok && mp4_movie_write(tracks, choice->count, &movie, error))
    packed = movie_file_pack(&movie, stored, choice->count);
  for (size_t i = 0; i < choice->count; i++)
    stored_track_clear(&stored[i]);
  return packed;
}

/** What the file is made of: encodes of a track have span files of their own, so the first tells them apart. */
static char *make_identity(const ServerContext *server, const char *asset_id, const Choice *choice,
                           GError **error) {
  GString *identity = g_string_new("mp4-1");
  for (size_t i = 0; i < choice->count; i++) {
    g_autofree char *key = NULL;
    CatalogSegment segment;
    if (!catalog_find_segment(server->catalog, asset_id, choice->tracks[i]->name, 0, &key, &segment, error)) {
      g_string_free(identity, TRUE);
      return NULL;
    }
    g_string_append_printf(identity, ":%s:%" G_GINT64_FORMAT, key, choice->tracks[i]->segment_count);
  }
  return g_string_free(identity, FALSE);
}

/** `keeps`: for whoever asks next. */
static GBytes *load_file(const ServerContext *server, const char *asset_id, const Choice *choice, bool keeps,
                         GError **error) {
  g_autofree char *identity = make_identity(server, asset_id, choice, error);
  GBytes *packed = identity != NULL ? byte_cache_find(server->views, identity) : NULL;
  if (identity == NULL || packed != NULL)
    return packed;
  packed = make_file(server, asset_id, choice, error);
  if (packed != NULL && keeps)
    byte_cache_keep(server->views, identity, packed);
  return packed;
}

/** What DLNA is told of the file. */
static DlnaMovie describe(const Choice *choice) {
  DlnaMovie movie = {0};
  for (size_t i = 0; i < choice->count; i++) {
    const CatalogTrack *track = choice->tracks[i];
    if (track->kind == TRACK_KIND_VIDEO) {
      movie.video_codec = track->codec;
      movie.width = track->width;
      movie.height = track->height;
    } else {
      movie.audio_codec = track->codec;
      movie.channels = track->channels;
    }
  }
  return movie;
}

static void answer(const ServerContext *server, const HttpRequest *request, HttpResponse *response, int64_t height,
                   const char *type) {
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) tracks = NULL;
  g_autoptr(GError) error = NULL;
  if (dlna_headers_refuse(request, response) || !handler_load_asset(server, request, response, &asset))
    return;
  if (!catalog_load_tracks(server->catalog, asset->id, &tracks, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  Choice choice = choose_tracks(tracks, height);
  if (asset->state != ASSET_STATE_READY) {
    playable_set_not(response, request, asset);
    return;
  }
  if (choice.count == 0) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return;
  }
  g_autoptr(GBytes) packed = load_file(server, asset->id, &choice, request->method != HTTP_METHOD_HEAD, &error);
  if (packed == NULL) {
    handler_set_error(response, request, error);
    return;
  }
  HttpBodyReader reader = movie_file_open(packed, server->store);
  http_response_take_reader(response, type, &reader, movie_file_size(packed));
  movie_file_write_etag(packed, response->etag);
  http_response_set_header(response, "Cache-Control", PLAYABLE_CACHE_WHOLE);
  response->takes_ranges = true;
  DlnaMovie movie = describe(&choice);
  dlna_headers_set(server, request, response, asset->id, &movie);
}

void movie_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  int64_t height = 0;
  if (!handler_parse_index(http_request_route_param(request, "height"), &height) || height == 0)
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else
    answer(context, request, response, height, "video/mp4");
}

void movie_handler_get_sound(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer(context, request, response, 0, "audio/mp4");
}
