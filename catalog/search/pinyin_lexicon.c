#include "catalog/search/pinyin_lexicon.h"

#include "catalog/search/pinyin_data.h"
#include "catalog/search/search_fold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORD_LENGTH_MAX 4
#define SLOT_COUNT (1u << 18) /* more than twice the words */
#define SYLLABLE_CAPACITY 512
#define UNKNOWN_COST 20.0F
#define RUN_CHUNK 512 /* characters of a run that are cut at a time */

typedef struct {
  uint64_t key; /* up to four UTF-16 units; 0: free */
  float cost;   /* -log of the frequency */
  uint16_t syllables[WORD_LENGTH_MAX];
} Word;

typedef struct {
  char syllables[SYLLABLE_CAPACITY][PINYIN_SYLLABLE_SIZE_MAX + 1];
  unsigned syllable_count;
  Word *slots;
} Lexicon;

static int compare_syllables(const void *a, const void *b) {
  return strcmp(a, b);
}

static unsigned find_syllable(const Lexicon *lexicon, const char *letters, size_t length) {
  char text[PINYIN_SYLLABLE_SIZE_MAX + 1] = {0};
  if (length == 0 || length > PINYIN_SYLLABLE_SIZE_MAX)
    return 0;
  memcpy(text, letters, length);
  const char *found = bsearch(text, lexicon->syllables[1], lexicon->syllable_count, sizeof lexicon->syllables[0],
                              compare_syllables);
  return found ? (unsigned)((found - lexicon->syllables[0]) / (ptrdiff_t)sizeof lexicon->syllables[0]) : 0;
}

static Word *find_slot(const Lexicon *lexicon, uint64_t key) {
  uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15);
  for (uint64_t slot = hash >> 46;; slot = (slot + 1) % SLOT_COUNT)
    if (lexicon->slots[slot].key == key || lexicon->slots[slot].key == 0)
      return &lexicon->slots[slot];
}

/* "word TAB syl la bles TAB frequency"; false for a line of another kind. */
static bool split_line(const char *line, const char *end, const char *ret_parts[3], size_t ret_sizes[3]) {
  for (int i = 0; i < 3; i++) {
    const char *stop = i < 2 ? memchr(line, '\t', (size_t)(end - line)) : end;
    if (stop == NULL || stop == line)
      return false;
    ret_parts[i] = line;
    ret_sizes[i] = (size_t)(stop - line);
    line = stop + 1;
  }
  return true;
}

typedef void (*LineFunc)(Lexicon *lexicon, const char *const parts[3], const size_t sizes[3]);

static void for_each_line(Lexicon *lexicon, LineFunc func) {
  const char *at = pinyin_data_begin;
  while (at < pinyin_data_end) {
    const char *end = memchr(at, '\n', (size_t)(pinyin_data_end - at));
    const char *parts[3];
    size_t sizes[3];
    if (end == NULL)
      end = pinyin_data_end;
    if (*at != '#' && split_line(at, end, parts, sizes))
      func(lexicon, parts, sizes);
    at = end + 1;
  }
}

/* "hm", "ng" and the like are none for typing: they would take initials for themselves. */
static bool has_vowel(const char *letters, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (strchr("aeiouv", letters[i]))
      return true;
  return false;
}

static void add_syllable(Lexicon *lexicon, const char *const parts[3], const size_t sizes[3]) {
  if (memchr(parts[1], ' ', sizes[1]) || sizes[1] > PINYIN_SYLLABLE_SIZE_MAX || !has_vowel(parts[1], sizes[1]) ||
      lexicon->syllable_count + 2 > SYLLABLE_CAPACITY)
    return;
  for (unsigned i = lexicon->syllable_count; i > 0; i--)
    if (strncmp(lexicon->syllables[i], parts[1], sizes[1]) == 0 && lexicon->syllables[i][sizes[1]] == '\0')
      return;
  memcpy(lexicon->syllables[++lexicon->syllable_count], parts[1], sizes[1]);
}

static void add_word(Lexicon *lexicon, const char *const parts[3], const size_t sizes[3]) {
  g_autoptr(FoldedText) folded = fold_text(parts[0], sizes[0]);
  Word word = {0};
  if (folded->count == 0 || folded->count > WORD_LENGTH_MAX)
    return;
  const char *at = parts[1], *end = parts[1] + sizes[1];
  for (size_t i = 0; i < folded->count; i++) {
    const char *stop = memchr(at, ' ', (size_t)(end - at));
    if (stop == NULL)
      stop = end;
    word.syllables[i] = (uint16_t)find_syllable(lexicon, at, (size_t)(stop - at));
    if (folded->chars[i] > 0xFFFF || word.syllables[i] == 0)
      return;
    word.key = word.key << 16 | folded->chars[i];
    at = MIN(stop + 1, end);
  }
  word.cost = 17.0F - logf(1.0F + strtof(parts[2], NULL));
  Word *slot = find_slot(lexicon, word.key);
  if (slot->key == 0 || slot->cost > word.cost)
    *slot = word;
}

static gpointer make_lexicon(gpointer unused) {
  (void)unused;
  Lexicon *lexicon = g_new0(Lexicon, 1);
  lexicon->slots = g_new0(Word, SLOT_COUNT);
  for_each_line(lexicon, add_syllable);
  qsort(lexicon->syllables[1], lexicon->syllable_count, sizeof lexicon->syllables[0], compare_syllables);
  for_each_line(lexicon, add_word);
  return lexicon;
}

static const Lexicon *get_lexicon(void) {
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, make_lexicon, NULL);
}

unsigned pinyin_syllable_count(void) {
  return get_lexicon()->syllable_count;
}

const char *pinyin_syllable_text(unsigned syllable) {
  const Lexicon *lexicon = get_lexicon();
  return syllable <= lexicon->syllable_count ? lexicon->syllables[syllable] : "";
}

unsigned pinyin_syllable_find(const char *letters, size_t length) {
  return find_syllable(get_lexicon(), letters, length);
}

bool pinyin_syllable_has_prefix(const char *letters, size_t length) {
  const Lexicon *lexicon = get_lexicon();
  unsigned low = 1, high = lexicon->syllable_count + 1;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (strncmp(lexicon->syllables[middle], letters, length) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low <= lexicon->syllable_count && strncmp(lexicon->syllables[low], letters, length) == 0;
}

/* The cheapest way through `count` characters (at most RUN_CHUNK): `ret_words[i]` ends at i, NULL: unknown character. */
static void find_path(const gunichar *han, size_t count, const Word **ret_words, uint8_t *ret_spans) {
  const Lexicon *lexicon = get_lexicon();
  float costs[RUN_CHUNK + 1] = {0};
  for (size_t end = 1; end <= count; end++) {
    costs[end] = costs[end - 1] + UNKNOWN_COST;
    ret_words[end] = NULL;
    ret_spans[end] = 1;
    uint64_t key = 0;
    for (size_t length = 1; length <= WORD_LENGTH_MAX && length <= end; length++) {
      gunichar c = han[end - length];
      if (c > 0xFFFF)
        break;
      key |= (uint64_t)c << 16 * (length - 1);
      const Word *word = find_slot(lexicon, key);
      if (word->key == 0 || costs[end - length] + word->cost >= costs[end])
        continue;
      costs[end] = costs[end - length] + word->cost;
      ret_words[end] = word;
      ret_spans[end] = (uint8_t)length;
    }
  }
}

static void walk(const gunichar *han, size_t count, uint8_t *lengths, uint16_t *syllables) {
  const Word *words[RUN_CHUNK + 1];
  uint8_t spans[RUN_CHUNK + 1];
  find_path(han, count, words, spans);
  for (size_t end = count; end > 0; end -= spans[end]) {
    size_t start = end - spans[end];
    for (size_t i = 0; lengths && i < spans[end]; i++)
      lengths[start + i] = i == 0 ? spans[end] : 0;
    for (size_t i = 0; syllables && i < spans[end]; i++)
      syllables[start + i] = words[end] ? words[end]->syllables[i] : 0;
  }
}

void pinyin_lexicon_segment(const gunichar *han, size_t count, uint8_t *ret_lengths) {
  for (size_t at = 0; at < count; at += RUN_CHUNK)
    walk(han + at, MIN(count - at, RUN_CHUNK), ret_lengths + at, NULL);
}

void pinyin_lexicon_read(const gunichar *han, size_t count, uint16_t *ret_syllables) {
  for (size_t at = 0; at < count; at += RUN_CHUNK)
    walk(han + at, MIN(count - at, RUN_CHUNK), NULL, ret_syllables + at);
}
