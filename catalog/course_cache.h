/** Courses as lists show them, kept in memory, so that a page costs no dozen look-ups a course.
 *
 * A kept course is right while nothing at all was committed since it was looked at (catalog_version()), else while its
 * `change_seq` is the same, which one look-up tells; so is what the search index keeps of it. What changes without a number, the progress of a lesson that is
 * being made, is never kept. What was used least recently goes when the budget is spent. Internal to catalog/.
 * Threads: any.
 */
#pragma once

#include "catalog/course.h"

typedef struct CourseCache CourseCache;
/** The catalog must outlive it. */
CourseCache *course_cache_new(Catalog *catalog, size_t budget_bytes);
void course_cache_free(CourseCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CourseCache, course_cache_free)

/** What is asked for. */
typedef struct {
  const char *const *ids;
  size_t count;
  CatalogCourse *(*read_card)(gpointer data,
                              size_t i); /**< what the index has of it, or NULL; NULL: it has nothing */
  gpointer data;
  bool are_cards_current; /**< the index had all of the catalog when this was called */
} CourseWanted;
/** The courses of these ids, all of one moment or a later one than the call. `ret_courses`: array of CatalogCourse *
 * beside `ids`, NULL where there is none (any more); not to be changed. */
bool course_cache_load(CourseCache *cache, const CourseWanted *wanted, GPtrArray **ret_courses, GError **error);
