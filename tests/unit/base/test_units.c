#include "base/units.h"

#include <glib.h>

typedef bool (*ParseFunc)(const char *text, int64_t *ret_value, GError **error);

typedef struct {
  ParseFunc parse;
  const char *text;
  int64_t value;
} Good;

static void test_units_parse(void) {
  static const Good cases[] = {
      {units_parse_size, "0", 0},
      {units_parse_size, "10", 10},
      {units_parse_size, "10B", 10},
      {units_parse_size, "4K", 4096},
      {units_parse_size, "4k", 4096},
      {units_parse_size, "4KiB", 4096},
      {units_parse_size, "4KB", 4000},
      {units_parse_size, "8MiB", 8388608},
      {units_parse_size, "1.5GB", 1500000000},
      {units_parse_size, "0.5K", 512},
      {units_parse_size, "1.3K", 1331}, /* 1331.2 */
      {units_parse_size, "2T", INT64_C(2199023255552)},
      {units_parse_size, "9223372036854775807", G_MAXINT64},
      {units_parse_duration, "250ms", 250000},
      {units_parse_duration, "7us", 7},
      {units_parse_duration, "6s", 6000000},
      {units_parse_duration, "6", 6000000},
      {units_parse_duration, "0.000001", 1},
      {units_parse_duration, "1.5min", 90000000},
      {units_parse_duration, "2h", INT64_C(7200000000)},
      {units_parse_duration, "1d", INT64_C(86400000000)},
      {units_parse_bitrate, "64k", 64000},
      {units_parse_bitrate, "64K", 64000},
      {units_parse_bitrate, "4.5M", 4500000},
      {units_parse_bitrate, "800000", 800000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    int64_t value = -1;
    g_test_message("%s", cases[i].text);
    g_assert_true(cases[i].parse(cases[i].text, &value, &error));
    g_assert_no_error(error);
    g_assert_cmpint(value, ==, cases[i].value);
  }
}

typedef struct {
  ParseFunc parse;
  const char *text;
  GNumberParserError code;
} Bad;

static void test_units_parse_refuses(void) {
  static const Bad cases[] = {
      {units_parse_size, "", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "-1", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "+1", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, " 1", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1 ", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1 K", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, ".5K", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1.K", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1.2.3K", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1.5", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1.1234567K", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "1KK", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "0x10", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "nan", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "１K", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_size, "9223372036854775808", G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS},
      {units_parse_size, "9007199254740992K", G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS},
      {units_parse_size, "8388608T", G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS},
      {units_parse_size, "99999999999999999999999999", G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS},
      {units_parse_duration, "5 min", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_duration, "5M", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_duration, "0.5us", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_duration, "106751992d", G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS},
      {units_parse_bitrate, "5m", G_NUMBER_PARSER_ERROR_INVALID},
      {units_parse_bitrate, "5KiB", G_NUMBER_PARSER_ERROR_INVALID},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    int64_t value = -7;
    g_test_message("%s", cases[i].text);
    g_assert_false(cases[i].parse(cases[i].text, &value, &error));
    g_assert_error(error, G_NUMBER_PARSER_ERROR, (gint)cases[i].code);
    g_assert_cmpint(value, ==, -7);
  }
}

static void test_units_format(void) {
  static const struct {
    char *(*format)(int64_t value);
    int64_t value;
    const char *text;
  } cases[] = {
      {units_format_size, 0, "0"},
      {units_format_size, 10, "10"},
      {units_format_size, 1000, "1KB"},
      {units_format_size, 1024, "1K"},
      {units_format_size, 1536, "1536"},
      {units_format_size, 15360, "15K"},
      {units_format_size, 1610612736, "1.5G"},
      {units_format_size, 1537, "1537"},
      {units_format_size, INT64_C(64) << 30, "64G"},
      {units_format_duration, 0, "0s"},
      {units_format_duration, 1, "1us"},
      {units_format_duration, 250000, "250ms"},
      {units_format_duration, 500000, "0.5s"},
      {units_format_duration, 6000000, "6s"},
      {units_format_duration, 300000000, "5min"},
      {units_format_duration, INT64_C(43200000000), "12h"},
      {units_format_bitrate, 64000, "64k"},
      {units_format_bitrate, 4500000, "4.5M"},
      {units_format_bitrate, 1234567, "1234567"},
      {units_format_clock, 0, "0:00"},
      {units_format_clock, -5, "0:00"},
      {units_format_clock, 123999999, "2:03"},
      {units_format_clock, INT64_C(3723000000), "1:02:03"},
      {units_format_clock, INT64_C(360000000000), "100:00:00"},
      {units_format_size_short, 999, "999 B"},
      {units_format_size_short, 1000, "1.0 kB"},
      {units_format_size_short, 3400000, "3.4 MB"},
      {units_format_size_short, 999999, "1.0 MB"},
      {units_format_size_short, G_MAXINT64, "9.2 EB"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = cases[i].format(cases[i].value);
    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

/* A random value with few significant digits now and then, so that every unit comes up. */
static int64_t random_value(void) {
  guint64 bits = ((guint64)(guint32)g_test_rand_int() << 32) | (guint32)g_test_rand_int();
  int64_t value = (int64_t)(bits >> 1);
  value >>= g_test_rand_int_range(0, 63);
  for (gint32 i = g_test_rand_int_range(0, 12); i > 0 && value < G_MAXINT64 / 1024; i--)
    value *= g_test_rand_bit() ? 1000 : 1024;
  return value;
}

static void test_units_round_trip(void) {
  static const struct {
    char *(*format)(int64_t value);
    ParseFunc parse;
  } pairs[] = {
      {units_format_size, units_parse_size},
      {units_format_duration, units_parse_duration},
      {units_format_bitrate, units_parse_bitrate},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
    for (int n = 0; n < 3000; n++) {
      g_autoptr(GError) error = NULL;
      int64_t value = n == 0 ? G_MAXINT64 : random_value();
      g_autofree char *text = pairs[i].format(value);
      int64_t again;
      g_assert_true(pairs[i].parse(text, &again, &error));
      g_assert_no_error(error);
      g_assert_cmpint(again, ==, value);
    }
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/units/parse", test_units_parse);
  g_test_add_func("/base/units/parse_refuses", test_units_parse_refuses);
  g_test_add_func("/base/units/format", test_units_format);
  g_test_add_func("/base/units/round_trip", test_units_round_trip);
  return g_test_run();
}
