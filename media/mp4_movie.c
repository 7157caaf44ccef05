#include "media/mp4_movie.h"

#include "media/rational.h"

#include <string.h>

#define MOVIE_HZ 1000
/** A chunk lasts 1/CHUNKS_PER_S s at most. */
#define CHUNKS_PER_S 2
/** With this much media the head and it could pass 4 GiB. */
#define SMALL_BYTES_MAX (INT64_C(4000) * 1000 * 1000)
#define LARGE_MDAT_HEADER_BYTES 16

/** A chunk (§8.7.4): samples side by side. */
typedef struct {
  Mp4MoviePiece piece;
  guint sample_count;
  int64_t time_us;
  guint order; /**< as collected: that of the samples */
} Chunk;

static bool set_error(GError **error, Mp4Error code, const char *what) {
  g_set_error(error, MP4_ERROR, code, "an MP4 file cannot be made: %s", what);
  return false;
}

static void append_chunk(GArray *chunks, Chunk *chunk) {
  chunk->order = chunks->len;
  if (chunk->sample_count > 0)
    g_array_append_val(chunks, *chunk);
}

/** Append the chunks of a track. False when its samples are not in order. */
static bool collect_chunks(const Mp4MovieTrack *track, guint number, GArray *chunks) {
  int64_t chunk_units = track->init->timescale_hz / CHUNKS_PER_S, begin = 0;
  Chunk chunk = {0};
  guint i = 0;
  for (guint segment = 0; segment < track->segment_count; segment++) {
    for (; i < track->segment_ends[segment]; i++) {
      const Mp4Sample *sample = &track->samples[i];
      const Mp4MoviePiece *piece = &chunk.piece;
      if (i > 0 && sample->decode_time < track->samples[i - 1].decode_time)
        return false;
      bool continues = chunk.sample_count > 0 && piece->segment == segment &&
                       sample->offset == piece->offset + piece->size_bytes &&
                       sample->decode_time - begin < chunk_units;
      if (!continues) {
        append_chunk(chunks, &chunk);
        chunk = (Chunk){.piece = {.offset = sample->offset, .track = number, .segment = segment},
                        .time_us = rescale_i64(sample->decode_time, G_TIME_SPAN_SECOND, track->init->timescale_hz)};
        begin = sample->decode_time;
      }
      chunk.piece.size_bytes += sample->size_bytes;
      chunk.sample_count++;
    }
  }
  append_chunk(chunks, &chunk);
  return true;
}

/** The file's order: by time, pictures first. */
static gint compare_chunks(gconstpointer a, gconstpointer b) {
  const Chunk *one = a, *other = b;
  if (one->time_us != other->time_us)
    return one->time_us < other->time_us ? -1 : 1;
  if (one->piece.track != other->piece.track)
    return one->piece.track < other->piece.track ? -1 : 1;
  return one->order < other->order ? -1 : one->order > other->order;
}

static int64_t end_of(const Mp4MovieTrack *track) {
  const Mp4Sample *last = &track->samples[track->sample_count - 1];
  return last->decode_time + last->duration;
}

static int64_t duration_in(const Mp4MovieTrack *track, int32_t timescale_hz) {
  return rescale_i64(end_of(track) - track->samples[0].decode_time, timescale_hz, track->init->timescale_hz);
}

static void write_matrix(GByteArray *out) {
  static const uint32_t unity[] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
  for (size_t i = 0; i < G_N_ELEMENTS(unity); i++)
    mp4_write_u32(out, unity[i]);
}

static void write_ftyp(GByteArray *out) {
  static const uint32_t brands[] = {MP4_TYPE('i', 's', 'o', 'm'), 0x200,
                                    MP4_TYPE('i', 's', 'o', 'm'), MP4_TYPE('i', 's', 'o', '2'),
                                    MP4_TYPE('a', 'v', 'c', '1'), MP4_TYPE('m', 'p', '4', '1')};
  guint box = mp4_box_begin(out, MP4_TYPE('f', 't', 'y', 'p'));
  for (size_t i = 0; i < G_N_ELEMENTS(brands); i++)
    mp4_write_u32(out, brands[i]);
  mp4_box_end(out, box);
}

/** §8.2.2 */
static void write_mvhd(GByteArray *out, const Mp4MovieTrack *tracks, size_t count) {
  int64_t duration = 0;
  for (size_t i = 0; i < count; i++)
    duration = MAX(duration, duration_in(&tracks[i], MOVIE_HZ));
  guint box = mp4_box_begin_full(out, MP4_TYPE('m', 'v', 'h', 'd'), 0, 0);
  mp4_write_zeros(out, 8);
  mp4_write_u32(out, MOVIE_HZ);
  mp4_write_u32(out, (uint32_t)duration);
  mp4_write_u32(out, 0x10000); /* rate */
  mp4_write_u16(out, 0x100);   /* volume */
  mp4_write_zeros(out, 10);
  write_matrix(out);
  mp4_write_zeros(out, 24);
  mp4_write_u32(out, (uint32_t)count + 1); /* next_track_ID */
  mp4_box_end(out, box);
}

/** §8.3.2 */
static void write_tkhd(GByteArray *out, const Mp4MovieTrack *track, uint32_t track_id) {
  guint box = mp4_box_begin_full(out, MP4_TYPE('t', 'k', 'h', 'd'), 0, 7);
  mp4_write_zeros(out, 8);
  mp4_write_u32(out, track_id);
  mp4_write_zeros(out, 4);
  mp4_write_u32(out, (uint32_t)duration_in(track, MOVIE_HZ));
  mp4_write_zeros(out, 8 + 4); /* layer and group 0 */
  mp4_write_u16(out, track->init->is_video ? 0 : 0x100);
  mp4_write_zeros(out, 2);
  write_matrix(out);
  mp4_write_u32(out, track->init->width);
  mp4_write_u32(out, track->init->height);
  mp4_box_end(out, box);
}

/** §8.4.2, version 1 for lessons of any length in any timescale */
static void write_mdhd(GByteArray *out, const Mp4MovieTrack *track) {
  const char *language = track->init->language;
  uint16_t packed = 0;
  for (int i = 0; i < 3; i++)
    packed = (uint16_t)(packed << 5 | (language[i] - 0x60));
  guint box = mp4_box_begin_full(out, MP4_TYPE('m', 'd', 'h', 'd'), 1, 0);
  mp4_write_zeros(out, 16);
  mp4_write_u32(out, (uint32_t)track->init->timescale_hz);
  mp4_write_u64(out, (uint64_t)duration_in(track, track->init->timescale_hz));
  mp4_write_u16(out, packed);
  mp4_write_u16(out, 0);
  mp4_box_end(out, box);
}

/** A table of runs of equal values (stts, ctts, stsc are all of this kind): its count is put in at the end. */
typedef struct {
  GByteArray *out;
  guint box, count_at;
  uint32_t entries, run, value;
} RunTable;

static RunTable begin_table(GByteArray *out, uint32_t type, uint8_t version) {
  RunTable table = {.out = out, .box = mp4_box_begin_full(out, type, version, 0)};
  table.count_at = out->len;
  mp4_write_u32(out, 0);
  return table;
}

static void flush_run(RunTable *table) {
  if (table->run == 0)
    return;
  mp4_write_u32(table->out, table->run);
  mp4_write_u32(table->out, table->value);
  table->entries++;
  table->run = 0;
}

static void add_value(RunTable *table, uint32_t value) {
  if (table->run > 0 && table->value != value)
    flush_run(table);
  table->value = value;
  table->run++;
}

static void end_table(RunTable *table) {
  flush_run(table);
  uint32_t entries = GUINT32_TO_BE(table->entries);
  memcpy(table->out->data + table->count_at, &entries, sizeof entries);
  mp4_box_end(table->out, table->box);
}

/** §8.6.1.2: from each decode time to the next */
static void write_stts(GByteArray *out, const Mp4MovieTrack *track) {
  RunTable table = begin_table(out, MP4_TYPE('s', 't', 't', 's'), 0);
  for (size_t i = 0; i < track->sample_count; i++) {
    const Mp4Sample *sample = &track->samples[i];
    int64_t next = i + 1 < track->sample_count ? sample[1].decode_time : end_of(track);
    add_value(&table, (uint32_t)(next - sample->decode_time));
  }
  end_table(&table);
}

/** §8.6.1.3, only where presentation is not in decode order */
static void write_ctts(GByteArray *out, const Mp4MovieTrack *track) {
  bool has_offsets = false, has_negative = false;
  for (size_t i = 0; i < track->sample_count; i++) {
    has_offsets = has_offsets || track->samples[i].composition_offset != 0;
    has_negative = has_negative || track->samples[i].composition_offset < 0;
  }
  if (!has_offsets)
    return;
  RunTable table = begin_table(out, MP4_TYPE('c', 't', 't', 's'), has_negative ? 1 : 0);
  for (size_t i = 0; i < track->sample_count; i++)
    add_value(&table, (uint32_t)track->samples[i].composition_offset);
  end_table(&table);
}

/** §8.6.2: which samples one may begin at */
static void write_stss(GByteArray *out, const Mp4MovieTrack *track) {
  guint box = mp4_box_begin_full(out, MP4_TYPE('s', 't', 's', 's'), 0, 0), count_at = out->len;
  uint32_t count = 0;
  mp4_write_u32(out, 0);
  for (size_t i = 0; i < track->sample_count; i++) {
    if (!track->samples[i].is_sync)
      continue;
    mp4_write_u32(out, (uint32_t)i + 1);
    count++;
  }
  count = GUINT32_TO_BE(count);
  memcpy(out->data + count_at, &count, sizeof count);
  mp4_box_end(out, box);
}

static void write_stsz(GByteArray *out, const Mp4MovieTrack *track) {
  guint box = mp4_box_begin_full(out, MP4_TYPE('s', 't', 's', 'z'), 0, 0);
  mp4_write_u32(out, 0);
  mp4_write_u32(out, (uint32_t)track->sample_count);
  for (size_t i = 0; i < track->sample_count; i++)
    mp4_write_u32(out, track->samples[i].size_bytes);
  mp4_box_end(out, box);
}

/** §8.7.4: first chunk, samples in each, description */
static void write_stsc(GByteArray *out, const GArray *chunks, guint number) {
  guint box = mp4_box_begin_full(out, MP4_TYPE('s', 't', 's', 'c'), 0, 0), count_at = out->len;
  uint32_t entries = 0, chunk_number = 0, last = 0;
  mp4_write_u32(out, 0);
  for (guint i = 0; i < chunks->len; i++) {
    const Chunk *chunk = &g_array_index(chunks, Chunk, i);
    if (chunk->piece.track != number)
      continue;
    chunk_number++;
    if (chunk->sample_count == last)
      continue;
    last = chunk->sample_count;
    mp4_write_u32(out, chunk_number);
    mp4_write_u32(out, last);
    mp4_write_u32(out, 1);
    entries++;
  }
  entries = GUINT32_TO_BE(entries);
  memcpy(out->data + count_at, &entries, sizeof entries);
  mp4_box_end(out, box);
}

/** §8.7.5: room for the chunks' positions; returns where it is. */
static guint write_offsets(GByteArray *out, const GArray *chunks, guint number, bool is_large) {
  uint32_t count = 0;
  for (guint i = 0; i < chunks->len; i++)
    count += g_array_index(chunks, Chunk, i).piece.track == number;
  guint box = mp4_box_begin_full(out, is_large ? MP4_TYPE('c', 'o', '6', '4') : MP4_TYPE('s', 't', 'c', 'o'), 0, 0);
  mp4_write_u32(out, count);
  guint at = out->len;
  mp4_write_zeros(out, (size_t)count * (is_large ? 8 : 4));
  mp4_box_end(out, box);
  return at;
}

static void copy_box(GByteArray *out, const Mp4Box *box) {
  g_byte_array_append(out, box->start, (guint)box->size_bytes);
}

/** Returns where the positions of its chunks are to be put. */
static guint write_trak(GByteArray *out, const Mp4MovieTrack *track, const GArray *chunks, guint number,
                        bool is_large) {
  guint trak = mp4_box_begin(out, MP4_TYPE('t', 'r', 'a', 'k'));
  write_tkhd(out, track, number + 1);
  guint mdia = mp4_box_begin(out, MP4_TYPE('m', 'd', 'i', 'a'));
  write_mdhd(out, track);
  copy_box(out, &track->init->hdlr);
  guint minf = mp4_box_begin(out, MP4_TYPE('m', 'i', 'n', 'f'));
  copy_box(out, &track->init->media_header);
  copy_box(out, &track->init->dinf);
  guint stbl = mp4_box_begin(out, MP4_TYPE('s', 't', 'b', 'l'));
  copy_box(out, &track->init->stsd);
  write_stts(out, track);
  write_ctts(out, track);
  if (track->init->is_video)
    write_stss(out, track);
  write_stsc(out, chunks, number);
  write_stsz(out, track);
  guint offsets_at = write_offsets(out, chunks, number, is_large);
  mp4_box_end(out, stbl);
  mp4_box_end(out, minf);
  mp4_box_end(out, mdia);
  mp4_box_end(out, trak);
  return offsets_at;
}

static void put_position(uint8_t **at, int64_t position, bool is_large) {
  uint64_t large = GUINT64_TO_BE((uint64_t)position);
  uint32_t small = GUINT32_TO_BE((uint32_t)position);
  memcpy(*at, is_large ? (const void *)&large : (const void *)&small, is_large ? 8 : 4);
  *at += is_large ? 8 : 4;
}

/** Give each chunk its place behind the head, in the tables and as a piece. */
static void place_chunks(Mp4Movie *movie, const GArray *chunks, const guint *offsets_at, bool is_large) {
  uint8_t *at[MP4_MOVIE_TRACKS_MAX];
  for (size_t i = 0; i < MP4_MOVIE_TRACKS_MAX; i++)
    at[i] = movie->head->data + offsets_at[i];
  movie->size_bytes = movie->head->len;
  for (guint i = 0; i < chunks->len; i++) {
    Mp4MoviePiece piece = g_array_index(chunks, Chunk, i).piece;
    piece.position = movie->size_bytes;
    put_position(&at[piece.track], piece.position, is_large);
    g_array_append_val(movie->pieces, piece);
    movie->size_bytes += piece.size_bytes;
  }
}

static void write_mdat_header(GByteArray *out, int64_t media_bytes, bool is_large) {
  mp4_write_u32(out, is_large ? 1 : (uint32_t)(media_bytes + 8));
  mp4_write_u32(out, MP4_TYPE('m', 'd', 'a', 't'));
  if (is_large)
    mp4_write_u64(out, (uint64_t)(media_bytes + LARGE_MDAT_HEADER_BYTES));
}

static void write_movie(const Mp4MovieTrack *tracks, size_t count, const GArray *chunks, Mp4Movie *movie) {
  guint offsets_at[MP4_MOVIE_TRACKS_MAX] = {0};
  int64_t media_bytes = 0;
  for (guint i = 0; i < chunks->len; i++)
    media_bytes += g_array_index(chunks, Chunk, i).piece.size_bytes;
  bool is_large = media_bytes > SMALL_BYTES_MAX;
  write_ftyp(movie->head);
  guint moov = mp4_box_begin(movie->head, MP4_TYPE('m', 'o', 'o', 'v'));
  write_mvhd(movie->head, tracks, count);
  for (guint i = 0; i < count; i++)
    offsets_at[i] = write_trak(movie->head, &tracks[i], chunks, i, is_large);
  mp4_box_end(movie->head, moov);
  write_mdat_header(movie->head, media_bytes, is_large);
  place_chunks(movie, chunks, offsets_at, is_large);
}

bool mp4_movie_write(const Mp4MovieTrack *tracks, size_t count, Mp4Movie *ret_movie, GError **error) {
  g_return_val_if_fail(count > 0 && count <= MP4_MOVIE_TRACKS_MAX, false);
  g_autoptr(GArray) chunks = g_array_new(FALSE, FALSE, sizeof(Chunk));
  size_t samples = 0;
  for (guint i = 0; i < count; i++) {
    samples += tracks[i].sample_count;
    if (tracks[i].sample_count == 0 || samples > MP4_MOVIE_SAMPLES_MAX)
      return set_error(error, MP4_ERROR_UNSUPPORTED, samples == 0 ? "it is empty" : "it is too long");
    if (!collect_chunks(&tracks[i], i, chunks))
      return set_error(error, MP4_ERROR_DAMAGED, "decode times run backwards");
  }
  g_array_sort(chunks, compare_chunks);
  Mp4Movie movie = {.head = g_byte_array_new(), .pieces = g_array_new(FALSE, FALSE, sizeof(Mp4MoviePiece))};
  write_movie(tracks, count, chunks, &movie);
  *ret_movie = movie;
  return true;
}

void mp4_movie_clear(Mp4Movie *movie) {
  g_clear_pointer(&movie->head, g_byte_array_unref);
  g_clear_pointer(&movie->pieces, g_array_unref);
}
