/** Progress lines on standard error: redrawn in place on a terminal, else plain lines now and then. */
#pragma once

#include "cli/progress_line.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  bool is_terminal;
  int rows, columns; /**< of the terminal */
  size_t drawn_rows; /**< of the block that is redrawn */
} WaitView;

void wait_view_init(WaitView *view);

/** Draw the block anew: the first lines that fit, then how many more there are. Nothing without a terminal. */
void wait_view_draw(WaitView *view, const ProgressLine *lines, size_t count);

/** Take the block away, so that other text can be printed where it stood; before any other output. */
void wait_view_erase(WaitView *view);
