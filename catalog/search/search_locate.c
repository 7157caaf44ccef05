#include "catalog/search/search_locate.h"

#include "catalog/search/pinyin_lexicon.h"

#include <string.h>

void locate_text_init(LocateText *text, const char *utf8, size_t size_bytes) {
  text->folded = fold_text(utf8, size_bytes);
  text->syllables = NULL;
}

void locate_text_clear(LocateText *text) {
  folded_text_free(text->folded);
  g_free(text->syllables);
  *text = (LocateText){0};
}

static unsigned syllable_at(LocateText *text, size_t at) {
  const FoldedText *folded = text->folded;
  if (!text->syllables) {
    text->syllables = g_new0(uint16_t, folded->count + 1);
    for (size_t i = 0, length; i < folded->count; i += length) {
      length = search_run_length(folded, i);
      if (fold_class(folded->chars[i]) == FOLD_CLASS_HAN)
        pinyin_lexicon_read(folded->chars + i, length, text->syllables + i);
    }
  }
  return text->syllables[at];
}

static size_t match_word(const FoldedText *folded, const QueryElement *element, size_t at) {
  if (fold_class(folded->chars[at]) != FOLD_CLASS_WORD ||
      (at > 0 && fold_class(folded->chars[at - 1]) == FOLD_CLASS_WORD))
    return 0;
  size_t length = search_run_length(folded, at);
  SearchKey key = search_key_word(folded->chars + at, length);
  bool has_prefix =
      key.size >= element->word.size && memcmp(key.bytes, element->word.bytes, element->word.size) == 0;
  return has_prefix && (element->is_prefix || key.size == element->word.size) ? length : 0;
}

static size_t match_element(LocateText *text, const QueryElement *element, size_t at) {
  unsigned syllable;
  if (at >= text->folded->count)
    return 0;
  switch (element->kind) {
  case ELEMENT_HAN:
    return text->folded->chars[at] == element->han;
  case ELEMENT_WORD:
    return match_word(text->folded, element, at);
  case ELEMENT_SYLLABLE:
    return syllable_at(text, at) == element->syllable;
  case ELEMENT_PARTIAL:
    syllable = syllable_at(text, at);
    return syllable != 0 &&
           strncmp(pinyin_syllable_text(syllable), element->letters, strlen(element->letters)) == 0;
  }
  return 0;
}

static size_t match_alternative(LocateText *text, const QueryAlternative *alternative, size_t at) {
  size_t start = at;
  for (size_t i = 0; i < alternative->element_count; i++) {
    size_t length = match_element(text, &alternative->elements[i], at);
    if (length == 0)
      return 0;
    at += length;
  }
  return at - start;
}

size_t locate_unit_at(LocateText *text, const QueryUnit *unit, size_t at) {
  size_t longest = 0;
  for (guint i = 0; i < unit->alternatives->len; i++)
    longest = MAX(longest, match_alternative(text, unit->alternatives->pdata[i], at));
  return longest;
}

bool locate_has_unit(LocateText *text, const QueryUnit *unit) {
  for (size_t at = 0; at < text->folded->count; at++)
    if (locate_unit_at(text, unit, at) > 0)
      return true;
  return false;
}

static size_t skip_separators(const FoldedText *folded, size_t at) {
  while (at < folded->count && fold_class(folded->chars[at]) == FOLD_CLASS_SEPARATOR)
    at++;
  return at;
}

/* The end of the whole query that begins at `at`; 0: it does not. */
static size_t phrase_end(LocateText *text, const SearchQuery *query, size_t at) {
  for (size_t i = 0; i < query->unit_count; i++) {
    at = skip_separators(text->folded, at);
    size_t length = locate_unit_at(text, &query->units[i], at);
    if (length == 0)
      return 0;
    at += length;
  }
  return at;
}

LocatePhrase locate_phrase(LocateText *text, const SearchQuery *query) {
  size_t first = skip_separators(text->folded, 0);
  for (size_t at = first; at < text->folded->count; at++) {
    size_t end = phrase_end(text, query, at);
    if (end > 0)
      return (LocatePhrase){true, at == first,
                            at == first && skip_separators(text->folded, end) == text->folded->count};
  }
  return (LocatePhrase){false, false, false};
}

size_t locate_ranges(LocateText *text, const SearchQuery *query, LocateRange *ret_ranges, size_t max) {
  size_t count = 0;
  for (size_t at = 0; at < text->folded->count && count < max;) {
    size_t longest = 0;
    for (size_t i = 0; i < query->unit_count; i++)
      longest = MAX(longest, locate_unit_at(text, &query->units[i], at));
    uint32_t start = text->folded->starts[at], end = text->folded->starts[at + longest];
    if (longest > 0 && end > start && count > 0 && ret_ranges[count - 1].end == start)
      ret_ranges[count - 1].end = end;
    else if (longest > 0 && end > start)
      ret_ranges[count++] = (LocateRange){start, end};
    at += MAX(longest, 1);
  }
  return count;
}
