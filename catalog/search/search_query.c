#include "catalog/search/search_query.h"

#include "catalog/search/pinyin_lexicon.h"
#include "catalog/search/search_pinyin_query.h"

#include <string.h>

#define UNKNOWN_WORD_MAX 4

void query_term_for_each_key(const QueryTerm *term, void (*func)(gpointer data, const SearchKey *key),
                             gpointer data) {
  if (term->kind != TERM_SYLLABLES) {
    func(data, &term->key);
    return;
  }
  size_t length = strlen(term->letters);
  for (unsigned syllable = 1; syllable <= pinyin_syllable_count(); syllable++)
    if (strncmp(pinyin_syllable_text(syllable), term->letters, length) == 0) {
      SearchKey key = term->first ? search_key_pinyin(term->first, syllable) : search_key_pinyin(syllable, 0);
      func(data, &key);
    }
}

static void add_term(QueryAlternative *alternative, const QueryTerm *term) {
  if (alternative->term_count < QUERY_TERMS_MAX)
    alternative->terms[alternative->term_count++] = *term;
}

static void add_exact(QueryAlternative *alternative, SearchKey key) {
  add_term(alternative, &(QueryTerm){.kind = TERM_EXACT, .key = key});
}

static void add_syllables(QueryAlternative *alternative, unsigned first, const char *letters) {
  QueryTerm term = {.kind = TERM_SYLLABLES, .first = first};
  g_strlcpy(term.letters, letters, sizeof term.letters);
  add_term(alternative, &term);
}

static char initial_of(const QueryElement *element) {
  return element->kind == ELEMENT_SYLLABLE ? pinyin_syllable_text(element->syllable)[0] : element->letters[0];
}

static bool is_initial(const QueryElement *element) {
  return element->kind == ELEMENT_PARTIAL && element->letters[1] == '\0';
}

static void add_initials(QueryAlternative *alternative, const QueryElement *elements, size_t count) {
  char letters[3];
  for (size_t i = 0; i < count; i++)
    letters[i] = initial_of(&elements[i]);
  add_exact(alternative, search_key_initials(letters, count));
}

/* A syllable that stands alone. */
static void add_single(QueryAlternative *alternative, const QueryElement *element) {
  if (element->kind == ELEMENT_SYLLABLE)
    add_exact(alternative, search_key_pinyin(element->syllable, 0));
  else if (is_initial(element))
    add_initials(alternative, element, 1);
  else
    add_syllables(alternative, 0, element->letters);
}

static void add_pair(QueryAlternative *alternative, const QueryElement *pair) {
  if (pair[0].kind == ELEMENT_SYLLABLE && pair[1].kind == ELEMENT_SYLLABLE) {
    add_exact(alternative, search_key_pinyin(pair[0].syllable, pair[1].syllable));
  } else if (pair[0].kind == ELEMENT_SYLLABLE) {
    add_syllables(alternative, pair[0].syllable, pair[1].letters);
  } else {
    add_initials(alternative, pair, 2);
    for (int i = 0; i < 2; i++)
      if (!is_initial(&pair[i]))
        add_single(alternative, &pair[i]);
  }
}

static bool is_long_initial(const QueryElement *element) {
  return element->kind == ELEMENT_PARTIAL && search_is_long_initial(element->letters, strlen(element->letters));
}

static void add_pinyin_terms(QueryAlternative *alternative, const QueryElement *elements, size_t count) {
  bool are_initials = true;
  for (size_t i = 0; i < count; i++)
    are_initials = are_initials && is_initial(&elements[i]);
  if (count == 1 && is_long_initial(elements))
    add_exact(alternative, search_key_beginning(elements->letters));
  else if (count == 1)
    add_single(alternative, elements);
  else if (are_initials && count >= 3)
    for (size_t i = 0; i + 3 <= count; i++)
      add_initials(alternative, elements + i, 3);
  else
    for (size_t i = 0; i + 1 < count; i++)
      add_pair(alternative, elements + i);
}

static void add_han_terms(QueryAlternative *alternative, const QueryElement *elements, size_t count) {
  gunichar han[QUERY_ELEMENTS_MAX];
  for (size_t i = 0; i < count; i++)
    han[i] = elements[i].han;
  for (size_t i = 0; i + 1 < count; i++)
    add_exact(alternative, search_key_han(han + i, 2));
  if (count == 1)
    add_exact(alternative, search_key_han(han, 1));
}

static bool is_same_element(const QueryElement *a, const QueryElement *b) {
  return a->kind == b->kind && a->is_prefix == b->is_prefix && a->han == b->han && a->syllable == b->syllable &&
         a->word.size == b->word.size && memcmp(a->word.bytes, b->word.bytes, a->word.size) == 0 &&
         strcmp(a->letters, b->letters) == 0;
}

static bool has_alternative(const QueryUnit *unit, const QueryElement *elements, size_t count) {
  for (guint i = 0; i < unit->alternatives->len; i++) {
    const QueryAlternative *alternative = unit->alternatives->pdata[i];
    size_t same = 0;
    while (alternative->element_count == count && same < count &&
           is_same_element(&alternative->elements[same], &elements[same]))
      same++;
    if (same == count)
      return true;
  }
  return false;
}

void query_unit_add(QueryUnit *unit, QueryCertainty certainty, const QueryElement *elements, size_t count) {
  if (unit->alternatives->len >= QUERY_ALTERNATIVES_MAX || count == 0 || count > QUERY_ELEMENTS_MAX ||
      has_alternative(unit, elements, count))
    return;
  QueryAlternative *alternative = g_new0(QueryAlternative, 1);
  alternative->certainty = certainty;
  alternative->element_count = count;
  memcpy(alternative->elements, elements, count * sizeof *elements);
  if (elements[0].kind == ELEMENT_HAN)
    add_han_terms(alternative, elements, count);
  else if (elements[0].kind == ELEMENT_WORD)
    add_term(alternative,
             &(QueryTerm){.kind = elements[0].is_prefix ? TERM_PREFIX : TERM_EXACT, .key = elements[0].word});
  else
    add_pinyin_terms(alternative, elements, count);
  g_ptr_array_add(unit->alternatives, alternative);
}

static QueryUnit *add_unit(SearchQuery *query) {
  if (query->unit_count == QUERY_UNITS_MAX)
    return NULL;
  QueryUnit *unit = &query->units[query->unit_count++];
  unit->alternatives = g_ptr_array_new_with_free_func(g_free);
  return unit;
}

/* Words that ask rather than tell; they are left out when there are others. */
static bool is_filler(const gunichar *han, size_t count) {
  static const char *const fillers[] = {"的",   "了",     "吗",   "呢",   "和",   "与",   "及",   "怎么",
                                        "怎样", "如何",   "什么", "哪些", "可以", "我要", "我想", "关于",
                                        "请问", "有没有", "是",   "在",   "想",   "我"};
  g_autofree char *word = g_ucs4_to_utf8(han, (glong)count, NULL, NULL, NULL);
  for (size_t i = 0; word && i < G_N_ELEMENTS(fillers); i++)
    if (g_str_equal(word, fillers[i]))
      return true;
  return false;
}

static void add_han_unit(SearchQuery *query, const gunichar *han, size_t count) {
  QueryElement elements[QUERY_ELEMENTS_MAX] = {0};
  QueryUnit *unit = add_unit(query);
  for (size_t i = 0; i < MIN(count, QUERY_ELEMENTS_MAX); i++)
    elements[i] = (QueryElement){.kind = ELEMENT_HAN, .han = han[i]};
  if (unit)
    query_unit_add(unit, CERTAINTY_WHOLE, elements, MIN(count, QUERY_ELEMENTS_MAX));
}

/* A short run that falls into single characters: a name, a word of the trade (云手). */
static bool is_unknown_word(const uint8_t *lengths, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (lengths[i] != 1)
      return false;
  return count > 1 && count <= UNKNOWN_WORD_MAX;
}

static void add_han_run(SearchQuery *query, const gunichar *han, size_t count, bool keeps_fillers) {
  uint8_t lengths[QUERY_CHARS_MAX];
  pinyin_lexicon_segment(han, count, lengths);
  if (is_unknown_word(lengths, count))
    lengths[0] = (uint8_t)count;
  for (size_t at = 0; at < count; at += lengths[at])
    if (keeps_fillers || !is_filler(han + at, lengths[at]))
      add_han_unit(query, han + at, lengths[at]);
}

static void add_word_run(SearchQuery *query, const gunichar *chars, size_t count) {
  QueryUnit *unit = add_unit(query);
  if (!unit)
    return;
  bool is_latin = true;
  for (size_t i = 0; i < count; i++) {
    is_latin = is_latin && chars[i] >= 'a' && chars[i] <= 'z';
    unit->letters[i] = (char)chars[i];
  }
  if (!is_latin)
    unit->letters[0] = '\0';
  QueryElement word = {.kind = ELEMENT_WORD, .is_prefix = count > 1, .word = search_key_word(chars, count)};
  query_unit_add(unit, CERTAINTY_WHOLE, &word, 1);
  if (is_latin)
    pinyin_query_add(unit);
}

static void add_runs(SearchQuery *query, const FoldedText *folded, bool keeps_fillers) {
  for (size_t at = 0, length; at < folded->count; at += length) {
    FoldClass class = fold_class(folded->chars[at]);
    length = search_run_length(folded, at);
    if (class == FOLD_CLASS_HAN)
      add_han_run(query, folded->chars + at, length, keeps_fillers);
    else if (class == FOLD_CLASS_WORD)
      add_word_run(query, folded->chars + at, length);
  }
}

SearchQuery *search_query_parse(const char *text) {
  SearchQuery *query = g_new0(SearchQuery, 1);
  g_autoptr(FoldedText) folded = fold_text(text, strnlen(text, QUERY_TEXT_SIZE_MAX));
  folded->count = MIN(folded->count, QUERY_CHARS_MAX);
  add_runs(query, folded, false);
  if (query->unit_count == 0)
    add_runs(query, folded, true);
  return query;
}

void search_query_free(SearchQuery *query) {
  if (!query)
    return;
  for (size_t i = 0; i < query->unit_count; i++)
    g_ptr_array_unref(query->units[i].alternatives);
  g_free(query);
}

bool search_query_extend(SearchQuery *query) {
  return query->unit_count > 0 && pinyin_query_extend(&query->units[query->unit_count - 1]);
}

bool search_query_correct(SearchQuery *query, QueryHasTermFunc has_term, QueryEachWordFunc each_word,
                          gpointer data) {
  bool is_changed = false;
  for (size_t i = 0; i < query->unit_count; i++) {
    guint before = query->units[i].alternatives->len;
    pinyin_query_correct(&query->units[i], has_term, data);
    pinyin_query_correct_word(&query->units[i], each_word, data);
    is_changed = is_changed || query->units[i].alternatives->len > before;
  }
  query->is_corrected = is_changed;
  return is_changed;
}
