#include "catalog/course.h"

#include "base/json_writer.h"
#include "catalog/course_cursor.h"
#include "catalog/course_row.h"
#include "catalog/like_pattern.h"
#include "catalog/transaction.h"

#include <string.h>

#define QUERY_TEXT_SIZE_MAX 1024
#define QUERY_WORDS_MAX 16
#define FILTER_COUNT 6
#define PAGE_ARGUMENT_COUNT (FILTER_COUNT + 3)

CoursePage *course_page_ref(CoursePage *page) {
  g_atomic_int_inc(&page->references);
  return page;
}

static void written_free(CourseWritten *written) {
  if (!written)
    return;
  g_bytes_unref(written->text);
  g_free(written->tag);
  g_free(written);
}

const CourseWritten *course_page_written(CoursePage *page) {
  return g_atomic_pointer_get(&page->written);
}

const CourseWritten *course_page_take_written(CoursePage *page, GBytes *text, const char *tag) {
  CourseWritten *written = g_new(CourseWritten, 1);
  *written = (CourseWritten){text, g_strdup(tag)};
  if (g_atomic_pointer_compare_and_exchange(&page->written, NULL, written))
    return written;
  written_free(written);
  return course_page_written(page);
}

void course_page_free(CoursePage *page) {
  if (!page || !g_atomic_int_dec_and_test(&page->references))
    return;
  written_free(page->written);
  g_ptr_array_unref(page->courses);
  g_array_unref(page->categories);
  g_array_unref(page->audiences);
  g_array_unref(page->kinds);
  g_array_unref(page->levels);
  g_array_unref(page->durations);
  g_array_unref(page->institutions);
  g_array_unref(page->divisions);
  g_clear_pointer(&page->hits, g_ptr_array_unref);
  g_free(page->next);
  g_free(page);
}

static void clear_facet_count(gpointer data) {
  g_free(((CourseFacetCount *)data)->value);
}

static GArray *new_facet(void) {
  GArray *facet = g_array_new(FALSE, FALSE, sizeof(CourseFacetCount));
  g_array_set_clear_func(facet, clear_facet_count);
  return facet;
}

CoursePage *course_page_new(void) {
  CoursePage *page = g_new0(CoursePage, 1);
  page->references = 1;
  page->courses = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_course_free);
  page->categories = new_facet();
  page->audiences = new_facet();
  page->kinds = new_facet();
  page->levels = new_facet();
  page->durations = new_facet();
  page->institutions = new_facet();
  page->divisions = new_facet();
  return page;
}

static bool refuse(GError **error, const char *reason) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, reason);
  return false;
}

bool course_query_check(const CourseQuery *query, GError **error) {
  if (query->limit < 1 || query->limit > COURSE_PAGE_LIMIT_MAX)
    return refuse(error, "limit is out of range");
  if (query->text && (strlen(query->text) > QUERY_TEXT_SIZE_MAX || !g_utf8_validate(query->text, -1, NULL)))
    return refuse(error, "the search text is too long or not UTF-8");
  return true;
}

static void append_word(GString *json, const char *word, size_t size) {
  g_autoptr(GString) pattern = g_string_new("%");
  like_pattern_append(pattern, word, size);
  g_string_append_c(pattern, '%');
  if (json->len > 1)
    g_string_append_c(json, ',');
  json_append_quoted(json, pattern->str);
}

/* JSON array of a LIKE pattern per word; NULL when there is no word. Words past QUERY_WORDS_MAX do not narrow further. */
static char *write_patterns(const char *text) {
  g_autoptr(GString) json = g_string_new("[");
  int count = 0;
  while (text && *text && count < QUERY_WORDS_MAX) {
    const char *end = text;
    while (*end && !g_unichar_isspace(g_utf8_get_char(end)))
      end = g_utf8_next_char(end);
    if (end > text) {
      append_word(json, text, (size_t)(end - text));
      count++;
    }
    text = *end ? g_utf8_next_char(end) : end;
  }
  if (count == 0)
    return NULL;
  g_string_append_c(json, ']');
  return g_strdup(json->str);
}

static char *write_prefix_pattern(const char *prefix) {
  if (!prefix || !*prefix)
    return NULL;
  g_autoptr(GString) pattern = g_string_new(NULL);
  like_pattern_append(pattern, prefix, strlen(prefix));
  g_string_append_c(pattern, '%');
  return g_strdup(pattern->str);
}

static const char *null_if_empty(const char *text) {
  return text && *text ? text : NULL;
}

static void add_facet_count(CoursePage *page, Statement *statement) {
  const char *facet = statement_text(statement, 0);
  int64_t count = statement_int(statement, 2);
  if (g_str_equal(facet, "total")) {
    page->total = count;
    return;
  }
  CourseFacetCount entry = {statement_dup_text(statement, 1), count};
  GArray *counts = g_str_equal(facet, "category") ? page->categories
                   : g_str_equal(facet, "kind")   ? page->kinds
                                                  : page->audiences;
  g_array_append_val(counts, entry);
}

static bool load_counts(Connection *connection, const Argument *filters, CoursePage *page, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_COUNT_COURSES);
  statement_bind_arguments(&statement, filters, FILTER_COUNT);
  while (statement_next_row(&statement))
    add_facet_count(page, &statement);
  return statement_check(&statement, error);
}

static StatementId page_statement(CourseSort sort) {
  return sort == COURSE_SORT_TITLE      ? STATEMENT_QUERY_COURSES_TITLE
         : sort == COURSE_SORT_DURATION ? STATEMENT_QUERY_COURSES_DURATION
                                        : STATEMENT_QUERY_COURSES_NEWEST;
}

/* Asks for one course more than the page takes, to know whether there is a next page. */
static bool load_courses(Connection *connection, const CourseQuery *query, const Argument *arguments,
                         CoursePage *page, GError **error) {
  g_auto(Statement) statement = statement_use(connection, page_statement(query->sort));
  statement_bind_arguments(&statement, arguments, PAGE_ARGUMENT_COUNT);
  while (statement_next_row(&statement)) {
    if (page->courses->len == (guint)query->limit) {
      page->next = course_cursor_write(query, page->courses->pdata[page->courses->len - 1]);
      return true;
    }
    g_ptr_array_add(page->courses, course_row_read(&statement));
  }
  return statement_check(&statement, error);
}

static bool run_query(Catalog *catalog, const CourseQuery *query, const CoursePosition *position, CoursePage *page,
                      GError **error) {
  g_autofree char *patterns = write_patterns(query->text);
  g_autofree char *division = write_prefix_pattern(query->division);
  g_autofree char *viewer = viewer_write_json(query->viewer);
  Argument arguments[PAGE_ARGUMENT_COUNT] = {
      argument_text(patterns),
      argument_text(null_if_empty(query->category)),
      argument_text(null_if_empty(query->audience)),
      argument_text(null_if_empty(query->kind)),
      argument_text(division),
      argument_text(viewer),
      query->sort == COURSE_SORT_TITLE ? argument_text(position->title) : argument_int(position->number),
      argument_text(position->id),
      argument_int(query->limit + 1),
  };
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         load_counts(transaction.connection, arguments, page, error) &&
         load_courses(transaction.connection, query, arguments, page, error);
}

bool catalog_query_courses(Catalog *catalog, const CourseQuery *query, CoursePage **ret_page, GError **error) {
  g_auto(CoursePosition) position = {0};
  if (!course_query_check(query, error) || (query->cursor && !course_cursor_parse(query, &position, error)))
    return false;
  g_autoptr(CoursePage) page = course_page_new();
  if (!run_query(catalog, query, &position, page, error))
    return false;
  *ret_page = g_steal_pointer(&page);
  return true;
}
