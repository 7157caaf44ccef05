#include "transcoder/caption_reader.h"

static void test_caption_reader_guess_language(void) {
  static const struct {
    const char *text, *language;
  } cases[] = {
      {"大家好，今天我们学习太极拳的起势。", "zh"},
      {"用 WebVTT 和 HTML 做字幕，一共三步", "zh"},
      {"こんにちは、今日は太極拳を学びます", "ja"},
      {"안녕하세요 오늘은 태극권을 배웁니다", "ko"},
      {"Hello everyone, the word for it is 太极", "en"},
      {"Здравствуйте, сегодня мы учим тайцзи", NULL},
      {"... 1, 2, 3 ...", NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(WebvttDocument) document = webvtt_new();
    webvtt_take_cue(document, 0, G_TIME_SPAN_SECOND, g_strdup(cases[i].text));
    g_assert_cmpstr(caption_reader_guess_language(document), ==, cases[i].language);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/caption-reader/guess-language", test_caption_reader_guess_language);
  return g_test_run();
}
