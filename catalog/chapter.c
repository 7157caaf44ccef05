#include "catalog/chapter.h"

#include "catalog/job_lease.h"

static void clear_chapter(gpointer data) {
  CatalogChapter *chapter = data;
  g_free(chapter->title);
}

GArray *catalog_chapters_new(void) {
  GArray *chapters = g_array_new(FALSE, TRUE, sizeof(CatalogChapter));
  g_array_set_clear_func(chapters, clear_chapter);
  return chapters;
}

bool chapters_load_own(Connection *connection, const char *asset_id, GArray *chapters, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CHAPTERS);
  statement_bind(&statement, argument_text(asset_id));
  while (statement_next_row(&statement)) {
    CatalogChapter chapter = {.start_us = statement_int(&statement, 0), .title = statement_dup_text(&statement, 1)};
    g_array_append_val(chapters, chapter);
  }
  return statement_check(&statement, error);
}

static void add_untitled(GArray *chapters, int64_t start_us) {
  CatalogChapter chapter = {.start_us = start_us, .title = g_strdup("")};
  g_array_append_val(chapters, chapter);
}

static bool load_of_slides(Connection *connection, const char *asset_id, GArray *chapters, GError **error) {
  add_untitled(chapters, 0);
  int64_t last_us = 0;
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_SLIDE_CHANGES);
  statement_bind(&statement, argument_text(asset_id));
  while (statement_next_row(&statement)) {
    int64_t time_us = statement_int(&statement, 0);
    if (time_us - last_us < CHAPTER_MIN_US)
      continue;
    add_untitled(chapters, time_us);
    last_us = time_us;
  }
  if (chapters->len < 2)
    g_array_set_size(chapters, 0);
  return statement_check(&statement, error);
}

bool catalog_load_chapters(Catalog *catalog, const char *asset_id, GArray **ret_chapters, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GArray) chapters = catalog_chapters_new();
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !chapters_load_own(transaction.connection, asset_id, chapters, error) ||
      (chapters->len == 0 && !load_of_slides(transaction.connection, asset_id, chapters, error)))
    return false;
  *ret_chapters = g_steal_pointer(&chapters);
  return true;
}

static bool insert_slide_changes(Connection *connection, const char *asset_id, const int64_t *times_us,
                                 size_t count, GError **error) {
  for (size_t i = 0; i < count; i++)
    if (!connection_run(connection, STATEMENT_INSERT_SLIDE_CHANGE, error, argument_text(asset_id),
                        argument_int(times_us[i])))
      return false;
  return true;
}

bool catalog_add_slide_changes(Catalog *catalog, const CatalogJob *job, const char *owner, const int64_t *times_us,
                               size_t count, GError **error) {
  for (size_t i = 0; i < count; i++) {
    if (times_us[i] < 0) {
      g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a slide change lies before the lesson");
      return false;
    }
  }
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  if (lease.kind != JOB_KIND_SPAN && lease.kind != JOB_KIND_VIDEO) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a %s job sees no slides", job_kind_name(lease.kind));
    return false;
  }
  return insert_slide_changes(transaction.connection, lease.asset_id, times_us, count, error) &&
         transaction_commit(&transaction, error);
}
