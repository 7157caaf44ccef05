#include "catalog/job_share.h"

/* `*ret_has` false when no institution has open jobs. */
static bool find_least(Connection *connection, int64_t *ret_least, bool *ret_has, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_LEAST_SHARE);
  if (!statement_find_row(&statement, ret_has, error))
    return false;
  *ret_least = *ret_has ? statement_int(&statement, 0) : 0;
  return true;
}

bool job_share_enter(Connection *connection, const char *institution, GError **error) {
  int64_t is_active = 0, least = 0;
  bool has_others = false;
  if (!connection_number(connection, STATEMENT_HAS_OPEN_JOB_OF_INSTITUTION, &is_active, error,
                         argument_text(institution)))
    return false;
  if (is_active)
    return true;
  return find_least(connection, &least, &has_others, error) &&
         (has_others || connection_run_bare(connection, STATEMENT_DELETE_SHARES, error)) &&
         connection_run(connection, STATEMENT_ENTER_INSTITUTION, error, argument_text(institution),
                        argument_int(least));
}
