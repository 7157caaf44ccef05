#include "catalog/search/search_postings.h"

#include <string.h>

#define TABLE_ENTRY_SIZE 8
#define FIELD_BITS_RAW 8

static void append_u32(GByteArray *out, uint32_t value) {
  value = GUINT32_TO_LE(value);
  g_byte_array_append(out, (const guint8 *)&value, sizeof value);
}

static uint32_t read_u32(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return GUINT32_FROM_LE(value);
}

static uint64_t read_u64(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return GUINT64_FROM_LE(value);
}

static size_t packed_size(unsigned bits, uint32_t count) {
  return ((size_t)bits * count + 7) / 8;
}

static void pack(GByteArray *out, const uint32_t *values, uint32_t count, unsigned bits) {
  uint64_t buffer = 0;
  unsigned filled = 0;
  for (uint32_t i = 0; i < count; i++) {
    buffer |= (uint64_t)values[i] << filled;
    for (filled += bits; filled >= 8; filled -= 8, buffer >>= 8)
      g_byte_array_append(out, (const guint8[]){(guint8)buffer}, 1);
  }
  if (filled > 0)
    g_byte_array_append(out, (const guint8[]){(guint8)buffer}, 1);
}

static unsigned bits_of(uint32_t value) {
  return value == 0 ? 0 : 32 - (unsigned)__builtin_clz(value);
}

/* The different bytes of `fields`; returns how many bits their numbers take. */
static unsigned number_fields(const uint8_t *fields, uint32_t count, uint8_t *different, uint32_t *ret_numbers) {
  unsigned found = 0;
  for (uint32_t i = 0; i < count; i++) {
    unsigned n = 0;
    while (n < found && different[n] != fields[i])
      n++;
    if (n == 16)
      return FIELD_BITS_RAW;
    if (n == found)
      different[found++] = fields[i];
    ret_numbers[i] = n;
  }
  return found <= 1 ? 0 : found <= 2 ? 1 : found <= 4 ? 2 : 4;
}

static void write_block(GByteArray *out, const uint32_t *ordinals, const uint8_t *fields, uint32_t count,
                        uint32_t base) {
  uint32_t differences[POSTINGS_BLOCK], numbers[POSTINGS_BLOCK], all = 0;
  uint8_t different[16] = {0};
  for (uint32_t i = 0; i < count; i++) {
    differences[i] = ordinals[i] - base;
    base = ordinals[i] + 1;
    all |= differences[i];
  }
  unsigned bits = bits_of(all), field_bits = number_fields(fields, count, different, numbers);
  g_byte_array_append(out, (const guint8[]){(guint8)bits, (guint8)field_bits}, 2);
  if (field_bits != FIELD_BITS_RAW)
    g_byte_array_append(out, different, 1u << field_bits);
  pack(out, differences, count, bits);
  if (field_bits == FIELD_BITS_RAW)
    g_byte_array_append(out, fields, count);
  else
    pack(out, numbers, count, field_bits);
}

void postings_write(GByteArray *out, const uint32_t *ordinals, const uint8_t *fields, uint32_t count) {
  uint32_t block_count = (count + POSTINGS_BLOCK - 1) / POSTINGS_BLOCK;
  guint table = out->len;
  for (uint32_t i = 0; block_count > 1 && i < block_count; i++) {
    append_u32(out, ordinals[MIN((i + 1) * POSTINGS_BLOCK, count) - 1]);
    append_u32(out, 0);
  }
  guint data = out->len;
  for (uint32_t i = 0; i < block_count; i++) {
    uint32_t first = i * POSTINGS_BLOCK, offset = GUINT32_TO_LE(out->len - data);
    if (block_count > 1)
      memcpy(out->data + table + i * TABLE_ENTRY_SIZE + 4, &offset, sizeof offset);
    write_block(out, ordinals + first, fields + first, MIN(count - first, POSTINGS_BLOCK),
                first > 0 ? ordinals[first - 1] + 1 : 0);
  }
}

static bool end_reader(PostingsReader *reader, bool is_broken) {
  reader->is_broken |= is_broken;
  reader->block = reader->block_count;
  reader->at = reader->filled = 0;
  reader->packed_fields = NULL;
  return false;
}

/* `bytes` is followed by at least 8 readable ones. */
static void unpack(const uint8_t *bytes, uint32_t count, unsigned bits, uint32_t *ret_values) {
  uint64_t mask = (UINT64_C(1) << bits) - 1, bit = 0;
  for (uint32_t i = 0; i < count; i++, bit += bits)
    ret_values[i] = (uint32_t)(read_u64(bytes + (bit >> 3)) >> (bit & 7) & mask);
}

static bool unpack_ordinals(PostingsReader *reader, const uint8_t *bytes, uint32_t count, unsigned bits,
                            uint32_t base) {
  unpack(bytes, count, bits, reader->ordinals);
  uint64_t next = base;
  for (uint32_t i = 0; i < count; i++) {
    next += reader->ordinals[i];
    reader->ordinals[i] = (uint32_t)next++;
  }
  return next <= reader->document_limit;
}

void postings_reader_unpack_fields(PostingsReader *reader) {
  const uint8_t *bytes = reader->packed_fields;
  if (bytes == NULL)
    return;
  const uint8_t *different = reader->different_fields;
  unsigned bits = reader->field_bits, mask = (1u << bits) - 1;
  reader->packed_fields = NULL;
  if (bits == FIELD_BITS_RAW)
    memcpy(reader->fields, bytes, reader->filled);
  else if (bits == 0)
    memset(reader->fields, different[0], reader->filled);
  else
    for (uint32_t i = 0, bit = 0; i < reader->filled; i++, bit += bits)
      reader->fields[i] = different[bytes[bit >> 3] >> (bit & 7) & mask];
}

static bool decode_block(PostingsReader *reader, const uint8_t *bytes, uint32_t count, uint32_t base) {
  if (reader->end - bytes < 3)
    return false;
  unsigned bits = bytes[0], field_bits = bytes[1];
  bool is_raw = field_bits == FIELD_BITS_RAW;
  if (bits > 32 || (field_bits > 2 && field_bits != 4 && !is_raw))
    return false;
  size_t list_size = is_raw ? 0 : (size_t)1 << field_bits, size = packed_size(bits, count);
  if ((size_t)(reader->end - bytes) < 2 + list_size + size + packed_size(field_bits, count))
    return false;
  const uint8_t *packed = bytes + 2 + list_size;
  if (!unpack_ordinals(reader, packed, count, bits, base))
    return false;
  reader->packed_fields = packed + size;
  reader->different_fields = bytes + 2;
  reader->field_bits = field_bits;
  return true;
}

/* Its ordinals; false at the end. */
static bool load_ordinals(PostingsReader *reader, uint32_t block) {
  if (block >= reader->block_count)
    return end_reader(reader, false);
  uint32_t count = MIN(reader->count - block * POSTINGS_BLOCK, POSTINGS_BLOCK), base = 0, offset = 0;
  if (reader->table) {
    offset = read_u32(reader->table + block * TABLE_ENTRY_SIZE + 4);
    if (block > 0)
      base = read_u32(reader->table + (block - 1) * TABLE_ENTRY_SIZE) + 1;
  }
  int64_t before = reader->filled > 0 ? (int64_t)reader->ordinals[reader->filled - 1] : -1;
  if (offset > (size_t)(reader->end - reader->data) || !decode_block(reader, reader->data + offset, count, base) ||
      reader->ordinals[0] <= before ||
      (reader->table && reader->ordinals[count - 1] != read_u32(reader->table + block * TABLE_ENTRY_SIZE)))
    return end_reader(reader, true);
  reader->block = block;
  reader->filled = count;
  reader->at = 0;
  return true;
}

bool postings_reader_load_block(PostingsReader *reader, uint32_t block) {
  if (!load_ordinals(reader, block))
    return false;
  postings_reader_unpack_fields(reader);
  return true;
}

void postings_reader_init(PostingsReader *reader, const uint8_t *bytes, size_t size_bytes, uint32_t count,
                          uint32_t document_limit) {
  reader->count = count;
  reader->block_count = count / POSTINGS_BLOCK + (count % POSTINGS_BLOCK != 0);
  reader->document_limit = document_limit;
  reader->is_broken = false;
  reader->packed_fields = NULL;
  reader->at = reader->filled = 0;
  reader->table = NULL;
  reader->data = bytes;
  reader->end = bytes + size_bytes;
  size_t table_size = reader->block_count > 1 ? (size_t)reader->block_count * TABLE_ENTRY_SIZE : 0;
  if (table_size > size_bytes || count > document_limit) {
    end_reader(reader, true);
    return;
  }
  if (table_size > 0) {
    reader->table = bytes;
    reader->data += table_size;
  }
  postings_reader_load_block(reader, 0);
}

/* The first block from `low` on whose last ordinal is not before `ordinal`: near ones are looked at first. */
static uint32_t find_block(const PostingsReader *reader, uint32_t low, uint32_t ordinal) {
  uint32_t step = 1, high = low;
  while (high < reader->block_count && read_u32(reader->table + (size_t)high * TABLE_ENTRY_SIZE) < ordinal) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = MIN(high, reader->block_count);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (read_u32(reader->table + (size_t)middle * TABLE_ENTRY_SIZE) < ordinal)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The first one from `at` on that is not before `ordinal`; without branches that cannot be foretold. */
static uint32_t find_in_block(const PostingsReader *reader, uint32_t ordinal) {
  const uint32_t *low = reader->ordinals + reader->at;
  uint32_t count = reader->filled - reader->at;
  while (count > 1) {
    uint32_t half = count / 2;
    low += low[half - 1] < ordinal ? half : 0;
    count -= half;
  }
  return (uint32_t)(low - reader->ordinals) + (count == 1 && *low < ordinal);
}

void postings_reader_seek(PostingsReader *reader, uint32_t ordinal) {
  if (reader->at >= reader->filled || reader->ordinals[reader->at] >= ordinal)
    return;
  if (reader->ordinals[reader->filled - 1] < ordinal) {
    uint32_t block = reader->table ? find_block(reader, reader->block + 1, ordinal) : reader->block_count;
    if (!load_ordinals(reader, block))
      return;
  }
  reader->at = find_in_block(reader, ordinal);
  if (reader->at >= reader->filled) /* only in a broken table */
    end_reader(reader, true);
}
