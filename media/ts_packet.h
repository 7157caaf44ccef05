/** Packets of an MPEG-2 transport stream (ISO/IEC 13818-1): tables, PES, clock references. Pure.
 *
 * A run of packets made here begins with continuity counter 0 on both elementary PIDs and ends with 15 on each that has
 * any: the payload of a first PES is spread over up to 15 packets more than it needs. So runs can be put one behind
 * another in any order, made apart and at any time, and the counters run on across them without anything stored. The
 * tables come once in a run, so their counters are the run's number. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define TS_PACKET_BYTES 188
#define TS_CLOCK_HZ 90000
/** Times are 33 bits long. */
#define TS_TIME_MASK ((INT64_C(1) << 33) - 1)

typedef enum { TS_STREAM_VIDEO, TS_STREAM_AUDIO } TsStream;
#define TS_STREAMS 2

/** One PES packet: an access unit of video, or a few frames of audio. */
typedef struct {
  TsStream stream;
  int64_t pts, dts;    /**< in TS_CLOCK_HZ, any size: what is written is its low 33 bits */
  const uint8_t *data; /**< at least 1 byte */
  size_t size_bytes;
  bool is_random_access;  /**< decoding may begin here */
  bool has_clock;         /**< write `clock` with it */
  int64_t clock;          /**< PCR, in TS_CLOCK_HZ */
  unsigned extra_packets; /**< set by ts_pes_spread() */
} TsPes;

/** Choose extra_packets of the first PES of each stream so that each stream has a multiple of 16 packets. */
void ts_pes_spread(TsPes *units, size_t count);

/** Bytes of a PES as packets, with extra_packets. */
size_t ts_pes_packet_bytes(const TsPes *unit);

/** Append PAT and PMT of a programme of H.264 and/or AAC. `counter`: of the run. */
void ts_tables_write(GByteArray *out, bool has_video, bool has_audio, uint32_t counter);

/** Append a PES; `counter`, of its stream, moves on. */
void ts_pes_write(GByteArray *out, const TsPes *unit, uint8_t *counter);

/** Append a packet with nothing but a clock reference on `stream`; the counter (of the last packet written there) stays. */
void ts_clock_write(GByteArray *out, TsStream stream, int64_t clock, uint8_t next_counter);
