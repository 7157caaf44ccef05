#include "catalog/search/search_builder.h"

#include "catalog/search/search_columns.h"
#include "catalog/search/search_segment_writer.h"
#include "catalog/search/search_standing.h"
#include "catalog/search/search_summary.h"
#include "catalog/search/search_terms.h"
#include "catalog/search/search_title.h"
#include "catalog/search/search_values.h"
#include "catalog/search/search_varint.h"

#include <stdlib.h>
#include <string.h>

struct SearchBuilder {
  GPtrArray *documents; /* SearchDocument * */
  size_t text_size;
};

SearchBuilder *search_builder_new(void) {
  SearchBuilder *builder = g_new0(SearchBuilder, 1);
  builder->documents = g_ptr_array_new_with_free_func((GDestroyNotify)search_document_free);
  return builder;
}

void search_builder_free(SearchBuilder *builder) {
  if (!builder)
    return;
  g_ptr_array_unref(builder->documents);
  g_free(builder);
}

static size_t list_size(char *const *list) {
  size_t size = 0;
  for (; *list; list++)
    size += strlen(*list);
  return size;
}

static size_t document_size(const SearchDocument *document) {
  size_t size = strlen(document->title) + strlen(document->summary) + strlen(document->institution) +
                list_size(document->tags) + list_size(document->lecturers);
  for (guint i = 0; i < document->cues->len; i++)
    size += strlen(g_array_index(document->cues, SearchCue, i).text);
  return size;
}

void search_builder_take(SearchBuilder *builder, SearchDocument *document) {
  size_t id_size = strlen(document->id);
  if (id_size == 0 || id_size > SEARCH_ID_SIZE_MAX) {
    search_document_free(document);
    return;
  }
  builder->text_size += document_size(document);
  g_ptr_array_add(builder->documents, document);
}

size_t search_builder_text_size(const SearchBuilder *builder) {
  return builder->text_size;
}

guint search_builder_count(const SearchBuilder *builder) {
  return builder->documents->len;
}

static gint compare_documents(gconstpointer a, gconstpointer b) {
  const SearchDocument *left = *(SearchDocument *const *)a, *right = *(SearchDocument *const *)b;
  if (left->popularity != right->popularity)
    return left->popularity > right->popularity ? -1 : 1;
  if (left->created_us != right->created_us)
    return left->created_us > right->created_us ? -1 : 1;
  return strcmp(left->id, right->id);
}

static const SearchDocument *document_at(const SearchBuilder *builder, uint32_t ordinal) {
  return builder->documents->pdata[ordinal];
}

/* What the analysis calls back with. */
typedef struct {
  SearchTerms *terms;
  uint32_t ordinal;
  uint8_t field, start_field, end_field;
} TermContext;

static void add_token(gpointer data, const SearchKey *key, bool is_first, bool is_last) {
  const TermContext *context = data;
  search_terms_add(
      context->terms, key, context->ordinal,
      (uint8_t)(context->field | (is_first ? context->start_field : 0) | (is_last ? context->end_field : 0)));
}

static void add_text(SearchTerms *terms, uint32_t ordinal, const char *text, uint8_t field, bool has_pinyin) {
  TermContext context = {.terms = terms, .ordinal = ordinal, .field = field};
  if (field == FIELD_TITLE) {
    context.start_field = FIELD_TITLE_START;
    context.end_field = FIELD_TITLE_END;
  }
  g_autoptr(FoldedText) folded = fold_text(text, strnlen(text, SEARCH_TEXT_SIZE_MAX));
  search_analyze(folded, has_pinyin, add_token, &context);
}

static void add_document_terms(SearchTerms *terms, uint32_t ordinal, const SearchDocument *document) {
  add_text(terms, ordinal, document->title, FIELD_TITLE, true);
  for (char **tag = document->tags; *tag; tag++)
    add_text(terms, ordinal, *tag, FIELD_META, true);
  for (char **lecturer = document->lecturers; *lecturer; lecturer++)
    add_text(terms, ordinal, *lecturer, FIELD_META, true);
  add_text(terms, ordinal, document->institution, FIELD_META, true);
  add_text(terms, ordinal, document->summary, FIELD_SUMMARY, false);
  for (guint i = 0; i < document->cues->len; i++) {
    const SearchCue *cue = &g_array_index(document->cues, SearchCue, i);
    add_text(terms, ordinal, cue->text, cue->is_chapter ? FIELD_CHAPTER : FIELD_CAPTION, false);
  }
}

static void write_terms(const SearchBuilder *builder, SegmentWriter *writer, SummaryWriter *summaries) {
  g_autoptr(SearchTerms) terms = search_terms_new();
  segment_writer_set_summaries(writer, summaries);
  for (uint32_t i = 0; i < builder->documents->len; i++)
    add_document_terms(terms, i, document_at(builder, i));
  search_terms_write(terms, writer);
}

static void add_columns(SearchColumns *columns, SearchValues *values, const SearchDocument *document) {
  SegmentPlace place = {search_values_number(values, VALUE_INSTITUTION, document->institution),
                        search_values_number(values, VALUE_DIVISION, document->division)};
  SegmentProfile profile = {
      .category = (uint8_t)search_values_number(values, VALUE_CATEGORY, document->category),
      .kind = (uint8_t)search_values_number(values, VALUE_KIND, document->kind),
      .level = (uint8_t)search_values_number(values, VALUE_LEVEL, document->level),
      .band = (uint8_t)search_duration_band(document->duration_us),
      .visibility = search_values_number(values, VALUE_VISIBILITY, document->visibility),
  };
  for (char **audience = document->audiences; *audience; audience++) {
    uint32_t number = search_values_number(values, VALUE_AUDIENCE, *audience);
    if (number > 0)
      profile.audiences |= 1u << (number - 1);
  }
  search_columns_add(columns, &profile, &place);
}

static void write_columns(const SearchBuilder *builder, SearchColumns *columns, SearchValues *values,
                          SegmentWriter *writer) {
  for (uint32_t i = 0; i < builder->documents->len; i++)
    add_columns(columns, values, document_at(builder, i));
  search_columns_write(columns, writer);
  search_values_write(values, writer);
}

static int compare_ids(const void *a, const void *b, void *data) {
  const char *ids = data;
  return memcmp(ids + (size_t) * (const uint32_t *)a * SEARCH_ID_SIZE_MAX,
                ids + (size_t) * (const uint32_t *)b * SEARCH_ID_SIZE_MAX, SEARCH_ID_SIZE_MAX);
}

static const char *get_title(gpointer data, uint32_t ordinal, size_t *ret_size_bytes) {
  const char *title = document_at(data, ordinal)->title;
  *ret_size_bytes = strlen(title);
  return title;
}

static void write_ids(SearchBuilder *builder, SegmentWriter *writer) {
  uint32_t count = builder->documents->len;
  g_autofree char *ids = g_malloc0((size_t)count * SEARCH_ID_SIZE_MAX + 1);
  g_autofree uint32_t *order = g_new(uint32_t, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    const char *id = document_at(builder, i)->id;
    memcpy(ids + (size_t)i * SEARCH_ID_SIZE_MAX, id, strlen(id));
    order[i] = i;
  }
  qsort_r(order, count, sizeof *order, compare_ids, ids);
  segment_writer_put(writer, SECTION_IDS, ids, (size_t)count * SEARCH_ID_SIZE_MAX);
  segment_writer_put(writer, SECTION_ID_ORDER, order, count * sizeof *order);
  search_title_write(writer, count, get_title, builder, ids);
}

static void write_numbers(const SearchBuilder *builder, SegmentWriter *writer) {
  segment_writer_begin(writer, SECTION_CREATED);
  for (uint32_t i = 0; i < builder->documents->len; i++)
    segment_writer_append(writer, &document_at(builder, i)->created_us, sizeof(int64_t));
  segment_writer_end(writer);
  segment_writer_begin(writer, SECTION_DURATION);
  for (uint32_t i = 0; i < builder->documents->len; i++) {
    uint32_t duration_ms = (uint32_t)CLAMP(document_at(builder, i)->duration_us / 1000, 0, UINT32_MAX);
    segment_writer_append(writer, &duration_ms, sizeof duration_ms);
  }
  segment_writer_end(writer);
  segment_writer_begin(writer, SECTION_POPULARITY);
  for (uint32_t i = 0; i < builder->documents->len; i++)
    segment_writer_append(writer, &document_at(builder, i)->popularity, sizeof(uint32_t));
  segment_writer_end(writer);
  segment_writer_begin(writer, SECTION_STANDING);
  for (uint32_t i = 0; i < builder->documents->len; i++) {
    const SearchDocument *document = document_at(builder, i);
    uint32_t standing =
        search_standing(document->popularity, document->created_us, g_utf8_strlen(document->title, -1));
    segment_writer_append(writer, &standing, sizeof standing);
  }
  segment_writer_end(writer);
}

static void append_string(GByteArray *out, const char *text) {
  varint_append_string(out, text, strnlen(text, SEARCH_TEXT_SIZE_MAX));
}

static void append_list(GByteArray *out, char *const *list) {
  varint_append(out, g_strv_length((char **)list));
  for (; *list; list++)
    append_string(out, *list);
}

static void append_texts(GByteArray *out, const SearchDocument *document) {
  append_string(out, document->title);
  append_string(out, document->summary);
  append_string(out, document->institution);
  append_list(out, document->tags);
  append_list(out, document->lecturers);
}

static void append_cues(GByteArray *out, const SearchDocument *document) {
  const char *lesson = "";
  for (guint i = 0; i < document->cues->len; i++) {
    const SearchCue *cue = &g_array_index(document->cues, SearchCue, i);
    append_string(out, g_str_equal(lesson, cue->lesson_id) ? "" : cue->lesson_id);
    varint_append(out, (uint64_t)(cue->start_us / 1000) * 2 + cue->is_chapter);
    append_string(out, cue->text);
    lesson = cue->lesson_id;
  }
}

static void append_card(GByteArray *out, const SearchDocument *document) {
  gsize size = 0;
  const guint8 *card = document->card ? g_bytes_get_data(document->card, &size) : NULL;
  if (size > 0)
    g_byte_array_append(out, card, (guint)size);
}

typedef void (*AppendFunc)(GByteArray *out, const SearchDocument *document);

static void write_records(const SearchBuilder *builder, SegmentWriter *writer, SectionId data, SectionId offsets,
                          AppendFunc func) {
  uint32_t count = builder->documents->len;
  g_autofree uint64_t *starts = g_new0(uint64_t, count + 1);
  g_autoptr(GByteArray) record = g_byte_array_new();
  segment_writer_begin(writer, data);
  for (uint32_t i = 0; i < count; i++) {
    g_byte_array_set_size(record, 0);
    func(record, document_at(builder, i));
    segment_writer_append(writer, record->data, record->len);
    starts[i + 1] = starts[i] + record->len;
  }
  segment_writer_end(writer);
  segment_writer_put(writer, offsets, starts, (count + 1) * sizeof *starts);
}

bool search_builder_write(SearchBuilder *builder, const char *path, GError **error) {
  g_autoptr(SegmentWriter) writer = segment_writer_new(path, error);
  if (!writer)
    return false;
  g_autoptr(SearchColumns) columns = search_columns_new();
  g_autoptr(SearchValues) values = search_values_new();
  g_ptr_array_sort(builder->documents, compare_documents);
  write_columns(builder, columns, values, writer);
  write_ids(builder, writer);
  write_numbers(builder, writer);
  write_records(builder, writer, SECTION_TEXTS, SECTION_TEXT_OFFSETS, append_texts);
  write_records(builder, writer, SECTION_CUES, SECTION_CUE_OFFSETS, append_cues);
  write_records(builder, writer, SECTION_CARDS, SECTION_CARD_OFFSETS, append_card);
  g_autoptr(SummaryWriter) summaries = summary_writer_new(columns, search_values_for_summaries(values));
  write_terms(builder, writer, summaries);
  return segment_writer_finish(writer, builder->documents->len, builder->text_size, error);
}
