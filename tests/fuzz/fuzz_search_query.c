/* Fuzz target: what people type into the search field, understood, corrected and located in a text. */
#include "catalog/search/search_locate.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static bool has_term(gpointer data, const SearchKey *key) {
  (void)data;
  return key->size % 3 != 0;
}

static void each_word(gpointer data, char letter, QueryWordFunc func, gpointer func_data) {
  (void)data;
  const char word[] = {letter, 'x', 'c', 'e', 'l'};
  func(func_data, word, sizeof word);
}

static void count_key(gpointer data, const SearchKey *key) {
  if (key->size == 0 || key->size > sizeof key->bytes)
    g_error("a key of %" G_GSIZE_FORMAT " bytes", key->size);
  ++*(unsigned *)data;
}

static void check_units(const SearchQuery *query) {
  for (size_t i = 0; i < query->unit_count; i++)
    for (guint n = 0; n < query->units[i].alternatives->len; n++) {
      const QueryAlternative *alternative = query->units[i].alternatives->pdata[n];
      unsigned keys = 0;
      for (size_t t = 0; t < alternative->term_count; t++)
        query_term_for_each_key(&alternative->terms[t], count_key, &keys);
      if (alternative->element_count == 0 || alternative->term_count == 0)
        g_error("an alternative of nothing");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  g_autofree char *text = g_strndup((const char *)data, size_bytes);
  g_autoptr(SearchQuery) query = search_query_parse(text);
  check_units(query);
  search_query_extend(query);
  search_query_correct(query, has_term, each_word, NULL);
  check_units(query);
  g_auto(LocateText) located = {0};
  LocateRange ranges[8];
  locate_text_init(&located, (const char *)data, size_bytes);
  size_t count = locate_ranges(&located, query, ranges, G_N_ELEMENTS(ranges));
  for (size_t i = 0; i < count; i++)
    if (ranges[i].start >= ranges[i].end || ranges[i].end > size_bytes ||
        (i > 0 && ranges[i].start < ranges[i - 1].end))
      g_error("a range from %u to %u of %" G_GSIZE_FORMAT, ranges[i].start, ranges[i].end, size_bytes);
  locate_phrase(&located, query);
  return 0;
}
