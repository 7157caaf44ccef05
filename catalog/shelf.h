/** The shelf: every whole lesson that somebody may see, in one list, for receivers that browse folders instead of asking
 * questions (DLNA). */
#pragma once

#include "catalog/catalog.h"
#include "catalog/viewer.h"

typedef struct {
  char *id, *title;
  int64_t position; /**< in its course, from 1 */
  char *course_id, *course_title, *summary;
  char *category;                     /**< slug; may be empty */
  char *institution_id, *institution; /**< id and name; each may be empty */
  char *lecturers;                    /**< names; may be empty */
  int64_t created_us;                 /**< of the course */
  char *asset_id;
  bool has_video, has_poster;
  int64_t duration_us;
} ShelfLesson;
void shelf_lesson_free(ShelfLesson *lesson);

/** Lessons whose asset is whole, those of the newest course first, within a course by position; `limit` at most. `viewer` NULL:
 * somebody unknown. `ret_lessons`: array of ShelfLesson * that frees them. */
bool catalog_list_shelf(Catalog *catalog, const CatalogViewer *viewer, int64_t limit, GPtrArray **ret_lessons,
                        GError **error);
