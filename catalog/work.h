/** What operators look at: the lessons' media as pieces of work, with state and reason, for those who may see them. Reads only;
 * catalog/control.h changes. */
#pragma once

#include "catalog/catalog.h"

typedef enum {
  WORK_STATE_WAITING, /**< its jobs are ready, none runs */
  WORK_STATE_MAKING,
  WORK_STATE_PAUSED,
  WORK_STATE_FAILED, /**< or cancelled */
  WORK_STATE_READY,
} WorkState;
#define WORK_STATE_COUNT (WORK_STATE_READY + 1)
/** "waiting", ... */
const char *work_state_name(WorkState state);
/** False when there is none of that name. */
bool work_state_find(const char *name, WorkState *ret_state);

typedef struct {
  char *asset_id;
  char *source_name;
  char *institution;              /**< the name it was taken in with; may be empty */
  char *course_id, *course_title; /**< "" when no lesson has it */
  char *lesson_title;
  WorkState state;
  double progress;                 /**< 0 to 1 */
  char *error_code, *error_detail; /**< NULL: none */
  int64_t jobs_waiting, jobs_running, jobs_done, jobs_failed;
  int64_t source_size_bytes, duration_us; /**< duration 0: not known yet */
  int64_t created_us, updated_us;
} CatalogWork;

#define WORK_PAGE_LIMIT_MAX 200
typedef struct {
  const char *reach;      /**< role_grants_write_reach(): what is shown */
  const WorkState *state; /**< NULL: any */
  const char *text;       /**< part of the title of the course or lesson, or of the file's name; NULL: any */
  const char *cursor;     /**< `next` of the page before; NULL: first page. INVALID when it is not ours */
  int limit;              /**< 1 to WORK_PAGE_LIMIT_MAX */
} WorkQuery;
typedef struct {
  GArray *items; /**< CatalogWork, taken in last first */
  char *next;    /**< NULL at the end */
} WorkPage;
void work_page_free(WorkPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkPage, work_page_free)
bool catalog_query_work(Catalog *catalog, const WorkQuery *query, WorkPage **ret_page, GError **error);

/** How many there are in each state within the reach. */
bool catalog_count_work(Catalog *catalog, const char *reach, int64_t ret_counts[WORK_STATE_COUNT], GError **error);

/** Names of the institutions within the reach: keys of the set that is returned, which frees them. */
bool catalog_list_reached_institutions(Catalog *catalog, const char *reach, GHashTable **ret_names, GError **error);
