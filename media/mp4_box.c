#include "media/mp4_box.h"

#define HEADER_BYTES 8
#define LARGE_HEADER_BYTES 16

G_DEFINE_QUARK(kapok - mp4 - error, mp4_error)

uint16_t mp4_read_u16(const uint8_t *data) {
  return (uint16_t)(data[0] << 8 | data[1]);
}

uint32_t mp4_read_u32(const uint8_t *data) {
  return (uint32_t)mp4_read_u16(data) << 16 | mp4_read_u16(data + 2);
}

uint64_t mp4_read_u64(const uint8_t *data) {
  return (uint64_t)mp4_read_u32(data) << 32 | mp4_read_u32(data + 4);
}

bool mp4_box_next(const uint8_t *data, size_t size_bytes, size_t *position, Mp4Box *ret_box) {
  if (*position > size_bytes || size_bytes - *position < HEADER_BYTES)
    return false;
  const uint8_t *start = data + *position;
  size_t left = size_bytes - *position, header = HEADER_BYTES;
  uint64_t size = mp4_read_u32(start);
  if (size == 1) {
    if (left < LARGE_HEADER_BYTES)
      return false;
    size = mp4_read_u64(start + HEADER_BYTES);
    header = LARGE_HEADER_BYTES;
  } else if (size == 0) {
    size = left;
  }
  if (size < header || size > left)
    return false;
  *ret_box = (Mp4Box){.type = mp4_read_u32(start + 4),
                      .start = start,
                      .size_bytes = (size_t)size,
                      .body = start + header,
                      .body_bytes = (size_t)size - header};
  *position += (size_t)size;
  return true;
}

bool mp4_box_find(const uint8_t *data, size_t size_bytes, uint32_t type, Mp4Box *ret_box) {
  Mp4Box box;
  for (size_t position = 0; mp4_box_next(data, size_bytes, &position, &box);)
    if (box.type == type) {
      *ret_box = box;
      return true;
    }
  return false;
}

bool mp4_box_find_path(const uint8_t *data, size_t size_bytes, const uint32_t *path, Mp4Box *ret_box) {
  Mp4Box box = {.body = data, .body_bytes = size_bytes};
  for (; *path != 0; path++)
    if (!mp4_box_find(box.body, box.body_bytes, *path, &box))
      return false;
  *ret_box = box;
  return true;
}

void mp4_write_u8(GByteArray *out, uint8_t value) {
  g_byte_array_append(out, &value, 1);
}

void mp4_write_u16(GByteArray *out, uint16_t value) {
  const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
  g_byte_array_append(out, bytes, sizeof bytes);
}

static void put_u32(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 24);
  at[1] = (uint8_t)(value >> 16);
  at[2] = (uint8_t)(value >> 8);
  at[3] = (uint8_t)value;
}

void mp4_write_u32(GByteArray *out, uint32_t value) {
  uint8_t bytes[4];
  put_u32(bytes, value);
  g_byte_array_append(out, bytes, sizeof bytes);
}

void mp4_write_u64(GByteArray *out, uint64_t value) {
  mp4_write_u32(out, (uint32_t)(value >> 32));
  mp4_write_u32(out, (uint32_t)value);
}

void mp4_write_zeros(GByteArray *out, size_t count) {
  static const uint8_t zeros[16] = {0};
  for (; count > 0; count -= MIN(count, sizeof zeros))
    g_byte_array_append(out, zeros, (guint)MIN(count, sizeof zeros));
}

guint mp4_box_begin(GByteArray *out, uint32_t type) {
  guint begin = out->len;
  mp4_write_u32(out, 0);
  mp4_write_u32(out, type);
  return begin;
}

guint mp4_box_begin_full(GByteArray *out, uint32_t type, uint8_t version, uint32_t flags) {
  guint begin = mp4_box_begin(out, type);
  mp4_write_u32(out, (uint32_t)version << 24 | (flags & 0xFFFFFF));
  return begin;
}

void mp4_box_end(GByteArray *out, guint begin) {
  put_u32(out->data + begin, out->len - begin);
}
