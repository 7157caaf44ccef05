/** The ladder: which rungs a source is encoded in. Pure rules, no I/O. */
#pragma once

#include "media/rational.h"

#include <stddef.h>
#include <stdint.h>

#define LADDER_RUNGS_MAX 6

/** What a source's container and decoder say of its picture. */
typedef struct {
  int32_t coded_width, coded_height; /**< stored samples, before rotation */
  int32_t rotation_deg;              /**< clockwise turn to show it: 0, 90, 180 or 270 */
  Rational sample_aspect;            /**< of a stored sample; invalid or beyond 16:1 counts as 1:1 */
  Rational frame_rate;               /**< of the lesson: segment_plan_choose_frame_rate() */
} LadderSource;

typedef struct {
  char name[8]; /**< "v360": track name and URL part; from the short side */
  int32_t width, height;
  int64_t bitrate_bps; /**< VBV maximum rate */
  int32_t vbv_ms;      /**< VBV buffer in milliseconds of the maximum rate */
  double crf;          /**< constant-quality factor under that cap */
} LadderRung;

/** Fit the default ladder (360p 0.6, 540p 1.2, 720p 2.5, 1080p 4.5 Mbit/s) to a source. The rungs are named by the
 * short side of the shown picture, so a portrait video has the rungs that a landscape one has. No rung is larger
 * than the source; one at the source's own size is added when the best rung is clearly smaller (over 1.1 times),
 * its rate interpolated by area; a source under 360p gets one rung of its own size. Aspect kept, sizes even,
 * at least 2x2. Rates grow by 1.5 over 30 fps. A source beyond 1080 lines or beyond the picture size of H.264 level
 * 4.2 (8,704 macroblocks, 4,096 a side) counts as scaled down to it first, so its best rung may be of such a size.
 * Writes at most LADDER_RUNGS_MAX rungs in `ret_rungs`, smallest first; returns how many, 0 for an
 * impossible source. */
size_t ladder_fit(const LadderSource *source, LadderRung ret_rungs[LADDER_RUNGS_MAX]);

/** Size as shown with square pixels, even numbers; 0x0 for an impossible source. */
void ladder_display_size(const LadderSource *source, int32_t *ret_width, int32_t *ret_height);

/** Audio of every lesson: AAC-LC. */
#define LADDER_AUDIO_BITRATE_BPS 128000
#define LADDER_LISTENING_BITRATE_BPS 64000 /**< of the rendition for listening without pictures */
#define LADDER_AUDIO_RATE_HZ 48000
#define LADDER_AUDIO_CHANNELS 2
#define LADDER_AUDIO_FRAME_SAMPLES 1024
