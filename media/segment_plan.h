/** The segment plan: where a lesson is cut into GOPs, segments and spans. All positions are whole frames (video)
 * or whole AAC frames (audio), so nothing drifts. Pure rules. */
#pragma once

#include "media/rational.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  Rational frame_rate;
  int32_t timescale_hz;   /**< of video tracks: frame_rate.num times a whole number, at least 10,000 */
  int32_t frame_duration; /**< in timescale units, exact */
  int32_t gop_frames;     /**< IDR distance: about 2 s */
  int32_t segment_frames; /**< whole GOPs: about the wanted segment duration (6 s) */
  int32_t lead_frames;    /**< of the first segment: one GOP where there are pictures, so that something plays
                                    soon; else segment_frames */
  int32_t span_segments;  /**< segments of a full span; the first ones have 1 (twice after a short lead), 2, 4 ...
                                    until full */
  int64_t frame_count;    /**< of the lesson; 0 for an audio-only one */
  int32_t audio_rate_hz;  /**< 48000 */
  int32_t audio_frame_samples; /**< 1024 */
  int64_t audio_sample_count;  /**< of the lesson before rounding up to AAC frames; 0 without audio.
                                    Up to one AAC frame of silence is added when the last segment would have none */
  const int64_t
      *cuts;         /**< NULL: a regular grid. Else the first frame of each segment, from 0 up: a lesson whose best
                            rung is copied is cut at key frames of its source. Borrowed: a plan may be copied freely
                            as long as the array's owner lives (EncodePlan) */
  int64_t cut_count; /**< segments, with `cuts` */
} SegmentPlan;

/** What the container says of a source's frame rate: the rate of its finest regular grid (r_frame_rate) and its
 * average. Returns the rate of the lesson, between 1 and about 60 (faster ones are halved, slower ones doubled):
 * - regular (average and grid within 10 %, grid at most 300): the standard rate that is the average (0.2 %), else the
 *   one within 2 % of the grid, else of the average, else the grid's own rate;
 * - not regular, with an average of 10 or more within 2 % of a standard rate: that one;
 * - else 25, or 30 when the grid is a multiple of 30 and not of 25.
 * With one of the two invalid the other counts, a grid only when it is a standard rate; with both invalid 25. */
Rational segment_plan_choose_frame_rate(Rational grid, Rational average);

/** `video_duration_us` 0: audio-only (then the frame rate is 25 and only cuts the audio);
 * `audio_duration_us` 0: no audio. Both tracks of a lesson with both are made as long as the longer one, to
 * the nearest video frame (one more when an AAC frame or more of sound would be lost), and the sound ends with the
 * picture; at least one frame. A rate over 300 or under one frame an hour counts as 25. With both
 * durations 0 the plan is empty: no segment. */
SegmentPlan segment_plan_new(Rational frame_rate, int64_t video_duration_us, int64_t audio_duration_us,
                             int64_t segment_duration_us, int64_t span_duration_us);

/** The latest start of a source frame that is shown at a tick of the lesson's frame rate: half a tick after it. */
int64_t segment_plan_latest_start_us(Rational frame_rate, int64_t tick);
/** The first tick at which a source frame that starts at `time_us` is shown; negative before the lesson. */
int64_t segment_plan_tick_at(Rational frame_rate, int64_t time_us);

/** Choose where to cut at key frames only: segments as near to segment_frames (the first: lead_frames) as the key frames
 * let them be, none under a third of it (but a lesson that is shorter). `keys`: frame numbers, increasing. Writes at most key_count + 1 cuts,
 * the first of them 0; returns how many, 0 without a key frame or pictures. */
size_t segment_plan_choose_cuts(const SegmentPlan *plan, const int64_t *keys, size_t key_count, int64_t *ret_cuts);

/** Cut the lesson there: the array is borrowed, see `cuts`. False, and nothing is changed, when the cuts are no plan:
 * without pictures, not from 0 up, past the end, or with a segment too short for an AAC frame or over an hour long. */
bool segment_plan_set_cuts(SegmentPlan *plan, const int64_t *cuts, size_t count);

int64_t segment_plan_segment_count(
    const SegmentPlan *plan); /**< of a video track, or of the audio of an audio-only lesson */
int64_t segment_plan_span_count(const SegmentPlan *plan);
/** First segment of a span, and how many it has (the last span may have fewer). */
void segment_plan_span(const SegmentPlan *plan, int64_t span_index, int64_t *ret_first_segment, int64_t *ret_count);
/** First frame of a segment and how many it has (the last may have fewer). In an audio-only lesson these are frames
 * of the 25 fps grid that cuts the audio. Both this and the span's count are 0 past the end. */
void segment_plan_segment(const SegmentPlan *plan, int64_t segment_index, int64_t *ret_first_frame,
                          int64_t *ret_count);

/** AAC frames of an audio track, and the AAC frame that starts audio segment `segment_index`: the first at or after
 * the video boundary of the same index (ISO 23000-19 allows the difference; it never adds up). The boundary after the last segment is the
 * count. Every segment has at least one AAC frame. */
int64_t segment_plan_audio_frame_count(const SegmentPlan *plan);
int64_t segment_plan_audio_boundary(const SegmentPlan *plan, int64_t segment_index);

int64_t segment_plan_duration_us(const SegmentPlan *plan); /**< the lesson's */
/** EXT-X-TARGETDURATION of every playlist of the lesson (RFC 8216 §4.3.3.1), seconds. */
int32_t segment_plan_target_duration_s(const SegmentPlan *plan);
