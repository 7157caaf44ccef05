#include "media/mp4_fragment.h"

#define FLAG_IS_NON_SYNC 0x10000

typedef struct {
  const Mp4Init *init;
  uint32_t duration, size_bytes, flags; /**< of a sample that does not say otherwise */
  int64_t decode_time;                  /**< of the next sample */
  uint64_t offset;                      /**< of the next sample's bytes */
  int64_t segment_bytes;
  GArray *samples;
  guint samples_max;
} Reader;

/** The optional 32-bit fields of a box, read one after another. */
typedef struct {
  const uint8_t *at;
  size_t left;
  bool is_short;
} Fields;

static uint32_t take_u32(Fields *fields) {
  if (fields->left < 4) {
    fields->is_short = true;
    return 0;
  }
  uint32_t value = mp4_read_u32(fields->at);
  fields->at += 4;
  fields->left -= 4;
  return value;
}

size_t mp4_fragment_head_bytes(const uint8_t *data, size_t size_bytes) {
  if (size_bytes < 8 || mp4_read_u32(data + 4) != MP4_TYPE('m', 'o', 'o', 'f') || mp4_read_u32(data) < 8)
    return 0;
  return mp4_read_u32(data);
}

/** tfhd, §8.8.7: bytes are counted from the moof in all that Kapok stores. */
static bool read_tfhd(Reader *reader, const Mp4Box *tfhd) {
  enum { BASE = 1, DESCRIPTION = 2, DURATION = 8, SIZE = 0x10, FLAGS = 0x20 };
  Fields fields = {tfhd->body, tfhd->body_bytes, false};
  uint32_t flags = take_u32(&fields) & 0xFFFFFF;
  uint32_t track_id = take_u32(&fields);
  if (flags & BASE)
    return false;
  if (flags & DESCRIPTION && take_u32(&fields) != 1)
    return false;
  reader->duration = flags & DURATION ? take_u32(&fields) : reader->init->default_duration;
  reader->size_bytes = flags & SIZE ? take_u32(&fields) : reader->init->default_size;
  reader->flags = flags & FLAGS ? take_u32(&fields) : reader->init->default_flags;
  return !fields.is_short && track_id == reader->init->track_id;
}

static bool read_tfdt(Reader *reader, const Mp4Box *tfdt) {
  if (tfdt->body_bytes < 8 || (tfdt->body[0] == 1 && tfdt->body_bytes < 12))
    return false;
  uint64_t time = tfdt->body[0] == 1 ? mp4_read_u64(tfdt->body + 4) : mp4_read_u32(tfdt->body + 4);
  reader->decode_time = (int64_t)time;
  return time < (uint64_t)INT64_MAX / 4;
}

static bool append_sample(Reader *reader, const Mp4Sample *sample) {
  if (sample->size_bytes == 0 || sample->size_bytes > (uint64_t)reader->segment_bytes - reader->offset ||
      reader->samples->len >= reader->samples_max)
    return false;
  g_array_append_val(reader->samples, *sample);
  reader->decode_time += sample->duration;
  reader->offset += sample->size_bytes;
  return true;
}

/** trun, §8.8.8. */
static bool read_trun(Reader *reader, const Mp4Box *trun) {
  enum { OFFSET = 1, FIRST_FLAGS = 4, DURATION = 0x100, SIZE = 0x200, FLAGS = 0x400, COMPOSITION = 0x800 };
  Fields fields = {trun->body, trun->body_bytes, false};
  uint32_t flags = take_u32(&fields) & 0xFFFFFF;
  uint32_t count = take_u32(&fields);
  if (flags & OFFSET)
    reader->offset = take_u32(&fields);
  uint32_t first_flags = flags & FIRST_FLAGS ? take_u32(&fields) : reader->flags;
  if (fields.is_short || reader->offset > (uint64_t)reader->segment_bytes)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    Mp4Sample sample = {.decode_time = reader->decode_time, .offset = (uint32_t)reader->offset};
    sample.duration = flags & DURATION ? take_u32(&fields) : reader->duration;
    sample.size_bytes = flags & SIZE ? take_u32(&fields) : reader->size_bytes;
    uint32_t sample_flags = flags & FLAGS ? take_u32(&fields) : i == 0 ? first_flags : reader->flags;
    sample.composition_offset = flags & COMPOSITION ? (int32_t)take_u32(&fields) : 0;
    sample.is_sync = !(sample_flags & FLAG_IS_NON_SYNC);
    if (fields.is_short || !append_sample(reader, &sample))
      return false;
  }
  return true;
}

static bool read_traf(Reader *reader, const Mp4Box *traf) {
  Mp4Box box;
  if (!mp4_box_find(traf->body, traf->body_bytes, MP4_TYPE('t', 'f', 'h', 'd'), &box) || !read_tfhd(reader, &box) ||
      !mp4_box_find(traf->body, traf->body_bytes, MP4_TYPE('t', 'f', 'd', 't'), &box) || !read_tfdt(reader, &box))
    return false;
  for (size_t position = 0; mp4_box_next(traf->body, traf->body_bytes, &position, &box);)
    if (box.type == MP4_TYPE('t', 'r', 'u', 'n') && !read_trun(reader, &box))
      return false;
  return true;
}

bool mp4_fragment_parse(const uint8_t *data, size_t size_bytes, int64_t segment_bytes, const Mp4Init *init,
                        GArray *samples, GError **error) {
  Mp4Box moof, traf;
  size_t position = 0;
  guint before = samples->len;
  Reader reader = {.init = init,
                   .segment_bytes = segment_bytes,
                   .samples = samples,
                   .samples_max = before + MP4_FRAGMENT_SAMPLES_MAX};
  bool ok = segment_bytes >= 0 && segment_bytes <= UINT32_MAX && mp4_box_next(data, size_bytes, &position, &moof) &&
            moof.type == MP4_TYPE('m', 'o', 'o', 'f') &&
            mp4_box_find(moof.body, moof.body_bytes, MP4_TYPE('t', 'r', 'a', 'f'), &traf);
  if (ok) {
    reader.offset = moof.size_bytes + 8; /* without an offset in the trun: behind the header of the mdat */
    ok = read_traf(&reader, &traf) && samples->len > before;
  }
  if (!ok) {
    g_array_set_size(samples, before);
    g_set_error_literal(error, MP4_ERROR, MP4_ERROR_DAMAGED, "a segment is damaged, or none that Kapok stores");
  }
  return ok;
}
