/** What a person reads on the terminal, in Chinese and in English. A message stands in both languages where it is
 * used, so that format and arguments are checked together:  text_pick("共 %d 个", "%d in all").
 *
 * English is chosen when the first of LC_ALL, LC_MESSAGES and LANG that is set begins with "en"; else Chinese.
 * Output is UTF-8 whatever the locale says.
 *
 * Threads: the choice is made at the first call and does not change; any thread may call.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
  const char *zh, *en;
} Text;

bool text_is_english(void);
const char *text_pick(const char *zh, const char *en) G_GNUC_FORMAT(1) G_GNUC_FORMAT(2);
const char *text_of(const Text *text);
/** Of a message in Chinese and English, between which " · " stands, the one that is wanted; all of one without it. Caller
 * frees. */
char *text_of_pair(const char *message);

/** The rule above, for a value of the environment (NULL and "" are not set); exposed for its test. */
bool text_locale_is_english(const char *lc_all, const char *lc_messages, const char *lang);

/** Print a line on standard error, after "kapok: ". */
void text_print_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
/** Print a line on standard error as it is. */
void text_print_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** Terminal cells that UTF-8 text takes: wide characters two, combining ones none, control characters one. */
int text_width(const char *text);
/** A copy of `text` in exactly `cells` cells, on one line: cut with "…" or filled with spaces. Caller frees. */
char *text_fit(const char *text, int cells);
/** A copy of `text` on one line: control characters become spaces, bytes that are not UTF-8 U+FFFD. Caller frees. */
char *text_one_line(const char *text);
