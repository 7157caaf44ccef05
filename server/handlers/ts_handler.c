#include "server/handlers/ts_handler.h"

#include "base/id.h"
#include "media/ts_segment.h"
#include "server/byte_cache.h"
#include "server/handlers/handler.h"
#include "server/handlers/media_view.h"
#include "server/handlers/playable.h"
#include "server/handlers/variant_order.h"
#include "server/handlers/whole_timeline.h"
#include "server/stored_segment.h"

#include <string.h>

#define TS_TYPE "video/mp2t"
#define TS_HLS_VERSION 3
/** What a picture costs beside its bytes: the PES header, the clock, and half a packet that is not filled. */
#define PICTURE_BYTES 120
/** Tables, and the packets that bring the counters round (media/ts_packet.h). */
#define SEGMENT_BYTES 3400

/** What goes into one transport stream. */
typedef struct {
  const MediaViewTrack *video, *audio; /**< one may be NULL */
} Pair;

static bool is_main_sound(const CatalogTrack *track) {
  return track->kind == TRACK_KIND_AUDIO && track->role == TRACK_ROLE_MAIN;
}

/** The main sound in its best rendition, NULL without one. Tracks are in order of bit rate. */
static const MediaViewTrack *find_main_sound(const MediaView *view) {
  const MediaViewTrack *best = NULL;
  for (guint i = 0; i < view->tracks->len; i++) {
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    best = is_main_sound(&track->track) ? track : best;
  }
  return best;
}

/** A rung with the main sound; a sound alone by its own name. False when `view` has no such track. */
static bool find_pair(const MediaView *view, const char *name, Pair *ret_pair) {
  for (guint i = 0; i < view->tracks->len; i++) {
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    if (strcmp(track->track.name, name) != 0)
      continue;
    bool is_video = track->track.kind == TRACK_KIND_VIDEO;
    *ret_pair = (Pair){.video = is_video ? track : NULL, .audio = is_video ? find_main_sound(view) : track};
    return true;
  }
  return false;
}

static const MediaViewTrack *leading(const Pair *pair) {
  return pair->video != NULL ? pair->video : pair->audio;
}

/** The segments that all tracks of the pair have. */
static size_t segment_count(const Pair *pair) {
  size_t count = leading(pair)->segments->len;
  return pair->audio != NULL ? MIN(count, pair->audio->segments->len) : count;
}

/** Sound of a lesson that has some is waited for: a stream that gains a track half way plays nowhere. */
static bool is_playable(const MediaView *view, const CatalogAsset *asset, const Pair *pair) {
  return pair->audio != NULL || !view->is_growing || !asset->has_audio;
}

/** Sizes of the segments in this view, near enough for BANDWIDTH: they are only known once they are made. */
static GArray *estimate_segments(const Pair *pair) {
  const MediaViewTrack *lead = leading(pair);
  GArray *segments = g_array_new(FALSE, FALSE, sizeof(HlsSegment));
  for (guint i = 0; i < segment_count(pair); i++) {
    HlsSegment segment = g_array_index(lead->segments, HlsSegment, i);
    int64_t bytes = segment.length_bytes + SEGMENT_BYTES, pictures = 0;
    if (pair->video != NULL && pair->audio != NULL)
      bytes += g_array_index(pair->audio->segments, HlsSegment, i).length_bytes;
    if (pair->video != NULL && rational_is_valid(lead->track.frame_rate))
      pictures = rescale_i64(segment.duration, lead->track.frame_rate.num,
                             (int64_t)lead->track.frame_rate.den * lead->track.timescale_hz);
    segment.length_bytes = (bytes + pictures * PICTURE_BYTES) * TS_PACKET_BYTES / (TS_PACKET_BYTES - 4);
    g_array_append_val(segments, segment);
  }
  return segments;
}

/** Strings that a playlist under construction borrows live in an array of their own. */
static const char *keep(GPtrArray *strings, char *text) {
  g_ptr_array_add(strings, text);
  return text;
}

static void add_variant(const Pair *pair, const char *prefix, GPtrArray *strings, GArray *variants) {
  const CatalogTrack *lead = &leading(pair)->track;
  bool is_muxed = pair->video != NULL && pair->audio != NULL;
  g_autoptr(GArray) segments = estimate_segments(pair);
  HlsVariant variant = {.uri = keep(strings, g_strconcat(prefix, leading(pair)->uri, NULL)),
                        .codecs = is_muxed
                                      ? keep(strings, g_strconcat(lead->codec, ",", pair->audio->track.codec, NULL))
                                      : lead->codec,
                        .width = lead->width,
                        .height = lead->height,
                        .frame_rate = lead->frame_rate,
                        .bandwidth = hls_bandwidth_measure((const HlsSegment *)(const void *)segments->data,
                                                           segments->len, lead->timescale_hz)};
  if (segments->len > 0)
    g_array_append_val(variants, variant);
}

/** Captions are EXT-X-MEDIA, which receivers of version 3 pass over. */
static GArray *collect_captions(const GArray *captions, const char *prefix, GPtrArray *strings) {
  GArray *renditions = g_array_new(FALSE, FALSE, sizeof(HlsRendition));
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    HlsRendition rendition = {.group_id = "subtitles",
                              .name = caption->label,
                              .language = caption->language,
                              .uri =
                                  keep(strings, g_strdup_printf("%scaptions/%s.m3u8", prefix, caption->language))};
    g_array_append_val(renditions, rendition);
  }
  return renditions;
}

/** `prefix`: from the playlist's folder to .../ts/. NULL when nothing can be played. */
static GString *write_multivariant(const MediaView *view, const CatalogAsset *asset, const GArray *captions,
                                   const char *prefix) {
  g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GArray) variants = g_array_new(FALSE, FALSE, sizeof(HlsVariant));
  const MediaViewTrack *sound = find_main_sound(view);
  for (guint i = 0; i < view->tracks->len; i++) {
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    Pair pair = {.video = track, .audio = sound};
    if (track->track.kind == TRACK_KIND_VIDEO && is_playable(view, asset, &pair))
      add_variant(&pair, prefix, strings, variants);
  }
  if (sound != NULL && !asset->has_video)
    add_variant(&(Pair){.audio = sound}, prefix, strings, variants);
  if (variants->len == 0)
    return NULL;
  variant_order_apply((HlsVariant *)(void *)variants->data, variants->len);
  g_autoptr(GArray) subtitles = collect_captions(captions, prefix, strings);
  HlsMultivariant playlist = {.version = TS_HLS_VERSION,
                              .variants = (const HlsVariant *)(const void *)variants->data,
                              .variant_count = variants->len,
                              .subtitles = (const HlsRendition *)(const void *)subtitles->data,
                              .subtitle_count = subtitles->len,
                              .is_growing = view->is_growing};
  GString *text = g_string_new(NULL);
  hls_playlist_write_multivariant(text, &playlist);
  return text;
}

static void answer_multivariant(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                const char *prefix) {
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) captions = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(MediaView) view = {0};
  if (!handler_load_asset(server, request, response, &asset))
    return;
  if (!media_view_load(server->catalog, asset, NULL, &view, &error) ||
      !catalog_load_captions(server->catalog, asset->id, &captions, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  GString *text = write_multivariant(&view, asset, captions, prefix);
  if (text == NULL)
    playable_set_not(response, request, asset);
  else
    playable_take_playlist(response, text, !view.is_growing);
}

void ts_handler_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_multivariant(context, request, response, "");
}

void ts_handler_multivariant_by_default(gpointer context, const HttpRequest *request, HttpResponse *response) {
  answer_multivariant(context, request, response, "ts/");
  response->sharing = HTTP_SHARING_NONE; /* other clients get another answer at this address */
}

void ts_handler_playlist(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(MediaView) view = {0};
  Pair pair = {0};
  if (!handler_load_asset(server, request, response, &asset))
    return;
  if (!media_view_load(server->catalog, asset, NULL, &view, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  const char *name = http_request_route_param(request, "track");
  if (!find_pair(&view, name, &pair) || !is_playable(&view, asset, &pair)) {
    playable_set_missing_track(server, request, response, asset, name);
    return;
  }
  HlsMediaPlaylist playlist = {.version = TS_HLS_VERSION,
                               .segments = (const HlsSegment *)(const void *)leading(&pair)->segments->data,
                               .segment_count = segment_count(&pair),
                               .timescale_hz = leading(&pair)->track.timescale_hz,
                               .target_duration_s = asset->target_duration_s,
                               .segment_suffix = ".ts",
                               .is_whole = media_view_track_is_whole(&view, leading(&pair)) &&
                                           (pair.audio == NULL || media_view_track_is_whole(&view, pair.audio))};
  GString *text = g_string_new(NULL);
  hls_playlist_write_media(text, &playlist);
  playable_take_playlist(response, text, playlist.is_whole);
}

/** Where a segment's bytes lie; key NULL: there is no such track. */
typedef struct {
  char name[16];
  char *key;
  CatalogSegment segment;
} StoredPlace;

static void stored_place_clear(StoredPlace *place) {
  g_clear_pointer(&place->key, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoredPlace, stored_place_clear)

/** The names of the tracks that go together: `*ret_audio` empty for a silent lesson, `*ret_video` for sound alone. False
 * when there is no track `name`. */
static bool find_names(const GArray *tracks, const char *name, char ret_video[16], char ret_audio[16]) {
  const CatalogTrack *asked = NULL, *sound = NULL;
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    if (strcmp(track->name, name) == 0)
      asked = track;
    if (is_main_sound(track) && track->segment_count > 0)
      sound = track;
  }
  if (asked == NULL)
    return false;
  bool is_video = asked->kind == TRACK_KIND_VIDEO;
  g_strlcpy(ret_video, is_video ? asked->name : "", 16);
  g_strlcpy(ret_audio, !is_video ? asked->name : sound != NULL ? sound->name : "", 16);
  return true;
}

static bool find_place(const ServerContext *server, const char *asset_id, int64_t index, StoredPlace *place,
                       GError **error) {
  return place->name[0] == '\0' ||
         catalog_find_segment(server->catalog, asset_id, place->name, index, &place->key, &place->segment, error);
}

static bool load_track(const ServerContext *server, const char *asset_id, const StoredPlace *place,
                       StoredSegment *segment, TsTrack *ret_track, GError **error) {
  if (place->key == NULL)
    return true;
  if (!stored_segment_load(server->catalog, server->store, asset_id, place->name, place->key, &place->segment,
                           segment, error))
    return false;
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(segment->bytes, &size);
  *ret_track = (TsTrack){.init = &segment->init,
                         .data = data,
                         .size_bytes = size,
                         .samples = (const Mp4Sample *)(const void *)segment->samples->data,
                         .sample_count = segment->samples->len};
  return true;
}

static GBytes *remux(const ServerContext *server, const char *asset_id, const StoredPlace *video,
                     const StoredPlace *audio, int64_t index, GError **error) {
  g_auto(StoredSegment) pictures = {0}, sound = {0};
  TsTrack video_track = {0}, audio_track = {0};
  if (!load_track(server, asset_id, video, &pictures, &video_track, error) ||
      !load_track(server, asset_id, audio, &sound, &audio_track, error))
    return NULL;
  TsSegment segment = {.video = video->key != NULL ? &video_track : NULL,
                       .audio = audio->key != NULL ? &audio_track : NULL,
                       .offset = TS_VIEW_OFFSET,
                       .number = (uint32_t)index};
  return ts_segment_write(&segment, error);
}

/** What the bytes are made of: the same key means the same bytes. */
static char *make_identity(const StoredPlace *video, const StoredPlace *audio, int64_t index) {
  return g_strdup_printf("ts1:%" G_GINT64_FORMAT ":%s:%" G_GINT64_FORMAT ":%s:%" G_GINT64_FORMAT, index,
                         video->key != NULL ? video->key : "", video->segment.offset,
                         audio->key != NULL ? audio->key : "", audio->segment.offset);
}

static void take_segment(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const StoredPlace *video, const StoredPlace *audio, int64_t index) {
  g_autoptr(GError) error = NULL;
  g_autofree char *identity = make_identity(video, audio, index);
  g_autoptr(GBytes) bytes = byte_cache_find(server->views, identity);
  if (bytes == NULL) {
    bytes = remux(server, http_request_route_param(request, "asset"), video, audio, index, &error);
    if (bytes == NULL) {
      handler_set_error(response, request, error);
      return;
    }
    byte_cache_keep(server->views, identity, bytes);
  }
  http_response_set_bytes(response, TS_TYPE, bytes);
  http_response_set_etag_of(response, identity, index, response->length);
  http_response_set_header(response, "Cache-Control", HTTP_CACHE_IMMUTABLE);
  response->takes_ranges = true;
  response->sharing = HTTP_SHARING_STORED;
}

void ts_handler_segment(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *asset_id = http_request_route_param(request, "asset");
  const char *name = http_request_route_param(request, "track");
  g_auto(StoredPlace) video = {0}, audio = {0};
  g_autoptr(GArray) tracks = NULL;
  g_autoptr(GError) error = NULL;
  int64_t index = 0;
  if (!id_is_valid(asset_id) || !handler_parse_index(http_request_route_param(request, "segment"), &index))
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else if (!catalog_load_tracks(server->catalog, asset_id, &tracks, &error))
    handler_set_error(response, request, error);
  else if (!find_names(tracks, name, video.name, audio.name))
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else if (find_place(server, asset_id, index, &video, &error) &&
           find_place(server, asset_id, index, &audio, &error))
    take_segment(server, request, response, &video, &audio, index);
  else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
    whole_timeline_answer_missing(server, request, response, name, index);
  else
    handler_set_error(response, request, error);
}
