#include "base/id.h"
#include "catalog/course.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <stdlib.h>

#define COURSE_COUNT 120

/* What a made-up course is, for brute force. */
typedef struct {
  char *id, *title, *summary, *tag;
  const char *category, *audience, *second_audience, *kind, *division;
  int64_t created_us;
} Sample;

static void clear_sample(gpointer data) {
  Sample *sample = data;
  g_free(sample->id);
  g_free(sample->title);
  g_free(sample->summary);
  g_free(sample->tag);
}

static Sample make_sample(int i) {
  static const char *const words[] = {"太极拳", "书法", "100% 手工", "snake_case", "back\\slash", "Excel 表格"};
  size_t category_count = 0, audience_count = 0, kind_count = 0;
  const CatalogWord *categories = catalog_categories(&category_count);
  const CatalogWord *audiences = catalog_audiences(&audience_count);
  const CatalogWord *kinds = catalog_kinds(&kind_count);
  size_t n = (size_t)i;
  return (Sample){
      .id = id_new(),
      .title = g_strdup_printf("%s 第 %d 课", words[n % G_N_ELEMENTS(words)], i / 12),
      .summary = g_strdup_printf("summary %d of the course", i),
      .tag = g_strdup_printf("标签%d", i % 5),
      .category = i % 7 == 0 ? "" : categories[n % category_count].slug,
      .audience = audiences[n % audience_count].slug,
      .second_audience = audiences[(n * 3 + 1) % audience_count].slug,
      .kind = kinds[n % kind_count].slug,
      .division = i % 2 == 0 ? "510402001000" : "510411100000",
      .created_us = 1000 + i / 9, /* many ties */
  };
}

static void insert_sample(sqlite3 *db, const Sample *sample) {
  char *sql = sqlite3_mprintf(
      "INSERT INTO course (id, title, summary, kind, category, institution, division, created_us, updated_us)"
      " VALUES (%Q, %Q, %Q, %Q, %Q, '社区大学', %Q, %lld, %lld);"
      "INSERT INTO course_audience VALUES (%Q, %Q);"
      "INSERT OR IGNORE INTO course_audience VALUES (%Q, %Q);"
      "INSERT INTO course_tag VALUES (%Q, %Q);",
      sample->id, sample->title, sample->summary, sample->kind, sample->category, sample->division,
      (long long)sample->created_us, (long long)sample->created_us, sample->id, sample->audience, sample->id,
      sample->second_audience, sample->id, sample->tag);
  g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_free(sql);
}

static GArray *add_samples(const Fixture *fixture) {
  GArray *samples = g_array_new(FALSE, FALSE, sizeof(Sample));
  g_array_set_clear_func(samples, clear_sample);
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), ==, SQLITE_OK);
  for (int i = 0; i < COURSE_COUNT; i++) {
    Sample sample = make_sample(i);
    insert_sample(db, &sample);
    g_array_append_val(samples, sample);
  }
  g_assert_cmpint(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close(db);
  return samples;
}

static CoursePage *query(const Fixture *fixture, const CourseQuery *course_query) {
  g_autoptr(GError) error = NULL;
  CoursePage *page = NULL;
  catalog_query_courses(fixture->catalog, course_query, &page, &error);
  g_assert_no_error(error);
  return page;
}

static bool holds(const Sample *sample, const char *word) {
  return strstr(sample->title, word) || strstr(sample->summary, word) || strstr(sample->tag, word) ||
         strstr("社区大学", word);
}

static bool is_match(const Sample *sample, const CourseQuery *course_query) {
  g_auto(GStrv) words = g_strsplit(course_query->text ? course_query->text : "", " ", -1);
  for (char **word = words; *word; word++)
    if (!holds(sample, *word))
      return false;
  return (!course_query->category || g_str_equal(sample->category, course_query->category)) &&
         (!course_query->kind || g_str_equal(sample->kind, course_query->kind)) &&
         (!course_query->division || g_str_has_prefix(sample->division, course_query->division)) &&
         (!course_query->audience || g_str_equal(sample->audience, course_query->audience) ||
          g_str_equal(sample->second_audience, course_query->audience));
}

static void count_up(GHashTable *counts, const char *value) {
  if (*value)
    g_hash_table_insert(counts, (gpointer)value,
                        GINT_TO_POINTER(GPOINTER_TO_INT(g_hash_table_lookup(counts, value)) + 1));
}

static void assert_facet(const GArray *facet, GHashTable *expected) {
  g_assert_cmpuint(facet->len, ==, g_hash_table_size(expected));
  int64_t before = INT64_MAX;
  for (guint i = 0; i < facet->len; i++) {
    const CourseFacetCount *entry = &g_array_index(facet, CourseFacetCount, i);
    g_assert_cmpint(entry->count, ==, GPOINTER_TO_INT(g_hash_table_lookup(expected, entry->value)));
    g_assert_cmpint(entry->count, <=, before);
    before = entry->count;
  }
}

static void assert_like_brute_force(const Fixture *fixture, const GArray *samples,
                                    const CourseQuery *course_query) {
  g_autoptr(GHashTable) categories = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) audiences = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) kinds = g_hash_table_new(g_str_hash, g_str_equal);
  int64_t total = 0;
  for (guint i = 0; i < samples->len; i++) {
    const Sample *sample = &g_array_index(samples, Sample, i);
    if (!is_match(sample, course_query))
      continue;
    total++;
    count_up(categories, sample->category);
    count_up(kinds, sample->kind);
    count_up(audiences, sample->audience);
    if (!g_str_equal(sample->audience, sample->second_audience))
      count_up(audiences, sample->second_audience);
  }
  g_autoptr(CoursePage) page = query(fixture, course_query);
  g_assert_cmpint(page->total, ==, total);
  g_assert_cmpuint(page->courses->len, ==, MIN(total, course_query->limit));
  assert_facet(page->categories, categories);
  assert_facet(page->audiences, audiences);
  assert_facet(page->kinds, kinds);
}

static void test_course_query_filters_and_facets(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GArray) samples = add_samples(fixture);
  const CourseQuery queries[] = {
      {.limit = 100},
      {.limit = 20, .text = "太极拳"},
      {.limit = 20, .text = "太极"},
      {.limit = 20, .text = "太极拳 标签2"},
      {.limit = 20, .text = "社区大学 书法 课"},
      {.limit = 20, .text = "没有这个"},
      {.limit = 20, .text = "%"},
      {.limit = 20, .text = "_"},
      {.limit = 20, .text = "\\"},
      {.limit = 20, .text = "100%"},
      {.limit = 20, .text = "%太极"},
      {.limit = 20, .text = "\""},
      {.limit = 20, .text = "'; DROP TABLE course; --"},
      {.limit = 7, .category = "sports"},
      {.limit = 7, .category = "sports", .kind = "hd"},
      {.limit = 7, .audience = "elders"},
      {.limit = 7, .audience = "elders", .text = "书法", .kind = "micro"},
      {.limit = 50, .division = "5104"},
      {.limit = 50, .division = "510402"},
      {.limit = 50, .division = "5104%1"},
      {.limit = 50, .category = "unknown"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(queries); i++)
    assert_like_brute_force(fixture, samples, &queries[i]);
}

static void test_course_query_text_forms(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GArray) samples = add_samples(fixture);
  const struct {
    const char *text, *same_as;
  } cases[] = {{"  太极拳\t标签2 ", "太极拳 标签2"},
               {"太极拳　标签2", "太极拳 标签2"},
               {"EXCEL", "Excel"},
               {" 　 ", NULL},
               {"", NULL}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(CoursePage) page = query(fixture, &(CourseQuery){.limit = 1, .text = cases[i].text});
    g_autoptr(CoursePage) same = query(fixture, &(CourseQuery){.limit = 1, .text = cases[i].same_as});
    g_assert_cmpint(page->total, ==, same->total);
    g_assert_cmpint(page->total, >, 0);
  }
}

static int compare_by_sort(const CatalogCourse *a, const CatalogCourse *b, CourseSort sort) {
  if (sort == COURSE_SORT_NEWEST && a->created_us != b->created_us)
    return a->created_us > b->created_us ? -1 : 1;
  int order = sort == COURSE_SORT_TITLE ? strcmp(a->title, b->title) : 0;
  if (sort == COURSE_SORT_DURATION && a->duration_us != b->duration_us)
    return a->duration_us < b->duration_us ? -1 : 1;
  return order != 0 ? order : strcmp(a->id, b->id);
}

/* Every course once and in order, whatever the page size, also when courses are added between the pages. */
static void test_course_query_pages(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GArray) samples = add_samples(fixture);
  const int limits[] = {1, 7, 40, 100};
  for (int sort = COURSE_SORT_NEWEST; sort <= COURSE_SORT_DURATION; sort++) {
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
      g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
      g_autofree char *cursor = NULL;
      g_autoptr(CoursePage) last = NULL;
      do {
        CourseQuery course_query = {.limit = limits[i], .sort = (CourseSort)sort, .cursor = cursor, .text = "课"};
        CoursePage *page = query(fixture, &course_query);
        g_assert_cmpint(page->total, ==, COURSE_COUNT);
        for (guint c = 0; c < page->courses->len; c++) {
          CatalogCourse *course = page->courses->pdata[c];
          g_assert_true(g_hash_table_add(seen, g_strdup(course->id)));
          const CatalogCourse *before = c > 0  ? page->courses->pdata[c - 1]
                                        : last ? last->courses->pdata[last->courses->len - 1]
                                               : NULL;
          if (before)
            g_assert_cmpint(compare_by_sort(before, course, (CourseSort)sort), <, 0);
        }
        g_free(cursor);
        cursor = g_strdup(page->next);
        g_clear_pointer(&last, course_page_free);
        last = page;
      } while (cursor);
      g_assert_cmpuint(g_hash_table_size(seen), ==, COURSE_COUNT);
    }
  }
}

static void assert_cursor_refused(const Fixture *fixture, CourseQuery course_query, const char *cursor) {
  g_autoptr(GError) error = NULL;
  CoursePage *page = NULL;
  course_query.cursor = cursor;
  g_assert_false(catalog_query_courses(fixture->catalog, &course_query, &page, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_assert_null(page);
}

static void test_course_query_refuses_cursors(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GArray) samples = add_samples(fixture);
  CourseQuery course_query = {.limit = 3, .sort = COURSE_SORT_TITLE};
  g_autoptr(CoursePage) page = query(fixture, &course_query);
  for (size_t i = 0; page->next[i]; i++) { /* every character changed once, and every shorter text */
    g_autofree char *cursor = g_strdup(page->next);
    cursor[i] = cursor[i] == 'A' ? 'B' : 'A';
    if (page->next[i + 1]) /* the last one holds bits that mean nothing */
      assert_cursor_refused(fixture, course_query, cursor);
    cursor[i] = '\0';
    assert_cursor_refused(fixture, course_query, cursor);
  }
  g_autofree char *huge = g_strnfill(100000, 'A');
  const char *odd[] = {"", "%", "====", "AAAA", "太极", huge};
  for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
    assert_cursor_refused(fixture, course_query, odd[i]);
  /* of another query */
  assert_cursor_refused(fixture, (CourseQuery){.limit = 3, .sort = COURSE_SORT_NEWEST}, page->next);
  assert_cursor_refused(fixture, (CourseQuery){.limit = 3, .sort = COURSE_SORT_TITLE, .kind = "hd"}, page->next);
  /* the limit may change */
  g_autoptr(CoursePage) next =
      query(fixture, &(CourseQuery){.limit = 9, .sort = COURSE_SORT_TITLE, .cursor = page->next});
  g_assert_cmpuint(next->courses->len, ==, 9);
}

static void test_course_query_refuses_limits(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  const int limits[] = {0, -1, COURSE_PAGE_LIMIT_MAX + 1};
  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
    g_autoptr(GError) error = NULL;
    CoursePage *page = NULL;
    g_assert_false(catalog_query_courses(fixture->catalog, &(CourseQuery){.limit = limits[i]}, &page, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
}

static void test_course_row(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  fixture_run_sql(fixture, "INSERT INTO course_audience SELECT id, 'youth' FROM course;"
                           "INSERT INTO course_audience SELECT id, 'elders' FROM course;"
                           "INSERT INTO course_tag SELECT id, '气功 太极' FROM course");
  g_autoptr(CoursePage) page = query(fixture, &(CourseQuery){.limit = 10, .text = "气功"});
  g_assert_cmpuint(page->courses->len, ==, 1);
  const CatalogCourse *course = page->courses->pdata[0];
  g_assert_cmpstr(course->asset_id, ==, asset_id);
  g_assert_cmpint(course->asset_state, ==, ASSET_STATE_QUEUED);
  g_assert_cmpint(course->duration_us, ==, 5 * FIXTURE_SEGMENT_DURATION * 1000);
  g_assert_cmpfloat_with_epsilon(course->asset_progress, 1.0 / 9, 1e-9);
  g_assert_false(course->has_poster);
  g_assert_cmpstr(course->audiences[0], ==, "elders");
  g_assert_cmpstr(course->audiences[1], ==, "youth");
  g_assert_null(course->audiences[2]);
  g_assert_cmpstr(course->tags[0], ==, "气功 太极");
  g_assert_cmpstr(course->language, ==, "zh-CN");
  CatalogCourse *none = NULL;
  GPtrArray *lessons = NULL;
  g_assert_false(catalog_load_course(fixture->catalog, "nothing", &none, &lessons, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_course_words(void) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  g_assert_cmpuint(count, ==, 9);
  g_assert_cmpstr(catalog_find_word(words, count, "SPORTS")->slug, ==, "sports");
  g_assert_cmpstr(catalog_find_word(words, count, "运动健身")->slug, ==, "sports");
  g_assert_cmpstr(catalog_find_word(words, count, "sports and FITNESS")->slug, ==, "sports");
  g_assert_null(catalog_find_word(words, count, "运动"));
  g_assert_null(catalog_find_word(words, count, ""));
  g_assert_null(catalog_find_word(words, count, NULL));
  catalog_audiences(&count);
  g_assert_cmpuint(count, ==, 7);
  catalog_kinds(&count);
  g_assert_cmpuint(count, ==, 3);
}

#define ADD(name) g_test_add("/course/" #name, Fixture, NULL, fixture_set_up, test_course_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(query_filters_and_facets);
  ADD(query_text_forms);
  ADD(query_pages);
  ADD(query_refuses_cursors);
  ADD(query_refuses_limits);
  ADD(row);
  g_test_add_func("/course/words", test_course_words);
  return g_test_run();
}
