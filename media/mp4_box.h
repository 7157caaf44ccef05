/** Boxes of ISO base media files (ISO/IEC 14496-12 §4.2): read from bytes, written to bytes. Pure. What is read is
 * outside bytes: nothing is looked at beyond `size_bytes`. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MP4_ERROR (mp4_error_quark())
GQuark mp4_error_quark(void);

typedef enum {
  MP4_ERROR_DAMAGED,     /**< the bytes contradict themselves or end too early */
  MP4_ERROR_UNSUPPORTED, /**< sound, but nothing that Kapok stores */
} Mp4Error;

#define MP4_TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/** A box, borrowed from the bytes it was found in. */
typedef struct {
  uint32_t type;
  const uint8_t *start; /**< of the box with its header */
  size_t size_bytes;    /**< with its header */
  const uint8_t *body;
  size_t body_bytes;
} Mp4Box;

/** The box at `*position`, which moves behind it; false at the end and when the box is damaged or not all there. */
bool mp4_box_next(const uint8_t *data, size_t size_bytes, size_t *position, Mp4Box *ret_box);

/** The first box of `type` among those side by side in `data`. */
bool mp4_box_find(const uint8_t *data, size_t size_bytes, uint32_t type, Mp4Box *ret_box);

/** The same down a path of types that ends with 0: moov, trak, 0 ... */
bool mp4_box_find_path(const uint8_t *data, size_t size_bytes, const uint32_t *path, Mp4Box *ret_box);

/** Big-endian numbers. The caller has checked that they are there. */
uint16_t mp4_read_u16(const uint8_t *data);
uint32_t mp4_read_u32(const uint8_t *data);
uint64_t mp4_read_u64(const uint8_t *data);

void mp4_write_u8(GByteArray *out, uint8_t value);
void mp4_write_u16(GByteArray *out, uint16_t value);
void mp4_write_u32(GByteArray *out, uint32_t value);
void mp4_write_u64(GByteArray *out, uint64_t value);
void mp4_write_zeros(GByteArray *out, size_t count);

/** Begin a box; returns what mp4_box_end() needs to write its size. */
guint mp4_box_begin(GByteArray *out, uint32_t type);
/** The same of a box with version and flags (§4.2, FullBox). */
guint mp4_box_begin_full(GByteArray *out, uint32_t type, uint8_t version, uint32_t flags);
void mp4_box_end(GByteArray *out, guint begin);
