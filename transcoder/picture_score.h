/** How well a picture stands for a whole lesson. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>

/** Below this a picture shows next to nothing: black, one colour, a test card, all but faded out. */
#define PICTURE_SCORE_POOR 0.15

/** 0 (nothing to see) to 1: contrast and range of light, sharpness, colour; against it speak darkness, one colour, blur,
 * fades, and patterns that do not change along rows or columns, as of test cards. Any size and pixel format.
 * Error: UNSUPPORTED. */
bool picture_score(const AVFrame *frame, double *ret_score, GError **error);
