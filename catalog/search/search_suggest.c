#include "catalog/search/search_filter.h"
#include "catalog/search/search_find.h"
#include "catalog/search/search_locate.h"
#include "catalog/search/search_rank.h"

#include <string.h>

#define MATCHES_MAX 4096  /* of a part: the most popular ones come first */
#define FIRST_RANGE 32768 /* documents that are looked at first */
#define RANGE_GROWTH 8
#define READ_MAX 200 /* courses whose texts are read */
#define TEXT_SIZE_MAX 240

/* A text of a course, with the points that its courses gave it when it may be suggested. */
typedef struct {
  char *text;
  bool is_fitting;
  SuggestionKind kind;
  uint32_t points, order;
} Proposal;

typedef struct {
  const SearchQuery *query;
  GHashTable *seen;     /* text, borrowed, to Proposal, owned */
  GPtrArray *proposals; /* those of `seen` that fit */
} Suggesting;

static void proposal_free(gpointer data) {
  g_free(((Proposal *)data)->text);
  g_free(data);
}

static Proposal *look_at(Suggesting *suggesting, SuggestionKind kind, char *text) {
  static const uint32_t kind_points[] = {
      [SUGGESTION_TITLE] = 10, [SUGGESTION_TAG] = 14, [SUGGESTION_LECTURER] = 12, [SUGGESTION_INSTITUTION] = 4};
  g_auto(LocateText) located = {0};
  locate_text_init(&located, text, strlen(text));
  LocatePhrase phrase = locate_phrase(&located, suggesting->query);
  Proposal *proposal = g_new(Proposal, 1);
  *proposal = (Proposal){text, phrase.is_found, kind, kind_points[kind] + (phrase.is_start ? 40 : 0),
                         suggesting->proposals->len};
  return proposal;
}

/* The same tags, names and titles come again and again: each is looked at once. */
static void propose(Suggesting *suggesting, SuggestionKind kind, const SegmentText *text) {
  if (text->size == 0 || text->size > TEXT_SIZE_MAX)
    return;
  g_autofree char *copy = g_strndup(text->text, text->size);
  Proposal *proposal = g_hash_table_lookup(suggesting->seen, copy);
  if (proposal) {
    proposal->points++; /* of many courses */
    return;
  }
  proposal = look_at(suggesting, kind, g_steal_pointer(&copy));
  g_hash_table_insert(suggesting->seen, proposal->text, proposal);
  if (proposal->is_fitting)
    g_ptr_array_add(suggesting->proposals, proposal);
}

static void propose_course(Suggesting *suggesting, const SearchSegment *segment, uint32_t ordinal) {
  SegmentTexts texts;
  if (!segment_load_texts(segment, ordinal, &texts))
    return;
  propose(suggesting, SUGGESTION_TITLE, &texts.title);
  for (size_t i = 0; i < texts.tag_count; i++)
    propose(suggesting, SUGGESTION_TAG, &texts.tags[i]);
  for (size_t i = 0; i < texts.lecturer_count; i++)
    propose(suggesting, SUGGESTION_LECTURER, &texts.lecturers[i]);
  propose(suggesting, SUGGESTION_INSTITUTION, &texts.institution);
}

static uint32_t collect_range(const SearchFilter *filter, const SearchQuery *query, MatchRange range,
                              RankBest *best) {
  g_autoptr(MatchPlan) plan = match_plan_new(filter->segment, query, range);
  MatchBlock block;
  uint32_t count = 0;
  while (count < MATCHES_MAX && match_plan_next(plan, &block))
    for (uint32_t i = 0; i < block.count; i++)
      if (search_filter_accepts(filter, block.ordinals[i])) {
        rank_best_add(best, block.ordinals[i], block.qualities[i]);
        count++;
      }
  return count;
}

/* Quality and ordinal of what the viewer may see, the most popular ones. What one letter begins is made of many long
 * lists: no more of them is joined than is needed. */
static GArray *collect(const SearchPart *part, const SearchQuery *query, const SearchRequest *request) {
  g_auto(SearchFilter) filter = {0};
  RankBest best;
  uint32_t count = 0, first = 0, all = part->segment->count;
  search_filter_init(&filter, part, request);
  rank_best_init(&best, false);
  for (uint64_t size = FIRST_RANGE; first < all && count < MATCHES_MAX; size *= RANGE_GROWTH) {
    MatchRange range = {first, (uint32_t)MIN(first + size, all)};
    count += collect_range(&filter, query, range, &best);
    first = range.end;
  }
  GArray *sorted = rank_best_steal(&best);
  rank_best_clear(&best);
  return sorted;
}

static gint compare_proposals(gconstpointer a, gconstpointer b) {
  const Proposal *left = *(Proposal *const *)a, *right = *(Proposal *const *)b;
  if (left->points != right->points)
    return left->points > right->points ? -1 : 1;
  return left->order < right->order ? -1 : left->order > right->order;
}

static void clear_suggestion(gpointer data) {
  g_free(((SearchSuggestion *)data)->text);
}

static GArray *take_first(GPtrArray *proposals, size_t max) {
  GArray *suggestions = g_array_new(FALSE, FALSE, sizeof(SearchSuggestion));
  g_array_set_clear_func(suggestions, clear_suggestion);
  g_ptr_array_sort(proposals, compare_proposals);
  for (guint i = 0; i < MIN(proposals->len, max); i++) {
    const Proposal *proposal = proposals->pdata[i];
    SearchSuggestion suggestion = {g_strdup(proposal->text), proposal->kind};
    g_array_append_val(suggestions, suggestion);
  }
  return suggestions;
}

static void read_page(Suggesting *suggesting, SearchSnapshot *snapshot, const SearchRequest *request,
                      GArray *const *bests) {
  g_autoptr(GArray) page = g_array_new(FALSE, FALSE, sizeof(RankCandidate));
  rank_by_relevance(snapshot, request, suggesting->query, bests, page, READ_MAX);
  for (guint i = 0; i < page->len; i++) {
    const RankCandidate *candidate = &g_array_index(page, RankCandidate, i);
    propose_course(suggesting, snapshot->parts[candidate->part].segment, candidate->ordinal);
  }
}

GArray *search_suggest(SearchSnapshot *snapshot, const char *text, SearchMaySeeFunc may_see, gconstpointer viewer,
                       size_t max) {
  g_autoptr(SearchQuery) query = search_query_parse(text);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, proposal_free);
  g_autoptr(GPtrArray) proposals = g_ptr_array_new();
  SearchRequest request = {.text = text, .may_see = may_see, .viewer = viewer, .limit = SEARCH_LIMIT_MAX};
  g_autoptr(GPtrArray) bests = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
  Suggesting suggesting = {query, seen, proposals};
  search_query_extend(query);
  for (uint32_t i = 0; i < snapshot->part_count && query->unit_count > 0; i++)
    g_ptr_array_add(bests, collect(&snapshot->parts[i], query, &request));
  if (query->unit_count > 0)
    read_page(&suggesting, snapshot, &request, (GArray *const *)bests->pdata);
  return take_first(proposals, max);
}
