/** Chapters of a lesson: the source's own, or made of the slide changes that the encoder saw. */
#pragma once

#include "catalog/catalog.h"

typedef struct {
  int64_t start_us;
  char *title; /**< empty for a chapter made of a slide change: the reader's language names it */
} CatalogChapter;

/** An array of CatalogChapter that frees their titles. */
GArray *catalog_chapters_new(void);

/** Array of CatalogChapter with its clear function set, in order: the source's own; else, from the slide changes, one
 * at 0 and one at every change that is CHAPTER_MIN_US or more after the one before; none when there are fewer than
 * two. */
#define CHAPTER_MIN_US (20 * G_TIME_SPAN_SECOND)
bool catalog_load_chapters(Catalog *catalog, const char *asset_id, GArray **ret_chapters, GError **error);

/* --- internal to catalog/ --- */

struct Connection;

/** Adds those that were given, by the source or by an editor. */
bool chapters_load_own(struct Connection *connection, const char *asset_id, GArray *chapters, GError **error);
