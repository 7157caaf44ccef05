#include "cli/wait_view.h"

#include "cli/texts.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT 24
#define ROWS_MIN 3
#define COLUMNS_MAX 120

static void measure(WaitView *view) {
  struct winsize size;
  bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  view->columns = is_known ? size.ws_col : COLUMNS_DEFAULT;
  view->rows = is_known ? size.ws_row : ROWS_DEFAULT;
}

void wait_view_init(WaitView *view) {
  const char *terminal = g_getenv("TERM");
  *view = (WaitView){.is_terminal = isatty(STDERR_FILENO) && g_strcmp0(terminal, "dumb") != 0};
  measure(view);
}

void wait_view_erase(WaitView *view) {
  if (view->drawn_rows == 0)
    return;
  fprintf(stderr, "\033[%zuA\r\033[J", view->drawn_rows);
  fflush(stderr);
  view->drawn_rows = 0;
}

void wait_view_draw(WaitView *view, const ProgressLine *lines, size_t count) {
  if (!view->is_terminal)
    return;
  measure(view);
  size_t room = (size_t)MAX(view->rows - 2, ROWS_MIN);
  size_t shown = count <= room ? count : room - 1;
  g_autoptr(GString) out = g_string_new(NULL);
  if (view->drawn_rows > 0)
    g_string_append_printf(out, "\033[%zuA\r", view->drawn_rows);
  for (size_t i = 0; i < shown; i++) {
    g_autofree char *line = progress_line_format_bar(&lines[i], MIN(view->columns, COLUMNS_MAX) - 1);
    g_string_append_printf(out, "%s\033[K\n", line);
  }
  if (shown < count)
    g_string_append_printf(out, text_pick("还有 %zu 节课\033[K\n", "%zu more lessons\033[K\n"), count - shown);
  g_string_append(out, "\033[J");
  fwrite(out->str, 1, out->len, stderr);
  fflush(stderr);
  view->drawn_rows = shown + (shown < count ? 1 : 0);
}
