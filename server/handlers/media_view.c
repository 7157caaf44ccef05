#include "server/handlers/media_view.h"

#include "catalog/job.h"
#include "server/handlers/variant_order.h"

#include <string.h>

static void track_clear(gpointer data) {
  MediaViewTrack *track = data;
  g_clear_pointer(&track->segments, g_array_unref);
  g_free(track->uri);
  g_free(track->iframes_uri);
}

void media_view_clear(MediaView *view) {
  g_clear_pointer(&view->tracks, g_array_unref);
}

/** The segments that begin before `limit_us`. */
static GArray *convert_segments(const GArray *published, int32_t timescale_hz, int64_t limit_us) {
  GArray *segments = g_array_sized_new(false, false, sizeof(HlsSegment), published->len);
  int64_t start = 0;
  for (guint i = 0; i < published->len; i++) {
    const CatalogSegment *segment = &g_array_index(published, CatalogSegment, i);
    if (rescale_i64(start, G_TIME_SPAN_SECOND, timescale_hz) >= limit_us)
      break;
    HlsSegment converted = {.duration = segment->duration, .length_bytes = segment->length};
    g_array_append_val(segments, converted);
    start += segment->duration;
  }
  return segments;
}

static bool add_track(Catalog *catalog, const CatalogTrack *track, int64_t limit_us, GArray *tracks,
                      GError **error) {
  g_autoptr(GArray) published = NULL;
  if (track->segment_count == 0 || track->timescale_hz <= 0)
    return true;
  if (!catalog_load_segments(catalog, track->id, &published, error))
    return false;
  MediaViewTrack added = {.track = *track};
  added.segments = convert_segments(published, track->timescale_hz, limit_us);
  added.uri = g_strconcat(track->name, "/playlist.m3u8", NULL);
  if (track->kind == TRACK_KIND_VIDEO)
    added.iframes_uri = g_strconcat(track->name, "/iframes.m3u8", NULL);
  if (added.segments->len > 0)
    g_array_append_val(tracks, added);
  else
    track_clear(&added);
  return true;
}

bool media_view_load(Catalog *catalog, const CatalogAsset *asset, const char *track_name, MediaView *ret_view,
                     GError **error) {
  g_autoptr(GArray) stored = NULL;
  g_autoptr(GArray) tracks = g_array_new(false, false, sizeof(MediaViewTrack));
  g_array_set_clear_func(tracks, track_clear);
  int64_t limit_us = INT64_MAX;
  if (asset->state == ASSET_STATE_FAILED && !catalog_playable_us(catalog, asset->id, &limit_us, error))
    return false;
  if (!catalog_load_tracks(catalog, asset->id, &stored, error))
    return false;
  for (guint i = 0; i < stored->len; i++) {
    const CatalogTrack *track = &g_array_index(stored, CatalogTrack, i);
    if ((track_name == NULL || strcmp(track_name, track->name) == 0) &&
        !add_track(catalog, track, limit_us, tracks, error))
      return false;
  }
  ret_view->tracks = g_steal_pointer(&tracks);
  ret_view->is_growing = asset->state == ASSET_STATE_PLAYABLE || asset->state == ASSET_STATE_QUEUED;
  return true;
}

bool media_view_track_is_whole(const MediaView *view, const MediaViewTrack *track) {
  return !view->is_growing || track->track.is_complete;
}

static HlsBandwidth measure(const MediaViewTrack *track) {
  return hls_bandwidth_measure((const HlsSegment *)(const void *)track->segments->data, track->segments->len,
                               track->track.timescale_hz);
}

#define DESCRIBES_VIDEO "public.accessibility.describes-video"

/** A language as a viewer reads it in the list of sound tracks. */
static const char *language_label(const char *language) {
  static const struct {
    const char *prefix, *label;
  } labels[] = {{"zh-yue", "粤语"}, {"zh-HK", "粤语"}, {"zh", "中文"},  {"cmn", "普通话"},  {"yue", "粤语"},
                {"nan", "闽南语"},  {"hak", "客家话"}, {"wuu", "吴语"}, {"hsn", "湘语"},    {"gan", "赣语"},
                {"ii", "彝语"},     {"lis", "傈僳语"}, {"bo", "藏语"},  {"ug", "维吾尔语"}, {"mn", "蒙古语"},
                {"za", "壮语"},     {"en", "English"}};
  for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
    size_t length = strlen(labels[i].prefix);
    if (g_ascii_strncasecmp(language, labels[i].prefix, length) == 0 &&
        (language[length] == '\0' || language[length] == '-'))
      return labels[i].label;
  }
  return language[0] != '\0' ? language : "原声";
}

/** What a viewer reads in the list of sound tracks: the source's own words, else the language. */
static char *sound_name(const CatalogTrack *track) {
  if (track->label[0] != '\0')
    return g_strdup(track->label);
  const char *language = language_label(track->language);
  return track->role == TRACK_ROLE_DESCRIPTION ? g_strconcat(language, "（口述影像）", NULL) : g_strdup(language);
}

/** A growing lesson is not searched by pictures: it would look at all of them again after each span. */
static void add_variant(const MediaViewTrack *track, bool has_iframes, GArray *variants) {
  HlsVariant variant = {.uri = track->uri,
                        .codecs = track->track.codec,
                        .width = track->track.width,
                        .height = track->track.height,
                        .frame_rate = track->track.frame_rate,
                        .bandwidth = measure(track),
                        .iframes_uri = has_iframes ? track->iframes_uri : NULL};
  g_array_append_val(variants, variant);
}

/** Strings that a playlist under construction borrows live in an array of their own. */
static const char *keep(GPtrArray *strings, char *text) {
  g_ptr_array_add(strings, text);
  return text;
}

static void add_rendition(const MediaViewTrack *track, const char *group_id, GPtrArray *strings, GArray *audio) {
  const char *language = track->track.language;
  HlsRendition rendition = {
      .group_id = group_id,
      .name = keep(strings, sound_name(&track->track)),
      .language = language[0] != '\0' ? language : NULL,
      .uri = track->uri,
      .codecs = track->track.codec,
      .channels = track->track.channels,
      .is_default = track->track.role == TRACK_ROLE_MAIN,
      .bandwidth = measure(track),
      .characteristics = track->track.role == TRACK_ROLE_DESCRIPTION ? DESCRIBES_VIDEO : NULL,
  };
  g_array_append_val(audio, rendition);
}

static bool is_sound(const MediaViewTrack *track, bool is_main) {
  return track->track.kind == TRACK_KIND_AUDIO && (track->track.role == TRACK_ROLE_MAIN) == is_main;
}

/** A group of `main` (NULL: it cannot be played yet) and all other sounds. */
static void add_group(const MediaView *view, const MediaViewTrack *main, const char *group_id, GPtrArray *strings,
                      GArray *audio) {
  if (main != NULL)
    add_rendition(main, group_id, strings, audio);
  for (guint i = 0; i < view->tracks->len; i++) {
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    if (is_sound(track, false))
      add_rendition(track, group_id, strings, audio);
  }
}

/** The main sound in its best rendition goes with the pictures: group "audio". Each smaller rendition of it is a group
 * of its own, "audio-64", for listening without pictures. The other sounds are in all groups, which must have equal
 * members. */
static void collect_sounds(const MediaView *view, GPtrArray *strings, GArray *audio) {
  const MediaViewTrack *best = NULL;
  for (guint i = 0; i < view->tracks->len; i++) { /* by bit rate: the last is the best */
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    best = is_sound(track, true) ? track : best;
  }
  add_group(view, best, "audio", strings, audio);
  for (guint i = view->tracks->len; i-- > 0;) {
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    if (is_sound(track, true) && track != best)
      add_group(view, track,
                keep(strings, g_strdup_printf("audio-%" G_GINT64_FORMAT, track->track.bitrate_bps / 1000)), strings,
                audio);
  }
}

void media_view_write_multivariant(GString *out, const MediaView *view, const GArray *captions) {
  g_autoptr(GArray) variants = g_array_new(false, false, sizeof(HlsVariant));
  g_autoptr(GArray) audio = g_array_new(false, false, sizeof(HlsRendition));
  g_autoptr(GArray) subtitles = g_array_new(false, false, sizeof(HlsRendition));
  g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < view->tracks->len; i++) {
    const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, i);
    if (track->track.kind == TRACK_KIND_VIDEO)
      add_variant(track, !view->is_growing && !view->is_planned, variants);
  }
  collect_sounds(view, strings, audio);
  variant_order_apply((HlsVariant *)(void *)variants->data, variants->len);
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    HlsRendition rendition = {.group_id = "subtitles",
                              .name = caption->label,
                              .language = caption->language,
                              .uri = keep(strings, g_strdup_printf("captions/%s.m3u8", caption->language))};
    g_array_append_val(subtitles, rendition);
  }
  HlsMultivariant playlist = {.variants = (const HlsVariant *)(const void *)variants->data,
                              .variant_count = variants->len,
                              .audio = (const HlsRendition *)(const void *)audio->data,
                              .audio_count = audio->len,
                              .subtitles = (const HlsRendition *)(const void *)subtitles->data,
                              .subtitle_count = subtitles->len,
                              .is_growing = view->is_growing};
  hls_playlist_write_multivariant(out, &playlist);
}
