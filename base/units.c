#include "base/units.h"

#include <stddef.h>
#include <string.h>

#define FRACTION_DIGITS_MAX 6
#define FRACTION_SCALE 1000000 /* 10 to the power of FRACTION_DIGITS_MAX */

/* Multipliers are below 2^43, so that a fraction below FRACTION_SCALE times a multiplier fits into 63 bits. */
typedef struct {
  const char *suffix;
  int64_t multiplier;
  bool is_written; /* the formatter may use it */
} Unit;

typedef struct {
  const char *quantity; /* for messages */
  const Unit *units;
  size_t count;
  int64_t bare_multiplier; /* of a number without a suffix */
  bool is_case_sensitive;
} UnitTable;

#define KIB INT64_C(1024)
#define KB INT64_C(1000)
#define SECOND INT64_C(1000000)

static const Unit size_units[] = {
    {"", 1, true},
    {"K", KIB, true},
    {"M", KIB *KIB, true},
    {"G", KIB *KIB *KIB, true},
    {"T", KIB *KIB *KIB *KIB, true},
    {"KB", KB, true},
    {"MB", KB *KB, true},
    {"GB", KB *KB *KB, true},
    {"TB", KB *KB *KB *KB, true},
    {"B", 1, false},
    {"KiB", KIB, false},
    {"MiB", KIB *KIB, false},
    {"GiB", KIB *KIB *KIB, false},
    {"TiB", KIB *KIB *KIB *KIB, false},
};

static const Unit duration_units[] = {
    {"us", 1, true},
    {"ms", 1000, true},
    {"s", SECOND, true},
    {"min", 60 * SECOND, true},
    {"h", 3600 * SECOND, true},
    {"d", 86400 * SECOND, true},
    {"", SECOND, false},
};

static const Unit bitrate_units[] = {
    {"", 1, true}, {"k", KB, true}, {"M", KB *KB, true}, {"G", KB *KB *KB, true}, {"K", KB, false},
};

static const UnitTable size_table = {"size", size_units, G_N_ELEMENTS(size_units), 1, false};
static const UnitTable duration_table = {"duration", duration_units, G_N_ELEMENTS(duration_units), SECOND, true};
static const UnitTable bitrate_table = {"bit rate", bitrate_units, G_N_ELEMENTS(bitrate_units), 1, true};

static const Unit *find_unit(const UnitTable *table, const char *suffix) {
  for (size_t i = 0; i < table->count; i++) {
    const char *name = table->units[i].suffix;
    if (table->is_case_sensitive ? strcmp(name, suffix) == 0 : g_ascii_strcasecmp(name, suffix) == 0)
      return &table->units[i];
  }
  return NULL;
}

static bool fail(GError **error, GNumberParserError code, const UnitTable *table, const char *text,
                 const char *why) {
  g_set_error(error, G_NUMBER_PARSER_ERROR, (gint)code, "\"%s\" is not a %s: %s", text, table->quantity, why);
  return false;
}

/* Reads digits at `*cursor`; false when the value does not fit. */
static bool read_whole(const char **cursor, int64_t *ret_value) {
  int64_t value = 0;
  for (; g_ascii_isdigit(**cursor); (*cursor)++) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, **cursor - '0', &value))
      return false;
  }
  *ret_value = value;
  return true;
}

/* Reads ".digits" at `*cursor`, if any, as parts of FRACTION_SCALE; false when there are no or too many digits. */
static bool read_fraction(const char **cursor, int64_t *ret_fraction) {
  int64_t fraction = 0;
  if (**cursor == '.') {
    int64_t weight = FRACTION_SCALE;
    for ((*cursor)++; g_ascii_isdigit(**cursor); (*cursor)++) {
      weight /= 10;
      if (weight == 0)
        return false;
      fraction += weight * (**cursor - '0');
    }
    if (weight == FRACTION_SCALE)
      return false;
  }
  *ret_fraction = fraction;
  return true;
}

static bool parse(const UnitTable *table, const char *text, int64_t *ret_value, GError **error) {
  const char *cursor = text;
  int64_t whole, fraction;
  if (!g_ascii_isdigit(*cursor))
    return fail(error, G_NUMBER_PARSER_ERROR_INVALID, table, text, "it does not start with a digit");
  if (!read_whole(&cursor, &whole))
    return fail(error, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS, table, text, "it is too large");
  if (!read_fraction(&cursor, &fraction))
    return fail(error, G_NUMBER_PARSER_ERROR_INVALID, table, text, "one to six decimals follow the point");

  const Unit *unit = find_unit(table, cursor);
  if (!unit)
    return fail(error, G_NUMBER_PARSER_ERROR_INVALID, table, text, "its unit is not known");
  int64_t multiplier = *cursor ? unit->multiplier : table->bare_multiplier;
  if (multiplier == 1 && fraction != 0)
    return fail(error, G_NUMBER_PARSER_ERROR_INVALID, table, text, "it must be a whole number");

  int64_t value;
  int64_t part = (fraction * multiplier + FRACTION_SCALE / 2) / FRACTION_SCALE;
  if (__builtin_mul_overflow(whole, multiplier, &value) || __builtin_add_overflow(value, part, &value))
    return fail(error, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS, table, text, "it is too large");
  *ret_value = value;
  return true;
}

/* `value` in `unit`, or NULL when that is not exact. */
static char *format_in_unit(const Unit *unit, int64_t value) {
  int64_t whole = value / unit->multiplier;
  int64_t scaled = (value % unit->multiplier) * FRACTION_SCALE;
  if (scaled % unit->multiplier != 0)
    return NULL;
  int64_t fraction = scaled / unit->multiplier;
  if (fraction == 0)
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", whole, unit->suffix);
  int digits = FRACTION_DIGITS_MAX;
  for (; fraction % 10 == 0; digits--)
    fraction /= 10;
  return g_strdup_printf("%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT "%s", whole, digits, fraction, unit->suffix);
}

/* Less is better: shorter, then without a point. */
static size_t text_cost(const char *text) {
  return 2 * strlen(text) + (strchr(text, '.') ? 1 : 0);
}

/* The shortest text; among equals one without a point, then the one in the larger unit. */
static char *format(const UnitTable *table, int64_t value) {
  g_assert(value >= 0);
  g_autofree char *best = NULL;
  for (size_t i = 0; i < table->count; i++) {
    if (!table->units[i].is_written || (value == 0 && table->units[i].multiplier > table->bare_multiplier))
      continue;
    g_autofree char *text = format_in_unit(&table->units[i], value);
    if (text && (!best || text_cost(text) <= text_cost(best))) {
      g_free(best);
      best = g_steal_pointer(&text);
    }
  }
  return g_steal_pointer(&best);
}

bool units_parse_size(const char *text, int64_t *ret_size_bytes, GError **error) {
  return parse(&size_table, text, ret_size_bytes, error);
}

bool units_parse_duration(const char *text, int64_t *ret_duration_us, GError **error) {
  return parse(&duration_table, text, ret_duration_us, error);
}

bool units_parse_bitrate(const char *text, int64_t *ret_bitrate_bps, GError **error) {
  return parse(&bitrate_table, text, ret_bitrate_bps, error);
}

char *units_format_size(int64_t size_bytes) {
  return format(&size_table, size_bytes);
}

char *units_format_duration(int64_t duration_us) {
  return format(&duration_table, duration_us);
}

char *units_format_bitrate(int64_t bitrate_bps) {
  return format(&bitrate_table, bitrate_bps);
}

char *units_format_clock(int64_t duration_us) {
  int64_t seconds = MAX(duration_us, 0) / SECOND;
  int rest = (int)(seconds % 3600);
  if (seconds >= 3600)
    return g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600, rest / 60, rest % 60);
  return g_strdup_printf("%d:%02d", rest / 60, rest % 60);
}

char *units_format_size_short(int64_t size_bytes) {
  static const char *const names[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (size_bytes < 1000)
    return g_strdup_printf("%" G_GINT64_FORMAT " B", size_bytes);
  double value = (double)size_bytes / 1000;
  size_t i = 0;
  for (; value >= 999.95 && i + 1 < G_N_ELEMENTS(names); i++)
    value /= 1000;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  return g_strdup_printf("%s %s", g_ascii_formatd(digits, sizeof digits, "%.1f", value), names[i]);
}
