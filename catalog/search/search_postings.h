/** Lists of (ordinal, fields): blocks of POSTINGS_BLOCK documents, differences of ordinals packed to the bits that the
 * block needs, fields as numbers into a small list when few different ones occur. Internal to catalog/search.
 *
 * A list of more than one block begins with a table: uint32 last ordinal and uint32 offset (from the table's end) of each
 * block. A block: uint8 bits of a difference; uint8 bits of a field number (0, 1, 2, 4; 8: the bytes themselves); the
 * 2^bits different bytes, unless 8; differences; field numbers. The first difference of a block counts from the last
 * ordinal of the block before, plus 1; so do all others from the ordinal before.
 *
 * The reader believes nothing: whatever the bytes are, ordinals rise and stay below the number of documents, and nothing
 * outside the list and SEGMENT_SLACK bytes behind it is read. A broken list ends early and says so.
 */
#pragma once

#include "catalog/search/search_format.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define POSTINGS_BLOCK 128
#define POSTINGS_END UINT32_MAX

/** Append the list of `count` rising ordinals to `out`. */
void postings_write(GByteArray *out, const uint32_t *ordinals, const uint8_t *fields, uint32_t count);

typedef struct {
  const uint8_t *table, *data, *end; /**< table NULL: one block */
  uint32_t count, block_count, document_limit;
  uint32_t block; /**< the one in `ordinals` */
  uint32_t at, filled;
  bool is_broken;
  const uint8_t *packed_fields; /**< of the block, while they are not in `fields`; else NULL */
  const uint8_t *different_fields;
  unsigned field_bits;
  uint32_t ordinals[POSTINGS_BLOCK];
  uint8_t fields[POSTINGS_BLOCK];
} PostingsReader;

/** `count` documents in `size_bytes` bytes, followed by SEGMENT_SLACK readable bytes; stands on the first one. */
void postings_reader_init(PostingsReader *reader, const uint8_t *bytes, size_t size_bytes, uint32_t count,
                          uint32_t document_limit);
/** Fill with the block `block`; false at the end. For loops over whole blocks, which use `ordinals`, `fields` and `filled`. */
bool postings_reader_load_block(PostingsReader *reader, uint32_t block);

/** Unpack the fields of the block: after a seek they are not, since most blocks that are sought hold no hit. */
void postings_reader_unpack_fields(PostingsReader *reader);

/** POSTINGS_END behind the last one. */
static inline uint32_t postings_reader_ordinal(const PostingsReader *reader) {
  return reader->at < reader->filled ? reader->ordinals[reader->at] : POSTINGS_END;
}
static inline uint8_t postings_reader_fields(PostingsReader *reader) {
  if (reader->packed_fields)
    postings_reader_unpack_fields(reader);
  return reader->fields[reader->at];
}
static inline void postings_reader_next(PostingsReader *reader) {
  if (++reader->at >= reader->filled)
    postings_reader_load_block(reader, reader->block + 1);
}
/** Go to the first one at or behind `ordinal`. Loops over whole blocks unpack the fields afterwards. */
void postings_reader_seek(PostingsReader *reader, uint32_t ordinal);
