/** One lesson's progress as a line of text. Pure: no I/O, no clock. */
#pragma once

#include "catalog/asset.h"

#include <stdint.h>

typedef struct {
  const char *title;
  AssetState state;
  double progress; /**< 0 to 1 */
  double speed;    /**< seconds of lesson made per second; 0: not known */
  int64_t left_us; /**< time left; negative: not known */
  bool is_started; /**< a worker has looked at it */
} ProgressLine;

/** A line with a bar, at most `cells` wide (40 or more); caller frees. */
char *progress_line_format_bar(const ProgressLine *line, int cells);
/** The same facts without a bar, for logs; caller frees. */
char *progress_line_format_plain(const ProgressLine *line);
/** What the state is called; static. */
const char *progress_line_state_text(AssetState state);
