#include "catalog/work.h"

#include "catalog/like_pattern.h"
#include "catalog/transaction.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_SIZE_MAX 1024

static const char *const state_names[WORK_STATE_COUNT] = {"waiting", "making", "paused", "failed", "ready"};

const char *work_state_name(WorkState state) {
  return state_names[state];
}

bool work_state_find(const char *name, WorkState *ret_state) {
  for (int i = 0; i < WORK_STATE_COUNT; i++)
    if (strcmp(name, state_names[i]) == 0) {
      *ret_state = (WorkState)i;
      return true;
    }
  return false;
}

static void clear_work(gpointer data) {
  CatalogWork *work = data;
  g_free(work->asset_id);
  g_free(work->source_name);
  g_free(work->institution);
  g_free(work->course_id);
  g_free(work->course_title);
  g_free(work->lesson_title);
  g_free(work->error_code);
  g_free(work->error_detail);
}

void work_page_free(WorkPage *page) {
  if (page == NULL)
    return;
  g_array_unref(page->items);
  g_free(page->next);
  g_free(page);
}

static CatalogWork read_work(Statement *statement) {
  CatalogWork work = {.asset_id = statement_dup_text(statement, 0),
                      .source_name = statement_dup_text(statement, 1),
                      .institution = statement_dup_text(statement, 2),
                      .course_id = statement_dup_text(statement, 3),
                      .course_title = statement_dup_text(statement, 4),
                      .lesson_title = statement_dup_text(statement, 5),
                      .progress = statement_real(statement, 7),
                      .error_code = statement_dup_text(statement, 8),
                      .error_detail = statement_dup_text(statement, 9),
                      .jobs_waiting = statement_int(statement, 10),
                      .jobs_running = statement_int(statement, 11),
                      .jobs_done = statement_int(statement, 12),
                      .jobs_failed = statement_int(statement, 13),
                      .source_size_bytes = statement_int(statement, 14),
                      .duration_us = statement_int(statement, 15),
                      .created_us = statement_int(statement, 16),
                      .updated_us = statement_int(statement, 17)};
  work_state_find(statement_text(statement, 6), &work.state);
  return work;
}

/* "CREATED-ASSET" of the last one of a page. */
static char *write_cursor(const CatalogWork *work) {
  return g_strdup_printf("%" PRId64 "-%s", work->created_us, work->asset_id);
}

static bool parse_cursor(const char *cursor, int64_t *ret_created_us, const char **ret_asset_id) {
  char *end = NULL;
  guint64 created_us = g_ascii_isdigit(cursor[0]) ? g_ascii_strtoull(cursor, &end, 10) : 0;
  if (end == NULL || *end != '-' || end[1] == '\0' || created_us > G_MAXINT64)
    return false;
  *ret_created_us = (int64_t)created_us;
  *ret_asset_id = end + 1;
  return true;
}

static bool check_query(const WorkQuery *query, int64_t *ret_created_us, const char **ret_asset_id,
                        GError **error) {
  bool is_good = query->limit >= 1 && query->limit <= WORK_PAGE_LIMIT_MAX &&
                 (query->text == NULL || strlen(query->text) <= TEXT_SIZE_MAX) &&
                 (query->cursor == NULL || parse_cursor(query->cursor, ret_created_us, ret_asset_id));
  if (!is_good)
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "the limit, text or cursor is wrong");
  return is_good;
}

/* Asks for one more than the page takes, to know whether there is a next page. */
bool catalog_query_work(Catalog *catalog, const WorkQuery *query, WorkPage **ret_page, GError **error) {
  int64_t created_us = 0;
  const char *asset_id = NULL, *state = query->state != NULL ? work_state_name(*query->state) : NULL;
  g_autofree char *pattern = like_pattern_new(query->text);
  g_auto(Transaction) transaction = {0};
  if (!check_query(query, &created_us, &asset_id, error) || !transaction_begin_read(&transaction, catalog, error))
    return false;
  g_autoptr(WorkPage) page = g_new0(WorkPage, 1);
  page->items = g_array_new(FALSE, TRUE, sizeof(CatalogWork));
  g_array_set_clear_func(page->items, clear_work);
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_QUERY_WORK);
  statement_bind(&statement, argument_text(query->reach), argument_text(state), argument_text(pattern),
                 argument_int(created_us), argument_text(asset_id), argument_int(query->limit + 1));
  while (statement_next_row(&statement)) {
    if (page->items->len == (guint)query->limit) {
      page->next = write_cursor(&g_array_index(page->items, CatalogWork, page->items->len - 1));
      break;
    }
    CatalogWork work = read_work(&statement);
    g_array_append_val(page->items, work);
  }
  if (page->next == NULL && !statement_check(&statement, error))
    return false;
  *ret_page = g_steal_pointer(&page);
  return true;
}

bool catalog_count_work(Catalog *catalog, const char *reach, int64_t ret_counts[WORK_STATE_COUNT], GError **error) {
  int64_t counts[WORK_STATE_COUNT] = {0};
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_COUNT_WORK);
  statement_bind(&statement, argument_text(reach));
  while (statement_next_row(&statement)) {
    WorkState state = WORK_STATE_WAITING;
    if (work_state_find(statement_text(&statement, 0), &state))
      counts[state] = statement_int(&statement, 1);
  }
  if (!statement_check(&statement, error))
    return false;
  memcpy(ret_counts, counts, sizeof counts);
  return true;
}

bool catalog_list_reached_institutions(Catalog *catalog, const char *reach, GHashTable **ret_names,
                                       GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_REACHED_INSTITUTIONS);
  statement_bind(&statement, argument_text(reach));
  while (statement_next_row(&statement))
    g_hash_table_add(names, statement_dup_text(&statement, 0));
  if (!statement_check(&statement, error))
    return false;
  *ret_names = g_steal_pointer(&names);
  return true;
}
