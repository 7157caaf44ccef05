#include "cli/progress_line.h"

#include "cli/texts.h"

#include <glib.h>
#include <string.h>

static ProgressLine running_line(const char *title) {
  return (ProgressLine){
      .title = title,
      .state = ASSET_STATE_PLAYABLE,
      .progress = 0.5,
      .speed = 12.34,
      .left_us = 65 * G_USEC_PER_SEC,
      .is_started = true,
  };
}

static void test_progress_line_bar(void) {
  ProgressLine line = running_line("太极拳第一课");
  g_autofree char *text = progress_line_format_bar(&line, 79);
  g_assert_nonnull(strstr(text, "太极拳第一课 "));
  g_assert_nonnull(strstr(text, "##."));
  g_assert_nonnull(strstr(text, " 50%"));
  g_assert_nonnull(strstr(text, "12.3x"));
  g_assert_nonnull(strstr(text, "剩余 1:05"));
}

static void test_progress_line_bar_fits(void) {
  g_autofree char *long_title = g_strnfill(400, 'x');
  const char *titles[] = {"", "太极拳", "a\033[2Jb\nc", long_title};
  for (int cells = 40; cells <= 200; cells++) {
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
      ProgressLine line = running_line(titles[i]);
      g_autofree char *text = progress_line_format_bar(&line, cells);
      g_assert_cmpint(text_width(text), <=, cells);
      g_assert_null(strpbrk(text, "\n\033"));
    }
  }
}

static void test_progress_line_bar_aligns(void) {
  ProgressLine lines[] = {running_line("一"), running_line("太极拳"), running_line("a")};
  lines[1].speed = 0;
  lines[1].left_us = -1;
  lines[2].is_started = false;
  lines[2].state = ASSET_STATE_QUEUED;
  int column = -1;
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autofree char *text = progress_line_format_bar(&lines[i], 100);
    *strchr(text, '[') = '\0';
    int here = text_width(text);
    g_assert_true(column < 0 || column == here);
    column = here;
  }
}

static void test_progress_line_plain(void) {
  ProgressLine line = running_line("太极拳\n第一课");
  g_autofree char *text = progress_line_format_plain(&line);
  g_assert_cmpstr(text, ==, "太极拳 第一课： 50%  12.3x  剩余 1:05");
  line.state = ASSET_STATE_QUEUED;
  line.is_started = false;
  line.progress = 0;
  line.speed = 0;
  g_autofree char *queued = progress_line_format_plain(&line);
  g_assert_cmpstr(queued, ==, "太极拳 第一课：  0%  排队中");
}

int main(int argc, char **argv) {
  g_setenv("LC_ALL", "zh_CN.UTF-8", TRUE);
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/progress-line/bar", test_progress_line_bar);
  g_test_add_func("/progress-line/bar-fits", test_progress_line_bar_fits);
  g_test_add_func("/progress-line/bar-aligns", test_progress_line_bar_aligns);
  g_test_add_func("/progress-line/plain", test_progress_line_plain);
  return g_test_run();
}
