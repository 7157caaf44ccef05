/** The search index of a catalog, kept up to date: a thread follows the numbers of changes (catalog/course_change.h), so
 * that a course is found a fraction of a second after it was published, by whatever process; another one merges.
 *
 * The index is derived: when its files are missing, damaged or of another catalog, it is built again from the catalog,
 * and what is in it so far is found meanwhile.
 *
 * Threads: any, but for open and close.
 */
#pragma once

#include "base/blob_store.h"
#include "catalog/course.h"

typedef struct CourseIndex CourseIndex;

/** Told from the index's threads: what happened, for the log. */
typedef void (*CourseIndexLogFunc)(bool is_error, const char *message);

/** Open the index in `folder` and begin to follow. `memory_bytes`: of its mapped files that may stay in memory.
 * CATALOG_ERROR_BUSY when another process has it open. Catalog and store (may be NULL: no captions) must outlive it. */
CourseIndex *course_index_open(Catalog *catalog, const BlobStore *store, const char *folder, int64_t memory_bytes,
                               CourseIndexLogFunc log, GError **error);
void course_index_close(CourseIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CourseIndex, course_index_close)

/** Wait until all changes up to now are in it, at most so long. */
bool course_index_wait(CourseIndex *index, int64_t timeout_us);

/** As catalog_query_courses(), with the index: its text is understood as docs/notes/search.md says, all sorts and filters
 * work, and all facets are counted. */
bool course_index_query(CourseIndex *index, const CourseQuery *query, CoursePage **ret_page, GError **error);

typedef struct {
  char *text;
  const char *kind; /**< "title", "tag", "lecturer", "institution" */
} CourseSuggestion;
#define COURSE_SUGGESTIONS_MAX 20
/** What may be meant by the beginning `text`, of courses that the viewer may see. INVALID for a text that is too long or
 * not UTF-8. `ret_suggestions`: array of CourseSuggestion that frees its texts. */
bool course_index_suggest(CourseIndex *index, const char *text, const CatalogViewer *viewer, int limit,
                          GArray **ret_suggestions, GError **error);

typedef struct {
  int64_t courses, segments; /**< in the index */
  int64_t change_seq, last_change;
} CourseIndexStatus;
/** For metrics. */
bool course_index_load_status(CourseIndex *index, CourseIndexStatus *ret_status, GError **error);
