#include "catalog/course_desk.h"

#include "base/id.h"
#include "catalog/course_row.h"
#include "catalog/like_pattern.h"
#include "catalog/transaction.h"

#include <inttypes.h>
#include <string.h>

/* Behind what course_row_read() reads. */
#define COLUMN_MAKING 31
#define COLUMN_FAILED 32
#define TEXT_SIZE_MAX 1024

/* The last course of the page before. */
typedef struct {
  int64_t updated_us;
  const char *id; /* NULL: there is no page before */
} DeskPosition;

static void desk_course_free(gpointer data) {
  DeskCourse *entry = data;
  catalog_course_free(entry->course);
  g_free(entry);
}

void desk_page_free(DeskPage *page) {
  if (!page)
    return;
  g_ptr_array_unref(page->courses);
  g_free(page->next);
  g_free(page);
}

static bool refuse(GError **error, const char *reason) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, reason);
  return false;
}

/* "TIME.ID" */
static bool parse_cursor(const char *cursor, DeskPosition *ret_position, GError **error) {
  char *end = NULL;
  int64_t updated_us = g_ascii_strtoll(cursor, &end, 10);
  if (!g_ascii_isdigit(cursor[0]) || *end != '.' || !id_is_valid(end + 1))
    return refuse(error, "the cursor is not ours");
  *ret_position = (DeskPosition){updated_us, end + 1};
  return true;
}

static char *write_cursor(const CatalogCourse *last) {
  return g_strdup_printf("%" PRId64 ".%s", last->updated_us, last->id);
}

static bool check(const DeskQuery *query, GError **error) {
  if (query->limit < 1 || query->limit > COURSE_PAGE_LIMIT_MAX)
    return refuse(error, "limit is out of range");
  if (query->text && (strlen(query->text) > TEXT_SIZE_MAX || !g_utf8_validate(query->text, -1, NULL)))
    return refuse(error, "the text is too long or not UTF-8");
  return true;
}

static DeskCourse *read_entry(Statement *statement) {
  DeskCourse *entry = g_new0(DeskCourse, 1);
  entry->course = course_row_read(statement);
  entry->making_count = statement_int(statement, COLUMN_MAKING);
  entry->failed_count = statement_int(statement, COLUMN_FAILED);
  return entry;
}

static bool load_page(Connection *connection, const DeskQuery *query, const DeskPosition *position, DeskPage *page,
                      GError **error) {
  g_autofree char *viewer = viewer_write_json(query->viewer), *pattern = like_pattern_new(query->text);
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_EDITABLE_COURSES);
  statement_bind(&statement, argument_text(viewer), argument_text(query->state), argument_text(pattern),
                 argument_int(position->updated_us), argument_text(position->id), argument_int(query->limit + 1));
  while (statement_next_row(&statement)) {
    if (page->courses->len == (guint)query->limit) {
      DeskCourse *last = page->courses->pdata[page->courses->len - 1];
      page->next = write_cursor(last->course);
      return true;
    }
    g_ptr_array_add(page->courses, read_entry(&statement));
  }
  return statement_check(&statement, error);
}

bool catalog_query_desk(Catalog *catalog, const DeskQuery *query, DeskPage **ret_page, GError **error) {
  DeskPosition position = {0};
  if (!check(query, error) || (query->cursor && !parse_cursor(query->cursor, &position, error)))
    return false;
  g_auto(Transaction) transaction = {0};
  g_autoptr(DeskPage) page = g_new0(DeskPage, 1);
  page->courses = g_ptr_array_new_with_free_func(desk_course_free);
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !load_page(transaction.connection, query, &position, page, error))
    return false;
  *ret_page = g_steal_pointer(&page);
  return true;
}
