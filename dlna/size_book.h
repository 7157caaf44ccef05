/** How many bytes the files of lessons have: asked from our own HTTP server (HEAD), which alone knows, and remembered, as files
 * of a whole lesson never change.
 *
 * Threads: one, running its default GMainContext. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SIZE_BOOK_MAX 200000                        /**< sizes that are remembered; then all are forgotten */
#define SIZE_BOOK_REQUESTS_MAX 4                    /**< at once */
#define SIZE_BOOK_RETRY_US (5 * G_TIME_SPAN_SECOND) /**< after a failure */
#define SIZE_BOOK_REQUEST_S 10

typedef struct SizeBook SizeBook;
SizeBook *size_book_new(void);
/** Those who wait are told first. NULL is accepted. */
void size_book_free(SizeBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SizeBook, size_book_free)

/** Bytes of the file at `path`; -1: not known. */
int64_t size_book_find(const SizeBook *book, const char *path);

/** Called once, never from within size_book_ask(). */
typedef void (*SizeBookFunc)(gpointer data);
/** Ask for those of `paths` (char *) that are not known, below `base_url`; `done` is called when all were answered, or after
 * `patience_us`. False when all are known or were asked in vain lately: `done` is then not called. */
bool size_book_ask(SizeBook *book, const char *base_url, const GPtrArray *paths, int64_t patience_us,
                   SizeBookFunc done, gpointer data);
