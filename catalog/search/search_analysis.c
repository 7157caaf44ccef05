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

bool search_is_long_initial(const char *letters, size_t size) {
  return size == 2 && letters[1] == 'h' && (letters[0] == 'z' || letters[0] == 'c' || letters[0] == 's');
}

SearchKey search_key_beginning(const char *letters) {
  SearchKey key = new_key(TOKEN_BEGINNING);
  key.bytes[key.size++] = letters[0];
  key.bytes[key.size++] = letters[1];
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

/* A run of the text, and whom to tell. */
typedef struct {
  const gunichar *chars;
  size_t count, at, text_count;
  SearchTokenFunc func;
  gpointer data;
} Run;

/* The token of `length` characters from i on. */
static void emit(const Run *run, const SearchKey *key, size_t i, size_t length) {
  run->func(run->data, key, run->at + i == 0, run->at + i + length == run->text_count);
}

static void emit_han(const Run *run) {
  for (size_t i = 0; i < run->count; i++)
    for (size_t length = 1; length <= 2 && i + length <= run->count; length++) {
      SearchKey key = search_key_han(run->chars + i, length);
      emit(run, &key, i, length);
    }
}

static void emit_beginning(const Run *run, const char *letters, size_t i, size_t length) {
  if (!search_is_long_initial(letters, 2))
    return;
  SearchKey key = search_key_beginning(letters);
  emit(run, &key, i, length);
}

/* Syllables from i on that are known, side by side, at most three. */
static size_t count_known(const uint16_t *syllables, size_t count, size_t i) {
  size_t known = 0;
  while (known < 3 && i + known < count && syllables[i + known] != 0)
    known++;
  return known;
}

static void emit_pinyin(const Run *run) {
  g_autofree uint16_t *syllables = g_new(uint16_t, run->count);
  pinyin_lexicon_read(run->chars, run->count, syllables);
  for (size_t i = 0; i < run->count; i++) {
    size_t known = count_known(syllables, run->count, i);
    char initials[3];
    for (size_t length = 1; length <= known; length++) {
      initials[length - 1] = pinyin_syllable_text(syllables[i + length - 1])[0];
      SearchKey key = search_key_initials(initials, length);
      emit(run, &key, i, length);
      if (length == 2)
        emit_beginning(run, initials, i, length);
    }
    if (known > 0)
      emit_beginning(run, pinyin_syllable_text(syllables[i]), i, 1);
    for (size_t length = 1; length <= MIN(known, 2); length++) {
      SearchKey key = search_key_pinyin(syllables[i], length == 2 ? syllables[i + 1] : 0);
      emit(run, &key, i, length);
    }
  }
}

void search_analyze(const FoldedText *folded, bool has_pinyin, SearchTokenFunc func, gpointer data) {
  size_t count = folded->count;
  while (count > 0 && fold_class(folded->chars[count - 1]) == FOLD_CLASS_SEPARATOR)
    count--;
  for (size_t at = 0, length; at < count; at += length) {
    FoldClass class = fold_class(folded->chars[at]);
    length = search_run_length(folded, at);
    Run run = {folded->chars + at, length, at, count, func, data};
    if (class == FOLD_CLASS_WORD) {
      SearchKey key = search_key_word(run.chars, length);
      emit(&run, &key, 0, length);
    } else if (class == FOLD_CLASS_HAN) {
      emit_han(&run);
      if (has_pinyin)
        emit_pinyin(&run);
    }
  }
}
