#include "cli/step_line.h"

#include "base/units.h"
#include "cli/texts.h"

#include <stdio.h>
#include <unistd.h>

#define DRAW_INTERVAL_US (G_TIME_SPAN_SECOND / 5)

void step_line_init(StepLine *line) {
  *line = (StepLine){.is_terminal = isatty(STDERR_FILENO)};
}

/* Of the bytes where they are known, since files differ in size. */
static int percent_of(int64_t done, int64_t total, int64_t done_bytes, int64_t total_bytes) {
  double share = total_bytes > 0 ? (double)done_bytes / (double)total_bytes
                 : total > 0     ? (double)done / (double)total
                                 : 0;
  return (int)(100 * CLAMP(share, 0, 1));
}

void step_line_draw(StepLine *line, const char *what, int64_t done, int64_t total, int64_t done_bytes,
                    int64_t total_bytes) {
  int64_t now_us = g_get_monotonic_time();
  if (!line->is_terminal || now_us - line->drawn_us < DRAW_INTERVAL_US)
    return;
  g_autofree char *done_text = units_format_size_short(done_bytes);
  g_autofree char *total_text = units_format_size_short(total_bytes);
  fprintf(stderr, "\r\033[K%s %3d%%（%" G_GINT64_FORMAT " / %" G_GINT64_FORMAT "，%s / %s）", what,
          percent_of(done, total, done_bytes, total_bytes), (gint64)done, (gint64)total, done_text, total_text);
  fflush(stderr);
  line->drawn_us = now_us;
  line->is_drawn = true;
}

void step_line_erase(StepLine *line) {
  if (!line->is_drawn)
    return;
  fputs("\r\033[K", stderr);
  fflush(stderr);
  line->is_drawn = false;
}
