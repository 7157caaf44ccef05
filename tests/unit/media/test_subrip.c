#include "media/subrip.h"

#include <string.h>

static char *write_srt(const char *webvtt) {
  g_autoptr(GError) error = NULL;
  g_autoptr(WebvttDocument) document = webvtt_parse(webvtt, strlen(webvtt), &error);
  g_assert_no_error(error);
  GString *out = g_string_new(NULL);
  subrip_write(out, document);
  return g_string_free(out, FALSE);
}

static void test_subrip_write(void) {
  g_autofree char *text =
      write_srt("WEBVTT\n\n"
                "name\n01:02:03.456 --> 01:02:04.000 line:0\n<v 老师>大家<b>好</b></v>\n第二行 &lt;&amp;&gt;\n\n"
                "NOTE nothing\n\n"
                "01:02:05.000 --> 01:02:06.000\n<c.red></c>\n\n"
                "01:02:07.000 --> 01:02:08.000\n<i.x>a</i> &unknown;\n");
  g_assert_cmpstr(text, ==,
                  "\xEF\xBB\xBF"
                  "1\r\n01:02:03,456 --> 01:02:04,000\r\n大家<b>好</b>\r\n第二行 <&>\r\n\r\n"
                  "2\r\n01:02:07,000 --> 01:02:08,000\r\n<i>a</i> &unknown;\r\n\r\n");
}

/** What we write is what our own reader of SubRip reads. */
static void test_subrip_round_trip(void) {
  g_autofree char *text = write_srt("WEBVTT\n\n00:01.000 --> 00:02.500\n一\n二\n\n00:03.000 --> 00:04.000\n三\n");
  g_autoptr(WebvttDocument) document = webvtt_parse(text, strlen(text), NULL);
  g_assert_nonnull(document);
  g_assert_cmpuint(document->cues->len, ==, 2);
  const WebvttCue *first = &g_array_index(document->cues, WebvttCue, 0);
  g_assert_cmpint(first->start_us, ==, 1000000);
  g_assert_cmpint(first->end_us, ==, 2500000);
  g_assert_cmpstr(first->text, ==, "一\n二");
}

static void test_subrip_write_nothing(void) {
  g_autofree char *text = write_srt("WEBVTT\n");
  g_assert_cmpstr(text, ==, "\xEF\xBB\xBF");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/subrip/write", test_subrip_write);
  g_test_add_func("/subrip/round_trip", test_subrip_round_trip);
  g_test_add_func("/subrip/write_nothing", test_subrip_write_nothing);
  return g_test_run();
}
