/** One clock out of the time stamps of a source whose clock jumps: recordings put together, clocks that wrap around,
 * receivers that lost the signal. Packets are shown to it in the order of the file; each gets the shift that puts
 * it on the clock of the first part, without gap or overlap where the clock jumped, all tracks of a part by the same
 * shift, so that sound and picture stay together. Who reads the same packets from the start gets the same shifts.
 * Pure rules: no I/O, no allocation. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TIMELINE_TRACKS 2

typedef struct {
  int64_t next_us;           /**< where its packets so far end, shifted */
  int64_t own_us, before_us; /**< shifts: its own now, and the one it had before */
  int64_t before_next_us;    /**< next_us when the shift changed */
  int64_t since_change;      /**< packets since then */
  bool has_any;
} TimelineTrack;

typedef struct {
  int64_t leap_us;   /**< a step forward by more than this is a jump */
  int64_t newest_us; /**< shift of the part that began last */
  int64_t jumps;     /**< parts begun after the first */
  TimelineTrack tracks[TIMELINE_TRACKS];
} Timeline;

/** `leap_us`: how far a clock may step forward by right, in a pause for example. */
Timeline timeline_make(int64_t leap_us);

/** The shift for the next packet of track `track` (0 or 1): its decode time and duration as the container tells them.
 * Later packets of other tracks may still belong to an earlier part. */
int64_t timeline_shift(Timeline *timeline, int track, int64_t time_us, int64_t duration_us);
