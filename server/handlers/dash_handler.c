#include "server/handlers/dash_handler.h"

#include "catalog/storyboard.h"
#include "media/dash_manifest.h"
#include "server/handlers/handler.h"
#include "server/handlers/media_view.h"
#include "server/handlers/playable.h"
#include "server/handlers/whole_timeline.h"

#define MANIFEST_TYPE "application/dash+xml"

static DashRepresentation represent(const MediaViewTrack *track) {
  return (DashRepresentation){.id = track->track.name,
                              .codecs = track->track.codec,
                              .is_video = track->track.kind == TRACK_KIND_VIDEO,
                              .width = track->track.width,
                              .height = track->track.height,
                              .frame_rate = track->track.frame_rate,
                              .channels = track->track.channels,
                              .timescale_hz = track->track.timescale_hz,
                              .segments = (const HlsSegment *)(const void *)track->segments->data,
                              .segment_count = track->segments->len};
}

/** Renditions of the pictures are one set, those of each sound another. */
static bool goes_with(const CatalogTrack *a, const CatalogTrack *b) {
  return a->kind == b->kind &&
         (a->kind == TRACK_KIND_VIDEO || (a->sound_index == b->sound_index && a->role == b->role));
}

/** `representations` gets one for each track, in the order of the sets; it does not move while sets borrow from it. */
static void collect_sets(const MediaView *view, GArray *representations, GArray *sets) {
  g_autofree bool *is_taken = g_new0(bool, view->tracks->len + 1);
  for (guint i = 0; i < view->tracks->len; i++) {
    const MediaViewTrack *first = &g_array_index(view->tracks, MediaViewTrack, i);
    guint begin = representations->len;
    for (guint j = i; j < view->tracks->len && !is_taken[i]; j++) {
      const MediaViewTrack *track = &g_array_index(view->tracks, MediaViewTrack, j);
      if (is_taken[j] || !goes_with(&first->track, &track->track))
        continue;
      is_taken[j] = j != i;
      DashRepresentation representation = represent(track);
      g_array_append_val(representations, representation);
    }
    if (representations->len == begin)
      continue;
    bool is_video = first->track.kind == TRACK_KIND_VIDEO;
    DashSet set = {.language = first->track.language,
                   .label = first->track.label,
                   .role = is_video ? "main" : track_role_name(first->track.role),
                   .representations = &g_array_index(representations, DashRepresentation, begin),
                   .representation_count = representations->len - begin};
    g_array_append_val(sets, set);
  }
}

static GArray *collect_captions(const GArray *captions, GPtrArray *strings) {
  GArray *collected = g_array_new(FALSE, FALSE, sizeof(DashCaption));
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    char *uri = g_strdup_printf("captions/%s.vtt", caption->language);
    g_ptr_array_add(strings, uri);
    DashCaption added = {.language = caption->language, .label = caption->label, .uri = uri};
    g_array_append_val(collected, added);
  }
  return collected;
}

static DashThumbnails find_thumbnails(Catalog *catalog, const char *asset_id) {
  g_auto(CatalogStoryboard) storyboard = {0};
  if (!catalog_load_storyboard(catalog, asset_id, &storyboard, NULL))
    return (DashThumbnails){0};
  return (DashThumbnails){.interval_us = storyboard.interval_us,
                          .tile_width = storyboard.tile_width,
                          .tile_height = storyboard.tile_height,
                          .columns = storyboard.columns,
                          .rows = storyboard.rows};
}

static GString *write_manifest(Catalog *catalog, const CatalogAsset *asset, const MediaView *view,
                               const GArray *captions) {
  g_autoptr(GArray) representations =
      g_array_sized_new(FALSE, FALSE, sizeof(DashRepresentation), view->tracks->len);
  g_autoptr(GArray) sets = g_array_new(FALSE, FALSE, sizeof(DashSet));
  g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
  collect_sets(view, representations, sets);
  g_autoptr(GArray) texts = collect_captions(captions, strings);
  DashManifest manifest = {.sets = (const DashSet *)(const void *)sets->data,
                           .set_count = sets->len,
                           .captions = (const DashCaption *)(const void *)texts->data,
                           .caption_count = texts->len,
                           .thumbnails = find_thumbnails(catalog, asset->id)};
  GString *text = g_string_new(NULL);
  dash_manifest_write(text, &manifest);
  return text;
}

void dash_handler_manifest(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) captions = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(MediaView) view = {0};
  bool wants_whole = false, is_whole_view = false;
  if (!whole_timeline_parse(request, response, &wants_whole) ||
      !handler_load_asset(server, request, response, &asset))
    return;
  if (!media_view_load(server->catalog, asset, NULL, &view, &error) ||
      (wants_whole && !whole_timeline_apply(server->catalog, asset, true, &view, &is_whole_view, &error)) ||
      !catalog_load_captions(server->catalog, asset->id, &captions, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  if (view.tracks->len == 0) {
    playable_set_not(response, request, asset);
    return;
  }
  playable_take_manifest(response, MANIFEST_TYPE, write_manifest(server->catalog, asset, &view, captions),
                         !view.is_growing && !is_whole_view);
}
