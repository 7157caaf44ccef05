/** Folding: one spelling for what people mean to be the same. Full width becomes half width, capitals small, accents
 * and tone marks go (ü becomes v, as it is typed in pinyin), traditional characters become simplified. What is indexed
 * and what is asked for pass through the same folding, so both sides always agree.
 *
 * Threads: all functions may be called from any thread; the table is made at the first call and stays.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  FOLD_CLASS_SEPARATOR, /**< white space, punctuation, symbols */
  FOLD_CLASS_HAN,
  FOLD_CLASS_WORD, /**< letters and digits of all other scripts */
} FoldClass;

FoldClass fold_class(gunichar folded);

typedef struct {
  size_t count;
  gunichar *chars;  /**< folded characters; separators are U+0020 */
  uint32_t *starts; /**< `count` + 1: byte offset in the source where each came from; the last one is the end */
} FoldedText;

/** Fold at most `size_bytes` of UTF-8; bytes that are not UTF-8 become separators. Never fails. */
FoldedText *fold_text(const char *text, size_t size_bytes);
void folded_text_free(FoldedText *folded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FoldedText, folded_text_free)
