#include "catalog/course_card.h"

#include "catalog/search/search_varint.h"

#include <string.h>

#define LIST_SEPARATOR "\x1f"
#define NUMBER_COUNT 8
#define LIST_COUNT 4
#define TEXT_COUNT 13

/* The fields in the order of the card, so that writing and reading agree. */
typedef struct {
  char **texts[TEXT_COUNT]; /* may be NULL */
  char ***lists[LIST_COUNT];
  int64_t *numbers[NUMBER_COUNT];
} Fields;

static Fields fields_of(CatalogCourse *course) {
  return (Fields){{&course->kind, &course->category, &course->language, &course->division, &course->institution_id,
                   &course->division_name, &course->level, &course->licence, &course->term, &course->state,
                   &course->visibility, &course->visible_to, &course->asset_id},
                  {&course->audiences, &course->tags, &course->lecturers, &course->lecturer_ids},
                  {&course->popularity, &course->row_version, &course->change_seq, &course->created_us,
                   &course->updated_us, &course->lesson_count, &course->duration_us, NULL}};
}

bool course_is_settled(const CatalogCourse *course) {
  return !course->asset_id || course->asset_state == ASSET_STATE_READY;
}

static bool is_whole_in_index(const char *text) {
  return strlen(text) < SEARCH_TEXT_SIZE_MAX;
}

/* Its size plus one, 0 for NULL; then its bytes. */
static void append_text(GByteArray *card, const char *text) {
  size_t size = text ? strlen(text) : 0;
  varint_append(card, text ? size + 1 : 0);
  if (size > 0)
    g_byte_array_append(card, (const guint8 *)text, (guint)size);
}

GBytes *course_card_write(const CatalogCourse *course) {
  CatalogCourse copy = *course;
  Fields fields = fields_of(&copy);
  if (!course_is_settled(course) || !is_whole_in_index(course->title) || !is_whole_in_index(course->summary) ||
      !is_whole_in_index(course->institution))
    return NULL;
  GByteArray *card = g_byte_array_new();
  for (int i = 0; i < TEXT_COUNT; i++)
    append_text(card, *fields.texts[i]);
  for (int i = 0; i < LIST_COUNT; i++) {
    g_autofree char *joined = g_strjoinv(LIST_SEPARATOR, *fields.lists[i]);
    append_text(card, joined);
  }
  for (int i = 0; fields.numbers[i]; i++)
    varint_append(card, (uint64_t)*fields.numbers[i]);
  varint_append(card, course->has_poster);
  return g_byte_array_free_to_bytes(card);
}

static bool read_text(const uint8_t **at, const uint8_t *end, char **ret_text) {
  uint64_t size = 0;
  if (!varint_read(at, end, &size) || size > (uint64_t)(end - *at) + 1)
    return false;
  if (size > 0) {
    *ret_text = g_strndup((const char *)*at, (gsize)size - 1);
    *at += size - 1;
  }
  return true;
}

static bool read_list(const uint8_t **at, const uint8_t *end, char ***ret_list) {
  g_autofree char *joined = NULL;
  if (!read_text(at, end, &joined))
    return false;
  *ret_list = g_strsplit(joined ? joined : "", LIST_SEPARATOR, -1);
  return true;
}

static bool read_fields(const uint8_t *at, const uint8_t *end, CatalogCourse *course) {
  Fields fields = fields_of(course);
  uint64_t number = 0;
  for (int i = 0; i < TEXT_COUNT; i++)
    if (!read_text(&at, end, fields.texts[i]))
      return false;
  for (int i = 0; i < LIST_COUNT; i++)
    if (!read_list(&at, end, fields.lists[i]))
      return false;
  for (int i = 0; fields.numbers[i]; i++) {
    if (!varint_read(&at, end, &number))
      return false;
    *fields.numbers[i] = (int64_t)number;
  }
  if (!varint_read(&at, end, &number))
    return false;
  course->has_poster = number != 0;
  return true;
}

static char *dup_text(const SegmentText *text) {
  return g_strndup(text->text, text->size);
}

CatalogCourse *course_card_read(const SearchSegment *segment, uint32_t ordinal) {
  SegmentText card = segment_record(segment, SECTION_CARDS, SECTION_CARD_OFFSETS, ordinal);
  SegmentTexts texts;
  char id[SEARCH_ID_SIZE_MAX + 1];
  if (card.size == 0 || !segment_load_texts(segment, ordinal, &texts))
    return NULL;
  g_autoptr(CatalogCourse) course = g_new0(CatalogCourse, 1);
  const uint8_t *at = (const uint8_t *)card.text;
  course->references = 1;
  if (!read_fields(at, at + card.size, course))
    return NULL;
  segment_copy_id(segment, ordinal, id);
  course->id = g_strdup(id);
  course->title = dup_text(&texts.title);
  course->summary = dup_text(&texts.summary);
  course->institution = dup_text(&texts.institution);
  course->asset_state = course->asset_id ? ASSET_STATE_READY : ASSET_STATE_QUEUED;
  course->asset_progress = course->asset_id ? 1 : 0;
  return g_steal_pointer(&course);
}
