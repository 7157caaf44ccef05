/** A segment of the MPEG-TS view: a stored segment of pictures and one of sound in one run of packets. Pure; the stored
 * bytes are outside bytes.
 *
 * A segment depends on nothing but its own samples and its number: see ts_packet.h for the counters. Times are those of
 * the lesson and an offset; the clock goes before them by TS_SEGMENT_LEAD. */
#pragma once

#include "media/mp4_fragment.h"
#include "media/ts_packet.h"

/** The lesson's start in the TS view: 10 s. Captions of it need it as MPEGTS (RFC 8216 §3.5). */
#define TS_VIEW_OFFSET (10 * TS_CLOCK_HZ)
/** The clock before decode times: 0.7 s. */
#define TS_SEGMENT_LEAD (7 * TS_CLOCK_HZ / 10)

/** Samples of one track and the bytes they point into. All borrowed. */
typedef struct {
  const Mp4Init *init;
  const uint8_t *data; /**< what the samples' offsets count from */
  size_t size_bytes;
  const Mp4Sample *samples;
  size_t sample_count;
} TsTrack;

typedef struct {
  const TsTrack *video, *audio; /**< one may be NULL */
  int64_t offset;               /**< added to all times, in TS_CLOCK_HZ */
  uint32_t number;              /**< of the segment: the tables' counters */
} TsSegment;

/** A time of a track in the view. */
int64_t ts_segment_time(int64_t time, int32_t timescale_hz);

/** A stretch of a segment that is put together from several. Either track may be NULL. */
typedef struct {
  const TsTrack *video, *audio;
  int64_t offset; /**< as above */
} TsPart;

/** Several stretches in one run of packets, each stream's in the order of its times. All parts together must have a track.
 * As ts_segment_write(). */
GBytes *ts_segment_write_parts(const TsPart *parts, size_t count, uint32_t number, GError **error);

/** NULL with MP4_ERROR when a sample is damaged or is nothing that a transport stream carries. */
GBytes *ts_segment_write(const TsSegment *segment, GError **error);
