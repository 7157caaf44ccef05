/** What a text is found by. A token's key is a byte that says its kind, then UTF-8:
 *
 *   h  one Han character, or two that stand side by side
 *   w  a word or number of another script, cut to SEARCH_WORD_SIZE_MAX bytes
 *   p  a syllable of pinyin, or two side by side joined by an apostrophe: "tai", "tai'ji"
 *   i  the initials of one, two or three syllables side by side: "t", "tj", "tjq"
 *   b  what "zh", "ch" or "sh" alone may mean: a syllable that begins so, or two syllables whose initials are these
 *
 * Pinyin is that of pinyin_lexicon_read(). Pure functions; any thread.
 */
#pragma once

#include "catalog/search/search_fold.h"

#define SEARCH_WORD_SIZE_MAX 40
#define SEARCH_KEY_SIZE_MAX 48 /**< bytes of a key */

#define TOKEN_HAN 'h'
#define TOKEN_WORD 'w'
#define TOKEN_PINYIN 'p'
#define TOKEN_INITIALS 'i'
#define TOKEN_BEGINNING 'b'

typedef struct {
  char bytes[SEARCH_KEY_SIZE_MAX];
  size_t size;
} SearchKey;

SearchKey search_key_han(const gunichar *han, size_t count);
SearchKey search_key_word(const gunichar *chars, size_t count);
SearchKey search_key_pinyin(unsigned first, unsigned second); /**< `second` 0: one syllable alone */
SearchKey search_key_initials(const char *letters, size_t count);
/** "zh", "ch" or "sh": the initials of pinyin that are two letters. */
bool search_is_long_initial(const char *letters, size_t size);
SearchKey search_key_beginning(const char *letters);

/** How many characters from `at` on are of the same class; a separator counts alone. */
size_t search_run_length(const FoldedText *folded, size_t at);

/** `is_first`: the token begins the text; `is_last`: it ends it. The same token may come several times. */
typedef void (*SearchTokenFunc)(gpointer data, const SearchKey *key, bool is_first, bool is_last);
void search_analyze(const FoldedText *folded, bool has_pinyin, SearchTokenFunc func, gpointer data);
