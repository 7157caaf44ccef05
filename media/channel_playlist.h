/** The live playlist of a channel. A channel's time is cut into slots of a fixed length, counted from 1970; a slot's segment
 * holds what begins in it. So sequence numbers are a function of the wall clock alone. Pure. */
#pragma once

#include <glib.h>
#include <stdint.h>

#define CHANNEL_SLOT_US (10 * G_TIME_SPAN_SECOND)
/** EXT-X-TARGETDURATION: a slot, and a stored segment that begins at its end. Never changes (RFC 8216 §6.2.1). */
#define CHANNEL_TARGET_DURATION_S 20
/** Slots that are listed before their time: what players hold back from the end (three target durations, §6.3.3), so that
 * they show what the guide says. */
#define CHANNEL_SLOTS_AHEAD 6
/** The same for players that hold back three segments, however long those are. */
#define CHANNEL_SLOTS_AHEAD_MIN 3

/** The slot that `time_us` (not before 1970) lies in. */
int64_t channel_slot_at(int64_t time_us);

/** Append the media playlist of `count` slots from `first_slot` on, the last `ahead` of them before their time. `starts_us`: when
 * each begins to be shown, and the one behind the last, so count + 1. URIs are "<slot>.ts". */
void channel_playlist_write(GString *out, int64_t first_slot, const int64_t *starts_us, size_t count,
                            int64_t ahead);
