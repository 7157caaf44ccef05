/** What followers of the catalog need (the search index, other nodes): which courses changed since they looked, whether
 * somebody may see one, and how often courses are played.
 *
 * Every change that shows in a course gives it the next number, `change_seq`: its own fields, lists, lessons and
 * attachments, captions and chapters of its lessons, the state, length and poster of their assets, the names of its
 * institution, division and lecturers. A change is visible to readers no later than any with a higher number. Popularity
 * gives no number. A deleted course stays as a tombstone and is told like any other. Numbers only grow within one
 * catalog; after a restore from a backup a follower starts again from 0. */
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

/** A play counts so much, so that it still weighs after many decays. */
#define POPULARITY_OF_PLAY 1000
bool catalog_add_plays(Catalog *catalog, const char *course_id, int64_t plays, GError **error);
/** Multiply every course's popularity by `permille` / 1000: 970 once a day halves a play's weight in 23 days. */
bool catalog_decay_popularity(Catalog *catalog, int permille, GError **error);
