#include "catalog/popularity.h"

#include "catalog/transaction.h"

#define BATCH_COURSES 2000
#define UPKEEP_NAME "popularity"

bool catalog_add_plays(Catalog *catalog, const CoursePlays *courses, size_t count, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  for (size_t i = 0; i < count; i++)
    if (!connection_run(transaction.connection, STATEMENT_ADD_PLAYS, error, argument_text(courses[i].course_id),
                        argument_int(courses[i].plays * POPULARITY_OF_PLAY)))
      return false;
  return transaction_commit(&transaction, error);
}

/* How far the upkeep has come. */
typedef struct {
  int64_t done_us;
  char *position; /* id of the last course that has faded this time; "": not under way */
} Progress;

static void progress_clear(Progress *progress) {
  g_free(progress->position);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Progress, progress_clear)

static bool load(Connection *connection, Progress *progress, bool *ret_found, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_UPKEEP);
  statement_bind(&statement, argument_text(UPKEEP_NAME));
  if (!statement_find_row(&statement, ret_found, error))
    return false;
  if (*ret_found)
    *progress = (Progress){statement_int(&statement, 0), statement_dup_text(&statement, 1)};
  return true;
}

static bool save(Connection *connection, int64_t done_us, const char *position, GError **error) {
  return connection_run(connection, STATEMENT_SAVE_UPKEEP, error, argument_text(UPKEEP_NAME), argument_int(done_us),
                        argument_text(position));
}

/* `*ret_end` NULL: there is no course behind `after`. */
static bool find_end(Connection *connection, const char *after, char **ret_end, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_COURSE_BATCH);
  statement_bind(&statement, argument_text(after), argument_int(BATCH_COURSES));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_end = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

/* The courses after the position; the first time ever only the time is noted. */
static bool fade_batch(Connection *connection, int64_t now_us, bool *ret_over, int64_t *faded, GError **error) {
  g_auto(Progress) progress = {0};
  g_autofree char *end = NULL;
  bool is_found = false;
  if (!load(connection, &progress, &is_found, error))
    return false;
  bool is_due = is_found && (*progress.position || now_us - progress.done_us >= G_TIME_SPAN_DAY);
  *ret_over = !is_due;
  if (!is_due)
    return is_found || save(connection, now_us, "", error);
  if (!find_end(connection, progress.position, &end, error))
    return false;
  *ret_over = end == NULL;
  if (!end)
    return save(connection, now_us, "", error);
  if (!connection_run(connection, STATEMENT_FADE_POPULARITY, error, argument_text(progress.position),
                      argument_text(end), argument_int(1000 - POPULARITY_LOSS_PERMILLE)))
    return false;
  *faded += connection_changes(connection);
  return save(connection, progress.done_us, end, error);
}

bool catalog_fade_popularity(Catalog *catalog, int64_t now_us, PopularityStopFunc should_stop, gpointer user_data,
                             int64_t *ret_faded, GError **error) {
  int64_t faded = 0;
  bool is_over = false;
  while (!is_over && !(should_stop && should_stop(user_data))) {
    g_auto(Transaction) transaction = {0};
    if (!transaction_begin_write(&transaction, catalog, error) ||
        !fade_batch(transaction.connection, now_us, &is_over, &faded, error) ||
        !transaction_commit(&transaction, error))
      return false;
  }
  *ret_faded = faded;
  return true;
}
