#include "cli/progress_line.h"

#include "base/units.h"
#include "cli/texts.h"

#define BAR_CELLS_MAX 30
#define BAR_CELLS_MIN 8
#define TITLE_CELLS_MIN 4
#define TITLE_CELLS_MAX 40
#define FACTS_CELLS 24 /**< so that bars stand in one column */
#define CELLS_MIN 40
#define PROGRESS_TOLD_MIN 0.01 /**< before, the time left is a guess */

const char *progress_line_state_text(AssetState state) {
  switch (state) {
  case ASSET_STATE_QUEUED:
    return text_pick("排队中", "queued");
  case ASSET_STATE_PLAYABLE:
    return text_pick("可播放", "playable");
  case ASSET_STATE_READY:
    return text_pick("已完成", "ready");
  case ASSET_STATE_FAILED:
    return text_pick("失败", "failed");
  }
  return "";
}

static void append_facts(GString *out, const ProgressLine *line) {
  g_string_append_printf(out, "%3d%%", (int)(CLAMP(line->progress, 0, 1) * 100));
  if (line->speed >= 0.05)
    g_string_append_printf(out, " %5.1fx", line->speed);
  bool is_over = line->state == ASSET_STATE_READY || line->state == ASSET_STATE_FAILED;
  if (is_over || (line->state == ASSET_STATE_QUEUED && !line->is_started)) {
    g_string_append_printf(out, "  %s", progress_line_state_text(line->state));
  } else if (line->left_us >= 0 && line->progress >= PROGRESS_TOLD_MIN) {
    g_autofree char *clock = units_format_clock(line->left_us);
    g_string_append_printf(out, text_pick("  剩余 %s", "  %s left"), clock);
  }
}

/** Brackets included. */
static void append_bar(GString *out, double progress, int cells) {
  int inner = cells - 2;
  int filled = (int)(CLAMP(progress, 0, 1) * inner);
  g_string_append_c(out, '[');
  for (int i = 0; i < inner; i++)
    g_string_append_c(out, i < filled ? '#' : '.');
  g_string_append_c(out, ']');
}

char *progress_line_format_bar(const ProgressLine *line, int cells) {
  g_autoptr(GString) facts = g_string_new(NULL);
  append_facts(facts, line);
  int facts_cells = MAX(FACTS_CELLS, text_width(facts->str));
  int room = MAX(cells, CELLS_MIN) - facts_cells - 2; // two spaces between the three parts
  int bar_cells = CLAMP(room / 2, BAR_CELLS_MIN, BAR_CELLS_MAX);
  g_autofree char *title = text_fit(line->title, CLAMP(room - bar_cells, TITLE_CELLS_MIN, TITLE_CELLS_MAX));
  GString *out = g_string_new(title);
  g_string_append_c(out, ' ');
  append_bar(out, line->progress, bar_cells);
  g_string_append_printf(out, " %s", facts->str);
  return g_string_free(out, FALSE);
}

char *progress_line_format_plain(const ProgressLine *line) {
  g_autofree char *title = text_one_line(line->title);
  GString *out = g_string_new(title);
  g_string_append(out, text_pick("：", ": "));
  append_facts(out, line);
  return g_string_free(out, FALSE);
}
