/** The courses that somebody works on, in every state: what the studio lists. */
#pragma once

#include "catalog/course.h"

typedef struct {
  CatalogCourse *course;
  int64_t making_count; /**< lessons that are not whole yet */
  int64_t failed_count; /**< lessons that could not be made */
} DeskCourse;

typedef struct {
  const CatalogViewer *viewer; /**< not NULL */
  const char *state;           /**< slug; NULL: any */
  const char *text;            /**< part of the title; NULL: any */
  int limit;                   /**< 1 to COURSE_PAGE_LIMIT_MAX */
  const char *cursor;          /**< `next` of the page before; NULL: first page. INVALID when it is not ours */
} DeskQuery;

typedef struct {
  GPtrArray *courses; /**< DeskCourse *, what was edited last first */
  char *next;         /**< NULL at the end */
} DeskPage;
void desk_page_free(DeskPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskPage, desk_page_free)

/** The courses that viewer_may_see() lets the viewer see for their own work, whatever their state. */
bool catalog_query_desk(Catalog *catalog, const DeskQuery *query, DeskPage **ret_page, GError **error);
