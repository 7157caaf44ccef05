/** In which order variants stand in a multivariant playlist. Pure. */
#pragma once

#include "media/hls_playlist.h"

#include <stddef.h>

/** What a player's first, blind choice should ask of a line. Players (hls.js, Safari, most televisions) start with
 * the first variant listed, before they know the line. 1.2 Mbit/s is what a village line of 2 Mbit/s carries with room
 * to spare, and the rate of a 540p rung of a talking lecturer; a lesson of still slides fits more lines into it, which
 * is why the choice goes by the measured rate and not by the height. */
#define VARIANT_START_BPS 1200000

/** Sort by bandwidth, lowest first, then move the variant whose peak is nearest to VARIANT_START_BPS (by ratio; the
 * lower one of two equally near) to the front. */
void variant_order_apply(HlsVariant *variants, size_t count);
