#include "media/ts_packet.h"

#include <string.h>

#define PAYLOAD_BYTES (TS_PACKET_BYTES - 4)
#define COUNTERS 16
#define PMT_PID 0x1000
#define CLOCK_FIELD_BYTES 8 /* adaptation field: its length, flags, PCR */
#define FLAG_FIELD_BYTES 2
#define PES_HEADER_BYTES 9
#define PES_TIME_BYTES 5
#define PES_LENGTH_MAX 65535

static const struct {
  uint16_t pid;
  uint8_t stream_id, stream_type; /* Tables 2-22 and 2-34 */
} STREAMS[TS_STREAMS] = {{0x100, 0xE0, 0x1B}, {0x101, 0xC0, 0x0F}};

/** Adaptation field before the first payload. */
static size_t first_field_bytes(const TsPes *unit) {
  if (unit->has_clock)
    return CLOCK_FIELD_BYTES;
  return unit->is_random_access ? FLAG_FIELD_BYTES : 0;
}

static size_t pes_header_bytes(const TsPes *unit) {
  return PES_HEADER_BYTES + PES_TIME_BYTES + (unit->pts != unit->dts ? PES_TIME_BYTES : 0);
}

static size_t packets_needed(const TsPes *unit) {
  return (first_field_bytes(unit) + pes_header_bytes(unit) + unit->size_bytes + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES;
}

/** Every packet has a byte of payload, and the header's fields are all in the first: stuffing bytes of the header (at most
 * 15, of the 32 that are allowed) help out when there is too little data. */
static size_t pes_stuffing_bytes(const TsPes *unit) {
  size_t others = packets_needed(unit) - 1 + unit->extra_packets;
  return unit->size_bytes < others ? others - unit->size_bytes : 0;
}

void ts_pes_spread(TsPes *units, size_t count) {
  size_t packets[TS_STREAMS] = {0};
  TsPes *first[TS_STREAMS] = {NULL};
  for (size_t i = 0; i < count; i++) {
    TsPes *unit = &units[i];
    unit->extra_packets = 0;
    packets[unit->stream] += packets_needed(unit);
    if (first[unit->stream] == NULL)
      first[unit->stream] = unit;
  }
  for (size_t i = 0; i < TS_STREAMS; i++)
    if (first[i] != NULL)
      first[i]->extra_packets = (unsigned)((COUNTERS - packets[i] % COUNTERS) % COUNTERS);
}

size_t ts_pes_packet_bytes(const TsPes *unit) {
  return (packets_needed(unit) + unit->extra_packets) * TS_PACKET_BYTES;
}

/** CRC-32 of tables, Annex A. */
static uint32_t checksum(const uint8_t *data, size_t size_bytes) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size_bytes; i++) {
    crc ^= (uint32_t)data[i] << 24;
    for (int bit = 0; bit < 8; bit++)
      crc = crc << 1 ^ (crc & 0x80000000 ? 0x04C11DB7 : 0);
  }
  return crc;
}

static void put_packet_header(uint8_t *packet, uint16_t pid, bool is_start, uint8_t control, uint8_t counter) {
  packet[0] = 0x47;
  packet[1] = (uint8_t)((is_start ? 0x40 : 0) | pid >> 8);
  packet[2] = (uint8_t)pid;
  packet[3] = (uint8_t)(control << 4 | (counter & 0x0F));
}

/** One table that fits into one packet: `section` without its checksum. */
static void write_table(GByteArray *out, uint16_t pid, const uint8_t *section, size_t size_bytes,
                        uint32_t counter) {
  uint8_t packet[TS_PACKET_BYTES];
  memset(packet, 0xFF, sizeof packet);
  put_packet_header(packet, pid, true, 1, (uint8_t)counter);
  packet[4] = 0; /* pointer_field */
  memcpy(packet + 5, section, size_bytes);
  uint32_t crc = checksum(section, size_bytes);
  for (int i = 0; i < 4; i++)
    packet[5 + size_bytes + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
  g_byte_array_append(out, packet, sizeof packet);
}

void ts_tables_write(GByteArray *out, bool has_video, bool has_audio, uint32_t counter) {
  static const uint8_t pat[] = {0, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0 | PMT_PID >> 8, PMT_PID & 0xFF};
  const bool has[TS_STREAMS] = {has_video, has_audio};
  uint16_t clock_pid = STREAMS[has_video ? TS_STREAM_VIDEO : TS_STREAM_AUDIO].pid;
  uint8_t pmt[12 + 5 * TS_STREAMS] = {2, 0xB0, 0, 0, 1, 0xC1, 0, 0};
  size_t at = 8;
  pmt[at++] = (uint8_t)(0xE0 | clock_pid >> 8);
  pmt[at++] = (uint8_t)clock_pid;
  pmt[at++] = 0xF0;
  pmt[at++] = 0;
  for (size_t i = 0; i < TS_STREAMS; i++) {
    if (!has[i])
      continue;
    pmt[at++] = STREAMS[i].stream_type;
    pmt[at++] = (uint8_t)(0xE0 | STREAMS[i].pid >> 8);
    pmt[at++] = (uint8_t)STREAMS[i].pid;
    pmt[at++] = 0xF0;
    pmt[at++] = 0;
  }
  pmt[2] = (uint8_t)(at + 4 - 3);
  write_table(out, 0, pat, sizeof pat, counter);
  write_table(out, PMT_PID, pmt, at, counter);
}

/** PCR, §2.4.3.5: 33 bits of 90 kHz; the 9 bits of 27 MHz are 0. */
static void put_clock(uint8_t *at, int64_t clock) {
  uint64_t base = (uint64_t)(clock & TS_TIME_MASK);
  at[0] = (uint8_t)(base >> 25);
  at[1] = (uint8_t)(base >> 17);
  at[2] = (uint8_t)(base >> 9);
  at[3] = (uint8_t)(base >> 1);
  at[4] = (uint8_t)(base << 7 | 0x7E);
  at[5] = 0;
}

/** An adaptation field of `size_bytes` (0: none), flags and clock in it where they fit. */
static void put_field(uint8_t *at, size_t size_bytes, const TsPes *unit) {
  if (size_bytes == 0)
    return;
  at[0] = (uint8_t)(size_bytes - 1);
  if (size_bytes == 1)
    return;
  memset(at + 1, 0xFF, size_bytes - 1);
  at[1] = unit == NULL ? 0 : (uint8_t)((unit->is_random_access ? 0x40 : 0) | (unit->has_clock ? 0x10 : 0));
  if (unit != NULL && unit->has_clock)
    put_clock(at + 2, unit->clock);
}

static void put_time(uint8_t *at, uint8_t prefix, int64_t time) {
  uint64_t bits = (uint64_t)(time & TS_TIME_MASK);
  at[0] = (uint8_t)(prefix << 4 | (bits >> 29 & 0x0E) | 1);
  at[1] = (uint8_t)(bits >> 22);
  at[2] = (uint8_t)((bits >> 14 & 0xFE) | 1);
  at[3] = (uint8_t)(bits >> 7);
  at[4] = (uint8_t)((bits << 1 & 0xFE) | 1);
}

/** PES header, §2.4.3.6; returns its length. */
static size_t put_pes_header(uint8_t *at, const TsPes *unit) {
  size_t stuffing = pes_stuffing_bytes(unit), bytes = pes_header_bytes(unit) + stuffing;
  size_t length = bytes - 6 + unit->size_bytes;
  bool has_dts = unit->pts != unit->dts;
  const uint8_t head[PES_HEADER_BYTES] = {0,
                                          0,
                                          1,
                                          STREAMS[unit->stream].stream_id,
                                          (uint8_t)(length > PES_LENGTH_MAX ? 0 : length >> 8),
                                          (uint8_t)(length > PES_LENGTH_MAX ? 0 : length),
                                          0x84, /* data_alignment_indicator */
                                          has_dts ? 0xC0 : 0x80,
                                          (uint8_t)(bytes - PES_HEADER_BYTES)};
  memcpy(at, head, sizeof head);
  put_time(at + PES_HEADER_BYTES, has_dts ? 3 : 2, unit->pts);
  if (has_dts)
    put_time(at + PES_HEADER_BYTES + PES_TIME_BYTES, 1, unit->dts);
  memset(at + bytes - stuffing, 0xFF, stuffing);
  return bytes;
}

/** Copy the next `count` bytes of header and data. */
static void copy_payload(uint8_t *to, const uint8_t *header, size_t header_bytes, const uint8_t *data,
                         size_t position, size_t count) {
  if (position < header_bytes) {
    size_t part = MIN(count, header_bytes - position);
    memcpy(to, header + position, part);
    to += part;
    position += part;
    count -= part;
  }
  if (count > 0)
    memcpy(to, data + position - header_bytes, count);
}

void ts_pes_write(GByteArray *out, const TsPes *unit, uint8_t *counter) {
  uint8_t header[64];
  size_t header_bytes = put_pes_header(header, unit), total = header_bytes + unit->size_bytes;
  size_t packets = packets_needed(unit) + unit->extra_packets;
  guint at = out->len;
  g_byte_array_set_size(out, at + (guint)(packets * TS_PACKET_BYTES));
  uint8_t *packet = out->data + at;
  for (size_t i = 0, position = 0; i < packets; i++, packet += TS_PACKET_BYTES) {
    size_t field = i == 0 ? first_field_bytes(unit) : 0, rest = packets - 1 - i;
    size_t taken = MIN(PAYLOAD_BYTES - field, total - position - rest);
    size_t field_bytes = PAYLOAD_BYTES - taken;
    put_packet_header(packet, STREAMS[unit->stream].pid, i == 0, field_bytes > 0 ? 3 : 1, (*counter)++);
    put_field(packet + 4, field_bytes, field > 0 ? unit : NULL);
    copy_payload(packet + 4 + field_bytes, header, header_bytes, unit->data, position, taken);
    position += taken;
  }
}

void ts_clock_write(GByteArray *out, TsStream stream, int64_t clock, uint8_t next_counter) {
  const TsPes unit = {.has_clock = true, .clock = clock};
  uint8_t packet[TS_PACKET_BYTES];
  put_packet_header(packet, STREAMS[stream].pid, false, 2, (uint8_t)(next_counter - 1));
  put_field(packet + 4, PAYLOAD_BYTES, &unit);
  g_byte_array_append(out, packet, sizeof packet);
}
