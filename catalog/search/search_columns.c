#include "catalog/search/search_columns.h"

#include <string.h>

/* Different records of one size, and the number of each document's. */
typedef struct {
  size_t size;
  GHashTable *numbers; /* GBytes of a record to its number + 1 */
  GByteArray *records;
  GArray *documents; /* uint32_t */
} Column;

struct SearchColumns {
  Column profiles, places;
};

static void column_init(Column *column, size_t size) {
  *column = (Column){size, g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL),
                     g_byte_array_new(), g_array_new(FALSE, FALSE, sizeof(uint32_t))};
}

static void column_clear(Column *column) {
  g_hash_table_unref(column->numbers);
  g_byte_array_unref(column->records);
  g_array_unref(column->documents);
}

static uint32_t column_count(const Column *column) {
  return (uint32_t)(column->records->len / column->size);
}

static void column_add(Column *column, const void *record) {
  g_autoptr(GBytes) key = g_bytes_new(record, column->size);
  uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(column->numbers, key));
  if (number == 0) {
    g_byte_array_append(column->records, record, (guint)column->size);
    number = column_count(column);
    g_hash_table_insert(column->numbers, g_bytes_ref(key), GUINT_TO_POINTER(number));
  }
  number--;
  g_array_append_val(column->documents, number);
}

static void column_write(const Column *column, SegmentWriter *writer, SectionId records, SectionId documents) {
  const uint32_t *numbers = (const uint32_t *)(const void *)column->documents->data;
  segment_writer_put(writer, records, column->records->data, column->records->len);
  if (column_count(column) > SEGMENT_COLUMN_NARROW_MAX) {
    segment_writer_put(writer, documents, numbers, column->documents->len * sizeof *numbers);
    return;
  }
  segment_writer_begin(writer, documents);
  for (guint i = 0; i < column->documents->len; i++) {
    uint16_t narrow = (uint16_t)numbers[i];
    segment_writer_append(writer, &narrow, sizeof narrow);
  }
  segment_writer_end(writer);
}

SearchColumns *search_columns_new(void) {
  SearchColumns *columns = g_new0(SearchColumns, 1);
  column_init(&columns->profiles, sizeof(SegmentProfile));
  column_init(&columns->places, sizeof(SegmentPlace));
  return columns;
}

void search_columns_free(SearchColumns *columns) {
  if (!columns)
    return;
  column_clear(&columns->profiles);
  column_clear(&columns->places);
  g_free(columns);
}

void search_columns_add(SearchColumns *columns, const SegmentProfile *profile, const SegmentPlace *place) {
  column_add(&columns->profiles, profile);
  column_add(&columns->places, place);
}

void search_columns_write(const SearchColumns *columns, SegmentWriter *writer) {
  column_write(&columns->profiles, writer, SECTION_PROFILES, SECTION_PROFILE);
  column_write(&columns->places, writer, SECTION_PLACES, SECTION_PLACE);
}

uint32_t search_columns_count(const SearchColumns *columns) {
  return columns->profiles.documents->len;
}

uint32_t search_columns_profile_count(const SearchColumns *columns) {
  return column_count(&columns->profiles);
}

uint32_t search_columns_place_count(const SearchColumns *columns) {
  return column_count(&columns->places);
}

const SegmentProfile *search_columns_profile(const SearchColumns *columns, uint32_t number) {
  return (const SegmentProfile *)(const void *)columns->profiles.records->data + number;
}

const SegmentPlace *search_columns_place(const SearchColumns *columns, uint32_t number) {
  return (const SegmentPlace *)(const void *)columns->places.records->data + number;
}

const uint32_t *search_columns_profile_numbers(const SearchColumns *columns) {
  return (const uint32_t *)(const void *)columns->profiles.documents->data;
}

const uint32_t *search_columns_place_numbers(const SearchColumns *columns) {
  return (const uint32_t *)(const void *)columns->places.documents->data;
}
