#include "catalog/search/search_match.h"

#include <stdlib.h>
#include <string.h>

#define SOURCES_MAX (QUERY_UNITS_MAX * QUERY_TERMS_MAX)
#define PREFIX_TERMS_MAX 4096
#define DENSE_SHARE 32 /* lists that hold more than 1/32 of the documents together are joined in an array of all */

/* Rising ordinals with a byte each: postings, or a list in memory. */
typedef struct {
  uint32_t cost;
  unsigned unit;
  bool is_list;
  uint32_t at, count;
  uint32_t *ordinals;
  uint8_t *bytes; /* fields, or qualities when `is_scored` */
  bool is_scored;
  SegmentTerm term; /* of postings */
  PostingsReader reader;
} Source;

struct MatchPlan {
  const SearchSegment *segment;
  MatchRange range;
  size_t unit_count;
  QueryCertainty certainties[QUERY_UNITS_MAX];
  GPtrArray *sources; /* Source *, cheapest first */
  bool is_everything, is_nothing;
  uint32_t next; /* of everything */
};

static void source_free(gpointer data) {
  Source *source = data;
  if (!source)
    return;
  g_free(source->ordinals);
  g_free(source->bytes);
  g_free(source);
}

static inline uint32_t source_ordinal(const Source *source) {
  if (!source->is_list)
    return postings_reader_ordinal(&source->reader);
  return source->at < source->count ? source->ordinals[source->at] : POSTINGS_END;
}

static inline uint8_t source_byte(Source *source) {
  return source->is_list ? source->bytes[source->at] : postings_reader_fields(&source->reader);
}

static inline void source_next(Source *source) {
  if (source->is_list)
    source->at++;
  else
    postings_reader_next(&source->reader);
}

static void source_seek(Source *source, uint32_t ordinal) {
  if (!source->is_list) {
    postings_reader_seek(&source->reader, ordinal);
    return;
  }
  uint32_t low = source->at, high = low, step = 1;
  while (high < source->count && source->ordinals[high] < ordinal) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = MIN(high, source->count);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (source->ordinals[middle] < ordinal)
      low = middle + 1;
    else
      high = middle;
  }
  source->at = low;
}

static const uint8_t place_qualities[][2] = {{FIELD_TITLE, 60},   {FIELD_META, 44},    {FIELD_SUMMARY, 26},
                                             {FIELD_CHAPTER, 20}, {FIELD_CAPTION, 12}, {0, 6}};

unsigned match_quality(uint8_t fields) {
  unsigned quality = 0;
  size_t i = 0;
  while (place_qualities[i][0] != 0 && !(fields & place_qualities[i][0]))
    i++;
  quality = place_qualities[i][1];
  if (fields & FIELD_TITLE) {
    bool is_start = (fields & FIELD_TITLE_START) != 0, is_end = (fields & FIELD_TITLE_END) != 0;
    quality += is_start && is_end ? MATCH_QUALITY_WHOLE - 60 : is_start ? 4 : 0;
    quality += fields & FIELD_META ? 3 : 0;
  }
  if (fields & (FIELD_TITLE | FIELD_META))
    quality += fields & FIELD_SUMMARY ? 2 : 0;
  return quality;
}

unsigned match_quality_doubted(unsigned quality, QueryCertainty certainty) {
  static const uint8_t doubts[] = {
      [CERTAINTY_WHOLE] = 0, [CERTAINTY_PARTIAL] = 2, [CERTAINTY_INITIALS] = 5, [CERTAINTY_CORRECTED] = 9};
  return quality > doubts[certainty] ? quality - doubts[certainty] : 1;
}

const uint8_t *match_quality_table(QueryCertainty certainty) {
  static uint8_t tables[4][256];
  static gsize is_ready;
  if (g_once_init_enter(&is_ready)) {
    for (int c = 0; c < 4; c++)
      for (int fields = 0; fields < 256; fields++)
        tables[c][fields] = (uint8_t)match_quality_doubted(match_quality((uint8_t)fields), (QueryCertainty)c);
    g_once_init_leave(&is_ready, 1);
  }
  return tables[certainty];
}

/* Terms of the segment that a term of the query stands for. */
typedef struct {
  const SearchSegment *segment;
  bool is_prefix;
  GArray *found; /* SegmentTerm */
} TermLookup;

static void look_up(gpointer data, const SearchKey *key) {
  TermLookup *lookup = data;
  SegmentTerm term;
  if (!lookup->is_prefix) {
    if (segment_find_term(lookup->segment, key->bytes, key->size, &term))
      g_array_append_val(lookup->found, term);
    return;
  }
  SegmentTermWalk walk;
  segment_term_walk_init(&walk, lookup->segment, key->bytes, key->size);
  while (lookup->found->len < PREFIX_TERMS_MAX && segment_term_walk_next(&walk) && walk.key_size >= key->size &&
         memcmp(walk.key, key->bytes, key->size) == 0)
    g_array_append_val(lookup->found, walk.term);
}

static GArray *find_terms(const SearchSegment *segment, const QueryTerm *term) {
  TermLookup lookup = {segment, term->kind == TERM_PREFIX, g_array_new(FALSE, FALSE, sizeof(SegmentTerm))};
  query_term_for_each_key(term, look_up, &lookup);
  return lookup.found;
}

static Source *new_list(uint32_t capacity) {
  Source *source = g_new(Source, 1);
  source->is_list = true;
  source->is_scored = false;
  source->unit = 0;
  source->at = source->count = 0;
  source->ordinals = g_new(uint32_t, MAX(capacity, 1));
  source->bytes = g_new(uint8_t, MAX(capacity, 1));
  return source;
}

static void list_append(Source *list, uint32_t ordinal, uint8_t byte) {
  list->ordinals[list->count] = ordinal;
  list->bytes[list->count++] = byte;
}

/* Opens the postings of a term at the first document of the range. */
static void begin_postings(PostingsReader *reader, const SearchSegment *segment, const SegmentTerm *term,
                           MatchRange range) {
  postings_reader_init(reader, term->postings, term->size, term->count, segment->count);
  postings_reader_seek(reader, range.first);
  postings_reader_unpack_fields(reader);
}

/* What is left of the loaded block within the range: from `reader->at` up to the result. */
static uint32_t block_end(const PostingsReader *reader, MatchRange range) {
  uint32_t end = reader->filled;
  while (end > reader->at && reader->ordinals[end - 1] >= range.end)
    end--;
  return end;
}

/* A list of the documents of the range whose byte is not 0. */
static Source *gather(const uint8_t *bytes, MatchRange range) {
  uint32_t size = range.end - range.first, count = 0, filled = 0;
  for (uint32_t i = 0; i < size; i++)
    count += bytes[i] != 0;
  Source *list = new_list(count + 1);
  for (uint32_t i = 0; i < size; i++) { /* without a branch: the place behind the last one is written again */
    list->ordinals[filled] = range.first + i;
    list->bytes[filled] = bytes[i];
    filled += bytes[i] != 0;
  }
  list->count = filled;
  return list;
}

static Source *join_dense(const SearchSegment *segment, const GArray *terms, MatchRange range) {
  g_autofree uint8_t *all = g_new0(uint8_t, MAX(range.end - range.first, 1));
  g_autofree PostingsReader *reader = g_new(PostingsReader, 1);
  for (guint i = 0; i < terms->len; i++) {
    begin_postings(reader, segment, &g_array_index(terms, SegmentTerm, i), range);
    for (uint32_t end; (end = block_end(reader, range)) > reader->at;
         postings_reader_load_block(reader, reader->block + 1))
      for (uint32_t n = reader->at; n < end; n++)
        all[reader->ordinals[n] - range.first] |= reader->fields[n];
  }
  return gather(all, range);
}

static int compare_pairs(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

static Source *join_sparse(const SearchSegment *segment, const GArray *terms, uint32_t total, MatchRange range) {
  g_autofree uint64_t *pairs = g_new(uint64_t, MAX(total, 1));
  g_autofree PostingsReader *reader = g_new(PostingsReader, 1);
  uint32_t count = 0;
  for (guint i = 0; i < terms->len; i++) {
    begin_postings(reader, segment, &g_array_index(terms, SegmentTerm, i), range);
    for (uint32_t end; (end = block_end(reader, range)) > reader->at;
         postings_reader_load_block(reader, reader->block + 1))
      for (uint32_t n = reader->at; n < end; n++)
        pairs[count++] = (uint64_t)reader->ordinals[n] << 8 | reader->fields[n];
  }
  qsort(pairs, count, sizeof *pairs, compare_pairs);
  Source *list = new_list(count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t ordinal = (uint32_t)(pairs[i] >> 8);
    if (list->count > 0 && list->ordinals[list->count - 1] == ordinal)
      list->bytes[list->count - 1] |= (uint8_t)pairs[i];
    else
      list_append(list, ordinal, (uint8_t)pairs[i]);
  }
  return list;
}

/* Would the lists fill so much of the range that an array of all is better? */
static bool is_dense(const SearchSegment *segment, uint64_t total, MatchRange range) {
  return total > segment->count / DENSE_SHARE && total > (range.end - range.first) / DENSE_SHARE;
}

/* NULL when no document has the term; with several terms only the range is looked at. */
static Source *open_term(const SearchSegment *segment, const QueryTerm *query_term, MatchRange range) {
  g_autoptr(GArray) terms = find_terms(segment, query_term);
  uint64_t total = 0;
  for (guint i = 0; i < terms->len; i++)
    total += g_array_index(terms, SegmentTerm, i).count;
  if (total == 0)
    return NULL;
  Source *source;
  if (terms->len == 1) {
    source = g_new(Source, 1);
    source->is_list = source->is_scored = false;
    source->ordinals = NULL;
    source->bytes = NULL;
    source->term = g_array_index(terms, SegmentTerm, 0);
    begin_postings(&source->reader, segment, &source->term, range);
    source->cost = source->reader.count;
    return source;
  }
  source = is_dense(segment, total, range) ? join_dense(segment, terms, range)
                                           : join_sparse(segment, terms, (uint32_t)total, range);
  source->cost = source->count;
  return source;
}

static gint compare_costs(gconstpointer a, gconstpointer b) {
  const Source *left = *(Source *const *)a, *right = *(Source *const *)b;
  return left->cost < right->cost ? -1 : left->cost > right->cost;
}

/* Sources of all terms of an alternative, behind those that are there; false when one has no document. */
static bool open_alternative(const SearchSegment *segment, const QueryAlternative *alternative, unsigned unit,
                             MatchRange range, GPtrArray *sources) {
  for (size_t i = 0; i < alternative->term_count; i++) {
    Source *source = open_term(segment, &alternative->terms[i], range);
    if (!source)
      return false;
    source->unit = unit;
    g_ptr_array_add(sources, source);
  }
  return alternative->term_count > 0;
}

/* Go to the next document that all sources have, from where they stand; POSTINGS_END when there is none. */
static inline uint32_t meet(Source *const *sources, guint count) {
  uint32_t ordinal = source_ordinal(sources[0]);
  for (guint i = 1; ordinal != POSTINGS_END && i < count; i++) {
    source_seek(sources[i], ordinal);
    uint32_t other = source_ordinal(sources[i]);
    if (other == POSTINGS_END)
      return POSTINGS_END;
    if (other != ordinal) {
      source_seek(sources[0], other);
      ordinal = source_ordinal(sources[0]);
      i = 0;
    }
  }
  return ordinal;
}

/* The fields in which a row of terms stands: where all are; the title's ends where one is. */
static inline uint8_t join_fields(uint8_t all, uint8_t any) {
  uint8_t fields = (uint8_t)(all & FIELD_PLACES);
  return fields & FIELD_TITLE ? (uint8_t)(fields | (any & (FIELD_TITLE_START | FIELD_TITLE_END))) : fields;
}

static Source *score_in_place(Source *list, const uint8_t *table) {
  for (uint32_t i = 0; i < list->count; i++)
    list->bytes[i] = table[list->bytes[i]];
  list->is_scored = true;
  return list;
}

/* An alternative that some document may have: the sources of its terms. */
typedef struct {
  QueryCertainty certainty;
  GPtrArray *sources; /* Source * */
} Opened;

static void opened_clear(gpointer data) {
  g_ptr_array_unref(((Opened *)data)->sources);
}

/* The alternatives of a unit whose terms are all there: array of Opened with a clear function. */
static GArray *open_alternatives(const SearchSegment *segment, const QueryUnit *unit, unsigned number,
                                 MatchRange range) {
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Opened));
  g_array_set_clear_func(all, opened_clear);
  for (guint i = 0; i < unit->alternatives->len; i++) {
    const QueryAlternative *alternative = unit->alternatives->pdata[i];
    Opened opened = {alternative->certainty, g_ptr_array_new_with_free_func(source_free)};
    if (open_alternative(segment, alternative, number, range, opened.sources))
      g_array_append_val(all, opened);
    else
      opened_clear(&opened);
  }
  return all;
}

/* The documents of an alternative, with qualities. */
static Source *list_alternative(const Opened *opened, MatchRange range) {
  GPtrArray *sources = opened->sources;
  const uint8_t *table = match_quality_table(opened->certainty);
  g_ptr_array_sort(sources, compare_costs);
  Source **all = (Source **)sources->pdata;
  if (sources->len == 1 && all[0]->is_list)
    return score_in_place(g_ptr_array_steal_index(sources, 0), table);
  Source *list = new_list(all[0]->cost);
  list->is_scored = true;
  for (uint32_t ordinal; (ordinal = meet(all, sources->len)) < range.end; source_next(all[0])) {
    uint8_t common = 0xFF, any = 0;
    for (guint i = 0; i < sources->len; i++) {
      common = (uint8_t)(common & source_byte(all[i]));
      any = (uint8_t)(any | source_byte(all[i]));
    }
    list_append(list, ordinal, table[join_fields(common, any)]);
  }
  list->cost = list->count;
  return list;
}

/* Both lists in one, the better quality of each; frees them. NULL is an empty one. */
static Source *unite(Source *left, Source *right) {
  if (!left || !right)
    return left ? left : right;
  Source *list = new_list(left->count + right->count);
  list->is_scored = true;
  while (left->at < left->count || right->at < right->count) {
    uint32_t a = source_ordinal(left), b = source_ordinal(right), ordinal = MIN(a, b);
    uint8_t left_byte = a == ordinal ? left->bytes[left->at] : 0;
    uint8_t right_byte = b == ordinal ? right->bytes[right->at] : 0;
    list_append(list, ordinal, MAX(left_byte, right_byte));
    left->at += a == ordinal;
    right->at += b == ordinal;
  }
  list->cost = list->count;
  source_free(left);
  source_free(right);
  return list;
}

/* The quality of each document of the range that the alternative has, where it is better than what stands there. */
static void spread(const Opened *opened, MatchRange range, uint8_t *qualities) {
  Source *first = opened->sources->pdata[0];
  const uint8_t *table = match_quality_table(opened->certainty);
  if (opened->sources->len == 1 && !first->is_list) {
    PostingsReader *reader = &first->reader;
    for (uint32_t end; (end = block_end(reader, range)) > reader->at;
         postings_reader_load_block(reader, reader->block + 1))
      for (uint32_t n = reader->at; n < end; n++) {
        uint8_t *quality = &qualities[reader->ordinals[n] - range.first];
        *quality = MAX(*quality, table[reader->fields[n]]);
      }
    return;
  }
  Source *list = list_alternative(opened, range);
  for (uint32_t i = 0; i < list->count; i++) {
    uint8_t *quality = &qualities[list->ordinals[i] - range.first];
    *quality = MAX(*quality, list->bytes[i]);
  }
  source_free(list);
}

static Source *unite_dense(const GArray *alternatives, MatchRange range) {
  g_autofree uint8_t *qualities = g_new0(uint8_t, MAX(range.end - range.first, 1));
  for (guint i = 0; i < alternatives->len; i++)
    spread(&g_array_index(alternatives, Opened, i), range, qualities);
  Source *list = gather(qualities, range);
  list->is_scored = true;
  list->cost = list->count;
  return list;
}

/* Documents that an alternative may have at most. */
static uint64_t most_of(const Opened *opened) {
  uint64_t most = UINT32_MAX;
  for (guint i = 0; i < opened->sources->len; i++)
    most = MIN(most, ((const Source *)opened->sources->pdata[i])->cost);
  return most;
}

/* NULL: none. */
static Source *unite_all(const SearchSegment *segment, const GArray *alternatives, MatchRange range) {
  Source *list = NULL;
  uint64_t total = 0;
  for (guint i = 0; i < alternatives->len; i++)
    total += most_of(&g_array_index(alternatives, Opened, i));
  if (alternatives->len > 1 && is_dense(segment, total, range))
    return unite_dense(alternatives, range);
  for (guint i = 0; i < alternatives->len; i++)
    list = unite(list, list_alternative(&g_array_index(alternatives, Opened, i), range));
  return list;
}

static Source *list_unit(const SearchSegment *segment, const QueryUnit *unit, MatchRange range) {
  g_autoptr(GArray) alternatives = open_alternatives(segment, unit, 0, range);
  return unite_all(segment, alternatives, range);
}

/* One alternative takes part with the sources of its terms, several with one list of all. False: there is none. */
static bool open_unit(MatchPlan *plan, const QueryUnit *unit, unsigned number) {
  g_autoptr(GArray) alternatives = open_alternatives(plan->segment, unit, number, plan->range);
  if (alternatives->len == 0)
    return false;
  if (alternatives->len == 1) {
    const Opened *opened = &g_array_index(alternatives, Opened, 0);
    plan->certainties[number] = opened->certainty;
    while (opened->sources->len > 0)
      g_ptr_array_add(plan->sources, g_ptr_array_steal_index_fast(opened->sources, 0));
    return true;
  }
  Source *list = unite_all(plan->segment, alternatives, plan->range);
  list->unit = number;
  g_ptr_array_add(plan->sources, list);
  return true;
}

MatchPlan *match_plan_new(const SearchSegment *segment, const SearchQuery *query, MatchRange range) {
  MatchPlan *plan = g_new0(MatchPlan, 1);
  plan->segment = segment;
  plan->range = range;
  plan->next = range.first;
  plan->unit_count = query->unit_count;
  plan->is_everything = query->unit_count == 0;
  plan->sources = g_ptr_array_new_with_free_func(source_free);
  for (size_t i = 0; i < query->unit_count && !plan->is_nothing; i++)
    plan->is_nothing = !open_unit(plan, &query->units[i], (unsigned)i);
  g_ptr_array_sort(plan->sources, compare_costs);
  return plan;
}

void match_plan_free(MatchPlan *plan) {
  if (!plan)
    return;
  g_ptr_array_unref(plan->sources);
  g_free(plan);
}

bool match_plan_is_term(const MatchPlan *plan, SegmentTerm *ret_term, QueryCertainty *ret_certainty) {
  if (plan->is_nothing || plan->sources->len != 1)
    return false;
  const Source *source = plan->sources->pdata[0];
  if (source->is_list)
    return false;
  *ret_term = source->term;
  *ret_certainty = plan->certainties[0];
  return true;
}

static bool next_of_everything(MatchPlan *plan, MatchBlock *block) {
  while (plan->next < plan->range.end && block->count < MATCH_BLOCK) {
    block->ordinals[block->count] = plan->next++;
    block->qualities[block->count++] = 0;
  }
  return block->count > 0;
}

/* One list of postings: whole blocks at a time. */
static bool next_of_one(MatchPlan *plan, Source *source, MatchBlock *block) {
  PostingsReader *reader = &source->reader;
  const uint8_t *table = match_quality_table(plan->certainties[0]);
  uint32_t first = reader->at, end = block_end(reader, plan->range);
  if (end <= first)
    return false;
  block->count = end - first;
  memcpy(block->ordinals, reader->ordinals + first, block->count * sizeof *block->ordinals);
  for (uint32_t i = 0; i < block->count; i++)
    block->qualities[i] = table[reader->fields[first + i]];
  postings_reader_load_block(reader, reader->block + 1);
  return true;
}

/* One list in memory, of the only unit. */
static bool next_of_list(const MatchPlan *plan, Source *source, MatchBlock *block) {
  const uint8_t *table = match_quality_table(plan->certainties[0]);
  uint32_t end = MIN(source->count, source->at + MATCH_BLOCK);
  while (end > source->at && source->ordinals[end - 1] >= plan->range.end)
    end--;
  block->count = end - source->at;
  memcpy(block->ordinals, source->ordinals + source->at, block->count * sizeof *block->ordinals);
  for (uint32_t i = 0; i < block->count; i++) {
    uint8_t byte = source->bytes[source->at + i];
    block->qualities[i] = source->is_scored ? byte : table[byte];
  }
  source->at = end;
  return block->count > 0;
}

static uint8_t quality_here(const MatchPlan *plan) {
  uint8_t common[QUERY_UNITS_MAX], any[QUERY_UNITS_MAX] = {0};
  unsigned sum = 0;
  memset(common, 0xFF, sizeof common);
  for (guint i = 0; i < plan->sources->len; i++) {
    Source *source = plan->sources->pdata[i];
    uint8_t byte = source_byte(source);
    if (source->is_scored) {
      sum += byte;
      common[source->unit] = 0;
    } else {
      common[source->unit] = (uint8_t)(common[source->unit] & byte);
      any[source->unit] = (uint8_t)(any[source->unit] | byte);
    }
  }
  for (size_t i = 0; i < plan->unit_count; i++)
    if (any[i] != 0)
      sum += match_quality_table(plan->certainties[i])[join_fields(common[i], any[i])];
  return (uint8_t)(sum / plan->unit_count);
}

bool match_plan_next(MatchPlan *plan, MatchBlock *ret_block) {
  ret_block->count = 0;
  if (plan->is_nothing)
    return false;
  if (plan->is_everything)
    return next_of_everything(plan, ret_block);
  Source **sources = (Source **)plan->sources->pdata;
  if (plan->sources->len == 1 && !sources[0]->is_list)
    return next_of_one(plan, sources[0], ret_block);
  if (plan->sources->len == 1)
    return next_of_list(plan, sources[0], ret_block);
  uint32_t ordinal;
  while (ret_block->count < MATCH_BLOCK && (ordinal = meet(sources, plan->sources->len)) < plan->range.end) {
    ret_block->ordinals[ret_block->count] = ordinal;
    ret_block->qualities[ret_block->count++] = quality_here(plan);
    source_next(sources[0]);
  }
  return ret_block->count > 0;
}

void match_count_units(const SearchSegment *segment, const SearchQuery *query, uint8_t *ret_counts,
                       uint16_t *ret_qualities) {
  for (size_t i = 0; i < query->unit_count; i++) {
    Source *list = list_unit(segment, &query->units[i], MATCH_RANGE_ALL(segment));
    for (uint32_t n = 0; list && n < list->count; n++) {
      ret_counts[list->ordinals[n]]++;
      ret_qualities[list->ordinals[n]] = (uint16_t)(ret_qualities[list->ordinals[n]] + list->bytes[n]);
    }
    source_free(list);
  }
}
