#include "transcoder/timeline.h"

#include <glib.h>

/** Decode times never go back in a sound file; what goes back by less than this is a wrong time stamp or two. */
#define BACK_US 400000
/** A packet this near to where its track ended goes on. */
#define NEAR_US 100000
/** After so many packets with another shift the one before is no longer gone back to. */
#define STRAY_PACKETS 3

Timeline timeline_make(int64_t leap_us) {
  return (Timeline){.leap_us = leap_us};
}

/** The latest end of all tracks. */
static int64_t latest_end_us(const Timeline *timeline) {
  int64_t latest = INT64_MIN;
  for (int i = 0; i < TIMELINE_TRACKS; i++) {
    if (timeline->tracks[i].has_any)
      latest = MAX(latest, timeline->tracks[i].next_us);
  }
  return latest;
}

/** Whether a packet at `at_us` (shifted) can come after `end_us` of its track. A track may pause while others go on. */
static bool can_follow(const Timeline *timeline, int64_t end_us, int64_t at_us) {
  return at_us >= end_us - BACK_US && at_us <= latest_end_us(timeline) + timeline->leap_us;
}

/** The shift of a new part that begins with a packet at `time_us`: where all tracks have ended. */
static int64_t begin_part(Timeline *timeline, int64_t time_us) {
  timeline->jumps++;
  timeline->newest_us = latest_end_us(timeline) - time_us;
  return timeline->newest_us;
}

static int64_t choose_shift(Timeline *timeline, TimelineTrack *track, int64_t time_us) {
  if (!track->has_any)
    return timeline->newest_us;
  int64_t own = ABS(time_us + track->own_us - track->next_us);
  int64_t newest = ABS(time_us + timeline->newest_us - track->next_us);
  if (own <= NEAR_US && own <= newest)
    return track->own_us;
  /* One packet with a wrong time is followed by right ones again. */
  bool is_fresh = track->since_change <= STRAY_PACKETS;
  if (is_fresh && ABS(time_us + track->before_us - track->before_next_us) <= MIN(NEAR_US * STRAY_PACKETS, own))
    return track->before_us;
  /* Another track has begun a new part: this one joins it when that fits better. */
  if (newest < own && can_follow(timeline, track->next_us, time_us + timeline->newest_us))
    return timeline->newest_us;
  if (can_follow(timeline, track->next_us, time_us + track->own_us))
    return track->own_us;
  return begin_part(timeline, time_us);
}

int64_t timeline_shift(Timeline *timeline, int track_index, int64_t time_us, int64_t duration_us) {
  TimelineTrack *track = &timeline->tracks[track_index];
  int64_t shift = choose_shift(timeline, track, time_us);
  track->since_change++;
  if (shift != track->own_us) {
    track->before_us = track->own_us;
    track->before_next_us = track->has_any ? track->next_us : time_us + shift;
    track->since_change = 0;
    track->own_us = shift;
  }
  track->has_any = true;
  track->next_us = time_us + shift + MAX(duration_us, 0);
  return shift;
}
