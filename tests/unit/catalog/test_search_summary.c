#include "base/path.h"
#include "catalog/search/search_index.h"
#include "catalog/search/search_summary.h"

#include <string.h>

/* What was counted when the segment was written must be what counting finds, whoever asks and whatever was deleted. */

#define COURSES 1500
#define PICK(rand, list) list[g_rand_int_range(rand, 0, G_N_ELEMENTS(list))]

static const char *const words[] = {"太极拳", "书法", "音乐", "手机", "养生", "Excel"};
static const char *const categories[] = {"sports", "arts", ""};
static const char *const audiences[] = {"elders", "youth", "rural"};
static const char *const institutions[] = {"市社区大学", "东区社区学院", ""};
static const char *const divisions[] = {"510402001000", "510411100000", ""};
static const char *const visibilities[] = {SEARCH_VISIBILITY_PUBLIC, SEARCH_VISIBILITY_PUBLIC, "institution:a"};
static const char *const queries[] = {"太", "太极", "书法", "shufa", "sf", "y", "手机", "excel", "课", "的课"};

static SearchDocument *make_document(GRand *rand, int number) {
  g_autofree char *id = g_strdup_printf("course%04d", number);
  g_autofree char *title = g_strdup_printf("%s第%d课", PICK(rand, words), g_rand_int_range(rand, 1, 9));
  const char *const wanted[] = {PICK(rand, audiences), g_rand_boolean(rand) ? "elders" : NULL, NULL};
  const char *const tags[] = {PICK(rand, words), NULL};
  SearchDocument *document = search_document_new(id);
  search_document_set(&document->title, title);
  search_document_set(&document->summary, PICK(rand, words));
  search_document_set_list(&document->tags, tags);
  search_document_set_list(&document->audiences, wanted);
  search_document_set(&document->category, PICK(rand, categories));
  search_document_set(&document->institution, PICK(rand, institutions));
  search_document_set(&document->division, PICK(rand, divisions));
  search_document_set(&document->visibility, PICK(rand, visibilities));
  document->popularity = (uint32_t)g_rand_int_range(rand, 0, 100);
  document->duration_us = g_rand_int_range(rand, 0, 80) * 60 * G_TIME_SPAN_SECOND;
  return document;
}

static SearchIndex *make_index(const char *folder) {
  g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)g_test_rand_int());
  g_autoptr(SearchBuilder) builder = search_builder_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *damage = NULL;
  SearchIndex *index = search_index_open(folder, &damage, &error);
  g_assert_no_error(error);
  for (int i = 0; i < COURSES; i++)
    search_builder_take(builder, make_document(rand, i));
  search_index_apply(index, builder, NULL, 1, &error);
  g_assert_no_error(error);
  return index;
}

static bool holds(gconstpointer viewer, const char *visibility) {
  return g_str_equal(viewer, visibility);
}

static void assert_same(const SearchResult *a, const SearchResult *b) {
  g_assert_cmpint(a->total, ==, b->total);
  g_assert_cmpuint(a->hits->len, ==, b->hits->len);
  for (guint i = 0; i < a->hits->len; i++) {
    g_assert_cmpstr(g_array_index(a->hits, SearchHit, i).id, ==, g_array_index(b->hits, SearchHit, i).id);
    g_assert_cmpint(g_array_index(a->hits, SearchHit, i).number, ==, g_array_index(b->hits, SearchHit, i).number);
  }
  for (int facet = 0; facet < SEARCH_FACET_COUNT; facet++) {
    g_assert_cmpuint(a->facets[facet]->len, ==, b->facets[facet]->len);
    for (guint i = 0; i < a->facets[facet]->len; i++) {
      const SearchCount *left = &g_array_index(a->facets[facet], SearchCount, i);
      const SearchCount *right = &g_array_index(b->facets[facet], SearchCount, i);
      g_assert_cmpstr(left->value, ==, right->value);
      g_assert_cmpint(left->count, ==, right->count);
    }
  }
}

/* Exact requests count for themselves. */
static void compare(SearchIndex *index) {
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  for (size_t i = 0; i < G_N_ELEMENTS(queries); i++)
    for (int viewer = 0; viewer < 3; viewer++) {
      SearchRequest request = {.text = queries[i], .limit = 50, .has_facets = true};
      request.may_see = viewer > 0 ? holds : NULL;
      request.viewer = viewer == 1 ? "institution:a" : "institution:b";
      g_autoptr(SearchResult) quick = search_find(snapshot, &request);
      request.is_exact = true;
      g_autoptr(SearchResult) exact = search_find(snapshot, &request);
      assert_same(quick, exact);
    }
}

/* Is there a summary of the term that answers somebody unknown? Returns the total; -1: there is none. */
static int64_t summary_total(SearchIndex *index, const char *han) {
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  SearchRequest request = {.text = han, .limit = 1};
  g_auto(SearchFilter) filter = {0};
  g_auto(SearchSummary) summary = {0};
  gunichar character = g_utf8_get_char(han);
  SearchKey key = search_key_han(&character, 1);
  SegmentTerm term;
  search_filter_init(&filter, &snapshot->parts[0], &request);
  g_assert_true(segment_find_term(snapshot->parts[0].segment, key.bytes, key.size, &term));
  return search_summary_load(&filter, &term, CERTAINTY_WHOLE, &summary) ? summary.total : -1;
}

static int64_t found_total(SearchIndex *index, const char *text) {
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  SearchRequest request = {.text = text, .limit = 1, .is_exact = true};
  g_autoptr(SearchResult) result = search_find(snapshot, &request);
  return result->total;
}

static void test_search_summary_counts(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("kapok-summary-XXXXXX", &error);
  SearchIndex *index = make_index(folder);
  bool is_merged = false;
  compare(index);
  g_assert_cmpint(summary_total(index, "课"), ==, found_total(index, "课"));
  for (int deleted = 0; deleted < 12; deleted += 3) {
    g_autofree char *one = g_strdup_printf("course%04d", deleted * 100 + 7);
    g_autofree char *two = g_strdup_printf("course%04d", deleted * 100 + 8);
    const char *const removed[] = {one, two, "course0001", NULL};
    search_index_apply(index, NULL, removed, deleted + 2, &error);
    g_assert_no_error(error);
    compare(index);
    g_assert_cmpint(summary_total(index, "课"), ==, found_total(index, "课"));
  }
  search_index_merge(index, true, &is_merged, &error);
  g_assert_no_error(error);
  g_assert_true(is_merged);
  compare(index);
  g_assert_cmpint(summary_total(index, "课"), ==, found_total(index, "课"));
  search_index_close(index);
  g_assert_true(path_remove_tree(folder, NULL));
}

/* Rare terms have none, and so has whoever sees what is not public. */
static void test_search_summary_limits(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("kapok-summary-XXXXXX", &error);
  SearchIndex *index = make_index(folder);
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  SearchRequest request = {.text = "课", .limit = 1, .may_see = holds, .viewer = "institution:a"};
  g_auto(SearchFilter) filter = {0};
  g_auto(SearchSummary) summary = {0};
  SearchKey key = search_key_han((const gunichar[]){0x8BFE}, 1); /* 课 */
  SegmentTerm term;
  search_filter_init(&filter, &snapshot->parts[0], &request);
  g_assert_true(segment_find_term(snapshot->parts[0].segment, key.bytes, key.size, &term));
  g_assert_false(search_summary_load(&filter, &term, CERTAINTY_WHOLE, &summary));
  term.number = UINT64_MAX;
  g_assert_false(search_summary_load(&filter, &term, CERTAINTY_WHOLE, &summary));
  search_index_close(index);
  g_assert_true(path_remove_tree(folder, NULL));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/search/summary/counts", test_search_summary_counts);
  g_test_add_func("/search/summary/limits", test_search_summary_limits);
  return g_test_run();
}
