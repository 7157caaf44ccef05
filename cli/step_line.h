/** One line on standard error that tells how far a long step is: on a terminal only, redrawn in place a few times a
 * second. One thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool is_terminal, is_drawn;
  int64_t drawn_us; /**< monotonic time of the last drawing */
} StepLine;

void step_line_init(StepLine *line);
/** Draw "WHAT  42%  (N of M, size of size)"; totals of 0 are not known. */
void step_line_draw(StepLine *line, const char *what, int64_t done, int64_t total, int64_t done_bytes,
                    int64_t total_bytes);
/** Take the line away: before any other output, and at the end. */
void step_line_erase(StepLine *line);
