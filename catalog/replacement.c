#include "catalog/replacement.h"

#include "catalog/asset_row.h"
#include "catalog/course.h"
#include "catalog/job_lease.h"

void replaced_lesson_clear(ReplacedLesson *lesson) {
  g_free(lesson->institution);
  g_free(lesson->course_id);
  g_free(lesson->title);
}

static bool refuse(GError **error, const char *asset_id, const char *reason, const char *what) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "asset %s %s%s", asset_id, reason, what);
  return false;
}

static bool check_asset(Connection *connection, const char *old_id, char **ret_institution, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_REPLACEABLE);
  statement_bind(&statement, argument_text(old_id));
  if (!statement_load_row(&statement, error, "no asset %s", old_id))
    return false;
  if (statement_int(&statement, 1) != 0)
    return refuse(error, old_id, "has been replaced already", "");
  if (!statement_bool(&statement, 2))
    return refuse(error, old_id, "belongs to no lesson", "");
  if (!statement_is_null(&statement, 3))
    return refuse(error, old_id, "is being replaced already, by ", statement_text(&statement, 3));
  *ret_institution = statement_dup_text(&statement, 0);
  return true;
}

bool replacement_check(Connection *connection, const char *old_id, ReplacedLesson *ret_lesson, GError **error) {
  g_autofree char *institution = NULL;
  if (!check_asset(connection, old_id, &institution, error))
    return false;
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_LESSON_OF_ASSET);
  statement_bind(&statement, argument_text(old_id));
  if (!statement_load_row(&statement, error, "no lesson of asset %s", old_id))
    return false;
  *ret_lesson = (ReplacedLesson){.institution = g_steal_pointer(&institution),
                                 .course_id = statement_dup_text(&statement, 0),
                                 .title = statement_dup_text(&statement, 1)};
  return true;
}

/* `*ret_old_id` NULL when there is nothing to replace, or not yet. */
static bool find_replaced(Connection *connection, const char *asset_id, char **ret_old_id, AssetState *ret_state,
                          GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_REPLACED);
  statement_bind(&statement, argument_text(asset_id));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_old_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  if (has_row)
    *ret_state = asset_row_state(statement_text(&statement, 1));
  return true;
}

static bool suit_course(Connection *connection, const char *asset_id, GError **error) {
  int64_t duration_us = 0;
  return connection_number(connection, STATEMENT_LOAD_DURATION, &duration_us, error, argument_text(asset_id)) &&
         (duration_us <= COURSE_MICRO_MAX_US ||
          connection_run(connection, STATEMENT_SUIT_COURSE_KIND, error, argument_text(asset_id)));
}

bool replacement_settle(Connection *connection, const char *asset_id, int64_t now_us, GError **error) {
  g_autofree char *old_id = NULL;
  AssetState old_state = ASSET_STATE_READY;
  if (!find_replaced(connection, asset_id, &old_id, &old_state, error))
    return false;
  if (!old_id)
    return true;
  bool is_old_open = old_state == ASSET_STATE_QUEUED || old_state == ASSET_STATE_PLAYABLE;
  return connection_run(connection, STATEMENT_MOVE_LESSONS, error, argument_text(old_id),
                        argument_text(asset_id)) &&
         connection_run(connection, STATEMENT_RETIRE_ASSET, error, argument_text(old_id), argument_text(asset_id),
                        argument_int(now_us)) &&
         suit_course(connection, asset_id, error) &&
         (!is_old_open || job_lease_fail_asset(connection, old_id, "replaced", NULL, now_us, error));
}
