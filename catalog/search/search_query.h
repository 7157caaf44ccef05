/** What a person typed, understood. Internal to catalog/search; pure functions, any thread.
 *
 * The text is folded and cut: Han characters into words (pinyin_lexicon_segment()), all else at separators. Each piece is
 * a unit; a course is found when it has every unit. A unit has alternatives, one of which is enough: a Latin word is
 * itself (or the beginning of a longer word), or pinyin, whole or with its last syllable unfinished, or initials, or a
 * mixture. An alternative is a row of elements that stand side by side in a text; terms of the index tell which courses
 * may hold it (all pairs of neighbours are there), and the texts themselves whether they do (search_locate.h).
 */
#pragma once

#include "catalog/search/search_analysis.h"

#define QUERY_TEXT_SIZE_MAX 1024
#define QUERY_CHARS_MAX 64 /**< folded; the rest is not looked at */
#define QUERY_UNITS_MAX 16
#define QUERY_ALTERNATIVES_MAX 24
#define QUERY_ELEMENTS_MAX 24
#define QUERY_TERMS_MAX (2 * QUERY_ELEMENTS_MAX)
#define PINYIN_LETTERS_SIZE 8

typedef enum {
  ELEMENT_HAN,      /**< this character */
  ELEMENT_WORD,     /**< this word, or one that begins so */
  ELEMENT_SYLLABLE, /**< a character that is read so */
  ELEMENT_PARTIAL,  /**< a character whose reading begins so */
} ElementKind;

typedef struct {
  ElementKind kind;
  bool is_prefix; /**< of a word */
  gunichar han;
  unsigned syllable;
  SearchKey word;                    /**< as a term's key */
  char letters[PINYIN_LETTERS_SIZE]; /**< of a partial syllable */
} QueryElement;

typedef enum {
  TERM_EXACT,
  TERM_PREFIX,    /**< all terms that begin with `key` */
  TERM_SYLLABLES, /**< all syllables that begin with `letters`, after `first` unless that is 0 */
} QueryTermKind;

typedef struct {
  QueryTermKind kind;
  SearchKey key;
  unsigned first;
  char letters[PINYIN_LETTERS_SIZE];
} QueryTerm;

/** How sure an alternative is. */
typedef enum { CERTAINTY_WHOLE, CERTAINTY_PARTIAL, CERTAINTY_INITIALS, CERTAINTY_CORRECTED } QueryCertainty;

/** One without terms only tells where a text holds it: its courses are among those of another alternative. */
typedef struct {
  QueryCertainty certainty;
  size_t element_count, term_count;
  QueryElement elements[QUERY_ELEMENTS_MAX];
  QueryTerm terms[QUERY_TERMS_MAX];
} QueryAlternative;

typedef struct {
  GPtrArray *alternatives;           /**< QueryAlternative * */
  char letters[QUERY_CHARS_MAX + 1]; /**< a Latin word as it was typed; else "" */
} QueryUnit;

typedef struct {
  size_t unit_count;
  QueryUnit units[QUERY_UNITS_MAX];
  bool is_corrected;
} SearchQuery;

/** Never fails: a text without words gives a query without units. */
SearchQuery *search_query_parse(const char *text);
void search_query_free(SearchQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchQuery, search_query_free)

/** Let the last unit, when it is pinyin, be unfinished in its last syllable although that is one: for typing. False when
 * nothing was added. */
bool search_query_extend(SearchQuery *query);

/** Is there a term with that key? */
typedef bool (*QueryHasTermFunc)(gpointer data, const SearchKey *key);
/** Calls back with words that begin with a letter, until it returns false. */
typedef bool (*QueryWordFunc)(gpointer data, const char *word, size_t size);
typedef void (*QueryEachWordFunc)(gpointer data, char letter, QueryWordFunc func, gpointer func_data);

/** Add to every Latin unit of four letters or more what may have been meant: one letter wrong, missing, too many or two
 * changed over; two such from eight letters on. Only what the index knows. False when nothing was added. */
bool search_query_correct(SearchQuery *query, QueryHasTermFunc has_term, QueryEachWordFunc each_word,
                          gpointer data);

/** Calls back with each key that a term stands for; for TERM_PREFIX with the prefix itself. */
void query_term_for_each_key(const QueryTerm *term, void (*func)(gpointer data, const SearchKey *key),
                             gpointer data);

/** Add an alternative of these elements, with its terms; dropped when the unit is full. */
void query_unit_add(QueryUnit *unit, QueryCertainty certainty, const QueryElement *elements, size_t count);
