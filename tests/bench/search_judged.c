#include "tests/bench/search_judged.h"

#include "catalog/catalog.h"
#include "catalog/search/search_find.h"
#include "catalog/search/search_index.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 10
#define GOOD 0.9

typedef struct {
  GPtrArray *titles;
  GPtrArray *tags; /* char **, beside `titles` */
} Corpus;

static bool fail(GError **error, const char *why, const char *what) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "%s: %s", why, what);
  return false;
}

static char **read_list(const json_t *row, const char *name) {
  const json_t *list = json_object_get(row, name);
  char **texts = g_new0(char *, json_array_size(list) + 1);
  for (size_t i = 0; i < json_array_size(list); i++)
    texts[i] = g_strdup(json_string_value(json_array_get(list, i)));
  return texts;
}

static void set_text(char **field, const json_t *row, const char *name) {
  search_document_set(field, json_string_value(json_object_get(row, name)));
}

static SearchDocument *make_document(const json_t *row, guint number) {
  g_autofree char *id = g_strdup_printf("%u", number);
  SearchDocument *document = search_document_new(id);
  g_auto(GStrv) audiences = read_list(row, "audiences"), tags = read_list(row, "tags"),
                lecturers = read_list(row, "lecturers");
  set_text(&document->title, row, "title");
  set_text(&document->summary, row, "summary");
  set_text(&document->category, row, "category");
  set_text(&document->kind, row, "kind");
  set_text(&document->level, row, "level");
  set_text(&document->institution, row, "institution");
  set_text(&document->division, row, "division");
  search_document_set_list(&document->tags, (const char *const *)tags);
  search_document_set_list(&document->lecturers, (const char *const *)lecturers);
  search_document_set_list(&document->audiences, (const char *const *)audiences);
  document->duration_us = json_integer_value(json_object_get(row, "duration_s")) * G_TIME_SPAN_SECOND;
  return document;
}

static SearchBuilder *load_courses(const char *root, Corpus *corpus, GError **error) {
  g_autofree char *path = g_build_filename(root, "config", "demo", "courses.jsonl", NULL), *text = NULL;
  g_autoptr(SearchBuilder) builder = search_builder_new();
  if (!g_file_get_contents(path, &text, NULL, error))
    return NULL;
  g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
  for (char **line = lines; *line; line++) {
    json_t *row = json_loads(*line, 0, NULL);
    if (!row) {
      fail(error, "no JSON", *line);
      return NULL;
    }
    SearchDocument *document = make_document(row, corpus->titles->len);
    g_ptr_array_add(corpus->titles, g_strdup(document->title));
    g_ptr_array_add(corpus->tags, g_strdupv(document->tags));
    search_builder_take(builder, document);
    json_decref(row);
  }
  return g_steal_pointer(&builder);
}

/* TAG=GRADE or "TITLE=GRADE. */
static bool judge(const Corpus *corpus, const char *judgement, uint8_t *grades, GError **error) {
  const char *equals = strrchr(judgement, '=');
  if (!equals)
    return fail(error, "a judgement without a grade", judgement);
  bool is_title = judgement[0] == '"', is_fit = false;
  g_autofree char *text = g_strndup(judgement + is_title, (gsize)(equals - judgement - is_title));
  uint8_t grade = (uint8_t)CLAMP(atoi(equals + 1), 1, 3);
  for (guint i = 0; i < corpus->titles->len; i++) {
    bool is_it = is_title ? strstr(corpus->titles->pdata[i], text) != NULL
                          : g_strv_contains((const char *const *)corpus->tags->pdata[i], text);
    grades[i] = is_it ? MAX(grades[i], grade) : grades[i];
    is_fit = is_fit || is_it;
  }
  return is_fit || fail(error, "a judgement that fits no course", judgement);
}

static double gain(unsigned grade, guint place) {
  return ((1u << grade) - 1) / log2(place + 2.0);
}

static double ideal_gain(const uint8_t *grades, guint count) {
  double sum = 0;
  guint place = 0;
  for (unsigned grade = 3; grade > 0; grade--)
    for (guint i = 0; i < count && place < DEPTH; i++)
      if (grades[i] == grade)
        sum += gain(grade, place++);
  return sum;
}

static void note_worst(SearchEvaluation *evaluation, const Corpus *corpus, const char *query,
                       const SearchResult *result, double ndcg) {
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_printf(text, "%.2f %s:", ndcg, query);
  for (guint i = 0; i < MIN(result->hits->len, 4); i++)
    g_string_append_printf(text, " [%s]",
                           (char *)corpus->titles->pdata[atoi(g_array_index(result->hits, SearchHit, i).id)]);
  g_ptr_array_add(evaluation->worst, g_strdup(text->str));
}

static void ask(SearchSnapshot *snapshot, const Corpus *corpus, const char *query, const uint8_t *grades,
                bool is_exact, SearchEvaluation *evaluation) {
  SearchRequest request = {.text = query, .limit = DEPTH, .is_exact = is_exact};
  g_autoptr(SearchResult) result = search_find(snapshot, &request);
  double sum = 0;
  guint wanted = 0, found = 0;
  for (guint i = 0; i < result->hits->len; i++) {
    unsigned grade = grades[atoi(g_array_index(result->hits, SearchHit, i).id)];
    sum += gain(grade, i);
    found += grade == 3;
  }
  for (guint i = 0; i < corpus->titles->len; i++)
    wanted += grades[i] == 3;
  double ndcg = sum / ideal_gain(grades, corpus->titles->len);
  evaluation->ndcg_mean += ndcg;
  evaluation->recall_mean += wanted > 0 ? (double)found / MIN(wanted, DEPTH) : 1;
  evaluation->query_count++;
  if (ndcg < GOOD)
    note_worst(evaluation, corpus, query, result, ndcg);
}

static bool ask_all(const char *root, SearchSnapshot *snapshot, const Corpus *corpus, bool is_exact,
                    SearchEvaluation *evaluation, GError **error) {
  g_autofree char *path = g_build_filename(root, "tests", "fixtures", "search", "judged_queries.tsv", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, error))
    return false;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    if (**line == '#' || **line == '\0')
      continue;
    g_auto(GStrv) fields = g_strsplit(*line, "\t", -1);
    g_autofree uint8_t *grades = g_new0(uint8_t, corpus->titles->len);
    if (!fields[1])
      return fail(error, "a query without judgement", *line);
    for (char **judgement = fields + 1; *judgement; judgement++)
      if (!judge(corpus, *judgement, grades, error))
        return false;
    ask(snapshot, corpus, fields[0], grades, is_exact, evaluation);
  }
  evaluation->ndcg_mean /= MAX(evaluation->query_count, 1);
  evaluation->recall_mean /= MAX(evaluation->query_count, 1);
  return true;
}

bool search_judged_evaluate(const char *root, const char *folder, bool is_exact, SearchEvaluation *ret_evaluation,
                            GError **error) {
  g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
  g_autofree char *damage = NULL;
  Corpus corpus = {titles, tags};
  SearchEvaluation evaluation = {.worst = g_ptr_array_new_with_free_func(g_free)};
  g_autoptr(SearchBuilder) builder = load_courses(root, &corpus, error);
  g_autoptr(SearchIndex) index = builder ? search_index_open(folder, &damage, error) : NULL;
  if (index && search_index_apply(index, builder, NULL, 1, error)) {
    g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
    evaluation.course_count = titles->len;
    if (ask_all(root, snapshot, &corpus, is_exact, &evaluation, error)) {
      *ret_evaluation = evaluation;
      return true;
    }
  }
  g_ptr_array_unref(evaluation.worst);
  return false;
}
