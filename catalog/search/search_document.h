/** A course as search sees it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SEARCH_ID_SIZE_MAX 16            /**< bytes of a course's id */
#define SEARCH_TEXT_SIZE_MAX (64 * 1024) /**< bytes of a title, summary, tag ... that are read */
#define SEARCH_CUES_MAX 20000            /**< of a course; the rest is not found */
#define SEARCH_CUES_SIZE_MAX (1 << 20)   /**< bytes of their texts */
#define SEARCH_AUDIENCES_MAX 16          /**< different ones in an index; the rest is not counted */

#define SEARCH_VISIBILITY_PUBLIC "public"

/** What is said or headed at a time of a lesson. */
typedef struct {
  char *lesson_id;
  int64_t start_us;
  bool is_chapter; /**< title of a lesson or of a chapter; else a caption */
  char *text;
} SearchCue;

typedef struct {
  char *id; /**< at most SEARCH_ID_SIZE_MAX bytes */
  char *title, *summary;
  char **tags, **lecturers;      /**< NULL-terminated, never NULL */
  char *institution;             /**< name: searched, counted and filtered by */
  char *category, *kind, *level; /**< slugs; may be empty */
  char **audiences;
  char *division;   /**< 12-digit code; may be empty */
  char *visibility; /**< the key that a viewer must hold; SEARCH_VISIBILITY_PUBLIC: everyone does */
  int64_t created_us, duration_us;
  uint32_t popularity; /**< more is better */
  GArray *cues;        /**< SearchCue, by lesson and time */
  GBytes *card;        /**< kept with it for whoever shows it; NULL: nothing */
} SearchDocument;

/** An empty document: texts "", lists empty, public. */
SearchDocument *search_document_new(const char *id);
void search_document_free(SearchDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchDocument, search_document_free)

/** Replace a text: search_document_set(&document->title, "..."). */
void search_document_set(char **field, const char *text);
/** Replace a list; copies. NULL: empty. */
void search_document_set_list(char ***field, const char *const *list);
void search_document_add_cue(SearchDocument *document, const char *lesson_id, int64_t start_us, bool is_chapter,
                             const char *text);

/** Bands of duration that are counted: under 5, 15, 30, 60 minutes, longer. */
#define SEARCH_BAND_COUNT 6 /**< the first is for courses without a duration */
unsigned search_duration_band(int64_t duration_us);
/** "", "0-5", "5-15", "15-30", "30-60", "60-": minutes. */
const char *search_band_name(unsigned band);
