#include "catalog/course_document.h"

#include "catalog/asset.h"
#include "catalog/chapter.h"
#include "catalog/course_card.h"
#include "media/webvtt.h"

#include <string.h>

#define KEY_SEPARATOR "\x1f"
#define KEY_FIELDS 5

static const char *text_or_empty(const char *text) {
  return text ? text : "";
}

/* Courses that the rule treats alike have the same key. */
static char *visibility_key(const CatalogCourse *course) {
  if (g_str_equal(course->state, "published") && g_str_equal(course->visibility, "public"))
    return g_strdup(SEARCH_VISIBILITY_PUBLIC);
  return g_strjoin(KEY_SEPARATOR, course->state, course->visibility, text_or_empty(course->visible_to),
                   text_or_empty(course->division), text_or_empty(course->institution_id), NULL);
}

bool course_document_may_see(gconstpointer viewer, const char *visibility) {
  g_auto(GStrv) fields = g_strsplit(visibility, KEY_SEPARATOR, -1);
  if (g_strv_length(fields) != KEY_FIELDS)
    return g_str_equal(visibility, SEARCH_VISIBILITY_PUBLIC);
  CourseGate gate = {.state = fields[0],
                     .visibility = fields[1],
                     .visible_to = fields[2],
                     .division = fields[3],
                     .institution_id = fields[4]};
  return viewer_may_see(viewer, &gate);
}

static SearchDocument *read_course(const CatalogCourse *course) {
  SearchDocument *document = search_document_new(course->id);
  g_autofree char *visibility = visibility_key(course);
  search_document_set(&document->title, course->title);
  search_document_set(&document->summary, course->summary);
  search_document_set(&document->institution, course->institution);
  search_document_set(&document->category, course->category);
  search_document_set(&document->kind, course->kind);
  search_document_set(&document->level, course->level);
  search_document_set(&document->division, course->division);
  search_document_set(&document->visibility, visibility);
  search_document_set_list(&document->tags, (const char *const *)course->tags);
  search_document_set_list(&document->lecturers, (const char *const *)course->lecturers);
  search_document_set_list(&document->audiences, (const char *const *)course->audiences);
  document->created_us = course->created_us;
  document->duration_us = course->duration_us;
  document->popularity = (uint32_t)CLAMP(course->popularity, 0, UINT32_MAX);
  document->card = course_card_write(course);
  return document;
}

/* The text of a cue without its tags. */
static char *plain_text(const char *markup) {
  GString *text = g_string_new(NULL);
  for (bool is_tag = false; *markup; markup++) {
    if (*markup == '<')
      is_tag = true;
    else if (*markup == '>' && is_tag)
      is_tag = false;
    else if (!is_tag)
      g_string_append_c(text, *markup == '\n' ? ' ' : *markup);
  }
  return g_string_free(text, FALSE);
}

static void add_captions(SearchDocument *document, const char *lesson_id, const BlobStore *store,
                         const CatalogCaption *caption) {
  g_autoptr(GBytes) bytes = blob_store_read(store, caption->blob_key, WEBVTT_BYTES_MAX, NULL);
  gsize size = 0, total = 0;
  const char *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
  g_autoptr(WebvttDocument) captions = bytes ? webvtt_parse(data, size, NULL) : NULL;
  for (guint i = 0; captions && i < captions->cues->len && total < SEARCH_CUES_SIZE_MAX; i++) {
    const WebvttCue *cue = &g_array_index(captions->cues, WebvttCue, i);
    g_autofree char *text = plain_text(cue->text);
    search_document_add_cue(document, lesson_id, cue->start_us, false, text);
    total += strlen(text);
  }
}

static bool add_lesson(SearchDocument *document, Catalog *catalog, const BlobStore *store,
                       const CatalogLesson *lesson, GError **error) {
  g_autoptr(GArray) chapters = NULL, captions = NULL;
  search_document_add_cue(document, lesson->id, 0, true, lesson->title);
  if (!lesson->asset_id)
    return true;
  if (!catalog_load_chapters(catalog, lesson->asset_id, &chapters, error) ||
      !catalog_load_captions(catalog, lesson->asset_id, &captions, error))
    return false;
  for (guint i = 0; i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    if (chapter->title[0] != '\0')
      search_document_add_cue(document, lesson->id, chapter->start_us, true, chapter->title);
  }
  if (captions->len > 0 && store) /* Chinese ones come first */
    add_captions(document, lesson->id, store, &g_array_index(captions, CatalogCaption, 0));
  return true;
}

bool course_document_load(Catalog *catalog, const BlobStore *store, const char *course_id,
                          SearchDocument **ret_document, GError **error) {
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_autoptr(GError) reason = NULL;
  if (!catalog_load_course(catalog, course_id, &course, &lessons, &reason)) {
    if (g_error_matches(reason, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) {
      *ret_document = NULL;
      return true;
    }
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
  }
  g_autoptr(SearchDocument) document = read_course(course);
  for (guint i = 0; i < lessons->len; i++)
    if (!add_lesson(document, catalog, store, lessons->pdata[i], error))
      return false;
  *ret_document = g_steal_pointer(&document);
  return true;
}
