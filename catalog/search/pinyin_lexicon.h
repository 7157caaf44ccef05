/** Words with their readings: how a Chinese text is cut into words and read in pinyin, in context (重庆 chongqing,
 * 音乐 yinyue, 银行 yinhang, 长辈 zhangbei). The words are those of the Debian package rime-data-pinyin-simp: 65,000,
 * up to four characters long, with readings and frequencies; they are built into the program.
 *
 * A text is cut so that the product of its words' frequencies is greatest; a character outside any word has its most
 * frequent reading. Texts are folded (catalog/search/search_fold.h).
 *
 * Threads: any; the table is made at the first call (some 20 ms) and stays.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PINYIN_SYLLABLE_SIZE_MAX 6 /**< letters of "zhuang" */

/** Syllables are numbered from 1 in alphabetical order; 0 is none. */
unsigned pinyin_syllable_count(void);
/** "tai"; "" for a number that is none. */
const char *pinyin_syllable_text(unsigned syllable);
/** 0 when these letters are no syllable. */
unsigned pinyin_syllable_find(const char *letters, size_t length);
/** Does some syllable begin so? */
bool pinyin_syllable_has_prefix(const char *letters, size_t length);

/** Cut a run of Han characters into words: `ret_lengths[i]` is the length of the word that begins at i, 0 inside. */
void pinyin_lexicon_segment(const gunichar *han, size_t count, uint8_t *ret_lengths);
/** The reading of each character of a run; 0 where none is known. */
void pinyin_lexicon_read(const gunichar *han, size_t count, uint16_t *ret_syllables);
