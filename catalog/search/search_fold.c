#include "catalog/search/search_fold.h"

#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/utrans.h>

#define PLANE_SIZE 0x10000
#define EXPANSION_MAX 24 /* UTF-16 units that one character may become */
#define MARK_EXPANDED 0xE000
#define EXPANDED_MAX 0x1900 /* the private use area stands for expansions */
#define SEPARATOR 0x20

typedef struct {
  uint16_t single[PLANE_SIZE]; /* 0: nothing is left; MARK_EXPANDED + n: the n-th expansion */
  uint16_t expanded[EXPANDED_MAX][EXPANSION_MAX];
  uint8_t expanded_length[EXPANDED_MAX];
  size_t expanded_count;
} FoldTable;

static bool is_han(gunichar c) {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF) ||
         c == 0x3007;
}

FoldClass fold_class(gunichar folded) {
  if (folded < 0x80)
    return g_ascii_isalnum((char)folded) ? FOLD_CLASS_WORD : FOLD_CLASS_SEPARATOR;
  if (is_han(folded))
    return FOLD_CLASS_HAN;
  return g_unichar_isalnum(folded) ? FOLD_CLASS_WORD : FOLD_CLASS_SEPARATOR;
}

static bool is_dropped(gunichar c) {
  GUnicodeType type = g_unichar_type(c);
  return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK || type == G_UNICODE_FORMAT ||
         (c >= 0xFE00 && c <= 0xFE0F);
}

/* Case, width and compatibility forms, then without marks. Returns the number of units written to `ret_units`. */
static size_t fold_one(const UNormalizer2 *casefold, const UNormalizer2 *decompose, UChar c, uint16_t *ret_units) {
  UErrorCode status = U_ZERO_ERROR;
  UChar folded[EXPANSION_MAX * 2], bare[EXPANSION_MAX * 4];
  if (c == 0xFC || c == 0xDC || (c >= 0xAC00 && c <= 0xD7A3)) { /* ü; Hangul would fall apart */
    ret_units[0] = c < 0x100 ? 'v' : c;
    return 1;
  }
  int32_t size = unorm2_normalize(casefold, &c, 1, folded, G_N_ELEMENTS(folded), &status);
  size = unorm2_normalize(decompose, folded, size, bare, G_N_ELEMENTS(bare), &status);
  if (U_FAILURE(status)) {
    ret_units[0] = SEPARATOR;
    return 1;
  }
  size_t count = 0;
  for (int32_t i = 0; i < size && count < EXPANSION_MAX; i++)
    if (!is_dropped(bare[i]))
      ret_units[count++] = fold_class(bare[i]) == FOLD_CLASS_SEPARATOR ? SEPARATOR : bare[i];
  return count;
}

static void set_entry(FoldTable *table, gunichar c, const uint16_t *units, size_t count) {
  if (count <= 1) {
    table->single[c] = count == 1 ? units[0] : 0;
  } else if (table->expanded_count < EXPANDED_MAX) {
    size_t n = table->expanded_count++;
    memcpy(table->expanded[n], units, count * sizeof *units);
    table->expanded_length[n] = (uint8_t)count;
    table->single[c] = (uint16_t)(MARK_EXPANDED + n);
  } else {
    table->single[c] = SEPARATOR;
  }
}

/* ICU reads single characters here, so the answer for one never depends on its neighbours. */
static void simplify(FoldTable *table) {
  UErrorCode status = U_ZERO_ERROR;
  UTransliterator *rules = utrans_openU(u"Traditional-Simplified", -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
  size_t capacity = 2 * (0xA000 - 0x3400), size = 0;
  g_autofree UChar *text = g_new(UChar, capacity);
  for (gunichar c = 0x3400; c < 0xA000; c++) {
    text[size++] = (UChar)c;
    text[size++] = SEPARATOR;
  }
  int32_t length = (int32_t)size, limit = (int32_t)size;
  if (U_SUCCESS(status))
    utrans_transUChars(rules, text, &length, (int32_t)capacity, 0, &limit, &status);
  utrans_close(rules);
  if (U_FAILURE(status) || length != (int32_t)size) {
    g_warning("ICU has no rules from traditional to simplified characters: %s", u_errorName(status));
    return;
  }
  for (gunichar c = 0; c < PLANE_SIZE; c++)
    if (table->single[c] >= 0x3400 && table->single[c] < 0xA000)
      table->single[c] = text[2 * (table->single[c] - 0x3400)];
}

static gpointer make_table(gpointer unused) {
  (void)unused;
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *casefold = unorm2_getNFKCCasefoldInstance(&status);
  const UNormalizer2 *decompose = unorm2_getNFDInstance(&status);
  if (U_FAILURE(status))
    g_error("ICU has no data for normalizing: %s", u_errorName(status));
  FoldTable *table = g_new0(FoldTable, 1);
  for (gunichar c = 1; c < PLANE_SIZE; c++) {
    uint16_t units[EXPANSION_MAX] = {SEPARATOR};
    bool is_private = (c >= 0xD800 && c <= 0xF8FF) || c >= 0xFFF0;
    size_t count = is_private ? 1 : fold_one(casefold, decompose, (UChar)c, units);
    set_entry(table, c, units, count);
  }
  simplify(table);
  return table;
}

static const FoldTable *fold_table(void) {
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, make_table, NULL);
}

static void append(FoldedText *folded, size_t *capacity, gunichar c, size_t start) {
  if (folded->count + 1 >= *capacity) {
    *capacity = *capacity * 2 + 16;
    folded->chars = g_renew(gunichar, folded->chars, *capacity);
    folded->starts = g_renew(uint32_t, folded->starts, *capacity);
  }
  folded->chars[folded->count] = c;
  folded->starts[folded->count++] = (uint32_t)start;
}

static void append_folded(FoldedText *folded, size_t *capacity, gunichar c, size_t start) {
  const FoldTable *table = fold_table();
  if (c >= PLANE_SIZE) {
    append(folded, capacity, is_han(c) || g_unichar_isalnum(c) ? c : SEPARATOR, start);
    return;
  }
  uint16_t unit = table->single[c];
  if (unit >= MARK_EXPANDED && unit < MARK_EXPANDED + EXPANDED_MAX)
    for (size_t i = 0; i < table->expanded_length[unit - MARK_EXPANDED]; i++)
      append(folded, capacity, table->expanded[unit - MARK_EXPANDED][i], start);
  else if (unit != 0)
    append(folded, capacity, unit, start);
}

FoldedText *fold_text(const char *text, size_t size_bytes) {
  FoldedText *folded = g_new0(FoldedText, 1);
  size_t capacity = size_bytes / 2 + 16, at = 0;
  folded->chars = g_new(gunichar, capacity);
  folded->starts = g_new(uint32_t, capacity);
  while (at < size_bytes) {
    gunichar c = g_utf8_get_char_validated(text + at, (gssize)(size_bytes - at));
    bool is_bad = c == (gunichar)-1 || c == (gunichar)-2;
    append_folded(folded, &capacity, is_bad || c == 0 ? SEPARATOR : c, at);
    at += is_bad || c == 0 ? 1 : (size_t)g_unichar_to_utf8(c, NULL);
  }
  folded->starts[folded->count] = (uint32_t)size_bytes;
  return folded;
}

void folded_text_free(FoldedText *folded) {
  if (!folded)
    return;
  g_free(folded->chars);
  g_free(folded->starts);
  g_free(folded);
}
