#include "catalog/search/search_document.h"

#include <string.h>

static void clear_cue(gpointer data) {
  SearchCue *cue = data;
  g_free(cue->lesson_id);
  g_free(cue->text);
}

static char **empty_list(void) {
  return g_new0(char *, 1);
}

SearchDocument *search_document_new(const char *id) {
  SearchDocument *document = g_new0(SearchDocument, 1);
  char **const texts[] = {&document->title, &document->summary, &document->institution, &document->category,
                          &document->kind,  &document->level,   &document->division};
  document->id = g_strdup(id);
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    *texts[i] = g_strdup("");
  document->visibility = g_strdup(SEARCH_VISIBILITY_PUBLIC);
  document->tags = empty_list();
  document->lecturers = empty_list();
  document->audiences = empty_list();
  document->cues = g_array_new(FALSE, FALSE, sizeof(SearchCue));
  g_array_set_clear_func(document->cues, clear_cue);
  return document;
}

void search_document_free(SearchDocument *document) {
  if (!document)
    return;
  g_free(document->id);
  g_free(document->title);
  g_free(document->summary);
  g_free(document->institution);
  g_free(document->category);
  g_free(document->kind);
  g_free(document->level);
  g_free(document->division);
  g_free(document->visibility);
  g_strfreev(document->tags);
  g_strfreev(document->lecturers);
  g_strfreev(document->audiences);
  g_array_unref(document->cues);
  g_clear_pointer(&document->card, g_bytes_unref);
  g_free(document);
}

void search_document_set(char **field, const char *text) {
  char *copy = g_strndup(text ? text : "", text ? strnlen(text, SEARCH_TEXT_SIZE_MAX) : 0);
  g_free(*field);
  *field = copy;
}

void search_document_set_list(char ***field, const char *const *list) {
  char **copy = list ? g_strdupv((char **)list) : empty_list();
  g_strfreev(*field);
  *field = copy;
}

void search_document_add_cue(SearchDocument *document, const char *lesson_id, int64_t start_us, bool is_chapter,
                             const char *text) {
  if (document->cues->len >= SEARCH_CUES_MAX)
    return;
  SearchCue cue = {g_strdup(lesson_id), MAX(start_us, 0), is_chapter,
                   g_strndup(text, strnlen(text, SEARCH_TEXT_SIZE_MAX))};
  g_array_append_val(document->cues, cue);
}

static const int64_t band_limits_min[SEARCH_BAND_COUNT - 1] = {0, 5, 15, 30, 60};

unsigned search_duration_band(int64_t duration_us) {
  if (duration_us <= 0)
    return 0;
  unsigned band = 1;
  while (band + 1 < SEARCH_BAND_COUNT && duration_us >= band_limits_min[band] * 60 * G_TIME_SPAN_SECOND)
    band++;
  return band;
}

const char *search_band_name(unsigned band) {
  static const char *const names[SEARCH_BAND_COUNT] = {"", "0-5", "5-15", "15-30", "30-60", "60-"};
  return band < SEARCH_BAND_COUNT ? names[band] : "";
}
