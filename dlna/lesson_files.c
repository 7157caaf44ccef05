#include "dlna/lesson_files.h"

#include "catalog/asset.h"
#include "media/dlna_profile.h"

#include <string.h>

static void lesson_file_clear(gpointer data) {
  LessonFile *file = data;
  g_free(file->path);
  g_free(file->features);
}

void lesson_files_clear(LessonFiles *files) {
  g_clear_pointer(&files->files, g_array_unref);
  g_clear_pointer(&files->captions, g_array_unref);
}

/** The main sound in its best rendition: tracks come by bit rate. */
static const CatalogTrack *find_sound(const GArray *tracks) {
  for (guint i = tracks->len; i > 0; i--) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i - 1);
    if (track->kind == TRACK_KIND_AUDIO && track->role == TRACK_ROLE_MAIN)
      return track;
  }
  return NULL;
}

/** The best rung of at most that height; NULL: all are larger. */
static const CatalogTrack *find_rung(const GArray *tracks, int32_t height_max) {
  for (guint i = tracks->len; i > 0; i--) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i - 1);
    if (track->kind == TRACK_KIND_VIDEO && track->height <= height_max)
      return track;
  }
  return NULL;
}

static const CatalogTrack *find_smallest_rung(const GArray *tracks) {
  for (guint i = 0; i < tracks->len; i++)
    if (g_array_index(tracks, CatalogTrack, i).kind == TRACK_KIND_VIDEO)
      return &g_array_index(tracks, CatalogTrack, i);
  return NULL;
}

/** Of pictures with sound, or, with `video` NULL, of sound alone. */
static void add_file(GArray *files, const char *asset_id, const CatalogTrack *video, const CatalogTrack *sound) {
  DlnaMovie movie = {.video_codec = video != NULL ? video->codec : NULL,
                     .audio_codec = sound != NULL ? sound->codec : NULL,
                     .width = video != NULL ? video->width : 0,
                     .height = video != NULL ? video->height : 0,
                     .channels = sound != NULL ? sound->channels : 0};
  LessonFile file = {.mime = video != NULL ? "video/mp4" : "audio/mp4",
                     .path = video != NULL ? g_strconcat("/media/", asset_id, "/", video->name + 1, ".mp4", NULL)
                                           : g_strconcat("/media/", asset_id, "/sound.m4a", NULL),
                     .features = dlna_features_write(dlna_profile_of_movie(&movie)),
                     .width = movie.width,
                     .height = movie.height,
                     .channels = movie.channels,
                     .bitrate_bps =
                         (video != NULL ? video->bitrate_bps : 0) + (sound != NULL ? sound->bitrate_bps : 0)};
  g_array_append_val(files, file);
}

static gint compare_captions(gconstpointer a, gconstpointer b) {
  const CatalogCaption *first = a, *second = b;
  return (g_ascii_strncasecmp(second->language, "zh", 2) == 0) -
         (g_ascii_strncasecmp(first->language, "zh", 2) == 0);
}

bool lesson_files_load(Catalog *catalog, const ContentLesson *lesson, LessonFiles *ret_files, GError **error) {
  g_autoptr(GArray) tracks = NULL;
  g_auto(LessonFiles) files = {.files = g_array_new(FALSE, FALSE, sizeof(LessonFile))};
  const char *asset_id = lesson->shelf->asset_id;
  g_array_set_clear_func(files.files, lesson_file_clear);
  if (!catalog_load_tracks(catalog, asset_id, &tracks, error) ||
      !catalog_load_captions(catalog, asset_id, &files.captions, error))
    return false;
  g_array_sort(files.captions, compare_captions);
  const CatalogTrack *sound = find_sound(tracks), *best = find_rung(tracks, LESSON_FILE_HEIGHT_MAX);
  if (best == NULL)
    best = find_smallest_rung(tracks);
  const CatalogTrack *small = find_rung(tracks, LESSON_FILE_SMALL_HEIGHT);
  if (best != NULL)
    add_file(files.files, asset_id, best, sound);
  if (small != NULL && small != best)
    add_file(files.files, asset_id, small, sound);
  if (best == NULL && sound != NULL)
    add_file(files.files, asset_id, NULL, sound);
  *ret_files = files;
  files = (LessonFiles){0};
  return true;
}

char *lesson_files_caption_path(const ContentLesson *lesson, const CatalogCaption *caption) {
  return g_strconcat("/media/", lesson->shelf->asset_id, "/captions/", caption->language, ".srt", NULL);
}
