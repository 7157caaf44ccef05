#include "catalog/course_change.h"
#include "catalog/course_index_internal.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define WAIT_US (20 * G_TIME_SPAN_SECOND)
#define MEMORY_BYTES (64 << 20)

static CourseIndex *open_index_of(const Fixture *fixture, int64_t memory_bytes) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_build_filename(fixture->root, "search", NULL);
  CourseIndex *index = course_index_open(fixture->catalog, fixture->store, folder, memory_bytes, NULL, &error);
  g_assert_no_error(error);
  return index;
}

static CourseIndex *open_index(const Fixture *fixture) {
  return open_index_of(fixture, MEMORY_BYTES);
}

static void add_course(const Fixture *fixture, const char *id, const char *title, const char *rest) {
  g_autofree char *sql = g_strdup_printf("INSERT INTO course (id, title, summary, created_us, updated_us) VALUES"
                                         " ('%s', '%s', '摘要', 1, 1); %s",
                                         id, title, rest);
  fixture_run_sql(fixture, sql);
}

static CoursePage *find(CourseIndex *index, const char *text, const CatalogViewer *viewer) {
  g_autoptr(GError) error = NULL;
  CoursePage *page = NULL;
  CourseQuery query = {.text = text, .viewer = viewer, .sort = COURSE_SORT_RELEVANCE, .limit = 10};
  g_assert_true(course_index_wait(index, WAIT_US));
  course_index_query(index, &query, &page, &error);
  g_assert_no_error(error);
  return page;
}

static void assert_found(CourseIndex *index, const char *text, const CatalogViewer *viewer, const char *ids) {
  g_autoptr(CoursePage) page = find(index, text, viewer);
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint i = 0; i < page->courses->len; i++)
    g_string_append_printf(found, "%s%s", i ? " " : "", ((CatalogCourse *)page->courses->pdata[i])->id);
  g_assert_cmpstr(found->str, ==, ids);
  g_assert_cmpint(page->total, ==, page->courses->len);
}

#define TAIJI "00000000000t1"
#define SHUFA "00000000000s1"
#define DRAFT "00000000000d1"

/* What changes in the catalog changes in the index: new, edited, withdrawn, deleted, tagged; and it outlives a restart. */
static void test_course_index_follows(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_course(fixture, TAIJI, "太极拳入门", "");
  CourseIndex *index = open_index(fixture);
  assert_found(index, "tjq", NULL, TAIJI);
  add_course(fixture, SHUFA, "书法", "");
  assert_found(index, "shufa", NULL, SHUFA);
  fixture_run_sql(fixture, "UPDATE course SET title = '八段锦' WHERE id = '" TAIJI "'");
  assert_found(index, "太极拳", NULL, "");
  assert_found(index, "八段锦", NULL, TAIJI);
  fixture_run_sql(fixture, "INSERT INTO course_tag VALUES ('" SHUFA "', '毛笔')");
  assert_found(index, "毛笔", NULL, SHUFA);
  course_index_close(index);
  fixture_run_sql(fixture, "UPDATE course SET state = 'deleted' WHERE id = '" TAIJI "'");
  index = open_index(fixture);
  assert_found(index, "八段锦", NULL, "");
  assert_found(index, "", NULL, SHUFA);
  course_index_close(index);
}

/* The rule of catalog/viewer.h holds: for lists, counts, facets and suggestions. */
static void test_course_index_visibility(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const char *const rights[] = {"510402000000", NULL}, *const standings[] = {"510402001001", NULL},
                           *const elsewhere[] = {"510411000000", NULL};
  const CatalogViewer manager = {.rights = rights}, neighbour = {.standings = standings},
                      stranger = {.standings = elsewhere};
  add_course(fixture, TAIJI, "太极拳",
             "UPDATE course SET visibility = 'division', visible_to = '510402001000', division = '510402001000',"
             " category = 'sports' WHERE id = '" TAIJI "'");
  add_course(fixture, DRAFT, "太极扇",
             "UPDATE course SET state = 'draft', division = '510402001000' WHERE id = '" DRAFT "'");
  g_autoptr(CourseIndex) index = open_index(fixture);
  assert_found(index, "太极", NULL, "");
  assert_found(index, "太极", &stranger, "");
  assert_found(index, "太极", &neighbour, TAIJI);
  assert_found(index, "太极", &catalog_viewer_everything, DRAFT " " TAIJI);
  g_autoptr(CoursePage) seen = find(index, "太极", &manager), unseen = find(index, "太极", NULL);
  g_assert_cmpint(seen->total, ==, 2);
  g_assert_cmpuint(seen->categories->len, ==, 1);
  g_assert_cmpuint(unseen->categories->len, ==, 0);
  g_assert_cmpuint(unseen->divisions->len, ==, 0);
  g_autoptr(GArray) all = NULL, none = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_true(course_index_suggest(index, "taij", &manager, 10, &all, &error));
  g_assert_true(course_index_suggest(index, "taij", NULL, 10, &none, &error));
  g_assert_cmpuint(all->len, ==, 2);
  g_assert_cmpuint(none->len, ==, 0);
}

static void test_course_index_highlights(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_course(fixture, TAIJI, "𠀀學太極拳", "");
  g_autoptr(CourseIndex) index = open_index(fixture);
  g_autoptr(CoursePage) page = find(index, "taijiquan", NULL);
  g_assert_cmpuint(page->hits->len, ==, 1);
  const CourseHit *hit = page->hits->pdata[0];
  g_assert_cmpuint(hit->title->len, ==, 1);
  const CourseRange *range = &g_array_index(hit->title, CourseRange, 0);
  g_assert_cmpint(range->start, ==, 3); /* the first character is two units of UTF-16 */
  g_assert_cmpint(range->end, ==, 6);
  g_assert_cmpuint(hit->summary->len, ==, 0);
}

static void test_course_index_captions(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset = fixture_add_lesson(fixture, "lesson.mp4");
  const char *vtt = "WEBVTT\n\n00:00:07.500 --> 00:00:09.000\n<b>白鹤</b>亮翅\n";
  blob_store_put_bytes(fixture->store, "captions/one.vtt", vtt, strlen(vtt), &error);
  g_assert_no_error(error);
  g_autofree char *sql =
      g_strdup_printf("INSERT INTO caption (asset_id, language, label, blob_key) VALUES ('%s', 'zh-CN', '中文',"
                      " 'captions/one.vtt')",
                      asset);
  fixture_run_sql(fixture, sql);
  g_autoptr(CourseIndex) index = open_index(fixture);
  g_autoptr(CoursePage) page = find(index, "白鹤亮翅", NULL);
  g_assert_cmpuint(page->hits->len, ==, 1);
  const CourseHit *hit = page->hits->pdata[0];
  g_assert_cmpuint(hit->moments->len, ==, 1);
  const CourseMoment *moment = &g_array_index(hit->moments, CourseMoment, 0);
  g_assert_cmpstr(moment->text, ==, "白鹤亮翅");
  g_assert_cmpint(moment->start_us, ==, 7500000);
  g_assert_false(moment->is_chapter);
}

/* Pages of every order: no course twice, none lost, cursors of another query refused. */
static void test_course_index_pages(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  for (int i = 0; i < 45; i++) {
    g_autofree char *id = g_strdup_printf("0000000000%03d", i), *title = g_strdup_printf("音乐%d", i % 7);
    g_autofree char *rest =
        g_strdup_printf("UPDATE course SET popularity = %d, created_us = %d WHERE id = '%s'", i % 4, i / 9, id);
    add_course(fixture, id, title, rest);
  }
  g_autoptr(CourseIndex) index = open_index(fixture);
  g_assert_true(course_index_wait(index, WAIT_US));
  for (int sort = COURSE_SORT_NEWEST; sort <= COURSE_SORT_POPULARITY; sort++) {
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *cursor = NULL;
    do {
      g_autoptr(GError) error = NULL;
      g_autoptr(CoursePage) page = NULL;
      CourseQuery query = {.text = "yinyue", .sort = (CourseSort)sort, .limit = 7, .cursor = cursor};
      course_index_query(index, &query, &page, &error);
      g_assert_no_error(error);
      for (guint i = 0; i < page->courses->len; i++)
        g_assert_true(g_hash_table_add(seen, g_strdup(((CatalogCourse *)page->courses->pdata[i])->id)));
      g_free(cursor);
      cursor = g_steal_pointer(&page->next);
      if (cursor) {
        g_autoptr(CoursePage) other = NULL;
        CourseQuery wrong = {.text = "yinyu", .sort = (CourseSort)sort, .limit = 7, .cursor = cursor};
        g_assert_false(course_index_query(index, &wrong, &other, &error));
        g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
      }
    } while (cursor);
    g_assert_cmpuint(g_hash_table_size(seen), ==, 45);
  }
}

static void assert_same_list(char *const *kept, char *const *loaded) {
  g_assert_true(g_strv_equal((const char *const *)kept, (const char *const *)loaded));
}

/* Everything that a list shows of a course is as the catalog has it now. */
static void assert_shown(Fixture *fixture, CourseIndex *index, const char *id) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogCourse) loaded = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_autoptr(CoursePage) page = find(index, "", &catalog_viewer_everything);
  catalog_load_course(fixture->catalog, id, &loaded, &lessons, &error);
  g_assert_no_error(error);
  const CatalogCourse *shown = NULL;
  for (guint i = 0; i < page->courses->len; i++)
    if (g_str_equal(((CatalogCourse *)page->courses->pdata[i])->id, id))
      shown = page->courses->pdata[i];
  g_assert_nonnull(shown);
  g_assert_cmpstr(shown->title, ==, loaded->title);
  g_assert_cmpstr(shown->summary, ==, loaded->summary);
  g_assert_cmpstr(shown->institution, ==, loaded->institution);
  g_assert_cmpstr(shown->division_name, ==, loaded->division_name);
  g_assert_cmpstr(shown->state, ==, loaded->state);
  g_assert_cmpstr(shown->asset_id, ==, loaded->asset_id);
  g_assert_cmpint(shown->asset_state, ==, loaded->asset_state);
  g_assert_cmpfloat(shown->asset_progress, ==, loaded->asset_progress);
  g_assert_cmpint(shown->lesson_count, ==, loaded->lesson_count);
  g_assert_cmpint(shown->duration_us, ==, loaded->duration_us);
  g_assert_cmpint(shown->row_version, ==, loaded->row_version);
  g_assert_cmpint(shown->has_poster, ==, loaded->has_poster);
  assert_same_list(shown->tags, loaded->tags);
  assert_same_list(shown->audiences, loaded->audiences);
  assert_same_list(shown->lecturers, loaded->lecturers);
}

/* Courses and pages are kept, and never shown when something has changed: by whatever process, lessons in the making as
 * well. */
static void test_course_index_shows_what_is(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const char *const edits[] = {
      "UPDATE course SET title = '太极剑', row_version = 2 WHERE id = '" TAIJI "'",
      "UPDATE course SET summary = '新的摘要' WHERE id = '" TAIJI "'",
      "INSERT INTO course_tag VALUES ('" TAIJI "', '健身')",
      "INSERT INTO course_audience VALUES ('" TAIJI "', 'elders')",
      "DELETE FROM course_tag",
      "INSERT INTO division (code, level, name, created_us, updated_us) VALUES"
      " ('510400000000', 1, '攀枝花市', 1, 1)",
      "UPDATE course SET division = '510400000000' WHERE id = '" TAIJI "'",
      "UPDATE division SET name = '攀枝花'",
      "UPDATE course SET state = 'withdrawn' WHERE id = '" TAIJI "'",
      "UPDATE lesson SET course_id = '" TAIJI "' WHERE course_id <> '" TAIJI "'",
      "UPDATE asset SET plan = '{}'",
      "UPDATE job SET progress = 0.5",
      "UPDATE job SET progress = 0.75",
      "UPDATE asset SET duration_us = 60000000",
      "UPDATE asset SET state = 'ready'",
      "UPDATE asset SET poster_key = 'a/poster'",
  };
  g_autofree char *asset_id = fixture_add_lesson(fixture, "太极.mp4");
  add_course(fixture, TAIJI, "太极拳", "");
  add_course(fixture, SHUFA, "书法", "");
  g_autoptr(CourseIndex) index = open_index(fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(edits); i++) {
    assert_shown(fixture, index, TAIJI);
    assert_shown(fixture, index, TAIJI); /* kept now */
    fixture_run_sql(fixture, edits[i]);
    assert_shown(fixture, index, TAIJI);
    assert_shown(fixture, index, SHUFA);
  }
}

/* An index that knows more than its catalog is of another one. */
static void test_course_index_of_another_catalog(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_course(fixture, TAIJI, "太极拳", "");
  CourseIndex *index = open_index(fixture);
  fixture_run_sql(fixture, "INSERT INTO course_tag VALUES ('" TAIJI "', '健身')");
  assert_found(index, "太极拳", NULL, TAIJI);
  course_index_close(index);
  fixture_run_sql(fixture, "DELETE FROM course; INSERT INTO course (id, title, created_us, updated_us)"
                           " VALUES ('" SHUFA "', '书法', 1, 1); UPDATE course SET change_seq = 1");
  index = open_index(fixture);
  assert_found(index, "", NULL, SHUFA);
  course_index_close(index);
}

/* After a restore the catalog has another mark: the index forgets what it knew, though no number tells. */
static void test_course_index_after_restore(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  add_course(fixture, TAIJI, "太极拳", "");
  add_course(fixture, SHUFA, "书法", "");
  CourseIndex *index = open_index(fixture);
  assert_found(index, "", NULL, SHUFA " " TAIJI);
  course_index_close(index);
  g_assert_true(catalog_load_mark(fixture->catalog, &before, &error));
  fixture_run_sql(fixture,
                  "DELETE FROM course WHERE id = '" TAIJI "'"); /* a course that the backup does not have */
  g_assert_true(catalog_renew_mark(fixture->catalog, &error));
  g_assert_true(catalog_load_mark(fixture->catalog, &after, &error));
  g_assert_cmpstr(before, !=, after);
  index = open_index(fixture);
  assert_found(index, "", NULL, SHUFA);
  course_index_close(index);
}

/* --- memory --- */

#define SMALL_MEMORY_BYTES (16 << 20) /* the least that search-memory may be */
#define MANY_COURSES 3000             /* more than a segment has whose results are not kept */
#define MANY_QUERIES 1500

static void add_many(const Fixture *fixture) {
  g_autoptr(GString) sql = g_string_new("BEGIN;");
  for (int i = 0; i < MANY_COURSES; i++)
    g_string_append_printf(sql,
                           "INSERT INTO course (id, title, summary, category, popularity, created_us, updated_us)"
                           " VALUES ('%013d', '课程 n%d', '第 %d 组的太极拳和书法', '%s', %d, %d, 1);",
                           i, i, i % 7, i % 2 ? "arts" : "sports", i % 11, i + 1);
  g_string_append(sql, "COMMIT;");
  fixture_run_sql(fixture, sql->str);
}

/* All that is answered to many questions, no two of them alike. */
static char *ask_many(CourseIndex *index) {
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  for (int i = 0; i < MANY_QUERIES; i++) {
    g_autofree char *text = g_strdup_printf("n%d", i), *group = g_strdup_printf("太极 n%d", i);
    g_autoptr(CoursePage) page = find(index, text, NULL), both = find(index, group, NULL);
    const CoursePage *pages[] = {page, both};
    for (size_t j = 0; j < G_N_ELEMENTS(pages); j++) {
      g_autofree char *total =
          g_strdup_printf("%" G_GINT64_FORMAT "/%u", (gint64)pages[j]->total, pages[j]->categories->len);
      g_checksum_update(checksum, (const guchar *)total, -1);
      for (guint k = 0; k < pages[j]->courses->len; k++)
        g_checksum_update(checksum, (const guchar *)((CatalogCourse *)pages[j]->courses->pdata[k])->id, -1);
    }
  }
  return g_strdup(g_checksum_get_string(checksum));
}

static void assert_within(const LruCacheFigures *figures, size_t budget_bytes) {
  g_assert_cmpuint(figures->size_bytes, <=, budget_bytes);
  g_assert_cmpuint(figures->size_bytes, >, budget_bytes / 2); /* it came to its limit, */
  g_assert_cmpuint(figures->misses, >, 2 * figures->count);   /* and most of what was kept has gone */
}

/* At the least memory that may be set what is kept stays within its share, and the answers are the same. */
static void test_course_index_memory(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  add_many(fixture);
  CourseIndex *index = open_index_of(fixture, 512 << 20);
  g_autofree char *plenty = ask_many(index);
  course_index_close(index);
  index = open_index_of(fixture, SMALL_MEMORY_BYTES);
  g_autofree char *little = ask_many(index);
  LruCacheFigures results, pages;
  search_cache_get_figures(index->results, &results);
  lru_cache_get_figures(index->pages, &pages);
  g_assert_cmpstr(little, ==, plenty);
  g_test_message("results %zu in %zu bytes, pages %zu in %zu bytes", results.count, results.size_bytes, pages.count,
                 pages.size_bytes);
  assert_within(&results, SMALL_MEMORY_BYTES / 16);
  assert_within(&pages, SMALL_MEMORY_BYTES / 16);
  course_index_close(index);
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD("/course_index/follows", test_course_index_follows);
  ADD("/course_index/memory", test_course_index_memory);
  ADD("/course_index/visibility", test_course_index_visibility);
  ADD("/course_index/highlights", test_course_index_highlights);
  ADD("/course_index/captions", test_course_index_captions);
  ADD("/course_index/pages", test_course_index_pages);
  ADD("/course_index/shows_what_is", test_course_index_shows_what_is);
  ADD("/course_index/of_another_catalog", test_course_index_of_another_catalog);
  ADD("/course_index/after_restore", test_course_index_after_restore);
  return g_test_run();
}
