#include "catalog/search/search_analysis.h"

#include "catalog/search/pinyin_lexicon.h"

#include <string.h>

static void append_char(SearchKey *key, gunichar c) {
  key->size += (size_t)g_unichar_to_utf8(c, key->bytes + key->size);
}

static void append_text(SearchKey *key, const char *text) {
  size_t size = strlen(text);
  memcpy(key->bytes + key->size, text, size);
  key->size += size;
}

static SearchKey new_key(char kind) {
  SearchKey key = {.size = 1};
  key.bytes[0] = kind;
  return key;
}

SearchKey search_key_han(const gunichar *han, size_t count) {
  SearchKey key = new_key(TOKEN_HAN);
  for (size_t i = 0; i < MIN(count, 2); i++)
    append_char(&key, han[i]);
  return key;
}

SearchKey search_key_word(const gunichar *chars, size_t count) {
  SearchKey key = new_key(TOKEN_WORD);
  for (size_t i = 0; i < count && key.size + 4 <= SEARCH_WORD_SIZE_MAX; i++)
    append_char(&key, chars[i]);
  return key;
}

SearchKey search_key_pinyin(unsigned first, unsigned second) {
  SearchKey key = new_key(TOKEN_PINYIN);
  append_text(&key, pinyin_syllable_text(first));
  if (second != 0) {
    append_text(&key, "'");
    append_text(&key, pinyin_syllable_text(second));
  }
  return key;
}

SearchKey search_key_initials(const char *letters, size_t count) {
  SearchKey key = new_key(TOKEN_INITIALS);
  for (size_t i = 0; i < MIN(count, 3); i++)
    key.bytes[key.size++] = letters[i];
  return key;
}

size_t search_run_length(const FoldedText *folded, size_t at) {
  FoldClass class = fold_class(folded->chars[at]);
  size_t length = 1;
  while (class != FOLD_CLASS_SEPARATOR && at + length < folded->count &&
         fold_class(folded->chars[at + length]) == class)
    length++;
  return length;
}

static void emit_han(const gunichar *han, size_t count, size_t at, SearchTokenFunc func, gpointer data) {
  for (size_t i = 0; i < count; i++) {
    SearchKey single = search_key_han(han + i, 1);
    func(data, &single, at + i == 0);
    if (i + 1 < count) {
      SearchKey pair = search_key_han(han + i, 2);
      func(data, &pair, at + i == 0);
    }
  }
}

/* Syllables from i on that are known, side by side, at most three. */
static size_t count_known(const uint16_t *syllables, size_t count, size_t i) {
  size_t known = 0;
  while (known < 3 && i + known < count && syllables[i + known] != 0)
    known++;
  return known;
}

static void emit_pinyin(const gunichar *han, size_t count, size_t at, SearchTokenFunc func, gpointer data) {
  g_autofree uint16_t *syllables = g_new(uint16_t, count);
  pinyin_lexicon_read(han, count, syllables);
  for (size_t i = 0; i < count; i++) {
    size_t known = count_known(syllables, count, i);
    char initials[3];
    for (size_t n = 0; n < known; n++) {
      initials[n] = pinyin_syllable_text(syllables[i + n])[0];
      SearchKey key = search_key_initials(initials, n + 1);
      func(data, &key, at + i == 0);
    }
    for (size_t n = 1; n <= MIN(known, 2); n++) {
      SearchKey key = search_key_pinyin(syllables[i], n == 2 ? syllables[i + 1] : 0);
      func(data, &key, at + i == 0);
    }
  }
}

void search_analyze(const FoldedText *folded, bool has_pinyin, SearchTokenFunc func, gpointer data) {
  for (size_t at = 0, length; at < folded->count; at += length) {
    FoldClass class = fold_class(folded->chars[at]);
    length = search_run_length(folded, at);
    if (class == FOLD_CLASS_WORD) {
      SearchKey key = search_key_word(folded->chars + at, length);
      func(data, &key, at == 0);
    } else if (class == FOLD_CLASS_HAN) {
      emit_han(folded->chars + at, length, at, func, data);
      if (has_pinyin)
        emit_pinyin(folded->chars + at, length, at, func, data);
    }
  }
}
