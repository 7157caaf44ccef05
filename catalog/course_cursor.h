/** Cursors of course pages: the place after a course in one query's order, as an opaque text for URLs.
 * Internal to catalog/. */
#pragma once

#include "catalog/course.h"

/** What a course is sorted by, and its id. */
typedef struct {
  int64_t number; /**< what the sort goes by, or the score */
  char *title;    /**< COURSE_SORT_TITLE, else NULL */
  char *id;
} CoursePosition;
void course_position_clear(CoursePosition *position);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoursePosition, course_position_clear)

/** Caller frees. */
char *course_cursor_write_position(const CourseQuery *query, const CoursePosition *position);
/** The same of a course. */
char *course_cursor_write(const CourseQuery *query, const CatalogCourse *last);

/** Fails with CATALOG_ERROR_INVALID when the cursor was not written for the same filters and sort. */
bool course_cursor_parse(const CourseQuery *query, CoursePosition *ret_position, GError **error);
