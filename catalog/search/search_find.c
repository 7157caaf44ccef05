#include "catalog/search/search_find.h"

#include "catalog/search/search_cache.h"
#include "catalog/search/search_facets.h"
#include "catalog/search/search_filter.h"
#include "catalog/search/search_locate.h"
#include "catalog/search/search_rank.h"
#include "catalog/search/search_summary.h"

#include <string.h>

/* How a query came to be what is asked now: results of the first two hang on nothing but its text. */
typedef enum { STAGE_TYPED, STAGE_EXTENDED, STAGE_CORRECTED, STAGE_RELAXED } FindStage;

/* One request at work. */
typedef struct {
  SearchSnapshot *snapshot;
  const SearchRequest *request;
  const SearchQuery *query;
  FindStage stage;
  bool by_relevance;
  GPtrArray *results; /* SearchPartResult * of each part */
  GArray *page;       /* RankCandidate: one more than the limit, to know whether there are more */
  guint limit;
  SearchFacetSum *sum;
  int64_t total;
} Find;

/* The part of it that is at work. */
typedef struct {
  SearchFilter filter;
  bool has_facets;
  SearchTally tally;
  SearchFacets *facets; /* NULL: not wanted, or still in `tally` */
  GArray *known_best;   /* NULL: in `best` */
  bool by_relevance;
  RankOrder order;
  RankBest best;
  int64_t total;
} FindPart;

static inline void take(FindPart *part, uint32_t ordinal, uint8_t quality) {
  const SearchSegment *segment = part->filter.segment;
  uint32_t profile = segment_column_at(&segment->profile_numbers, ordinal);
  uint32_t place = segment_column_at(&segment->place_numbers, ordinal);
  if (!search_filter_accepts_numbers(&part->filter, ordinal, profile, place))
    return;
  part->total++;
  part->tally.profiles[profile]++;
  part->tally.places[place]++;
  if (part->by_relevance)
    rank_best_add(&part->best, ordinal, quality);
  else
    rank_order_add(&part->order, ordinal);
}

static void begin_part(const Find *find, uint32_t number, FindPart *part) {
  const SearchPart *source = &find->snapshot->parts[number];
  *part = (FindPart){.by_relevance = find->by_relevance, .has_facets = find->sum != NULL};
  search_filter_init(&part->filter, source, find->request);
  search_tally_init(&part->tally, source->segment);
  rank_best_init(&part->best, find->request->is_exact);
  rank_order_init(&part->order, source, number, find->request, find->limit);
}

static SearchFacets *take_facets(FindPart *part) {
  const SearchSegment *segment = part->filter.segment;
  if (!part->facets && part->has_facets) {
    part->facets =
        search_facets_new(segment->value_counts[VALUE_INSTITUTION], segment->value_counts[VALUE_DIVISION]);
    search_tally_add_to(&part->tally, part->facets);
  }
  return g_steal_pointer(&part->facets);
}

static GArray *take_best(FindPart *part) {
  if (part->known_best)
    return g_steal_pointer(&part->known_best);
  return part->by_relevance ? rank_best_steal(&part->best) : NULL;
}

static SearchPartResult *end_part(FindPart *part) {
  SearchPartResult *result = search_part_result_new(part->total, take_facets(part), take_best(part),
                                                    part->by_relevance ? NULL : g_array_ref(part->order.page));
  rank_best_clear(&part->best);
  rank_order_clear(&part->order);
  search_tally_clear(&part->tally);
  search_filter_clear(&part->filter);
  return result;
}

/* Takes the result. */
static void add_result(Find *find, uint32_t number, SearchPartResult *result) {
  const SearchSegment *segment = find->snapshot->parts[number].segment;
  find->total += result->total;
  if (result->facets)
    search_facet_sum_add(find->sum, segment, result->facets, find->request->division);
  if (result->page)
    rank_order_merge(find->page, segment, number, find->request, result->page, find->limit);
  g_ptr_array_add(find->results, result);
}

/* A single frequent term: what it finds was counted when the segment was written. */
static bool take_summary(const Find *find, FindPart *part, const MatchPlan *plan) {
  SegmentTerm term;
  QueryCertainty certainty;
  g_auto(SearchSummary) summary = {0};
  if (!find->by_relevance || find->request->is_exact || !match_plan_is_term(plan, &term, &certainty) ||
      !search_summary_load(&part->filter, &term, certainty, &summary))
    return false;
  part->total = summary.total;
  part->known_best = g_steal_pointer(&summary.best);
  if (part->has_facets)
    part->facets = g_steal_pointer(&summary.facets);
  return true;
}

static void match_part(const Find *find, FindPart *part) {
  const SearchSegment *segment = part->filter.segment;
  g_autoptr(MatchPlan) plan = match_plan_new(segment, find->query, MATCH_RANGE_ALL(segment));
  MatchBlock block;
  if (take_summary(find, part, plan))
    return;
  while (match_plan_next(plan, &block)) {
    for (uint32_t i = 0; i < block.count; i++) { /* all on their way before the first is needed */
      segment_column_prefetch(&segment->profile_numbers, block.ordinals[i]);
      segment_column_prefetch(&segment->place_numbers, block.ordinals[i]);
    }
    for (uint32_t i = 0; i < block.count; i++)
      take(part, block.ordinals[i], block.qualities[i]);
  }
}

static void find_in_part(Find *find, uint32_t number) {
  SearchCache *cache = find->stage <= STAGE_EXTENDED ? find->request->cache : NULL;
  g_autoptr(GBytes) key = NULL;
  FindPart part;
  begin_part(find, number, &part);
  if (cache)
    key = search_cache_key(cache, find->request, &part.filter, find->snapshot->parts[number].deleted_count,
                           find->stage, find->limit);
  SearchPartResult *kept = key ? search_cache_find(cache, key) : NULL;
  if (!kept && !part.filter.is_nothing)
    match_part(find, &part);
  SearchPartResult *found = end_part(&part);
  if (key && !kept)
    search_cache_keep(cache, key, found);
  if (kept)
    search_part_result_unref(found);
  add_result(find, number, kept ? kept : found);
}

static void run_strict(Find *find, FindStage stage) {
  find->stage = stage;
  g_ptr_array_set_size(find->results, 0);
  for (uint32_t i = 0; i < find->snapshot->part_count; i++)
    find_in_part(find, i);
}

/* How many words the documents of each part have. */
typedef struct {
  uint8_t **counts;
  uint16_t **qualities;
  uint8_t most;
} UnitCounts;

static void count_units(Find *find, UnitCounts *counts) {
  for (uint32_t i = 0; i < find->snapshot->part_count; i++) {
    const SearchSegment *segment = find->snapshot->parts[i].segment;
    g_auto(SearchFilter) filter = {0};
    counts->counts[i] = g_new0(uint8_t, segment->count + 1);
    counts->qualities[i] = g_new0(uint16_t, segment->count + 1);
    match_count_units(segment, find->query, counts->counts[i], counts->qualities[i]);
    search_filter_init(&filter, &find->snapshot->parts[i], find->request);
    for (uint32_t n = 0; n < segment->count; n++)
      if (counts->counts[i][n] > counts->most && !filter.is_nothing && search_filter_accepts(&filter, n))
        counts->most = counts->counts[i][n];
  }
}

/* Documents that have as many of the words as any. */
static void run_relaxed(Find *find) {
  uint32_t part_count = find->snapshot->part_count;
  g_ptr_array_set_size(find->results, 0);
  UnitCounts counts = {g_new0(uint8_t *, part_count), g_new0(uint16_t *, part_count), 0};
  count_units(find, &counts);
  for (uint32_t i = 0; i < part_count; i++) {
    FindPart part;
    begin_part(find, i, &part);
    for (uint32_t n = 0; n < part.filter.segment->count && counts.most > 0 && !part.filter.is_nothing; n++)
      if (counts.counts[i][n] == counts.most)
        take(&part, n, (uint8_t)(counts.qualities[i][n] / find->query->unit_count));
    add_result(find, i, end_part(&part));
    g_free(counts.counts[i]);
    g_free(counts.qualities[i]);
  }
  g_free(counts.counts);
  g_free(counts.qualities);
}

static bool has_term(gpointer data, const SearchKey *key) {
  const SearchSnapshot *snapshot = data;
  SegmentTerm term;
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    if (segment_find_term(snapshot->parts[i].segment, key->bytes, key->size, &term))
      return true;
  return false;
}

static void each_word(gpointer data, char letter, QueryWordFunc func, gpointer func_data) {
  const SearchSnapshot *snapshot = data;
  const char prefix[] = {TOKEN_WORD, letter};
  for (uint32_t i = 0; i < snapshot->part_count; i++) {
    SegmentTermWalk walk;
    segment_term_walk_init(&walk, snapshot->parts[i].segment, prefix, sizeof prefix);
    while (segment_term_walk_next(&walk) && walk.key_size >= sizeof prefix &&
           memcmp(walk.key, prefix, sizeof prefix) == 0)
      if (!func(func_data, walk.key + 1, walk.key_size - 1))
        return;
  }
}

static void begin(Find *find) {
  find->page = g_array_new(FALSE, FALSE, sizeof(RankCandidate));
  g_array_set_clear_func(find->page, rank_candidate_clear);
  find->limit = (guint)CLAMP(find->request->limit, 1, SEARCH_LIMIT_MAX) + 1;
  find->by_relevance = find->request->sort == SEARCH_SORT_RELEVANCE && find->query->unit_count > 0;
  find->results = g_ptr_array_new_with_free_func((GDestroyNotify)search_part_result_unref);
  find->sum = find->request->has_facets ? search_facet_sum_new() : NULL;
}

static void end(Find *find) {
  g_ptr_array_unref(find->results);
  g_array_unref(find->page);
  search_facet_sum_free(find->sum);
}

/* What was typed; then what it may become; then what may have been meant; then as much of it as there is. */
static void run(Find *find, SearchQuery *query, SearchResult *result) {
  run_strict(find, STAGE_TYPED);
  if (find->total == 0 && search_query_extend(query))
    run_strict(find, STAGE_EXTENDED);
  if (find->total == 0 && query->unit_count > 0 && search_query_correct(query, has_term, each_word, find->snapshot))
    run_strict(find, STAGE_CORRECTED);
  if (find->total == 0 && query->unit_count > 1) {
    run_relaxed(find);
    result->is_relaxed = find->total > 0;
  }
  result->is_corrected = query->is_corrected && find->total > 0;
}

static void rank(Find *find) {
  g_autofree GArray **bests = g_new0(GArray *, MAX(find->snapshot->part_count, 1));
  for (guint i = 0; i < find->results->len; i++)
    bests[i] = ((const SearchPartResult *)find->results->pdata[i])->best;
  rank_by_relevance(find->snapshot, find->request, find->query, bests, find->page, find->limit);
}

static void take_page(Find *find, SearchResult *result) {
  if (find->by_relevance)
    rank(find);
  result->has_more = find->page->len == find->limit;
  for (guint i = 0; i < MIN(find->page->len, find->limit - 1); i++) {
    const RankCandidate *candidate = &g_array_index(find->page, RankCandidate, i);
    SearchHit hit = {.number = candidate->number, .part = candidate->part, .ordinal = candidate->ordinal};
    segment_copy_id(find->snapshot->parts[hit.part].segment, hit.ordinal, hit.id);
    g_array_append_val(result->hits, hit);
  }
}

SearchResult *search_find(SearchSnapshot *snapshot, const SearchRequest *request) {
  SearchResult *result = g_new0(SearchResult, 1);
  g_autoptr(SearchQuery) query = search_query_parse(request->text ? request->text : "");
  Find find = {.snapshot = snapshot, .request = request, .query = query};
  result->hits = g_array_new(FALSE, FALSE, sizeof(SearchHit));
  begin(&find);
  bool is_wordless = query->unit_count == 0 && request->text && *request->text;
  if (!is_wordless) /* "!?" is no wish to see everything */
    run(&find, query, result);
  take_page(&find, result);
  result->total = find.total;
  if (find.sum)
    search_facet_sum_finish(find.sum, result->facets);
  end(&find);
  if (query->unit_count > 0)
    result->query = g_steal_pointer(&query);
  return result;
}

void search_result_free(SearchResult *result) {
  if (!result)
    return;
  g_array_unref(result->hits);
  for (int i = 0; i < SEARCH_FACET_COUNT; i++)
    g_clear_pointer(&result->facets[i], g_array_unref);
  search_query_free(result->query);
  g_free(result);
}

SearchPosition search_result_position(SearchSnapshot *snapshot, const SearchRequest *request,
                                      const SearchHit *hit) {
  SearchPosition position = {.number = hit->number};
  memcpy(position.id, hit->id, sizeof position.id);
  if (request->sort == SEARCH_SORT_TITLE) {
    SegmentText title = segment_title(snapshot->parts[hit->part].segment, hit->ordinal);
    position.number = 0;
    position.title = g_strndup(title.text, title.size);
  }
  return position;
}

static void clear_cue_hit(gpointer data) {
  SearchCueHit *hit = data;
  g_free(hit->lesson_id);
  g_free(hit->text);
}

/* A cue and how many words it has. */
typedef struct {
  SegmentCue cue;
  unsigned count;
} CountedCue;

static unsigned count_words(const SegmentCue *cue, const SearchQuery *query) {
  g_auto(LocateText) text = {0};
  unsigned count = 0;
  locate_text_init(&text, cue->text.text, cue->text.size);
  for (size_t i = 0; i < query->unit_count; i++)
    count += locate_has_unit(&text, &query->units[i]);
  return count;
}

static void keep_best(CountedCue *best, size_t *count, size_t max, const CountedCue *cue) {
  size_t at = *count;
  while (at > 0 && best[at - 1].count < cue->count)
    at--;
  if (at >= max)
    return;
  *count = MIN(*count + 1, max);
  memmove(best + at + 1, best + at, (*count - at - 1) * sizeof *best);
  best[at] = *cue;
}

/* No later cue can take a place: of equal ones the earlier stay. */
static bool is_settled(const CountedCue *best, size_t count, size_t max, const SearchQuery *query) {
  return count == max && best[max - 1].count == query->unit_count;
}

GArray *search_find_cues(SearchSnapshot *snapshot, const SearchQuery *query, const SearchHit *hit, size_t max) {
  GArray *hits = g_array_new(FALSE, FALSE, sizeof(SearchCueHit));
  g_autofree CountedCue *best = g_new(CountedCue, MAX(max, 1));
  size_t count = 0;
  SegmentCueWalk walk;
  CountedCue cue;
  g_array_set_clear_func(hits, clear_cue_hit);
  segment_cue_walk_init(&walk, snapshot->parts[hit->part].segment, hit->ordinal);
  while (max > 0 && !is_settled(best, count, max, query) && segment_cue_walk_next(&walk, &cue.cue))
    if ((cue.count = count_words(&cue.cue, query)) > 0)
      keep_best(best, &count, max, &cue);
  for (size_t i = 0; i < count && best[i].count == best[0].count; i++) {
    SearchCueHit found = {g_strndup(best[i].cue.lesson_id.text, best[i].cue.lesson_id.size),
                          g_strndup(best[i].cue.text.text, best[i].cue.text.size), best[i].cue.start_us,
                          best[i].cue.is_chapter};
    g_array_append_val(hits, found);
  }
  return hits;
}
