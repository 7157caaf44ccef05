#include "catalog/search/search_values.h"

#include <string.h>

static const uint32_t limits[SEGMENT_VALUE_COUNT] = {
    [VALUE_CATEGORY] = 255,        [VALUE_KIND] = 255,
    [VALUE_LEVEL] = 255,           [VALUE_AUDIENCE] = SEARCH_AUDIENCES_MAX,
    [VALUE_INSTITUTION] = 1 << 20, [VALUE_DIVISION] = 1 << 20,
    [VALUE_VISIBILITY] = 1 << 20,
};

struct SearchValues {
  GHashTable *numbers[SEGMENT_VALUE_COUNT]; /* text to number; keys are in `texts` */
  GPtrArray *texts[SEGMENT_VALUE_COUNT];
};

SearchValues *search_values_new(void) {
  SearchValues *values = g_new0(SearchValues, 1);
  for (int i = 0; i < SEGMENT_VALUE_COUNT; i++) {
    values->numbers[i] = g_hash_table_new(g_str_hash, g_str_equal);
    values->texts[i] = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(values->texts[i], g_strdup(""));
  }
  return values;
}

void search_values_free(SearchValues *values) {
  if (!values)
    return;
  for (int i = 0; i < SEGMENT_VALUE_COUNT; i++) {
    g_hash_table_unref(values->numbers[i]);
    g_ptr_array_unref(values->texts[i]);
  }
  g_free(values);
}

uint32_t search_values_number(SearchValues *values, ValueId list, const char *text) {
  if (*text == '\0')
    return 0;
  uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(values->numbers[list], text));
  if (number != 0 || values->texts[list]->len > limits[list])
    return number;
  number = values->texts[list]->len;
  char *copy = g_strdup(text);
  g_ptr_array_add(values->texts[list], copy);
  g_hash_table_insert(values->numbers[list], copy, GUINT_TO_POINTER(number));
  return number;
}

void search_values_write(const SearchValues *values, SegmentWriter *writer) {
  segment_writer_begin(writer, SECTION_VALUES);
  for (int i = 0; i < SEGMENT_VALUE_COUNT; i++) {
    uint32_t count = GUINT32_TO_LE(values->texts[i]->len);
    segment_writer_append(writer, &count, sizeof count);
    for (guint n = 0; n < values->texts[i]->len; n++) {
      const char *text = values->texts[i]->pdata[n];
      segment_writer_append(writer, text, strlen(text) + 1);
    }
  }
  segment_writer_end(writer);
}

SummaryValues search_values_for_summaries(const SearchValues *values) {
  return (SummaryValues){
      GPOINTER_TO_UINT(g_hash_table_lookup(values->numbers[VALUE_VISIBILITY], SEARCH_VISIBILITY_PUBLIC)),
      values->texts[VALUE_INSTITUTION]->len, values->texts[VALUE_DIVISION]->len};
}
