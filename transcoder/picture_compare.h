/** How much two decoded pictures differ, in blocks of 8x8 samples. Any pixel format that lies in memory.
 * Threads: any; nothing is kept. */
#pragma once

#include <libavutil/frame.h>
#include <stdbool.h>

/** Same size and pixel format: only then can two pictures be compared. */
bool picture_compare_is_possible(const AVFrame *a, const AVFrame *b);

/** Whether a viewer sees the same picture: what a codec does to a still picture passes, the smallest movement of a
 * pointer, a faint stroke or a step of a fade does not. False at the first difference; `row` is where that was and
 * where to look first the next time (rows of 16; 0 at the start). */
bool picture_compare_is_alike(const AVFrame *a, const AVFrame *b, int *row);

/** The share, 0 to 1, of what is drawn in one or the other (blocks that are not plain) that is not the same in both.
 * Looks at a sample of the blocks. */
double picture_compare_share(const AVFrame *a, const AVFrame *b);
