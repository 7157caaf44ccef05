#include "catalog/search/search_pinyin_query.h"

#include "catalog/search/pinyin_lexicon.h"

#include <string.h>

#define READINGS_MAX 6
#define INITIALS_MAX 12
#define CORRECTIONS_MAX 6
#define STEPS_MAX 20000 /* of one search for readings */
#define CORRECT_LETTERS_MIN 4
#define CORRECT_TWICE_LETTERS_MIN 8
#define DISTANCE_SIZE_MAX 48

typedef struct {
  QueryUnit *unit;
  const char *letters;
  size_t length;
  size_t depth; /* elements that a reading shall have */
  bool has_partials;
  unsigned found, steps;
  QueryElement path[QUERY_ELEMENTS_MAX];
} Reading;

static QueryCertainty certainty_of(const Reading *reading) {
  for (size_t i = 0; i + 1 < reading->depth; i++)
    if (reading->path[i].kind == ELEMENT_PARTIAL)
      return CERTAINTY_INITIALS;
  if (reading->path[reading->depth - 1].kind != ELEMENT_PARTIAL)
    return CERTAINTY_WHOLE;
  return reading->depth == 1 && reading->length == 1 ? CERTAINTY_INITIALS : CERTAINTY_PARTIAL;
}

/* In the middle only initials may stand for a syllable; at the end any beginning may. */
static bool may_be_partial(const Reading *reading, size_t at, size_t size) {
  const char *letters = reading->letters + at;
  bool is_end = at + size == reading->length;
  bool is_initial = size == 1 || (size == 2 && letters[1] == 'h');
  return reading->has_partials && size < PINYIN_LETTERS_SIZE && (is_end || is_initial) &&
         pinyin_syllable_has_prefix(letters, size);
}

static void read_on(Reading *reading, size_t at, size_t count) {
  if (at == reading->length && count == reading->depth) {
    query_unit_add(reading->unit, certainty_of(reading), reading->path, count);
    reading->found++;
    return;
  }
  if (count >= reading->depth)
    return;
  for (size_t size = MIN(reading->length - at, PINYIN_SYLLABLE_SIZE_MAX); size > 0; size--) {
    if (reading->found >= READINGS_MAX || ++reading->steps > STEPS_MAX)
      return;
    QueryElement *element = &reading->path[count];
    unsigned syllable = pinyin_syllable_find(reading->letters + at, size);
    *element = (QueryElement){.kind = ELEMENT_SYLLABLE, .syllable = syllable};
    if (syllable == 0 || (reading->has_partials && size == 1)) { /* one letter stands for all that begin so */
      if (!may_be_partial(reading, at, size))
        continue;
      element->kind = ELEMENT_PARTIAL;
      memcpy(element->letters, reading->letters + at, size);
    }
    read_on(reading, at + size, count + 1);
  }
}

/* "lset": every letter a syllable, whatever syllables some of them make together. */
static void add_initials_alone(QueryUnit *unit, size_t length) {
  QueryElement elements[INITIALS_MAX] = {0};
  if (length < 2 || length > INITIALS_MAX)
    return;
  for (size_t i = 0; i < length; i++) {
    elements[i].kind = ELEMENT_PARTIAL;
    elements[i].letters[0] = unit->letters[i];
    if (!pinyin_syllable_has_prefix(elements[i].letters, 1))
      return;
  }
  query_unit_add(unit, CERTAINTY_INITIALS, elements, length);
  if (search_is_long_initial(unit->letters, length)) /* its documents have the term of the beginning as well */
    ((QueryAlternative *)unit->alternatives->pdata[unit->alternatives->len - 1])->term_count = 0;
}

void pinyin_query_add(QueryUnit *unit) {
  Reading reading = {.unit = unit, .letters = unit->letters, .length = strlen(unit->letters)};
  size_t limit = MIN(reading.length, QUERY_ELEMENTS_MAX), shortest = 0;
  for (reading.depth = 1; reading.depth <= limit; reading.depth++) {
    if (shortest != 0 && reading.depth > shortest + 1)
      break;
    read_on(&reading, 0, 0);
    if (reading.found > 0 && shortest == 0)
      shortest = reading.depth;
  }
  if (reading.found > 0)
    return;
  add_initials_alone(unit, reading.length);
  reading.has_partials = true;
  for (reading.depth = 1; reading.found == 0 && reading.depth <= limit; reading.depth++)
    read_on(&reading, 0, 0);
}

bool pinyin_query_extend(QueryUnit *unit) {
  guint count = unit->alternatives->len;
  for (guint i = 0; i < count; i++) {
    const QueryAlternative *alternative = unit->alternatives->pdata[i];
    QueryElement elements[QUERY_ELEMENTS_MAX];
    size_t last = alternative->element_count - 1;
    memcpy(elements, alternative->elements, sizeof elements);
    if (elements[last].kind != ELEMENT_SYLLABLE)
      continue;
    g_strlcpy(elements[last].letters, pinyin_syllable_text(elements[last].syllable), PINYIN_LETTERS_SIZE);
    elements[last].kind = ELEMENT_PARTIAL;
    query_unit_add(unit, last > 0 && elements[0].kind == ELEMENT_PARTIAL ? CERTAINTY_INITIALS : CERTAINTY_PARTIAL,
                   elements, last + 1);
  }
  return unit->alternatives->len > count;
}

unsigned pinyin_query_distance(const char *a, size_t a_size, const char *b, size_t b_size, unsigned limit) {
  size_t difference = a_size > b_size ? a_size - b_size : b_size - a_size;
  if (difference > limit || a_size > DISTANCE_SIZE_MAX || b_size > DISTANCE_SIZE_MAX)
    return limit + 1;
  uint8_t rows[3][DISTANCE_SIZE_MAX + 1];
  for (size_t j = 0; j <= b_size; j++)
    rows[0][j] = (uint8_t)j;
  for (size_t i = 1; i <= a_size; i++) {
    uint8_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
    row[0] = (uint8_t)i;
    for (size_t j = 1; j <= b_size; j++) {
      unsigned cost = MIN(MIN(before[j] + 1u, row[j - 1] + 1u), before[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost = MIN(cost, twice[j - 2] + 1u);
      row[j] = (uint8_t)cost;
    }
  }
  return rows[a_size % 3][b_size];
}

typedef struct {
  uint16_t syllable;
  uint8_t size, cost;
} Candidate;

typedef struct {
  QueryUnit *unit;
  char letters[QUERY_CHARS_MAX + 1];
  size_t length;
  unsigned budget; /* wrong letters that a reading shall have, exactly */
  unsigned found, steps;
  QueryHasTermFunc has_term;
  gpointer data;
  GArray *candidates[QUERY_CHARS_MAX]; /* of each position, made when first needed */
  QueryElement path[QUERY_ELEMENTS_MAX];
} Correction;

static GArray *get_candidates(Correction *correction, size_t at, unsigned budget) {
  if (correction->candidates[at])
    return correction->candidates[at];
  GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
  const char *letters = correction->letters + at;
  for (unsigned syllable = 1; syllable <= pinyin_syllable_count(); syllable++) {
    const char *text = pinyin_syllable_text(syllable);
    size_t length = strlen(text), low = length > budget ? length - budget : 1;
    for (size_t size = MAX(low, 1); size <= MIN(length + budget, correction->length - at); size++) {
      unsigned cost = pinyin_query_distance(text, length, letters, size, budget);
      Candidate candidate = {(uint16_t)syllable, (uint8_t)size, (uint8_t)cost};
      if (cost <= budget && cost < length)
        g_array_append_val(candidates, candidate);
    }
  }
  return correction->candidates[at] = candidates;
}

static bool is_known(Correction *correction, size_t count, unsigned syllable) {
  SearchKey key = count > 0 ? search_key_pinyin(correction->path[count - 1].syllable, syllable)
                            : search_key_pinyin(syllable, 0);
  return correction->has_term(correction->data, &key);
}

static void correct_on(Correction *correction, size_t at, size_t count, unsigned spent, unsigned budget_max) {
  if (at == correction->length) {
    if (spent == correction->budget) {
      query_unit_add(correction->unit, CERTAINTY_CORRECTED, correction->path, count);
      correction->found++;
    }
    return;
  }
  const GArray *candidates = get_candidates(correction, at, budget_max);
  for (guint i = 0; i < candidates->len && count < QUERY_ELEMENTS_MAX; i++) {
    const Candidate *candidate = &g_array_index(candidates, Candidate, i);
    if (correction->found >= CORRECTIONS_MAX || ++correction->steps > STEPS_MAX)
      return;
    if (spent + candidate->cost > correction->budget || !is_known(correction, count, candidate->syllable))
      continue;
    correction->path[count] = (QueryElement){.kind = ELEMENT_SYLLABLE, .syllable = candidate->syllable};
    correct_on(correction, at + candidate->size, count + 1, spent + candidate->cost, budget_max);
  }
}

static unsigned budget_of(const QueryUnit *unit) {
  size_t length = strlen(unit->letters);
  return length < CORRECT_LETTERS_MIN ? 0 : length < CORRECT_TWICE_LETTERS_MIN ? 1 : 2;
}

static void forget_candidates(Correction *correction) {
  for (size_t i = 0; i < QUERY_CHARS_MAX; i++)
    g_clear_pointer(&correction->candidates[i], g_array_unref);
}

/* Two neighbours changed over, also across the border of syllables, which the search for syllables does not see. */
static void correct_swaps(Correction *correction) {
  for (size_t i = 0; i + 1 < correction->length && correction->found < CORRECTIONS_MAX; i++) {
    char *pair = correction->letters + i, first = pair[0];
    if (first == pair[1])
      continue;
    pair[0] = pair[1];
    pair[1] = first;
    correction->budget = 0;
    correct_on(correction, 0, 0, 0, 0);
    forget_candidates(correction);
    pair[1] = pair[0];
    pair[0] = first;
  }
}

void pinyin_query_correct(QueryUnit *unit, QueryHasTermFunc has_term, gpointer data) {
  unsigned budget_max = budget_of(unit);
  Correction correction = {.unit = unit, .length = strlen(unit->letters), .has_term = has_term, .data = data};
  g_strlcpy(correction.letters, unit->letters, sizeof correction.letters);
  if (budget_max > 0)
    correct_swaps(&correction);
  for (unsigned budget = 1; budget <= budget_max && correction.found == 0; budget++) {
    correction.budget = budget;
    correct_on(&correction, 0, 0, 0, budget_max);
  }
  forget_candidates(&correction);
}

typedef struct {
  QueryUnit *unit;
  unsigned limit, found, steps;
} WordCorrection;

static bool correct_word(gpointer data, const char *word, size_t size) {
  WordCorrection *correction = data;
  size_t length = strlen(correction->unit->letters);
  if (++correction->steps > STEPS_MAX || correction->found >= CORRECTIONS_MAX || size > SEARCH_WORD_SIZE_MAX - 1)
    return false;
  unsigned distance = pinyin_query_distance(correction->unit->letters, length, word, size, correction->limit);
  if (distance == 0 || distance > correction->limit)
    return true;
  QueryElement element = {.kind = ELEMENT_WORD};
  element.word.bytes[0] = TOKEN_WORD;
  memcpy(element.word.bytes + 1, word, size);
  element.word.size = size + 1;
  query_unit_add(correction->unit, CERTAINTY_CORRECTED, &element, 1);
  correction->found++;
  return true;
}

void pinyin_query_correct_word(QueryUnit *unit, QueryEachWordFunc each_word, gpointer data) {
  WordCorrection correction = {.unit = unit, .limit = budget_of(unit)};
  if (correction.limit > 0)
    each_word(data, unit->letters[0], correct_word, &correction);
}
