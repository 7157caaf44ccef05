/** What followers of the catalog need (the search index, other nodes): which courses changed since they looked, and
 * whether somebody may see one.
 *
 * Every change that shows in a course gives it the next number, `change_seq`: its own fields, lists, lessons and
 * attachments, captions and chapters of its lessons, the state, length and poster of their assets, the names of its
 * institution, division and lecturers. A change is visible to readers no later than any with a higher number. Popularity
 * gives one only in large steps (catalog/popularity.h). A deleted course stays as a tombstone and is told like any other. Numbers only grow under one
 * mark of the catalog, see catalog_load_mark(). */
#pragma once

#include "catalog/catalog.h"
#include "catalog/viewer.h"

typedef struct {
  char *course_id;
  int64_t change_seq;
  bool is_deleted;
} CatalogCourseChange;

/** Up to `limit` courses with a number above `after_seq`, by number; a course that changed often is there once, with its
 * last number. `ret_changes`: array of CatalogCourseChange that frees what they hold. */
bool catalog_list_course_changes(Catalog *catalog, int64_t after_seq, int64_t limit, GArray **ret_changes,
                                 GError **error);
/** The highest number given; 0 in an empty catalog. */
bool catalog_load_last_change(Catalog *catalog, int64_t *ret_seq, GError **error);

/** False in `*ret_may_see` also when there is no such course: that it is there is not told. */
bool catalog_may_see_course(Catalog *catalog, const char *course_id, const CatalogViewer *viewer, bool *ret_may_see,
                            GError **error);

/** The catalog's mark: random, and another one after a restore. Numbers of changes are comparable only under one mark: a
 * follower that finds another one forgets all it knows and starts again from 0. Caller frees. */
bool catalog_load_mark(Catalog *catalog, char **ret_mark, GError **error);
bool catalog_renew_mark(Catalog *catalog, GError **error);
