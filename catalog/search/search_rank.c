#include "catalog/search/search_rank.h"

#include "catalog/search/search_locate.h"
#include "catalog/search/search_standing.h"
#include "catalog/search/search_title.h"

#include <string.h>

/* Points on top of a match's quality (search_match.h); docs/notes/search.md explains them. */
#define POINTS_DENSITY 8
#define POINTS_PHRASE_TITLE 14
#define POINTS_WHOLE_TITLE 30
#define POINTS_PHRASE_META 6
#define POINTS_PHRASE_SUMMARY 4
#define POINTS_SCATTERED 15
#define TIE_BITS STANDING_TIE_BITS
#define PROOFS_MAX 200 /* courses of a query whose texts are read to see how the words stand */

void rank_candidate_clear(gpointer candidate) {
  g_clear_pointer(&((RankCandidate *)candidate)->title, g_byte_array_unref);
}

void rank_best_init(RankBest *best, bool is_exact) {
  *best = (RankBest){.limit = is_exact ? UINT32_MAX : SEARCH_RANKED_MAX, .threshold = -1};
  best->accepted = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

void rank_best_clear(RankBest *best) {
  g_clear_pointer(&best->accepted, g_array_unref);
}

/* The highest quality such that as many as are wanted have it or a better one. */
static int find_threshold(const RankBest *best) {
  uint64_t sum = 0;
  for (int quality = MATCH_QUALITY_MAX; quality >= 0; quality--) {
    sum += best->counts[quality];
    if (sum >= best->limit)
      return quality;
  }
  return -1;
}

void rank_best_add_slowly(RankBest *best, uint32_t ordinal, uint8_t quality) {
  uint64_t entry = (uint64_t)quality << 32 | ordinal;
  g_array_append_val(best->accepted, entry);
  best->counts[quality]++;
  if (++best->since >= SEARCH_RANKED_MAX) {
    best->since = 0;
    best->threshold = find_threshold(best);
  }
}

/* Better quality first, then lower ordinal. They came in the order of ordinals. */
GArray *rank_best_steal(RankBest *best) {
  const uint64_t *accepted = (const uint64_t *)(const void *)best->accepted->data;
  guint count = best->accepted->len;
  GArray *array = g_array_sized_new(FALSE, FALSE, sizeof(uint64_t), MAX(count, 1));
  uint64_t *sorted = (uint64_t *)(void *)array->data;
  guint starts[MATCH_QUALITY_MAX + 1], sum = 0;
  for (int quality = MATCH_QUALITY_MAX; quality >= 0; quality--) {
    starts[quality] = sum;
    sum += best->counts[quality];
  }
  for (guint i = 0; i < count; i++)
    sorted[starts[accepted[i] >> 32]++] = accepted[i];
  g_array_set_size(array, MIN(count, best->limit));
  g_array_set_size(best->accepted, 0);
  memset(best->counts, 0, sizeof best->counts);
  return array;
}

typedef struct {
  const SearchQuery *query;
  size_t element_count;
  bool wants_proof; /* the index alone does not tell whether the words stand side by side */
} Scoring;

static Scoring scoring_of(const SearchQuery *query) {
  Scoring scoring = {.query = query};
  bool is_long = false;
  for (size_t i = 0; i < query->unit_count; i++) {
    size_t most = 0;
    for (guint n = 0; n < query->units[i].alternatives->len; n++)
      most = MAX(most, ((const QueryAlternative *)query->units[i].alternatives->pdata[n])->element_count);
    scoring.element_count += most;
    is_long = is_long || most >= 3;
  }
  scoring.wants_proof = is_long || query->unit_count > 1;
  return scoring;
}

static int density_points(const Scoring *scoring, uint32_t standing, int quality) {
  uint32_t title_length = search_standing_title_length(standing);
  if (quality < MATCH_QUALITY_TITLE || title_length == 0)
    return 0;
  return (int)MIN(POINTS_DENSITY * scoring->element_count / title_length, POINTS_DENSITY);
}

static bool may_be_whole(const Scoring *scoring, int quality) {
  return quality >= MATCH_QUALITY_WHOLE || scoring->query->unit_count > 1;
}

/* No document of that quality has more points. */
static int most_points(const Scoring *scoring, int quality) {
  if (!scoring->wants_proof)
    return 0;
  if (quality < MATCH_QUALITY_TITLE)
    return POINTS_PHRASE_META;
  return POINTS_PHRASE_TITLE + (may_be_whole(scoring, quality) ? POINTS_WHOLE_TITLE : 0);
}

static LocatePhrase find_phrase(const SegmentText *text, const SearchQuery *query, bool *is_scattered) {
  g_auto(LocateText) located = {0};
  locate_text_init(&located, text->text, text->size);
  LocatePhrase phrase = locate_phrase(&located, query);
  if (query->unit_count == 1 && phrase.is_found)
    *is_scattered = false;
  return phrase;
}

static bool has_phrase(const SegmentText *texts, size_t count, const SearchQuery *query, bool *is_scattered) {
  for (size_t i = 0; i < count; i++)
    if (find_phrase(&texts[i], query, is_scattered).is_found)
      return true;
  return false;
}

/* Reads the texts to see how the words stand in them. */
static int proven_points(const Scoring *scoring, const SearchSegment *segment, uint32_t ordinal, int quality) {
  SegmentTexts texts;
  const SearchQuery *query = scoring->query;
  bool is_scattered = query->unit_count == 1;
  if (!segment_load_texts(segment, ordinal, &texts))
    return 0;
  LocatePhrase title = find_phrase(&texts.title, query, &is_scattered);
  if (title.is_found && quality >= MATCH_QUALITY_TITLE)
    return POINTS_PHRASE_TITLE + (title.is_whole && may_be_whole(scoring, quality) ? POINTS_WHOLE_TITLE : 0);
  if (title.is_found || has_phrase(texts.tags, texts.tag_count, query, &is_scattered) ||
      has_phrase(texts.lecturers, texts.lecturer_count, query, &is_scattered) ||
      has_phrase(&texts.institution, 1, query, &is_scattered))
    return POINTS_PHRASE_META;
  if (has_phrase(&texts.summary, 1, query, &is_scattered))
    return POINTS_PHRASE_SUMMARY;
  bool is_in_cues = quality < 26; /* captions are not read for this */
  return is_scattered && !is_in_cues ? -POINTS_SCATTERED : 0;
}

typedef struct {
  uint32_t part, ordinal;
  int quality, base; /* points that are sure */
  int64_t tie, most; /* `most`: the highest score that it may get */
} Contender;

/* A heap with the highest hopes on top. */
static void sift_down(Contender *heap, guint count, guint at) {
  for (guint child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1].most > heap[child].most)
      child++;
    if (heap[at].most >= heap[child].most)
      return;
    Contender swap = heap[at];
    heap[at] = heap[child];
    heap[child] = swap;
  }
}

static void collect_part(const SearchSegment *segment, uint32_t part, const Scoring *scoring, const GArray *best,
                         GArray *contenders) {
  for (guint i = 0; best && i < best->len; i++) {
    uint64_t entry = g_array_index(best, uint64_t, i);
    Contender contender = {.part = part, .ordinal = (uint32_t)entry, .quality = (int)(entry >> 32)};
    uint32_t standing = segment->standings[contender.ordinal];
    contender.base = contender.quality + density_points(scoring, standing, contender.quality);
    contender.tie = search_standing_tie(standing);
    contender.most =
        ((int64_t)(contender.base + most_points(scoring, contender.quality)) << TIE_BITS) + contender.tie;
    g_array_append_val(contenders, contender);
  }
}

static GArray *collect(SearchSnapshot *snapshot, const Scoring *scoring, GArray *const *bests) {
  GArray *contenders = g_array_new(FALSE, FALSE, sizeof(Contender));
  for (uint32_t part = 0; part < snapshot->part_count; part++)
    collect_part(snapshot->parts[part].segment, part, scoring, bests[part], contenders);
  for (guint i = contenders->len / 2; i > 0; i--)
    sift_down((Contender *)(void *)contenders->data, contenders->len, i - 1);
  return contenders;
}

static gint compare_candidates(const RankCandidate *left, const RankCandidate *right) {
  if (left->key != right->key)
    return left->key < right->key ? -1 : 1;
  if (left->title && right->title)
    return search_title_compare(left->title, left->id, right->title, right->id);
  return memcmp(left->id, right->id, SEARCH_ID_SIZE_MAX);
}

/* Takes the candidate. */
static void insert(GArray *page, RankCandidate candidate, guint limit) {
  guint low = 0, high = page->len;
  while (low < high) {
    guint middle = (low + high) / 2;
    if (compare_candidates(&g_array_index(page, RankCandidate, middle), &candidate) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low >= limit) {
    rank_candidate_clear(&candidate);
    return;
  }
  g_array_insert_val(page, low, candidate);
  if (page->len > limit)
    g_array_set_size(page, limit);
}

static bool is_behind(const RankCandidate *candidate, const SearchPosition *after, int64_t after_key) {
  if (!after || candidate->key > after_key)
    return true;
  return candidate->key == after_key && strncmp(candidate->id, after->id, SEARCH_ID_SIZE_MAX) > 0;
}

static RankCandidate score(const Scoring *scoring, const SearchSegment *segment, const Contender *contender,
                           bool is_proven) {
  int points = contender->base;
  if (is_proven)
    points += proven_points(scoring, segment, contender->ordinal, contender->quality);
  RankCandidate candidate = {.part = contender->part, .ordinal = contender->ordinal};
  candidate.number = ((int64_t)MAX(points, 0) << TIE_BITS) + contender->tie;
  candidate.key = -candidate.number;
  candidate.id = segment->ids + (size_t)contender->ordinal * SEARCH_ID_SIZE_MAX;
  return candidate;
}

/* Contenders come with the highest hopes first: when the page is full of better ones than can still come, it is final. */
void rank_by_relevance(SearchSnapshot *snapshot, const SearchRequest *request, const SearchQuery *query,
                       GArray *const *bests, GArray *ret_page, guint limit) {
  Scoring scoring = scoring_of(query);
  g_autoptr(GArray) contenders = collect(snapshot, &scoring, bests);
  Contender *heap = (Contender *)(void *)contenders->data;
  guint proofs = scoring.wants_proof ? request->is_exact ? UINT_MAX : PROOFS_MAX : 0;
  for (guint count = contenders->len; count > 0; count--) {
    Contender best = heap[0];
    if (ret_page->len == limit && -g_array_index(ret_page, RankCandidate, limit - 1).key > best.most)
      break;
    heap[0] = heap[count - 1];
    sift_down(heap, count - 1, 0);
    RankCandidate candidate = score(&scoring, snapshot->parts[best.part].segment, &best, proofs > 0);
    proofs -= proofs > 0;
    if (is_behind(&candidate, request->after, request->after ? -request->after->number : 0))
      insert(ret_page, candidate, limit);
  }
}

/* The first place behind a title and id in the segment's order of titles. */
static uint32_t find_title_rank(const SearchSegment *segment, const SearchPosition *after) {
  g_autoptr(GByteArray) key = search_title_key(after->title, strlen(after->title));
  uint32_t low = 0, high = segment->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2, ordinal = segment->title_order[middle];
    SegmentText title = segment_title(segment, ordinal);
    g_autoptr(GByteArray) other = search_title_key(title.text, title.size);
    char id[SEARCH_ID_SIZE_MAX + 1];
    segment_copy_id(segment, ordinal, id);
    if (search_title_compare(other, id, key, after->id) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void rank_order_init(RankOrder *order, const SearchPart *part, uint32_t number, const SearchRequest *request,
                     guint limit) {
  *order = (RankOrder){.segment = part->segment, .request = request, .part = number, .limit = limit};
  order->page = g_array_new(FALSE, FALSE, sizeof(RankCandidate));
  g_array_set_clear_func(order->page, rank_candidate_clear);
  if (request->sort == SEARCH_SORT_TITLE && request->after && request->after->title)
    order->first_title_rank = find_title_rank(part->segment, request->after);
}

void rank_order_clear(RankOrder *order) {
  g_clear_pointer(&order->page, g_array_unref);
}

static int64_t number_of(const SearchSegment *segment, SearchSort sort, uint32_t ordinal) {
  switch (sort) {
  case SEARCH_SORT_NEWEST:
    return segment->created[ordinal];
  case SEARCH_SORT_DURATION:
    return segment->durations[ordinal];
  case SEARCH_SORT_TITLE:
    return segment->title_ranks[ordinal];
  case SEARCH_SORT_RELEVANCE:
  case SEARCH_SORT_POPULARITY:
    break;
  }
  return segment->popularities[ordinal];
}

static int64_t key_of(SearchSort sort, int64_t number) {
  return sort == SEARCH_SORT_DURATION || sort == SEARCH_SORT_TITLE ? number : -number;
}

void rank_order_add(RankOrder *order, uint32_t ordinal) {
  SearchSort sort = order->request->sort;
  int64_t number = number_of(order->segment, sort, ordinal);
  RankCandidate candidate = {
      .part = order->part, .ordinal = ordinal, .number = number, .key = key_of(sort, number)};
  if (order->page->len == order->limit &&
      candidate.key > g_array_index(order->page, RankCandidate, order->limit - 1).key)
    return;
  candidate.id = order->segment->ids + (size_t)ordinal * SEARCH_ID_SIZE_MAX;
  const SearchPosition *after = order->request->after;
  bool is_wanted = sort == SEARCH_SORT_TITLE
                       ? number >= order->first_title_rank
                       : is_behind(&candidate, after, after ? key_of(sort, after->number) : 0);
  if (is_wanted)
    insert(order->page, candidate, order->limit);
}

void rank_order_merge(GArray *into, const SearchSegment *segment, uint32_t part, const SearchRequest *request,
                      const GArray *page, guint limit) {
  for (guint i = 0; i < page->len; i++) {
    RankCandidate candidate = g_array_index(page, RankCandidate, i);
    candidate.part = part;
    candidate.id = segment->ids + (size_t)candidate.ordinal * SEARCH_ID_SIZE_MAX;
    if (request->sort == SEARCH_SORT_TITLE) { /* ranks of different segments say nothing */
      SegmentText title = segment_title(segment, candidate.ordinal);
      candidate.title = search_title_key(title.text, title.size);
      candidate.key = 0;
    }
    insert(into, candidate, limit);
  }
}
