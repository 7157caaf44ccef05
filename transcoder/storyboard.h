/** The storyboard of a lesson: thumbnails at even distances on JPEG sheets. Made of key frames alone where they lie near
 * enough, else of one pass over all pictures. docs/notes/pictures-and-text.md has the reasons and figures. */
#pragma once

#include "catalog/storyboard.h"
#include "transcoder/encode_plan.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

#define STORYBOARD_TILES_MAX 400
#define STORYBOARD_COLUMNS 10
#define STORYBOARD_ROWS 10

/** Where thumbnails are taken. `key_distance_us` is how far key frames lie apart (INT64_MAX: too far to be of use). */
typedef struct {
  int64_t interval_us;
  int64_t tile_count;
  bool is_of_keys; /**< key frames alone; else every picture is decoded */
} StoryboardTimes;
StoryboardTimes storyboard_choose_times(int64_t duration_us, int64_t key_distance_us);

/** Size of a thumbnail: as the lesson is shown, within 160 x 90 or, upright, 90 x 160; even. */
void storyboard_tile_size(const LadderSource *picture, int32_t *ret_width, int32_t *ret_height);

/** Called with 0 to 1 after every thumbnail. */
typedef void (*StoryboardProgressFunc)(double value, gpointer user_data);

/** Writes "sheet-N.jpg" into `work_dir`; `ret_storyboard` (cleared by the caller) names them. Errors: UNSUPPORTED,
 * DAMAGED (not one picture), ENCODER, STORAGE. */
bool storyboard_make(Source *source, const EncodePlan *plan, const char *work_dir, StoryboardProgressFunc progress,
                     gpointer user_data, CatalogStoryboard *ret_storyboard, GError **error);
