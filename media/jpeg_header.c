#include "media/jpeg_header.h"

#define MARKER_SOI 0xd8
#define MARKER_SOF_BASELINE 0xc0
#define MARKER_SOF_EXTENDED 0xc1
#define MARKER_SOF_PROGRESSIVE 0xc2
#define MARKER_DHT 0xc4
#define MARKER_SOS 0xda
#define MARKER_FIRST_WITH_LENGTH 0xc0
/* Precision, lines, samples per line, components (§B.2.2). */
#define FRAME_HEADER_BYTES 6
#define COMPONENT_BYTES 3

/* A marker segment: its content without the length. */
typedef struct {
  uint8_t marker;
  const uint8_t *content;
  size_t size_bytes;
} Segment;

static uint32_t read_u16(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 8 | bytes[1];
}

/* The segment at `*at`, which is moved behind it; false when there is none that is whole. Fill bytes are skipped (§B.1.1.2). */
static bool next_segment(const uint8_t *data, size_t size_bytes, size_t *at, Segment *ret_segment) {
  size_t place = *at;
  if (place >= size_bytes || data[place] != 0xff)
    return false;
  while (place < size_bytes && data[place] == 0xff)
    place++;
  if (size_bytes - place < 3 || data[place] < MARKER_FIRST_WITH_LENGTH ||
      (data[place] >= 0xd0 && data[place] <= 0xd9)) /* restart, start and end stand alone */
    return false;
  size_t length = read_u16(data + place + 1);
  if (length < 2 || length > size_bytes - place - 1)
    return false;
  *ret_segment = (Segment){data[place], data + place + 3, length - 2};
  *at = place + 1 + length;
  return true;
}

/* SOFn: each process has a marker of its own; DHT, JPG and DAC lie between them. */
static bool is_frame(uint8_t marker) {
  return marker >= MARKER_SOF_BASELINE && marker <= 0xcf && marker != MARKER_DHT && marker != 0xc8 &&
         marker != 0xcc;
}

static bool parse_frame(const Segment *segment, JpegHeader *ret_header) {
  if (segment->marker > MARKER_SOF_PROGRESSIVE || segment->size_bytes < FRAME_HEADER_BYTES)
    return false;
  const uint8_t *content = segment->content;
  JpegHeader header = {.width = (int32_t)read_u16(content + 3),
                       .height = (int32_t)read_u16(content + 1),
                       .component_count = content[5]};
  bool is_known = content[0] == 8 && header.width > 0 && header.height > 0 &&
                  (header.component_count == 1 || header.component_count == 3) &&
                  segment->size_bytes == FRAME_HEADER_BYTES + COMPONENT_BYTES * (size_t)header.component_count;
  if (is_known)
    *ret_header = header;
  return is_known;
}

bool jpeg_header_parse(const uint8_t *data, size_t size_bytes, JpegHeader *ret_header) {
  size_t at = 2;
  Segment segment;
  JpegHeader header = {0};
  if (size_bytes < 4 || data[0] != 0xff || data[1] != MARKER_SOI)
    return false;
  while (next_segment(data, size_bytes, &at, &segment)) {
    if (segment.marker == MARKER_SOS) {
      if (header.width == 0 || at >= size_bytes)
        return false;
      *ret_header = header;
      return true;
    }
    if (is_frame(segment.marker) && (header.width != 0 || !parse_frame(&segment, &header)))
      return false;
  }
  return false;
}
