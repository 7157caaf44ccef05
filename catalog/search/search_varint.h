/** Numbers of variable length: seven bits a byte, low ones first. Internal to catalog/search. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

static inline void varint_append(GByteArray *out, uint64_t value) {
  guint8 bytes[10];
  guint count = 0;
  for (; value >= 0x80; value >>= 7)
    bytes[count++] = (guint8)(value | 0x80);
  bytes[count++] = (guint8)value;
  g_byte_array_append(out, bytes, count);
}

/** Moves `*at`; false at `end` or when it is too long. */
static inline bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *ret_value) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
    uint8_t byte = *(*at)++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) {
      *ret_value = value;
      return true;
    }
  }
  return false;
}

static inline void varint_append_string(GByteArray *out, const char *text, size_t size) {
  varint_append(out, size);
  g_byte_array_append(out, (const guint8 *)text, (guint)size);
}

/** A string inside the bytes, not ended by NUL. */
static inline bool varint_read_string(const uint8_t **at, const uint8_t *end, const char **ret_text,
                                      size_t *ret_size) {
  uint64_t size = 0;
  if (!varint_read(at, end, &size) || size > (uint64_t)(end - *at))
    return false;
  *ret_text = (const char *)*at;
  *ret_size = (size_t)size;
  *at += size;
  return true;
}
