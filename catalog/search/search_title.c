#include "catalog/search/search_title.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>

#define TITLE_UNITS_MAX 256 /* of a title that are compared */
#define KEY_SIZE_MAX (TITLE_UNITS_MAX * 8)

static void close_collator(gpointer collator) {
  ucol_close(collator);
}

static UCollator *get_collator(void) {
  static GPrivate private = G_PRIVATE_INIT(close_collator);
  UCollator *collator = g_private_get(&private);
  if (collator == NULL) {
    UErrorCode status = U_ZERO_ERROR;
    collator = ucol_open("zh", &status);
    if (U_FAILURE(status))
      g_error("ICU cannot compare Chinese: %s", u_errorName(status));
    g_private_set(&private, collator);
  }
  return collator;
}

GByteArray *search_title_key(const char *title, size_t size_bytes) {
  UChar units[TITLE_UNITS_MAX];
  uint8_t key[KEY_SIZE_MAX];
  int32_t count = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(units, TITLE_UNITS_MAX, &count, title, (int32_t)MIN(size_bytes, SEARCH_TEXT_SIZE_MAX),
                       0xFFFD, NULL, &status);
  int32_t size = ucol_getSortKey(get_collator(), units, MIN(count, TITLE_UNITS_MAX), key, sizeof key);
  GByteArray *array = g_byte_array_new();
  g_byte_array_append(array, key, (guint)CLAMP(size - 1, 0, KEY_SIZE_MAX - 1)); /* without its NUL */
  return array;
}

static int compare_keys(const uint8_t *key, size_t size, const uint8_t *other, size_t other_size) {
  int order = memcmp(key, other, MIN(size, other_size));
  return order ? order : size < other_size ? -1 : size > other_size;
}

int search_title_compare(const GByteArray *key, const char *id, const GByteArray *other_key, const char *other_id) {
  int order = compare_keys(key->data, key->len, other_key->data, other_key->len);
  return order ? order : strncmp(id, other_id, SEARCH_ID_SIZE_MAX);
}

typedef struct {
  uint64_t offset;
  uint32_t size, ordinal;
} Entry;

typedef struct {
  const uint8_t *keys;
  const char *ids;
} Context;

static int compare_entries(const void *a, const void *b, void *data) {
  const Entry *left = a, *right = b;
  const Context *context = data;
  int order = compare_keys(context->keys + left->offset, left->size, context->keys + right->offset, right->size);
  return order ? order
               : memcmp(context->ids + (size_t)left->ordinal * SEARCH_ID_SIZE_MAX,
                        context->ids + (size_t)right->ordinal * SEARCH_ID_SIZE_MAX, SEARCH_ID_SIZE_MAX);
}

void search_title_write(SegmentWriter *writer, uint32_t count, SearchTitleFunc func, gpointer data,
                        const char *ids) {
  g_autofree Entry *entries = g_new(Entry, count);
  g_autofree uint32_t *numbers = g_new(uint32_t, count);
  g_autoptr(GByteArray) keys = g_byte_array_new();
  for (uint32_t i = 0; i < count; i++) {
    size_t size = 0;
    const char *title = func(data, i, &size);
    g_autoptr(GByteArray) key = search_title_key(title, size);
    entries[i] = (Entry){keys->len, key->len, i};
    g_byte_array_append(keys, key->data, key->len);
  }
  Context context = {keys->data, ids};
  if (count > 0)
    qsort_r(entries, count, sizeof *entries, compare_entries, &context);
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = entries[i].ordinal;
  segment_writer_put(writer, SECTION_TITLE_ORDER, numbers, count * sizeof *numbers);
  for (uint32_t i = 0; i < count; i++)
    numbers[entries[i].ordinal] = i;
  segment_writer_put(writer, SECTION_TITLE_RANK, numbers, count * sizeof *numbers);
}
