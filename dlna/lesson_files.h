/** The files of a lesson that receivers play: progressive MP4 of one or two rungs, or the sound alone; and its captions.
 * Threads: any. */
#pragma once

#include "catalog/asset.h"
#include "catalog/catalog.h"
#include "dlna/content_tree.h"

typedef struct {
  char *path; /**< of the address: "/media/ASSET/720.mp4" */
  const char *mime;
  char *features; /**< dlna_features_write() */
  int32_t width, height, channels;
  int64_t bitrate_bps;
} LessonFile;

typedef struct {
  GArray *files;    /**< LessonFile, best first: receivers mostly take the first */
  GArray *captions; /**< CatalogCaption, Chinese first */
} LessonFiles;

/** A rung above this is offered only where there is none below. */
#define LESSON_FILE_HEIGHT_MAX 1080
/** For weak receivers the best rung up to this is offered too. */
#define LESSON_FILE_SMALL_HEIGHT 480

bool lesson_files_load(Catalog *catalog, const ContentLesson *lesson, LessonFiles *ret_files, GError **error);
void lesson_files_clear(LessonFiles *files);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LessonFiles, lesson_files_clear)

/** The address path of captions as SubRip; caller frees. */
char *lesson_files_caption_path(const ContentLesson *lesson, const CatalogCaption *caption);
