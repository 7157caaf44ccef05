#include "base/option_table.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *name;
  char *dir;
  char *listen;
  char *preset;
  bool is_fast;
  int color;
  int64_t count;
  int64_t any_number;
  int64_t size_bytes;
  int64_t duration_us;
  int64_t bitrate_bps;
} Sample;

static const char *const colors[] = {"red", "green", "blue", NULL};
static const char *const presets[] = {"fast", "slow", NULL};

#define FIELD(name) .offset = offsetof(Sample, name)
static const OptionSpec table[] = {
    {.name = "name", .type = OPTION_TYPE_STRING, FIELD(name), .default_text = "", .value_name = "T", .help = "A."},
    {.name = "dir", .type = OPTION_TYPE_PATH, FIELD(dir), .default_text = "/d", .value_name = "DIR", .help = "B."},
    {.name = "listen",
     .type = OPTION_TYPE_ADDRESS,
     FIELD(listen),
     .default_text = ":80",
     .value_name = "A",
     .help = "C."},
    {.name = "preset",
     .type = OPTION_TYPE_STRING,
     FIELD(preset),
     .default_text = "fast",
     .choices = presets,
     .value_name = "P",
     .help = "D."},
    {.name = "fast", .type = OPTION_TYPE_BOOL, FIELD(is_fast), .default_text = "no", .help = "E."},
    {.name = "color",
     .type = OPTION_TYPE_ENUM,
     FIELD(color),
     .default_text = "green",
     .choices = colors,
     .value_name = "C",
     .help = "F."},
    {.name = "count",
     .type = OPTION_TYPE_INT,
     FIELD(count),
     .default_text = "3",
     .min = -2,
     .max = 9,
     .value_name = "N",
     .help = "G."},
    {.name = "any-number",
     .type = OPTION_TYPE_INT,
     FIELD(any_number),
     .default_text = "-1",
     .value_name = "N",
     .help = "H."},
    {.name = "cache-size",
     .type = OPTION_TYPE_SIZE,
     FIELD(size_bytes),
     .default_text = "4KiB",
     .min = 1,
     .max = 1 << 30,
     .value_name = "SIZE",
     .help = "I."},
    {.name = "segment-duration",
     .type = OPTION_TYPE_DURATION,
     FIELD(duration_us),
     .default_text = "6s",
     .min = 2000000,
     .max = 10000000,
     .value_name = "D",
     .help = "J."},
    {.name = "rate",
     .type = OPTION_TYPE_BITRATE,
     FIELD(bitrate_bps),
     .default_text = "64k",
     .value_name = "R",
     .help = "K."},
};
#define COUNT G_N_ELEMENTS(table)

static void sample_init(Sample *sample) {
  memset(sample, 0, sizeof *sample);
  option_table_set_defaults(table, COUNT, sample);
}

static void sample_clear(Sample *sample) {
  option_table_clear(table, COUNT, sample);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sample, sample_clear)

static char *format_named(const Sample *sample, const char *name) {
  for (size_t i = 0; i < COUNT; i++) {
    if (strcmp(table[i].name, name) == 0)
      return option_table_format_value(&table[i], sample);
  }
  g_assert_not_reached();
}

static void test_option_table_defaults(void) {
  g_auto(Sample) sample;
  sample_init(&sample);
  g_assert_cmpstr(sample.name, ==, "");
  g_assert_cmpstr(sample.listen, ==, ":80");
  g_assert_false(sample.is_fast);
  g_assert_cmpint(sample.color, ==, 1);
  g_assert_cmpint(sample.any_number, ==, -1);
  g_assert_cmpint(sample.size_bytes, ==, 4096);
  g_assert_cmpint(sample.duration_us, ==, 6000000);
  g_assert_cmpint(sample.bitrate_bps, ==, 64000);
}

static void test_option_table_set(void) {
  static const struct {
    const char *name, *text, *written;
  } cases[] = {
      {"name", "课 程", "课 程"},
      {"name", "", ""},
      {"dir", "a b/c", "a b/c"},
      {"listen", "0.0.0.0:8080", "0.0.0.0:8080"},
      {"listen", "[::1]:1", "[::1]:1"},
      {"listen", "my-host.example:65535", "my-host.example:65535"},
      {"listen", ":0", ":0"},
      {"preset", "slow", "slow"},
      {"fast", "TRUE", "yes"},
      {"fast", "off", "no"},
      {"color", "blue", "blue"},
      {"count", "-2", "-2"},
      {"count", "9", "9"},
      {"any-number", "9223372036854775807", "9223372036854775807"},
      {"cache-size", "1GiB", "1G"},
      {"segment-duration", "2500ms", "2.5s"},
      {"rate", "4.5M", "4.5M"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(Sample) sample;
    sample_init(&sample);
    g_assert_true(option_table_set(table, COUNT, &sample, cases[i].name, cases[i].text, &error));
    g_assert_no_error(error);
    g_autofree char *written = format_named(&sample, cases[i].name);
    g_assert_cmpstr(written, ==, cases[i].written);
    g_assert_true(option_table_set(table, COUNT, &sample, cases[i].name, written, &error));
    g_autofree char *again = format_named(&sample, cases[i].name);
    g_assert_cmpstr(again, ==, written);
  }
}

static void test_option_table_set_refuses(void) {
  static const struct {
    const char *name, *text, *message;
    OptionError code;
  } cases[] = {
      {"dir", "", "dir: it must not be empty", OPTION_ERROR_VALUE},
      {"listen", "8080", "listen: \"8080\" is not HOST:PORT, [IPV6]:PORT or :PORT", OPTION_ERROR_VALUE},
      {"listen", ":65536", NULL, OPTION_ERROR_VALUE},
      {"listen", ":-1", NULL, OPTION_ERROR_VALUE},
      {"listen", "::1:80", NULL, OPTION_ERROR_VALUE},
      {"listen", "[::1:80", NULL, OPTION_ERROR_VALUE},
      {"listen", "[]:80", NULL, OPTION_ERROR_VALUE},
      {"listen", "[:80", NULL, OPTION_ERROR_VALUE},
      {"listen", "[1.2.3.4]:80", NULL, OPTION_ERROR_VALUE},
      {"listen", "a b:80", NULL, OPTION_ERROR_VALUE},
      {"preset", "fats", "preset: \"fats\" is not one of fast, slow; did you mean \"fast\"?", OPTION_ERROR_VALUE},
      {"fast", "maybe", "fast: \"maybe\" is not yes or no", OPTION_ERROR_VALUE},
      {"color", "gren", "color: \"gren\" is not one of red, green, blue; did you mean \"green\"?",
       OPTION_ERROR_VALUE},
      {"color", "magenta", "color: \"magenta\" is not one of red, green, blue", OPTION_ERROR_VALUE},
      {"color", "Red", NULL, OPTION_ERROR_VALUE},
      {"count", "10", "count: \"10\" is out of range, which is -2 to 9", OPTION_ERROR_VALUE},
      {"count", "-3", NULL, OPTION_ERROR_VALUE},
      {"count", "3x", NULL, OPTION_ERROR_VALUE},
      {"count", "", NULL, OPTION_ERROR_VALUE},
      {"any-number", "9223372036854775808", NULL, OPTION_ERROR_VALUE},
      {"cache-size", "0", NULL, OPTION_ERROR_VALUE},
      {"cache-size", "99999999T", NULL, OPTION_ERROR_VALUE},
      {"segment-duration", "20s", "segment-duration: \"20s\" is out of range, which is 2s to 10s",
       OPTION_ERROR_VALUE},
      {"segment-duration", "six", NULL, OPTION_ERROR_VALUE},
      {"segmnt-duration", "6s", "unknown option \"segmnt-duration\"; did you mean \"segment-duration\"?",
       OPTION_ERROR_UNKNOWN},
      {"seg", "6s", "unknown option \"seg\"; did you mean \"segment-duration\"?", OPTION_ERROR_UNKNOWN},
      {"zzzzzzzz", "6s", "unknown option \"zzzzzzzz\"", OPTION_ERROR_UNKNOWN},
      {"", "6s", "unknown option \"\"", OPTION_ERROR_UNKNOWN},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(Sample) sample;
    sample_init(&sample);
    g_test_message("%s = %s", cases[i].name, cases[i].text);
    g_assert_false(option_table_set(table, COUNT, &sample, cases[i].name, cases[i].text, &error));
    g_assert_error(error, OPTION_ERROR, (gint)cases[i].code);
    if (cases[i].message)
      g_assert_cmpstr(error->message, ==, cases[i].message);
    for (size_t n = 0; n < COUNT; n++) { /* nothing changed */
      g_auto(Sample) fresh;
      sample_init(&fresh);
      g_autofree char *left = option_table_format_value(&table[n], &sample);
      g_autofree char *expected = option_table_format_value(&table[n], &fresh);
      g_assert_cmpstr(left, ==, expected);
    }
  }
}

static bool load(Sample *sample, const char *text, GError **error) {
  return option_table_load_text(table, COUNT, sample, "k.conf", text, strlen(text), error);
}

static void test_option_table_load(void) {
  g_autoptr(GError) error = NULL;
  g_auto(Sample) sample;
  sample_init(&sample);
  g_assert_true(load(&sample,
                     "\xEF\xBB\xBF# comment = 1\r\n"
                     "\n"
                     "  name =  two words # comment\n"
                     "dir=\"/a #b\\\"c\\\\ \"  # more\r\n"
                     "\tlisten\t=\t[::]:8080\t\n"
                     "fast = yes\n"
                     "preset = slow#x\n"
                     "rate = 1M",
                     &error) == false);
  g_assert_error(error, OPTION_ERROR, OPTION_ERROR_VALUE); /* '#' inside a word is no comment */
  g_assert_true(g_str_has_prefix(error->message, "k.conf:7: preset: "));
  g_assert_cmpstr(sample.name, ==, "two words");
  g_assert_cmpstr(sample.dir, ==, "/a #b\"c\\ ");
  g_assert_cmpstr(sample.listen, ==, "[::]:8080");
  g_assert_true(sample.is_fast);
  g_assert_cmpint(sample.bitrate_bps, ==, 64000);
  g_clear_error(&error);
  g_assert_true(load(&sample, "", &error));
  g_assert_true(load(&sample, "name =\nrate = 1M", &error));
  g_assert_no_error(error);
  g_assert_cmpstr(sample.name, ==, "");
  g_assert_cmpint(sample.bitrate_bps, ==, 1000000);
}

static void test_option_table_load_refuses(void) {
  static const struct {
    const char *text, *prefix;
    OptionError code;
  } cases[] = {
      {"\n\nsegmnt-duration = 6s",
       "k.conf:3: unknown option \"segmnt-duration\"; did you mean \"segment-duration\"?", OPTION_ERROR_UNKNOWN},
      {"name = a\nnot a line\n", "k.conf:2: a line reads \"name = value\"", OPTION_ERROR_SYNTAX},
      {"= x", "k.conf:1: a line reads", OPTION_ERROR_SYNTAX},
      {"name = \"open\n", "k.conf:1: the closing quote is missing", OPTION_ERROR_SYNTAX},
      {"name = \"open\\\"\n", "k.conf:1: the closing quote is missing", OPTION_ERROR_SYNTAX},
      {"name = \"a\" b", "k.conf:1: there is text after the closing quote", OPTION_ERROR_SYNTAX},
      {"name = a\nname = b", "k.conf:2: name is set a second time", OPTION_ERROR_SYNTAX},
      {"name = \xff", "k.conf:1: the line is not valid UTF-8 text", OPTION_ERROR_SYNTAX},
      {"count =", "k.conf:1: count: ", OPTION_ERROR_VALUE},
      {"Count = 1", "k.conf:1: unknown option \"Count\"; did you mean \"count\"?", OPTION_ERROR_UNKNOWN},
      {"segment-duration = 11s", "k.conf:1: segment-duration: \"11s\" is out of range", OPTION_ERROR_VALUE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(Sample) sample;
    sample_init(&sample);
    g_assert_false(load(&sample, cases[i].text, &error));
    g_assert_error(error, OPTION_ERROR, (gint)cases[i].code);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, cases[i].prefix));
  }
  g_autoptr(GError) error = NULL;
  g_auto(Sample) sample;
  sample_init(&sample);
  g_assert_false(option_table_load_text(table, COUNT, &sample, "k.conf", "name = a\0b", 10, &error));
  g_assert_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX);
}

static void test_option_table_load_file(void) {
  g_autoptr(GError) error = NULL;
  g_auto(Sample) sample;
  sample_init(&sample);
  g_autofree char *folder = g_dir_make_tmp("kapok-option-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "k.conf", NULL);
  g_assert_false(option_table_load_file(table, COUNT, &sample, path, &error));
  g_assert_error(error, OPTION_ERROR, OPTION_ERROR_FILE);
  g_clear_error(&error);
  g_assert_false(option_table_load_file(table, COUNT, &sample, folder, &error));
  g_assert_error(error, OPTION_ERROR, OPTION_ERROR_FILE);
  g_clear_error(&error);

  g_assert_true(g_file_set_contents(path, "color = blue\ncolor2 = x\n", -1, NULL));
  g_assert_false(option_table_load_file(table, COUNT, &sample, path, &error));
  g_autofree char *prefix = g_strconcat(path, ":2: ", NULL);
  g_assert_true(g_str_has_prefix(error->message, prefix));
  g_clear_error(&error);
  g_assert_cmpint(sample.color, ==, 2);

  g_autofree char *large = g_strnfill(OPTION_FILE_SIZE_MAX + 1, '\n');
  g_assert_true(g_file_set_contents(path, large, OPTION_FILE_SIZE_MAX + 1, NULL));
  g_assert_false(option_table_load_file(table, COUNT, &sample, path, &error));
  g_assert_error(error, OPTION_ERROR, OPTION_ERROR_FILE);
  g_unlink(path);
  g_rmdir(folder);
}

static const char *const own[] = {"wait", "title", NULL};

/* Arguments are separated by '|'. */
static void test_option_table_parse_args(void) {
  static const struct {
    const char *args, *left, *name, *value;
  } cases[] = {
      {"kapok|serve", "kapok|serve", "count", "3"},
      {"kapok|--count|5|serve", "kapok|serve", "count", "5"},
      {"--count=5|a|b", "a|b", "count", "5"},
      {"--count|-2", "", "count", "-2"},
      {"--fast|yes.mp4", "yes.mp4", "fast", "yes"},
      {"--fast=yes|--no-fast", "", "fast", "no"},
      {"--fast=off", "", "fast", "no"},
      {"--name=--x", "", "name", "--x"},
      {"--name=", "", "name", ""},
      {"--name=a=b", "", "name", "a=b"},
      {"--wait|--title|T|--count|7|f", "--wait|--title|T|f", "count", "7"},
      {"--title=T|f", "--title=T|f", "count", "3"},
      {"--count|7|--|--count|8", "--|--count|8", "count", "7"},
      {"-x|-|--count|7", "-x|-", "count", "7"},
      {"--count|7|--count|8", "", "count", "8"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(Sample) sample;
    sample_init(&sample);
    g_auto(GStrv) args = g_strsplit(cases[i].args, "|", -1);
    g_autofree char **argv = g_memdup2(args, (g_strv_length(args) + 1) * sizeof *args);
    g_test_message("%s", cases[i].args);
    g_assert_true(option_table_parse_args(table, COUNT, &sample, argv, own, &error));
    g_assert_no_error(error);
    g_autofree char *left = g_strjoinv("|", argv);
    g_assert_cmpstr(left, ==, cases[i].left);
    g_autofree char *value = format_named(&sample, cases[i].name);
    g_assert_cmpstr(value, ==, cases[i].value);
  }
}

static void test_option_table_parse_args_refuses(void) {
  static const struct {
    const char *args, *message;
    OptionError code;
  } cases[] = {
      {"a|--count", "command line: count: its value is missing", OPTION_ERROR_SYNTAX},
      {"--count|--fast", "command line: count: its value is missing", OPTION_ERROR_SYNTAX},
      {"--cuont|5", "command line: unknown option \"cuont\"; did you mean \"count\"?", OPTION_ERROR_UNKNOWN},
      {"--tilte|5", "command line: unknown option \"tilte\"; did you mean \"title\"?", OPTION_ERROR_UNKNOWN},
      {"--no-count", "command line: unknown option \"no-count\"", OPTION_ERROR_UNKNOWN},
      {"--no-fast=yes", "command line: unknown option \"no-fast\"", OPTION_ERROR_UNKNOWN},
      {"--=5", "command line: unknown option \"\"", OPTION_ERROR_UNKNOWN},
      {"--name|\xff", "command line: name: its value is not valid UTF-8 text", OPTION_ERROR_SYNTAX},
      {"--count|6|--color|redd",
       "command line: color: \"redd\" is not one of red, green, blue; did you mean \"red\"?", OPTION_ERROR_VALUE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(Sample) sample;
    sample_init(&sample);
    g_auto(GStrv) args = g_strsplit(cases[i].args, "|", -1);
    g_autofree char **argv = g_memdup2(args, (g_strv_length(args) + 1) * sizeof *args);
    g_assert_false(option_table_parse_args(table, COUNT, &sample, argv, own, &error));
    g_assert_error(error, OPTION_ERROR, (gint)cases[i].code);
    g_assert_cmpstr(error->message, ==, cases[i].message);
    g_autofree char *left = g_strjoinv("|", argv);
    g_assert_cmpstr(left, ==, cases[i].args);
  }
}

static void test_option_table_format(void) {
  g_autofree char *reference = option_table_format_reference(table, COUNT);
  g_assert_nonnull(strstr(reference, "## segment-duration\n\nJ.\n\n- Command line: `--segment-duration D`\n"
                                     "- Type: duration, from `2s` to `10s`\n- Default: `6s`\n"));
  g_assert_nonnull(strstr(reference, "- Command line: `--[no-]fast`\n- Type: yes or no\n- Default: `no`\n"));
  g_assert_nonnull(strstr(reference, "- Type: one of `red`, `green`, `blue`\n"));
  g_assert_nonnull(strstr(reference, "- Default: empty\n"));
  g_autofree char *help = option_table_format_help(table, COUNT);
  g_assert_nonnull(strstr(help, "\n  --color C                     F. (default: green)\n"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/option_table/defaults", test_option_table_defaults);
  g_test_add_func("/base/option_table/set", test_option_table_set);
  g_test_add_func("/base/option_table/set_refuses", test_option_table_set_refuses);
  g_test_add_func("/base/option_table/load", test_option_table_load);
  g_test_add_func("/base/option_table/load_refuses", test_option_table_load_refuses);
  g_test_add_func("/base/option_table/load_file", test_option_table_load_file);
  g_test_add_func("/base/option_table/parse_args", test_option_table_parse_args);
  g_test_add_func("/base/option_table/parse_args_refuses", test_option_table_parse_args_refuses);
  g_test_add_func("/base/option_table/format", test_option_table_format);
  return g_test_run();
}
