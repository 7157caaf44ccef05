#include "base/path.h"
#include "catalog/catalog.h"
#include "catalog/search/pinyin_lexicon.h"
#include "catalog/search/search_cache.h"
#include "catalog/search/search_find.h"
#include "catalog/search/search_index.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const words[] = {"太极拳", "书法",  "音乐", "手机", "重庆", "养生", "烹饪",
                                    "广场舞", "Excel", "太湖", "拳法", "乐",   "电脑", "编程",
                                    "剪纸",   "急救",  "血压", "手语", "Word", "极光"};
static const char *const tails[] = {"入门", "教程", "", "第1课", "与健康", "欣赏", "（二）"};
static const char *const categories[] = {"sports", "arts", "life", ""};
static const char *const kinds[] = {"micro", "hd", "textbook"};
static const char *const levels[] = {"", "basic", "advanced"};
static const char *const audiences[] = {"elders", "youth", "rural", "workers"};
static const char *const institutions[] = {"市社区大学", "东区社区学院", "仁和文化站", ""};
static const char *const divisions[] = {"510400000000", "510402001000", "510402001002", "510411100000", ""};
static const char *const visibilities[] = {SEARCH_VISIBILITY_PUBLIC, SEARCH_VISIBILITY_PUBLIC, "division:510402",
                                           "institution:a"};
static const char *const queries[] = {"太极拳",
                                      "taijiquan",
                                      "tjq",
                                      "太",
                                      "太極",
                                      "taijq",
                                      "乐",
                                      "yinyue",
                                      "excel",
                                      "ex",
                                      "shouji",
                                      "音乐 手机",
                                      "书法入门",
                                      "taiji拳",
                                      "chongqing",
                                      "cq",
                                      "拳法 太极",
                                      "第1课",
                                      "xyz",
                                      "taijiqaun",
                                      "不存在",
                                      "",
                                      "太极拳 书法 编程 急救",
                                      "sq",
                                      "w",
                                      "s",
                                      "shu",
                                      "sh",
                                      "ch",
                                      "仁和",
                                      "王老师",
                                      "wls",
                                      "血压 极光",
                                      "听力"};

#define CACHE_BYTES (1u << 20) /* less than all that is asked needs */
#define PICK(rand, list) list[g_rand_int_range(rand, 0, G_N_ELEMENTS(list))]

/* What a course is, kept for brute force. */
typedef struct {
  SearchDocument *document;
  GHashTable *tokens; /* key, as a set */
} Known;

static void known_free(gpointer data) {
  Known *known = data;
  search_document_free(known->document);
  g_hash_table_unref(known->tokens);
  g_free(known);
}

static SearchDocument *make_document(GRand *rand, const char *id) {
  SearchDocument *document = search_document_new(id);
  g_autofree char *title = g_strconcat(PICK(rand, words), PICK(rand, words), PICK(rand, tails), NULL);
  g_autofree char *summary = g_strconcat("本课讲", PICK(rand, words), "，", PICK(rand, words), "。", NULL);
  const char *const tags[] = {PICK(rand, words), g_rand_boolean(rand) ? PICK(rand, words) : NULL, NULL};
  const char *const lecturers[] = {g_rand_boolean(rand) ? "王老师" : "李乐", NULL};
  const char *const wanted[] = {PICK(rand, audiences), g_rand_boolean(rand) ? "elders" : NULL, NULL};
  search_document_set(&document->title, title);
  search_document_set(&document->summary, summary);
  search_document_set(&document->category, PICK(rand, categories));
  search_document_set(&document->kind, PICK(rand, kinds));
  search_document_set(&document->level, PICK(rand, levels));
  search_document_set(&document->institution, PICK(rand, institutions));
  search_document_set(&document->division, PICK(rand, divisions));
  search_document_set(&document->visibility, PICK(rand, visibilities));
  search_document_set_list(&document->tags, tags);
  search_document_set_list(&document->lecturers, lecturers);
  search_document_set_list(&document->audiences, wanted);
  document->popularity = (uint32_t)g_rand_int_range(rand, 0, 20);
  document->created_us = g_rand_int_range(rand, 0, 50) * G_TIME_SPAN_DAY;
  document->duration_us = g_rand_int_range(rand, 0, 80) * 60 * G_TIME_SPAN_SECOND;
  if (g_rand_int_range(rand, 0, 3) == 0)
    search_document_add_cue(document, "lesson1", 65 * G_TIME_SPAN_SECOND, g_rand_boolean(rand), PICK(rand, words));
  return document;
}

static void add_token(gpointer data, const SearchKey *key, bool is_first, bool is_last) {
  (void)is_first;
  (void)is_last;
  g_hash_table_add(data, g_strndup(key->bytes, key->size));
}

static void add_tokens(GHashTable *tokens, const char *text, bool has_pinyin) {
  g_autoptr(FoldedText) folded = fold_text(text, strlen(text));
  search_analyze(folded, has_pinyin, add_token, tokens);
}

static Known *know(SearchDocument *document) {
  Known *known = g_new0(Known, 1);
  known->document = document;
  known->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  add_tokens(known->tokens, document->title, true);
  add_tokens(known->tokens, document->institution, true);
  add_tokens(known->tokens, document->tags[0], true);
  if (document->tags[1])
    add_tokens(known->tokens, document->tags[1], true);
  add_tokens(known->tokens, document->lecturers[0], true);
  add_tokens(known->tokens, document->summary, false);
  for (guint i = 0; i < document->cues->len; i++)
    add_tokens(known->tokens, g_array_index(document->cues, SearchCue, i).text, false);
  return known;
}

typedef struct {
  GHashTable *tokens;
  bool is_prefix, is_found;
} Lookup;

static void look_up(gpointer data, const SearchKey *key) {
  Lookup *lookup = data;
  g_autofree char *text = g_strndup(key->bytes, key->size);
  GHashTableIter iter;
  gpointer token;
  if (!lookup->is_prefix) {
    lookup->is_found = lookup->is_found || g_hash_table_contains(lookup->tokens, text);
    return;
  }
  g_hash_table_iter_init(&iter, lookup->tokens);
  while (g_hash_table_iter_next(&iter, &token, NULL))
    lookup->is_found = lookup->is_found || g_str_has_prefix(token, text);
}

static bool has_alternative(const Known *known, const QueryAlternative *alternative) {
  for (size_t i = 0; i < alternative->term_count; i++) {
    Lookup lookup = {known->tokens, alternative->terms[i].kind == TERM_PREFIX, false};
    query_term_for_each_key(&alternative->terms[i], look_up, &lookup);
    if (!lookup.is_found)
      return false;
  }
  return alternative->term_count > 0;
}

static unsigned count_units(const Known *known, const SearchQuery *query) {
  unsigned count = 0;
  for (size_t i = 0; i < query->unit_count; i++) {
    bool is_found = false;
    for (guint n = 0; n < query->units[i].alternatives->len; n++)
      is_found = is_found || has_alternative(known, query->units[i].alternatives->pdata[n]);
    count += is_found;
  }
  return count;
}

static bool is_same_or_any(const char *wanted, const char *value) {
  return !wanted || g_str_equal(wanted, value);
}

static bool holds(gconstpointer viewer, const char *visibility) {
  return g_strv_contains(viewer, visibility);
}

static bool is_allowed(const Known *known, const SearchRequest *request) {
  const SearchDocument *document = known->document;
  bool is_visible = g_str_equal(document->visibility, SEARCH_VISIBILITY_PUBLIC) ||
                    (request->may_see && request->may_see(request->viewer, document->visibility));
  return is_visible && is_same_or_any(request->category, document->category) &&
         is_same_or_any(request->kind, document->kind) && is_same_or_any(request->level, document->level) &&
         is_same_or_any(request->institution, document->institution) &&
         is_same_or_any(request->band, search_band_name(search_duration_band(document->duration_us))) &&
         (!request->audience || g_strv_contains((const char *const *)document->audiences, request->audience)) &&
         (!request->division || g_str_has_prefix(document->division, request->division));
}

/* Ids of what shall be found, with their documents. */
static GHashTable *expect(GHashTable *known, const SearchRequest *request, const SearchResult *result) {
  GHashTable *expected = g_hash_table_new(g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer id, value;
  bool is_wordless = request->text && *request->text && !result->query;
  unsigned least = result->query ? (unsigned)result->query->unit_count : 0;
  if (result->is_relaxed) {
    unsigned most = 0;
    g_hash_table_iter_init(&iter, known);
    while (g_hash_table_iter_next(&iter, &id, &value))
      if (is_allowed(value, request))
        most = MAX(most, count_units(value, result->query));
    g_assert_cmpuint(most, <, least);
    least = most;
  }
  g_hash_table_iter_init(&iter, known);
  while (!is_wordless && g_hash_table_iter_next(&iter, &id, &value))
    if (is_allowed(value, request) && (least == 0 || count_units(value, result->query) >= least))
      g_hash_table_insert(expected, id, value);
  return expected;
}

static void count_up(GHashTable *counts, const char *value) {
  if (*value)
    g_hash_table_insert(counts, (gpointer)value,
                        GINT_TO_POINTER(GPOINTER_TO_INT(g_hash_table_lookup(counts, value)) + 1));
}

static void count_document(GHashTable *const *counts, const SearchDocument *document, GStringChunk *chunk) {
  g_autofree char *county = g_strndup(document->division, 6);
  count_up(counts[SEARCH_FACET_CATEGORY], document->category);
  count_up(counts[SEARCH_FACET_KIND], document->kind);
  count_up(counts[SEARCH_FACET_LEVEL], document->level);
  count_up(counts[SEARCH_FACET_INSTITUTION], document->institution);
  count_up(counts[SEARCH_FACET_DURATION], search_band_name(search_duration_band(document->duration_us)));
  count_up(counts[SEARCH_FACET_DIVISION], g_string_chunk_insert_const(chunk, county));
  count_up(counts[SEARCH_FACET_AUDIENCE], document->audiences[0]);
  if (document->audiences[1] && !g_str_equal(document->audiences[0], document->audiences[1]))
    count_up(counts[SEARCH_FACET_AUDIENCE], document->audiences[1]);
}

static void assert_facets(const SearchResult *result, GHashTable *expected, bool has_division) {
  GHashTable *counts[SEARCH_FACET_COUNT];
  g_autoptr(GStringChunk) chunk = g_string_chunk_new(64);
  GHashTableIter iter;
  gpointer value;
  for (int i = 0; i < SEARCH_FACET_COUNT; i++)
    counts[i] = g_hash_table_new(g_str_hash, g_str_equal);
  g_hash_table_iter_init(&iter, expected);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    count_document(counts, ((Known *)value)->document, chunk);
  for (int i = 0; i < SEARCH_FACET_COUNT; i++) {
    if (i != SEARCH_FACET_DIVISION || !has_division) {
      g_assert_cmpuint(result->facets[i]->len, ==, g_hash_table_size(counts[i]));
      for (guint n = 0; n < result->facets[i]->len; n++) {
        const SearchCount *count = &g_array_index(result->facets[i], SearchCount, n);
        g_assert_cmpint(count->count, ==, GPOINTER_TO_INT(g_hash_table_lookup(counts[i], count->value)));
      }
    }
    g_hash_table_unref(counts[i]);
  }
}

static void assert_order(const SearchRequest *request, const SearchHit *before, const SearchHit *after) {
  int64_t a = before->number, b = after->number;
  switch (request->sort) {
  case SEARCH_SORT_DURATION:
    g_assert_cmpint(a, <=, b);
    break;
  case SEARCH_SORT_TITLE:
    return; /* shown by the pages: a wrong order would repeat or lose courses */
  default:
    g_assert_cmpint(a, >=, b);
  }
  if (a == b)
    g_assert_cmpstr(before->id, <, after->id);
}

/* Goes through all pages: each expected course comes once, in order. */
static void assert_pages(SearchSnapshot *snapshot, const SearchRequest *request, GHashTable *expected) {
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  SearchRequest next = *request;
  SearchPosition position = {0};
  SearchHit last = {0};
  bool has_more = true;
  next.has_facets = false;
  while (has_more) {
    g_autoptr(SearchResult) result = search_find(snapshot, &next);
    g_assert_cmpint(result->total, ==, g_hash_table_size(expected));
    for (guint i = 0; i < result->hits->len; i++) {
      const SearchHit *hit = &g_array_index(result->hits, SearchHit, i);
      g_assert_true(g_hash_table_contains(expected, hit->id));
      g_assert_true(g_hash_table_add(seen, g_strdup(hit->id)));
      if (last.id[0])
        assert_order(request, &last, hit);
      last = *hit;
    }
    has_more = result->has_more;
    g_free(position.title);
    position = (SearchPosition){0};
    if (has_more)
      position = search_result_position(snapshot, request, &last);
    next.after = &position;
  }
  g_assert_cmpuint(g_hash_table_size(seen), ==, g_hash_table_size(expected));
}

static const char *maybe(GRand *rand, const char *value) {
  return g_rand_int_range(rand, 0, 6) == 0 && *value ? value : NULL;
}

/* `cache` has what was asked of earlier states of the index. */
static void assert_like_brute_force(GRand *rand, SearchIndex *index, GHashTable *known, SearchCache *cache) {
  static const char *const keys[] = {"division:510402", "institution:a", NULL};
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  for (int i = 0; i < 18; i++) {
    SearchRequest request = {
        .text = PICK(rand, queries),
        .category = maybe(rand, PICK(rand, categories)),
        .audience = maybe(rand, PICK(rand, audiences)),
        .kind = maybe(rand, PICK(rand, kinds)),
        .level = maybe(rand, PICK(rand, levels)),
        .institution = maybe(rand, PICK(rand, institutions)),
        .band = maybe(rand, search_band_name((unsigned)g_rand_int_range(rand, 1, SEARCH_BAND_COUNT))),
        .division = maybe(rand, "510402"),
        .may_see = g_rand_boolean(rand) ? holds : NULL,
        .viewer = keys + g_rand_int_range(rand, 0, 3),
        .sort = (SearchSort)g_rand_int_range(rand, 0, SEARCH_SORT_TITLE + 1),
        .limit = g_rand_int_range(rand, 1, 40),
        .has_facets = true,
        .cache = cache,
    };
    if (i < 6) /* asked again and again by different people, while courses come and go */
      request = (SearchRequest){.text = queries[i],
                                .may_see = request.may_see,
                                .viewer = request.viewer,
                                .limit = 10,
                                .has_facets = true,
                                .cache = cache};
    g_autoptr(SearchResult) result = search_find(snapshot, &request);
    g_autoptr(GHashTable) expected = expect(known, &request, result);
    if (result->total != g_hash_table_size(expected))
      g_test_message("“%s” sort %d", request.text, request.sort);
    g_assert_cmpint(result->total, ==, g_hash_table_size(expected));
    assert_facets(result, expected, request.division != NULL);
    assert_pages(snapshot, &request, expected);
    g_autoptr(GArray) suggestions = search_suggest(snapshot, request.text, NULL, NULL, 10);
    for (guint n = 0; n < suggestions->len; n++) { /* each is a text of a public course */
      const char *text = g_array_index(suggestions, SearchSuggestion, n).text;
      GHashTableIter iter;
      gpointer value;
      bool is_public = false;
      g_hash_table_iter_init(&iter, known);
      while (!is_public && g_hash_table_iter_next(&iter, NULL, &value)) {
        const SearchDocument *document = ((Known *)value)->document;
        is_public = g_str_equal(document->visibility, SEARCH_VISIBILITY_PUBLIC) &&
                    (g_str_equal(document->title, text) || g_str_equal(document->institution, text) ||
                     g_strv_contains((const char *const *)document->tags, text) ||
                     g_strv_contains((const char *const *)document->lecturers, text));
      }
      g_assert_true(is_public);
    }
  }
}

/* Some courses new or changed, some taken out. */
static void edit(GRand *rand, SearchIndex *index, GHashTable *known, int64_t change_seq) {
  g_autoptr(GError) error = NULL;
  g_autoptr(SearchBuilder) builder = search_builder_new();
  g_autoptr(GHashTable) touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);
  int count = g_rand_int_range(rand, 0, 60);
  for (int i = 0; i < count; i++) {
    char *id = g_strdup_printf("course%03d", g_rand_int_range(rand, 0, 400));
    if (!g_hash_table_add(touched, id))
      continue;
    if (g_rand_int_range(rand, 0, 5) == 0) {
      g_hash_table_remove(known, id);
      g_ptr_array_add(removed, g_strdup(id));
      continue;
    }
    guint32 seed = g_rand_int(rand);
    g_autoptr(GRand) one = g_rand_new_with_seed(seed), same = g_rand_new_with_seed(seed);
    search_builder_take(builder, make_document(one, id));
    g_hash_table_insert(known, g_strdup(id), know(make_document(same, id)));
  }
  g_ptr_array_add(removed, NULL);
  search_index_apply(index, builder, (const char *const *)removed->pdata, change_seq, &error);
  g_assert_no_error(error);
}

static SearchIndex *open_index(const char *folder) {
  g_autoptr(GError) error = NULL;
  g_autofree char *damage = NULL;
  SearchIndex *index = search_index_open(folder, &damage, &error);
  g_assert_no_error(error);
  g_assert_null(damage);
  return index;
}

static char *new_folder(void) {
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("kapok-search-XXXXXX", &error);
  g_assert_no_error(error);
  return folder;
}

static void test_search_index_random_edits(void) {
  g_autofree char *folder = new_folder();
  g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)g_test_rand_int());
  g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
  g_autoptr(SearchCache) cache = search_cache_new(CACHE_BYTES, 0);
  SearchIndex *index = open_index(folder);
  for (int round = 1; round <= 30; round++) {
    g_autoptr(GError) error = NULL;
    bool is_merged = false;
    edit(rand, index, known, round);
    if (round % 3 == 0)
      search_index_merge(index, round % 12 == 0, &is_merged, &error);
    g_assert_no_error(error);
    if (round % 5 == 0) {
      search_index_close(index);
      index = open_index(folder);
    }
    assert_like_brute_force(rand, index, known, cache);
    g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
    g_assert_cmpint(snapshot->change_seq, ==, round);
    g_assert_cmpuint(snapshot->part_count, <=, 16);
  }
  g_assert_true(search_index_verify(index, NULL));
  LruCacheFigures figures;
  search_cache_get_figures(cache, &figures);
  g_assert_cmpuint(figures.hits, >, 0);
  g_assert_cmpuint(figures.size_bytes, <=, CACHE_BYTES);
  search_index_close(index);
  g_assert_true(path_remove_tree(folder, NULL));
}

/* Changes that come while a merge is under way are in the result. */
typedef struct {
  SearchIndex *index;
  gint is_over; /* atomic */
} Merging;

static gpointer merge_on(gpointer data) {
  Merging *merging = data;
  while (!g_atomic_int_get(&merging->is_over)) {
    g_autoptr(GError) error = NULL;
    bool is_merged = false;
    search_index_merge(merging->index, true, &is_merged, &error);
    g_assert_no_error(error);
  }
  return NULL;
}

static void test_search_index_merge_beside_edits(void) {
  g_autofree char *folder = new_folder();
  g_autoptr(GRand) rand = g_rand_new_with_seed(7);
  g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
  g_autoptr(SearchCache) cache = search_cache_new(CACHE_BYTES, 0);
  SearchIndex *index = open_index(folder);
  Merging merging = {index, 0};
  GThread *thread = g_thread_new("merge", merge_on, &merging);
  for (int round = 1; round <= 40; round++)
    edit(rand, index, known, round);
  g_atomic_int_set(&merging.is_over, 1);
  g_thread_join(thread);
  assert_like_brute_force(rand, index, known, cache);
  search_index_close(index);
  index = open_index(folder);
  assert_like_brute_force(rand, index, known, cache);
  search_index_close(index);
  g_assert_true(path_remove_tree(folder, NULL));
}

static SearchIndex *fill(const char *folder, const char *const (*texts)[3], size_t count) {
  g_autoptr(SearchBuilder) builder = search_builder_new();
  g_autoptr(GError) error = NULL;
  for (size_t i = 0; i < count; i++) {
    g_autofree char *id = g_strdup_printf("c%02d", (int)i);
    SearchDocument *document = search_document_new(id);
    const char *const tags[] = {texts[i][1], NULL};
    search_document_set(&document->title, texts[i][0]);
    search_document_set_list(&document->tags, texts[i][1] ? tags : NULL);
    search_document_set(&document->summary, texts[i][2]);
    search_builder_take(builder, document);
  }
  SearchIndex *index = open_index(folder);
  search_index_apply(index, builder, NULL, 1, &error);
  g_assert_no_error(error);
  return index;
}

static char *first_ids(SearchIndex *index, const char *text, bool *ret_corrected) {
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  SearchRequest request = {.text = text, .limit = 20};
  g_autoptr(SearchResult) result = search_find(snapshot, &request);
  GString *ids = g_string_new(NULL);
  for (guint i = 0; i < result->hits->len; i++)
    g_string_append_printf(ids, "%s%s", i ? " " : "", g_array_index(result->hits, SearchHit, i).id);
  if (ret_corrected)
    *ret_corrected = result->is_corrected;
  return g_string_free(ids, FALSE);
}

/* What people type for 太极拳, and what must not come with it. */
static void test_search_find_taiji(void) {
  static const char *const texts[][3] = {{"太极拳", NULL, NULL},     {"书法入门", NULL, "楷书"},
                                         {"银行卡安全", NULL, NULL}, {"音乐欣赏", NULL, NULL},
                                         {"重庆小面", NULL, NULL},   {"长辈学微信", NULL, NULL}};
  static const char *const cases[][2] = {
      {"taijiquan", "c00"},  {"tjq", "c00"},         {"太极", "c00"},    {"太極", "c00"},
      {"taijq", "c00"},      {"太", "c00"},          {"taiji拳", "c00"}, {"太ji拳", "c00"},
      {"ＴＡＩＪＩ", "c00"}, {"tai ji quan", "c00"}, {"taijiq", "c00"},  {"t", "c00"},
      {"tàijíquán", "c00"},  {"tjquan", "c00"},      {"taijiqu", "c00"}, {"taijiqaun", "c00"},
      {"tajiquan", "c00"},   {"taijiquann", "c00"},  {"shfua", "c01"},   {"chongqing", "c04"},
      {"zhongqing", ""},     {"yinyue", "c03"},      {"yinle", ""},      {"yinhang", "c02"},
      {"yinxing", ""},       {"zhangbei", "c05"},    {"changbei", ""},   {"zbxwx", "c05"},
      {"shufa", "c01"},      {"shfa", "c01"},        {"!?", ""},
  };
  g_autofree char *folder = new_folder();
  SearchIndex *index = fill(folder, texts, G_N_ELEMENTS(texts));
  int wrong = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    bool is_corrected = false;
    g_autofree char *ids = first_ids(index, cases[i][0], &is_corrected);
    bool is_right = cases[i][1][0] == '\0' ? ids[0] == '\0' || is_corrected : g_str_equal(ids, cases[i][1]);
    if (!is_right && ++wrong)
      g_test_message("“%s” finds %s, not %s", cases[i][0], ids, cases[i][1]);
  }
  g_assert_cmpint(wrong, ==, 0);
  search_index_close(index);
  g_assert_true(path_remove_tree(folder, NULL));
}

static void test_search_find_order(void) {
  static const char *const texts[][3] = {{"健身课", NULL, "练太极拳"}, {"健身课", "太极拳", NULL},
                                         {"学太极拳强身", NULL, NULL}, {"太极拳", NULL, NULL},
                                         {"太极与拳", "极拳", NULL},   {"太极拳入门", NULL, NULL}};
  g_autofree char *folder = new_folder();
  SearchIndex *index = fill(folder, texts, G_N_ELEMENTS(texts));
  g_autofree char *ids = first_ids(index, "太极拳", NULL);
  g_assert_cmpstr(ids, ==, "c03 c05 c02 c01 c00 c04"); /* whole, start, inside, tag, summary, scattered */
  search_index_close(index);
  g_assert_true(path_remove_tree(folder, NULL));
}

static void test_search_find_cues(void) {
  g_autofree char *folder = new_folder();
  g_autoptr(GError) error = NULL;
  g_autoptr(SearchBuilder) builder = search_builder_new();
  SearchDocument *document = search_document_new("c1");
  search_document_set(&document->title, "健身");
  search_document_add_cue(document, "l1", 1500000, false, "先活动手腕");
  search_document_add_cue(document, "l1", 7000000, false, "起势，双手向前");
  search_document_add_cue(document, "l2", 3250000, true, "云手");
  search_builder_take(builder, document);
  g_autoptr(SearchIndex) index = open_index(folder);
  search_index_apply(index, builder, NULL, 1, &error);
  g_assert_no_error(error);
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  SearchRequest request = {.text = "云手", .limit = 5};
  g_autoptr(SearchResult) result = search_find(snapshot, &request);
  g_assert_cmpint(result->total, ==, 1);
  g_autoptr(GArray) cues = search_find_cues(snapshot, result->query, &g_array_index(result->hits, SearchHit, 0), 3);
  g_assert_cmpuint(cues->len, ==, 1);
  const SearchCueHit *cue = &g_array_index(cues, SearchCueHit, 0);
  g_assert_cmpstr(cue->lesson_id, ==, "l2");
  g_assert_cmpint(cue->start_us, ==, 3250000);
  g_assert_true(cue->is_chapter);
  g_assert_true(path_remove_tree(folder, NULL));
}

/* Every file cut short or with a byte changed is found out, and the index begins anew. */
static void test_search_index_damage(void) {
  static const char *const texts[][3] = {{"太极拳", NULL, NULL}, {"书法", NULL, NULL}};
  g_autofree char *folder = new_folder();
  search_index_close(fill(folder, texts, 2));
  g_autofree char *path = g_build_filename(folder, "00000001.segment", NULL), *data = NULL;
  size_t size = 0;
  g_assert_true(g_file_get_contents(path, &data, &size, NULL));
  for (size_t cut = 0; cut < size; cut += 611) {
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(path, data, (gssize)cut, NULL));
    g_autoptr(SearchSegment) segment = segment_open(path, &error);
    g_assert_null(segment);
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED);
  }
  for (size_t at = 0; at < size; at += 13) {
    g_autoptr(GError) error = NULL;
    data[at] ^= 0x55;
    g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
    data[at] ^= 0x55;
    g_autoptr(SearchSegment) segment = segment_open(path, &error);
    if (segment)
      segment_verify(segment, &error); /* zeros between sections are nobody's */
    g_clear_error(&error);
  }
  g_autofree char *damage = NULL;
  g_assert_true(g_file_set_contents(path, "short", 5, NULL));
  g_autoptr(SearchIndex) index = search_index_open(folder, &damage, NULL);
  g_assert_nonnull(damage);
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  g_assert_cmpuint(snapshot->part_count, ==, 0);
  g_assert_cmpint(snapshot->change_seq, ==, 0);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_assert_true(path_remove_tree(folder, NULL));
}

static void test_search_index_lock(void) {
  g_autofree char *folder = new_folder(), *damage = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SearchIndex) index = open_index(folder);
  g_assert_null(search_index_open(folder, &damage, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_BUSY);
  g_assert_true(path_remove_tree(folder, NULL));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/search/index/random_edits", test_search_index_random_edits);
  g_test_add_func("/search/index/merge_beside_edits", test_search_index_merge_beside_edits);
  g_test_add_func("/search/find/taiji", test_search_find_taiji);
  g_test_add_func("/search/find/order", test_search_find_order);
  g_test_add_func("/search/find/cues", test_search_find_cues);
  g_test_add_func("/search/index/damage", test_search_index_damage);
  g_test_add_func("/search/index/lock", test_search_index_lock);
  return g_test_run();
}
