#include "server/handlers/asset_json.h"

#include "catalog/asset_viewer.h"
#include "catalog/failure.h"
#include "catalog/job.h"
#include "catalog/progress.h"
#include "server/handlers/chapter_handler.h"

#include <string.h>

const char *asset_json_error_text(const CatalogAsset *asset, HttpLanguage language) {
  if (asset->state != ASSET_STATE_FAILED)
    return NULL;
  return language == HTTP_LANGUAGE_EN ? failure_text_en(asset->error_code) : failure_text_zh(asset->error_code);
}

/** `path`: that of the asset, see access_media_path(). */
static void write_media_url(JsonWriter *writer, const char *name, const char *path, const char *file,
                            bool is_there) {
  g_autofree char *url = is_there ? g_strconcat(path, "/", file, NULL) : NULL;
  json_writer_member_string(writer, name, url);
}

static bool write_captions(JsonWriter *writer, Catalog *catalog, const CatalogAsset *asset, const char *path,
                           GError **error) {
  g_autoptr(GArray) captions = NULL;
  if (!catalog_load_captions(catalog, asset->id, &captions, error))
    return false;
  json_writer_name(writer, "captions");
  json_writer_begin_array(writer);
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    g_autofree char *file = g_strdup_printf("captions/%s.vtt", caption->language);
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "language", caption->language);
    json_writer_member_string(writer, "label", caption->label);
    write_media_url(writer, "url", path, file, true);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
  return true;
}

/** Share of its segments that is published, those past a gap too. */
static double track_share(const CatalogTrack *track, const CatalogAssetProgress *progress) {
  if (track->is_complete)
    return 1;
  for (guint i = 0; i < progress->tracks->len; i++) {
    const CatalogTrackProgress *each = &g_array_index(progress->tracks, CatalogTrackProgress, i);
    if (strcmp(each->name, track->name) == 0 && each->total > 0)
      return MIN((double)each->published / (double)each->total, 1.0);
  }
  return 0;
}

static void write_track(JsonWriter *writer, const CatalogTrack *track, const CatalogAssetProgress *progress) {
  bool is_video = track->kind == TRACK_KIND_VIDEO;
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "name", track->name);
  json_writer_member_string(writer, "kind", is_video ? "video" : "audio");
  json_writer_member_string(writer, "codec", track->codec);
  json_writer_member_int(writer, "bitrate", track->bitrate_bps);
  if (is_video) {
    json_writer_member_int(writer, "width", track->width);
    json_writer_member_int(writer, "height", track->height);
    if (rational_is_valid(track->frame_rate))
      json_writer_member_double(writer, "frame_rate", rational_to_double(track->frame_rate));
  } else {
    json_writer_member_int(writer, "channels", track->channels);
    json_writer_member_string(writer, "language", track->language[0] != '\0' ? track->language : NULL);
    json_writer_member_string(writer, "role", track_role_name(track->role));
    json_writer_member_string(writer, "label", track->label[0] != '\0' ? track->label : NULL);
  }
  json_writer_member_int(writer, "segments", track->segment_count);
  json_writer_member_int(writer, "segments_total", track->segment_total);
  json_writer_member_double(writer, "progress", track_share(track, progress));
  json_writer_end_object(writer);
}

static bool write_tracks(JsonWriter *writer, Catalog *catalog, const CatalogAsset *asset,
                         const CatalogAssetProgress *progress, GError **error) {
  g_autoptr(GArray) tracks = NULL;
  if (!catalog_load_tracks(catalog, asset->id, &tracks, error))
    return false;
  json_writer_name(writer, "tracks");
  json_writer_begin_array(writer);
  for (guint i = 0; i < tracks->len; i++)
    write_track(writer, &g_array_index(tracks, CatalogTrack, i), progress);
  json_writer_end_array(writer);
  return true;
}

void asset_json_write_chapters(JsonWriter *writer, const char *name, const GArray *chapters,
                               HttpLanguage language) {
  json_writer_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    g_autofree char *title = chapter_handler_title(chapter, i, language);
    json_writer_begin_object(writer);
    handler_write_seconds(writer, "start", chapter->start_us);
    json_writer_member_string(writer, "title", title);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static bool write_chapters(JsonWriter *writer, Catalog *catalog, const CatalogAsset *asset, HttpLanguage language,
                           GError **error) {
  g_autoptr(GArray) chapters = NULL;
  if (!catalog_load_chapters(catalog, asset->id, &chapters, error))
    return false;
  asset_json_write_chapters(writer, "chapters", chapters, language);
  return true;
}

static bool write_storyboard(JsonWriter *writer, Catalog *catalog, const CatalogAsset *asset, const char *path,
                             GError **error) {
  g_auto(CatalogStoryboard) storyboard = {0};
  g_autoptr(GError) cause = NULL;
  bool is_there = catalog_load_storyboard(catalog, asset->id, &storyboard, &cause);
  if (!is_there && !g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  write_media_url(writer, "storyboard", path, "storyboard.vtt", is_there);
  return true;
}

/** How fast it is made and how long that will still take: null when nothing is under way or it cannot be told. */
static void write_pace(JsonWriter *writer, const CatalogAsset *asset, const CatalogAssetProgress *progress) {
  bool is_growing = asset->state == ASSET_STATE_QUEUED || asset->state == ASSET_STATE_PLAYABLE;
  json_writer_name(writer, "speed");
  if (is_growing && progress->speed > 0)
    json_writer_double(writer, progress->speed);
  else
    json_writer_null(writer);
  json_writer_name(writer, "eta_s");
  if (is_growing && progress->left_us >= 0)
    json_writer_int(writer, (progress->left_us + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND);
  else
    json_writer_null(writer);
}

bool asset_json_write(JsonWriter *writer, const ServerContext *server, const CatalogAsset *asset,
                      HttpLanguage language, GError **error) {
  int64_t playable_us = 0;
  bool is_public = false, may_see = false;
  g_auto(CatalogAssetProgress) progress = {0};
  if (!catalog_may_see_asset(server->catalog, asset->id, NULL, &is_public, &may_see, error) ||
      !catalog_playable_us(server->catalog, asset->id, &playable_us, error) ||
      !catalog_load_asset_progress(server->catalog, asset->id, g_get_real_time(), &progress, error))
    return false;
  g_autofree char *path = access_media_path(server->access, asset->id, is_public);
  bool has_playlist = asset->state == ASSET_STATE_PLAYABLE || asset->state == ASSET_STATE_READY ||
                      (asset->state == ASSET_STATE_FAILED && playable_us > 0);
  bool is_probed = asset->has_video || asset->has_audio;
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "id", asset->id);
  json_writer_member_string(writer, "state", asset_state_name(asset->state));
  json_writer_member_double(writer, "progress", asset->progress);
  write_pace(writer, asset, &progress);
  handler_write_seconds(writer, "encoded", playable_us);
  handler_write_seconds(writer, "duration", asset->duration_us);
  json_writer_member_string(writer, "error", asset_json_error_text(asset, language));
  json_writer_member_string(writer, "error_code", asset->error_code);
  json_writer_member_string(writer, "kind", !is_probed ? NULL : asset->has_video ? "video" : "audio");
  json_writer_member_bool(writer, "has_audio", asset->has_audio);
  json_writer_name(writer, "source");
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "name", asset->source_name);
  json_writer_member_int(writer, "size", asset->source_size_bytes);
  json_writer_end_object(writer);
  write_media_url(writer, "poster", path, "poster.jpg", asset->poster_key != NULL);
  write_media_url(writer, "playlist", path, "master.m3u8", has_playlist);
  if (!write_storyboard(writer, server->catalog, asset, path, error) ||
      !write_chapters(writer, server->catalog, asset, language, error) ||
      !write_captions(writer, server->catalog, asset, path, error) ||
      !write_tracks(writer, server->catalog, asset, &progress, error))
    return false;
  handler_write_time(writer, "created_at", asset->created_us);
  json_writer_end_object(writer);
  return true;
}
