/* The search engine on a corpus of search_corpus.h: builds the data folder of a server with it, or measures the library
 * itself. Usage, see usage() below. */
#include "base/path.h"
#include "catalog/catalog.h"
#include "catalog/course_card.h"
#include "catalog/search/search_find.h"
#include "catalog/search/search_index.h"
#include "tests/bench/search_corpus.h"
#include "tests/bench/search_judged.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK_TEXT_SIZE (24u << 20)
#define ROUNDS 20

static int usage(void) {
  fputs(
      "Usage: search_bench generate DIR COURSES TRANSCRIPTS   the data folder of a server, and DIR/corpus.tsv "
      "for peers\n"
      "       search_bench measure DIR [CLASS]                latencies of the library, without HTTP\n"
      "       search_bench evaluate ROOT                      nDCG@10 of the judged queries; ROOT: of the project\n"
      "       search_bench queries                            class TAB query, one a line\n",
      stderr);
  return EXIT_FAILURE;
}

static void check(bool is_done, GError *error) {
  if (!is_done)
    g_error("%s", error ? error->message : "failed");
}

static void run_sql(sqlite3 *db, const char *sql) {
  char *message = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error("%s: %s", sql, message);
}

/* Triggers number every change; a million rows get theirs by hand. */
static GPtrArray *drop_triggers(sqlite3 *db) {
  GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
  sqlite3_stmt *statement = NULL;
  g_autoptr(GString) drops = g_string_new(NULL);
  sqlite3_prepare_v2(db, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", -1, &statement, NULL);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    g_string_append_printf(drops, "DROP TRIGGER %s;", (const char *)sqlite3_column_text(statement, 0));
    g_ptr_array_add(texts, g_strdup((const char *)sqlite3_column_text(statement, 1)));
  }
  sqlite3_finalize(statement);
  run_sql(db, drops->str);
  return texts;
}

static void bind_texts(sqlite3_stmt *statement, const char *const *texts) {
  for (int i = 0; texts[i]; i++)
    sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT);
}

static void step(sqlite3_stmt *statement) {
  if (sqlite3_step(statement) != SQLITE_DONE)
    g_error("%s", sqlite3_errmsg(sqlite3_db_handle(statement)));
  sqlite3_reset(statement);
}

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *course, *tag, *audience;
  FILE *dump;
} Sink;

static void write_row(Sink *sink, const SearchDocument *document, uint32_t number) {
  const char *const texts[] = {document->id,       document->title,    document->summary,
                               document->kind,     document->category, document->institution,
                               document->division, document->level,    NULL};
  bind_texts(sink->course, texts);
  sqlite3_bind_int64(sink->course, 9, document->created_us);
  sqlite3_bind_int64(sink->course, 10, document->popularity);
  sqlite3_bind_int64(sink->course, 11, number + 1);
  step(sink->course);
  for (char **tag = document->tags; *tag; tag++) {
    bind_texts(sink->tag, (const char *const[]){document->id, *tag, NULL});
    step(sink->tag);
  }
  for (char **audience = document->audiences; *audience; audience++) {
    bind_texts(sink->audience, (const char *const[]){document->id, *audience, NULL});
    step(sink->audience);
  }
  g_autofree char *tags = g_strjoinv(" ", document->tags);
  fprintf(sink->dump, "%s\t%s\t%s\t%s\t%s\t%s\t", document->id, document->title, document->summary, tags,
          document->lecturers[0], document->institution);
  for (guint i = 0; i < document->cues->len; i++)
    fputs(g_array_index(document->cues, SearchCue, i).text, sink->dump);
  fputc('\n', sink->dump);
}

static void open_sink(Sink *sink, const char *folder) {
  g_autofree char *database = g_build_filename(folder, "catalog.sqlite3", NULL);
  g_autofree char *dump = g_build_filename(folder, "corpus.tsv", NULL);
  g_autoptr(GError) error = NULL;
  Catalog *catalog = catalog_open(database, &error);
  check(catalog != NULL, error);
  catalog_close(catalog);
  sqlite3_open(database, &sink->db);
  run_sql(sink->db, "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF");
  sqlite3_prepare_v2(
      sink->db,
      "INSERT INTO course (id, title, summary, kind, category, institution, division, level, created_us,"
      " updated_us, popularity, change_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11)",
      -1, &sink->course, NULL);
  sqlite3_prepare_v2(sink->db, "INSERT OR IGNORE INTO course_tag VALUES (?1, ?2)", -1, &sink->tag, NULL);
  sqlite3_prepare_v2(sink->db, "INSERT OR IGNORE INTO course_audience VALUES (?1, ?2)", -1, &sink->audience, NULL);
  sink->dump = fopen(dump, "w");
  if (!sink->course || !sink->tag || !sink->audience || !sink->dump)
    g_error("cannot open the data folder: %s", sqlite3_errmsg(sink->db));
}

static void close_sink(Sink *sink) {
  sqlite3_finalize(sink->course);
  sqlite3_finalize(sink->tag);
  sqlite3_finalize(sink->audience);
  fclose(sink->dump);
  sqlite3_close(sink->db);
}

static SearchIndex *open_index(const char *folder) {
  g_autofree char *path = g_build_filename(folder, "search", NULL), *damage = NULL;
  g_autoptr(GError) error = NULL;
  SearchIndex *index = search_index_open(path, &damage, &error);
  check(index && !damage, error);
  return index;
}

static void apply(SearchIndex *index, SearchBuilder **builder, int64_t seq) {
  g_autoptr(GError) error = NULL;
  check(search_index_apply(index, *builder, NULL, seq, &error), error);
  search_builder_free(*builder);
  *builder = search_builder_new();
}

static void write_catalog(const char *folder, const SearchCorpus *corpus, uint32_t count, uint32_t transcripts) {
  Sink sink = {0};
  open_sink(&sink, folder);
  g_autoptr(GPtrArray) triggers = drop_triggers(sink.db);
  run_sql(sink.db, "BEGIN");
  for (uint32_t i = 0; i < count; i++) {
    g_autoptr(SearchDocument) document = search_corpus_make(corpus, i, count, transcripts);
    write_row(&sink, document, i);
  }
  run_sql(sink.db, "COMMIT");
  for (guint i = 0; i < triggers->len; i++)
    run_sql(sink.db, triggers->pdata[i]);
  run_sql(sink.db, "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
  close_sink(&sink);
}

/* What lists show comes from the catalog, as in a server. */
static void set_card(Catalog *catalog, SearchDocument *document) {
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_autoptr(GError) error = NULL;
  check(catalog_load_course(catalog, document->id, &course, &lessons, &error), error);
  document->card = course_card_write(course);
}

/* Returns the bytes of the texts. */
static double write_index(const char *folder, SearchIndex *index, const SearchCorpus *corpus, uint32_t count,
                          uint32_t transcripts) {
  g_autofree char *database = g_build_filename(folder, "catalog.sqlite3", NULL);
  g_autoptr(SearchBuilder) builder = search_builder_new();
  g_autoptr(GError) error = NULL;
  Catalog *catalog = catalog_open(database, &error);
  double text_size = 0;
  check(catalog != NULL, error);
  for (uint32_t i = 0; i < count; i++) {
    SearchDocument *document = search_corpus_make(corpus, i, count, transcripts);
    set_card(catalog, document);
    search_builder_take(builder, document);
    if (search_builder_text_size(builder) > CHUNK_TEXT_SIZE || i + 1 == count) {
      text_size += (double)search_builder_text_size(builder);
      apply(index, &builder, i + 1);
      fprintf(stderr, "\r%u courses", i + 1);
    }
  }
  catalog_close(catalog);
  return text_size;
}

static int generate(const char *folder, uint32_t count, uint32_t transcripts) {
  g_autoptr(GError) error = NULL;
  check(path_make_dirs(folder, &error), error);
  SearchCorpus *corpus = search_corpus_new();
  write_catalog(folder, corpus, count, transcripts);
  g_autoptr(SearchIndex) index = open_index(folder);
  double start = (double)g_get_monotonic_time();
  double text_size = write_index(folder, index, corpus, count, transcripts);
  double built = (double)g_get_monotonic_time();
  bool is_merged = false;
  check(search_index_merge(index, true, &is_merged, &error), error);
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  double size = (double)snapshot->parts[0].segment->map_size;
  printf(
      "\n%u courses, %u transcripts: text %.0f MB, index %.0f MB (%.2f times), built in %.0f s, merged in %.0f s\n",
      count, transcripts, text_size / 1e6, size / 1e6, size / text_size, (built - start) / 1e6,
      ((double)g_get_monotonic_time() - built) / 1e6);
  search_corpus_free(corpus);
  return EXIT_SUCCESS;
}

static int compare_doubles(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return left < right ? -1 : left > right;
}

static double percentile(GArray *values, guint hundredths) {
  double *sorted = (double *)(void *)values->data;
  qsort(sorted, values->len, sizeof *sorted, compare_doubles);
  return sorted[values->len * hundredths / 100];
}

/* Of this thread: what others do on the machine counts for little in it. */
static double processor_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

typedef struct {
  double wall_ms, processor_ms;
} QueryTime;

static QueryTime time_query(SearchSnapshot *snapshot, const char *text, bool is_suggestion, double *matches) {
  int64_t start = g_get_monotonic_time();
  double processor_start = processor_ms();
  if (is_suggestion) {
    g_array_unref(search_suggest(snapshot, text, NULL, NULL, 10));
  } else {
    SearchRequest request = {.text = text, .limit = 20, .has_facets = true};
    g_autoptr(SearchResult) result = search_find(snapshot, &request);
    *matches += (double)result->total;
  }
  return (QueryTime){(double)(g_get_monotonic_time() - start) / 1000, processor_ms() - processor_start};
}

typedef struct {
  GArray *wall, *processor; /* double, milliseconds */
} Times;

static Times times_new(void) {
  return (Times){g_array_new(FALSE, FALSE, sizeof(double)), g_array_new(FALSE, FALSE, sizeof(double))};
}

static void times_clear(Times *times) {
  g_array_unref(times->wall);
  g_array_unref(times->processor);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Times, times_clear)

static void times_add(Times *times, QueryTime time) {
  g_array_append_val(times->wall, time.wall_ms);
  g_array_append_val(times->processor, time.processor_ms);
}

static void print_times(const char *name, const Times *times, double matches) {
  printf("| %s | %.2f | %.2f | %.2f | %.2f | %.0f |\n", name, percentile(times->wall, 50),
         percentile(times->wall, 99), percentile(times->processor, 50), percentile(times->processor, 99), matches);
}

static void measure_class(SearchSnapshot *snapshot, const SearchQueryClass *class, bool is_suggestion, Times *all) {
  g_auto(Times) times = times_new();
  double matches = 0, count = 0;
  for (int round = -1; round < ROUNDS; round++)
    for (const char *const *query = class->queries; *query; query++) {
      QueryTime time = time_query(snapshot, *query, is_suggestion, &matches);
      count++;
      if (round >= 0) {
        times_add(&times, time);
        times_add(all, time);
      }
    }
  g_autofree char *name = g_strconcat(class->name, is_suggestion ? ", suggestions" : "", NULL);
  print_times(name, &times, matches / count);
}

/* `only`: the class to measure; NULL: all. */
static int measure(const char *folder, const char *only) {
  g_autoptr(SearchIndex) index = open_index(folder);
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  g_auto(Times) all = times_new();
  size_t count = 0;
  const SearchQueryClass *classes = search_corpus_queries(&count);
  printf("| queries, top 20 with facets | p50 ms | p99 ms | processor p50 | p99 | matches "
         "|\n|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < count; i++)
    if (!only || g_str_equal(classes[i].name, only))
      measure_class(snapshot, &classes[i], false, &all);
  if (all.wall->len > 0)
    print_times("all", &all, 0);
  for (size_t i = 0; i < count; i++)
    if (g_str_equal(classes[i].name, "as typed") && (!only || g_str_equal(only, "suggestions")))
      measure_class(snapshot, &classes[i], true, &all);
  return EXIT_SUCCESS;
}

static int evaluate(const char *root) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("kapok-judged-XXXXXX", &error);
  SearchEvaluation evaluation = {0};
  check(folder && search_judged_evaluate(root, folder, false, &evaluation, &error), error);
  for (guint i = 0; i < evaluation.worst->len; i++)
    puts(evaluation.worst->pdata[i]);
  printf("%u queries, %u courses: nDCG@10 %.4f, found of grade 3 among ten: %.4f\n", evaluation.query_count,
         evaluation.course_count, evaluation.ndcg_mean, evaluation.recall_mean);
  g_ptr_array_unref(evaluation.worst);
  path_remove_tree(folder, NULL);
  return EXIT_SUCCESS;
}

static int print_queries(void) {
  size_t count = 0;
  const SearchQueryClass *classes = search_corpus_queries(&count);
  for (size_t i = 0; i < count; i++)
    for (const char *const *query = classes[i].queries; *query; query++)
      printf("%s\t%s\n", classes[i].name, *query);
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc == 5 && g_str_equal(argv[1], "generate"))
    return generate(argv[2], (uint32_t)atol(argv[3]), (uint32_t)atol(argv[4]));
  if ((argc == 3 || argc == 4) && g_str_equal(argv[1], "measure"))
    return measure(argv[2], argv[3]);
  if (argc == 3 && g_str_equal(argv[1], "evaluate"))
    return evaluate(argv[2]);
  if (argc == 2 && g_str_equal(argv[1], "queries"))
    return print_queries();
  return usage();
}
