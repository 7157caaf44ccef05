#include "media/webvtt.h"

#include <glib.h>
#include <string.h>

/* "start-end|settings|text" in milliseconds for every cue, one a line, with text lines joined by "/". */
static char *describe(const WebvttDocument *document) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < document->cues->len; i++) {
    const WebvttCue *cue = &g_array_index(document->cues, WebvttCue, i);
    g_autofree char *line = g_strdelimit(g_strdup(cue->text), "\n", '/');
    g_string_append_printf(text, "%s%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "|%s|%s", i > 0 ? "\n" : "",
                           cue->start_us / 1000, cue->end_us / 1000, cue->settings != NULL ? cue->settings : "",
                           line);
  }
  return g_string_free(text, FALSE);
}

typedef struct {
  const char *label, *text, *want;
} ParseCase;

static const ParseCase CASES[] = {
    {"one cue", "WEBVTT\n\n00:01.000 --> 00:02.500\n你好\n", "1000-2500||你好"},
    {"hours", "WEBVTT\n\n01:00:01.000 --> 123:00:02.500\na", "3601000-442802500||a"},
    {"BOM and CR LF", "\xEF\xBB\xBFWEBVTT - title\r\n\r\n00:01.000 --> 00:02.000\r\na\r\nb\r\n\r\n",
     "1000-2000||a/b"},
    {"CR alone", "WEBVTT\r\r00:01.000 --> 00:02.000\ra\rb\r\r00:03.000 --> 00:04.000\rc",
     "1000-2000||a/b\n3000-4000||c"},
    {"identifier and settings", "WEBVTT\n\nintro\n00:01.000 --> 00:02.000  align:start line:0 \na\n",
     "1000-2000|align:start line:0|a"},
    {"header lines", "WEBVTT\nKind: captions\nLanguage: zh\n\n00:01.000 --> 00:02.000\na\n", "1000-2000||a"},
    {"no empty line after the signature", "WEBVTT\n00:01.000 --> 00:02.000\na\n", "1000-2000||a"},
    {"blocks skipped",
     "WEBVTT\n\nNOTE a\nb\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n00:01.000 --> 00:02.000\na\n\nNOTE end",
     "1000-2000||a"},
    {"markup kept", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v 老师><i>a</i> &amp; <00:01.500>b\n",
     "1000-2000||<v 老师><i>a</i> &amp; <00:01.500>b"},
    {"sorted, ties as written",
     "WEBVTT\n\n00:05.000 --> 00:06.000\nc\n\n00:01.000 --> 00:02.000\na\n\n00:01.000 --> 00:03.000\nb\n",
     "1000-2000||a\n1000-3000||b\n5000-6000||c"},
    {"backwards and empty cues dropped",
     "WEBVTT\n\n00:02.000 --> 00:01.000\na\n\n00:02.000 --> 00:02.000\nb\n\n00:02.000 --> 00:03.000\n\n"
     "00:03.000 --> 00:04.000\nc\n",
     "3000-4000||c"},
    {"bad times skipped", "WEBVTT\n\n00:61.000 --> 00:62.000\na\n\nx --> y\nb\n\n00:03.000 --> 00:04.000\nc\n",
     "3000-4000||c"},
    {"an arrow ends a text", "WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb\n",
     "1000-2000||a\n3000-4000||b"},
    {"settings with an arrow dropped", "WEBVTT\n\n00:01.000 --> 00:02.000 a --> b\nc\n", "1000-2000||c"},
    {"no space around the arrow", "WEBVTT\n\n00:01.000-->00:02.000\na\n", "1000-2000||a"},
    {"tabs", "WEBVTT\t\n\n\t00:01.000\t-->\t00:02.000\tline:1\na\n", "1000-2000|line:1|a"},
    {"signature alone", "WEBVTT", ""},
    {"signature and comment", "WEBVTT\n\nNOTE nothing yet\n", ""},
    /* SubRip */
    {"SubRip", "1\n00:00:01,000 --> 00:00:02,500\na\nb\n\n2\n00:00:03,000 --> 00:00:04,000\nc\n",
     "1000-2500||a/b\n3000-4000||c"},
    {"SubRip with BOM, CR LF, coordinates",
     "\xEF\xBB\xBF"
     "1\r\n00:00:01,000 --> 00:00:02,000  X1:1 X2:2 Y1:3 Y2:4\r\na\r\n\r\n",
     "1000-2000||a"},
    {"SubRip tags",
     "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<I>a</I> <font color=\"red\">b</font> <b class=\"x\">c</b>\n",
     "1000-2000||<i>a</i> b c</b>"},
    {"SubRip escapes", "1\n00:00:01,000 --> 00:00:02,000\n1 < 2 & a <3 -> x --> y &amp; {z}\n",
     "1000-2000||1 &lt; 2 &amp; a &lt;3 -&gt; x --&gt; y &amp; {z}"},
    {"SubRip line of tags alone", "1\n00:00:01,000 --> 00:00:02,000\na\n<font></font>\nb\n", "1000-2000||a/b"},
    {"SubRip without empty lines", "1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb\n",
     "1000-2000||a\n3000-4000||b"},
    {"SubRip text of a number", "1\n00:00:01,000 --> 00:00:02,000\n42\n\n", "1000-2000||42"},
    {"SubRip short fraction", "1\n0:00:01,5 --> 0:00:02.25\na\n", "1500-2250||a"},
    {"SubRip blank line of spaces", "1\n00:00:01,000 --> 00:00:02,000\na\n  \nb\n", "1000-2000||a"},
    {"signature with more is SubRip", "WEBVTTX\n\n00:01.000 --> 00:02.000\na\n", "1000-2000||a"},
};

static void test_webvtt_parse(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(GError) error = NULL;
    g_test_message("%s", CASES[i].label);
    g_autoptr(WebvttDocument) document = webvtt_parse(CASES[i].text, strlen(CASES[i].text), &error);
    g_assert_no_error(error);
    g_autofree char *got = describe(document);
    g_assert_cmpstr(got, ==, CASES[i].want);
  }
}

static void test_webvtt_parse_fails(void) {
  static const struct {
    const char *text;
    size_t size_bytes;
    WebvttError code;
    const char *message;
  } BAD[] = {
      {"", 0, WEBVTT_ERROR_SYNTAX, "line 1: the file ends without a cue"},
      {"hello\nworld\n", 12, WEBVTT_ERROR_SYNTAX, "line 2: the file ends without a cue"},
      {"WEBVTT\n\nfoo --> bar\na\n", 22, WEBVTT_ERROR_SYNTAX, "line 3: not the times of a cue"},
      {"1\n00:00:01,000 -> 00:00:02,000\na\n", 33, WEBVTT_ERROR_SYNTAX, "line 3: the file ends without a cue"},
      {"WEBVTT\n\n00:01.0000 --> 00:02.000\na\n", 35, WEBVTT_ERROR_SYNTAX, "line 3: not the times of a cue"},
      {"WEBVTT\n\n9999999:00:01.000 --> 00:02.000\na\n", 42, WEBVTT_ERROR_SYNTAX, "line 3: not the times of a cue"},
      {"WEBVTT\n\n00:01.000 --> 00:02.000\n\xC4\xE3\xBA\xC3\n", 37, WEBVTT_ERROR_ENCODING, "line 4: not UTF-8"},
      {"\xFF\xFEW\0E\0B\0", 8, WEBVTT_ERROR_ENCODING, "line 1: not UTF-8"}, /* UTF-16 */
      {"WEBVTT\n\0", 8, WEBVTT_ERROR_ENCODING, "line 2: not UTF-8"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *exact = g_memdup2(BAD[i].text, BAD[i].size_bytes);
    g_assert_null(webvtt_parse(exact, BAD[i].size_bytes, &error));
    g_assert_error(error, WEBVTT_ERROR, (int)BAD[i].code);
    g_assert_cmpstr(error->message, ==, BAD[i].message);
  }
  webvtt_free(NULL);
}

static void test_webvtt_parse_caps(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new("WEBVTT\n\n");
  for (int i = 0; i < WEBVTT_CUES_MAX; i++)
    g_string_append(text, "00:01.000 --> 00:02.000\na\n");
  g_autoptr(WebvttDocument) document = webvtt_parse(text->str, text->len, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(document->cues->len, ==, WEBVTT_CUES_MAX);
  g_string_append(text, "00:01.000 --> 00:02.000\na\n");
  g_assert_null(webvtt_parse(text->str, text->len, &error));
  g_assert_error(error, WEBVTT_ERROR, WEBVTT_ERROR_TOO_LARGE);
  g_clear_error(&error);

  g_autofree char *large = g_malloc(WEBVTT_BYTES_MAX + 1);
  memset(large, 'a', WEBVTT_BYTES_MAX + 1);
  g_assert_null(webvtt_parse(large, WEBVTT_BYTES_MAX + 1, &error));
  g_assert_error(error, WEBVTT_ERROR, WEBVTT_ERROR_TOO_LARGE);
}

/** Inputs made to be slow: two MiB of openers without closers take no more than reading them. */
static void test_webvtt_parse_linear(void) {
  static const char *const UNITS[] = {"<a", "{\\", "&", "1\n", "\n", "-->", "1\r"};
  for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++) {
    g_autoptr(GString) text = g_string_new("1\n00:00:01,000 --> 00:00:02,000\n");
    while (text->len < WEBVTT_BYTES_MAX / 4)
      g_string_append(text, UNITS[i]);
    gint64 start_us = g_get_monotonic_time();
    g_autoptr(WebvttDocument) document = webvtt_parse(text->str, text->len, NULL);
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, 10 * G_USEC_PER_SEC);
  }
}

static WebvttDocument *make_document(const WebvttCue *cues, guint count) {
  WebvttDocument *document = g_new(WebvttDocument, 1);
  document->cues = g_array_new(FALSE, FALSE, sizeof(WebvttCue));
  g_array_append_vals(document->cues, cues, count);
  return document;
}

static void test_webvtt_write(void) {
  /* Borrowed strings: nothing clears the cues. */
  const WebvttCue cues[] = {
      {1000000, 2500000, NULL, (char *)"你好\n<i>a</i>"},
      {3599999600, 3600000000, (char *)"align:start", (char *)"b"},
      {7200000000, 7200000100, NULL, (char *)"short"},
      {INT64_C(360000000000), INT64_C(360001000000), (char *)"x\ny", (char *)"\n\na --> b\r\n\r\nc\n"},
      {-5, 1000000, (char *)"a --> b", (char *)"early"},
      {1, 2000, NULL, (char *)"\r\n"},
      {1, 2000, NULL, NULL},
  };
  g_autoptr(WebvttDocument) document = make_document(cues, G_N_ELEMENTS(cues));
  g_autoptr(GString) out = g_string_new(NULL);
  webvtt_write(out, document, -1);
  g_assert_cmpstr(out->str, ==,
                  "WEBVTT\n"
                  "\n00:00:01.000 --> 00:00:02.500\n你好\n<i>a</i>\n"
                  "\n01:00:00.000 --> 01:00:00.001 align:start\nb\n"
                  "\n02:00:00.000 --> 02:00:00.001\nshort\n"
                  "\n100:00:00.000 --> 100:00:01.000\na --&gt; b\nc\n"
                  "\n00:00:00.000 --> 00:00:01.000\nearly\n");
}

static void test_webvtt_write_timestamp_map(void) {
  g_autoptr(WebvttDocument) document = make_document(NULL, 0);
  g_autoptr(GString) out = g_string_new(NULL);
  webvtt_write(out, document, 900000);
  g_assert_cmpstr(out->str, ==, "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n");
  g_string_truncate(out, 0);
  webvtt_write(out, document, 0);
  g_assert_cmpstr(out->str, ==, "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n");
}

/* What is written reads back as the same cues. */
static void assert_round_trip(const char *text, size_t size_bytes) {
  g_autoptr(WebvttDocument) document = webvtt_parse(text, size_bytes, NULL);
  if (document == NULL)
    return;
  g_autoptr(GString) out = g_string_new(NULL);
  webvtt_write(out, document, 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(WebvttDocument) again = webvtt_parse(out->str, out->len, &error);
  g_assert_no_error(error);
  g_autofree char *want = describe(document), *got = describe(again);
  g_assert_cmpstr(got, ==, want);
}

static void test_webvtt_round_trip(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
    assert_round_trip(CASES[i].text, strlen(CASES[i].text));
}

/** Random files of the pieces that parsers trip over. */
static void test_webvtt_round_trip_random(void) {
  static const char *const PIECES[] = {"WEBVTT",
                                       "\n",
                                       "\r\n",
                                       "\r",
                                       "\n\n",
                                       "00:01.000",
                                       " --> ",
                                       "00:02.000",
                                       "-->",
                                       "<i>",
                                       "</b>",
                                       "<",
                                       ">",
                                       "&",
                                       "&lt;",
                                       "{\\a}",
                                       "字",
                                       "1",
                                       " ",
                                       "\t",
                                       "NOTE",
                                       "00:00:01,000 --> 00:00:03,000\n",
                                       "00:05.000 --> 00:06.000\n",
                                       "\f",
                                       "--",
                                       "<font a>",
                                       "align:start"};
  for (int round = 0; round < 20000; round++) {
    g_autoptr(GString) text = g_string_new(g_test_rand_bit() ? "WEBVTT\n\n" : "1\n");
    int pieces = g_test_rand_int_range(0, 40);
    for (int i = 0; i < pieces; i++)
      g_string_append(text, PIECES[g_test_rand_int_range(0, G_N_ELEMENTS(PIECES))]);
    assert_round_trip(text->str, text->len);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/webvtt/parse", test_webvtt_parse);
  g_test_add_func("/webvtt/parse-fails", test_webvtt_parse_fails);
  g_test_add_func("/webvtt/parse-caps", test_webvtt_parse_caps);
  g_test_add_func("/webvtt/parse-linear", test_webvtt_parse_linear);
  g_test_add_func("/webvtt/write", test_webvtt_write);
  g_test_add_func("/webvtt/write-timestamp-map", test_webvtt_write_timestamp_map);
  g_test_add_func("/webvtt/round-trip", test_webvtt_round_trip);
  g_test_add_func("/webvtt/round-trip-random", test_webvtt_round_trip_random);
  return g_test_run();
}
