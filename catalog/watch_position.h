/** Where people left off: one moment of each lesson per person, the one that was watched last by time. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/viewer.h"

/** Of one person; beyond it the oldest is forgotten. */
#define WATCH_POSITIONS_MAX 200

typedef struct {
  char *lesson_id, *lesson_title, *course_id, *course_title;
  char *asset_id; /**< the lesson's, as it is now */
  bool has_poster;
  int64_t lesson_count; /**< of the course */
  int64_t position_us, duration_us;
  int64_t saved_us; /**< when it was watched, since 1970 */
} WatchPosition;

/** Newest first, at most WATCH_POSITIONS_MAX; lessons of courses that `viewer` may not see (any more) are left out.
 * `ret_positions`: array of WatchPosition that frees what they hold. */
bool catalog_list_watch_positions(Catalog *catalog, const char *person_id, const CatalogViewer *viewer,
                                  GArray **ret_positions, GError **error);

/** Remember where the person was at `saved_us`; what was saved of a later time stays. NOT_FOUND when `viewer` sees no such
 * lesson; INVALID for a time that is negative. */
bool catalog_save_watch_position(Catalog *catalog, const char *person_id, const CatalogViewer *viewer,
                                 const char *lesson_id, int64_t position_us, int64_t duration_us, int64_t saved_us,
                                 GError **error);

/** Nothing happens when there is none. */
bool catalog_forget_watch_position(Catalog *catalog, const char *person_id, const char *lesson_id, GError **error);
