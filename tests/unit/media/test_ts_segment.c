#include "media/ts_segment.h"
#include "tests/unit/media/mp4_fixture.h"

#define VIDEO_PID 0x100
#define AUDIO_PID 0x101
#define PMT_PID 0x1000

/** What a reader that knows nothing of the writer finds in a run of packets. */
typedef struct {
  int counters[8192]; /**< the last of each PID, -1: none yet */
  int64_t last_clock; /**< -1: none yet */
  int64_t clock_gap_max;
  int64_t last_dts[2];
  GArray *pts[2]; /**< int64_t of each PES */
  GByteArray *elementary[2];
  guint tables;
} Reader;

static void reader_init(Reader *reader) {
  memset(reader->counters, 0xFF, sizeof reader->counters);
  reader->last_clock = -1;
  reader->clock_gap_max = 0;
  reader->tables = 0;
  for (int i = 0; i < 2; i++) {
    reader->last_dts[i] = -1;
    reader->pts[i] = g_array_new(FALSE, FALSE, sizeof(int64_t));
    reader->elementary[i] = g_byte_array_new();
  }
}

static void reader_clear(Reader *reader) {
  for (int i = 0; i < 2; i++) {
    g_array_unref(reader->pts[i]);
    g_byte_array_unref(reader->elementary[i]);
  }
}

static int64_t read_time(const uint8_t *at) {
  g_assert_cmpint(at[0] & at[2] & at[4] & 1, ==, 1);
  return (int64_t)(at[0] >> 1 & 7) << 30 | at[1] << 22 | (at[2] >> 1) << 15 | at[3] << 7 | at[4] >> 1;
}

static void read_clock(Reader *reader, const uint8_t *field) {
  if (field[0] < 7 || !(field[1] & 0x10))
    return;
  int64_t clock = (int64_t)field[2] << 25 | field[3] << 17 | field[4] << 9 | field[5] << 1 | field[6] >> 7;
  if (reader->last_clock >= 0) {
    g_assert_cmpint(clock, >, reader->last_clock);
    reader->clock_gap_max = MAX(reader->clock_gap_max, clock - reader->last_clock);
  }
  reader->last_clock = clock;
}

/** The header of a PES; returns its length. */
static size_t read_pes(Reader *reader, int stream, const uint8_t *pes) {
  g_assert_cmpint(pes[0] << 16 | pes[1] << 8 | pes[2], ==, 1);
  g_assert_cmpint(pes[3], ==, stream == 0 ? 0xE0 : 0xC0);
  int64_t pts = read_time(pes + 9), dts = pes[7] & 0x40 ? read_time(pes + 14) : pts;
  g_assert_cmpint(dts, <=, pts);
  g_assert_cmpint(dts, >, reader->last_dts[stream]);
  g_assert_cmpint(reader->last_clock, <=, dts);
  reader->last_dts[stream] = dts;
  g_array_append_val(reader->pts[stream], pts);
  return 9 + (size_t)pes[8];
}

static void read_packet(Reader *reader, const uint8_t *packet) {
  unsigned pid = (packet[1] & 0x1F) << 8 | packet[2], control = packet[3] >> 4 & 3;
  g_assert_cmpint(packet[0], ==, 0x47);
  size_t at = 4;
  if (control & 2) {
    read_clock(reader, packet + 4);
    at += 1 + (size_t)packet[4];
    g_assert_cmpuint(at, <=, TS_PACKET_BYTES);
  }
  if (!(control & 1)) {
    if (reader->counters[pid] >= 0)
      g_assert_cmpint(packet[3] & 15, ==, reader->counters[pid]);
    return;
  }
  if (reader->counters[pid] >= 0)
    g_assert_cmpint(packet[3] & 15, ==, (reader->counters[pid] + 1) & 15);
  reader->counters[pid] = packet[3] & 15;
  if (pid != VIDEO_PID && pid != AUDIO_PID) {
    reader->tables++;
    return;
  }
  int stream = pid == VIDEO_PID ? 0 : 1;
  if (packet[1] & 0x40)
    at += read_pes(reader, stream, packet + at);
  if (at < TS_PACKET_BYTES)
    g_byte_array_append(reader->elementary[stream], packet + at, (guint)(TS_PACKET_BYTES - at));
}

static void read_all(Reader *reader, GBytes *bytes) {
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  g_assert_cmpuint(size % TS_PACKET_BYTES, ==, 0);
  for (gsize at = 0; at < size; at += TS_PACKET_BYTES)
    read_packet(reader, data + at);
}

/** A track of one segment, with all that it borrows from. */
typedef struct {
  GBytes *init_bytes, *bytes;
  Mp4Init init;
  GArray *samples;
  TsTrack track;
} Source;

static void source_open(Source *source, bool is_video, int64_t decode_time, const FixtureSample *samples,
                        size_t count) {
  gsize size = 0;
  source->init_bytes = fixture_init(is_video);
  const uint8_t *data = g_bytes_get_data(source->init_bytes, &size);
  g_assert_true(mp4_init_parse(data, size, &source->init, NULL));
  source->bytes = fixture_fragment(is_video, decode_time, samples, count);
  source->samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  data = g_bytes_get_data(source->bytes, &size);
  g_assert_true(mp4_fragment_parse(data, size, (int64_t)size, &source->init, source->samples, NULL));
  source->track = (TsTrack){.init = &source->init,
                            .data = data,
                            .size_bytes = size,
                            .samples = (const Mp4Sample *)(const void *)source->samples->data,
                            .sample_count = count};
}

static void source_close(Source *source) {
  g_bytes_unref(source->init_bytes);
  g_bytes_unref(source->bytes);
  g_array_unref(source->samples);
}

static const FixtureSample PICTURES[] = {{5000, 0}, {90, 1024}, {6, 512}, {300, 0}};
static const FixtureSample SOUND[] = {{1, 0}, {300, 0}, {7, 0}, {8184, 0}, {340, 0}, {8, 0}, {9, 0}, {200, 0}};

/** Segments made apart make one stream: counters, clock and times run on. */
static void test_ts_segment_runs_on(void) {
  Reader reader;
  reader_init(&reader);
  for (uint32_t i = 0; i < 20; i++) {
    Source video, audio;
    source_open(&video, true, 512 * 4 * (int64_t)i, PICTURES, G_N_ELEMENTS(PICTURES));
    int64_t first = (15 * (int64_t)i + 1) / 2, end = (15 * (int64_t)i + 16) / 2; /* four pictures last 7.5 frames */
    source_open(&audio, false, 1024 * first, SOUND, (size_t)(end - first));
    TsSegment segment = {&video.track, &audio.track, TS_VIEW_OFFSET, i};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = ts_segment_write(&segment, &error);
    g_assert_no_error(error);
    read_all(&reader, bytes);
    source_close(&video);
    source_close(&audio);
  }
  g_assert_cmpuint(reader.tables, ==, 2 * 20);
  g_assert_cmpuint(reader.pts[0]->len, ==, 4 * 20);
  g_assert_cmpint(g_array_index(reader.pts[0], int64_t, 0), ==, 900000);
  g_assert_cmpint(g_array_index(reader.pts[0], int64_t, 1), ==, 900000 + 1536 * 90000 / FIXTURE_VIDEO_HZ);
  g_assert_cmpint(g_array_index(reader.pts[1], int64_t, 0), ==, 900000);
  g_assert_cmpint(reader.clock_gap_max, <=, 9000);
  reader_clear(&reader);
}

/** The elementary streams hold what is stored, as transport streams want it. */
static void test_ts_segment_payload(void) {
  static const uint8_t begin[] = {0, 0, 0, 1, 9, 0xF0, 0, 0, 0, 1, 0x67};
  Reader reader;
  Source video, audio;
  reader_init(&reader);
  source_open(&video, true, 0, PICTURES, 1);
  source_open(&audio, false, 0, SOUND, 2);
  TsSegment segment = {&video.track, &audio.track, TS_VIEW_OFFSET, 0};
  g_autoptr(GBytes) bytes = ts_segment_write(&segment, NULL);
  read_all(&reader, bytes);
  const GByteArray *annex_b = reader.elementary[0], *adts = reader.elementary[1];
  g_assert_cmpmem(annex_b->data, sizeof begin, begin, sizeof begin);
  g_assert_cmpuint(annex_b->len, ==, 6 + 4 + 28 + 4 + 4 + 5000);
  g_assert_cmpint(annex_b->data[50], ==, 0x65);
  g_assert_cmpuint(adts->len, ==, 7 + 1 + 7 + 300);
  g_assert_cmpint(adts->data[0] << 8 | adts->data[1], ==, 0xFFF1);
  g_assert_cmpint((adts->data[11] & 3) << 11 | adts->data[12] << 3 | adts->data[13] >> 5, ==, 307);
  source_close(&video);
  source_close(&audio);
  reader_clear(&reader);
}

/** Slides: a picture for a minute; the clock does not stop. Sound alone has the clock too. */
static void test_ts_segment_clock(void) {
  static const FixtureSample still[] = {{4000, 0}};
  Reader reader;
  Source video, audio;
  reader_init(&reader);
  source_open(&video, true, 0, still, 1);
  Mp4Sample *sample = &g_array_index(video.samples, Mp4Sample, 0);
  sample->duration = 60 * FIXTURE_VIDEO_HZ;
  g_autoptr(GBytes) slide = ts_segment_write(&(TsSegment){&video.track, NULL, TS_VIEW_OFFSET, 0}, NULL);
  read_all(&reader, slide);
  g_assert_cmpint(reader.clock_gap_max, ==, 9 * 900);
  g_assert_cmpint(reader.last_clock, >, 900000 + 59 * 90000);
  reader_clear(&reader);
  reader_init(&reader);
  source_open(&audio, false, 0, SOUND, 5);
  g_autoptr(GBytes) sound = ts_segment_write(&(TsSegment){NULL, &audio.track, TS_VIEW_OFFSET, 0}, NULL);
  read_all(&reader, sound);
  g_assert_cmpint(reader.last_clock, ==, 900000 + 4 * 1920 - TS_SEGMENT_LEAD);
  reader_clear(&reader);
  source_close(&video);
  source_close(&audio);
}

static void test_ts_segment_damaged(void) {
  Source video;
  source_open(&video, true, 0, PICTURES, 2);
  Mp4Sample *sample = &g_array_index(video.samples, Mp4Sample, 1);
  const TsSegment segment = {&video.track, NULL, 0, 0};
  const Mp4Sample sound = *sample;
  for (int i = 0; i < 3; i++) {
    g_autoptr(GError) error = NULL;
    *sample = sound;
    if (i == 0)
      sample->size_bytes -= 1; /* a NAL unit longer than its sample */
    else if (i == 1)
      sample->offset = UINT32_MAX;
    else
      sample->duration = UINT32_MAX; /* four days */
    g_assert_null(ts_segment_write(&segment, &error));
    g_assert_error(error, MP4_ERROR, MP4_ERROR_DAMAGED);
  }
  source_close(&video);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ts_segment/runs_on", test_ts_segment_runs_on);
  g_test_add_func("/ts_segment/payload", test_ts_segment_payload);
  g_test_add_func("/ts_segment/clock", test_ts_segment_clock);
  g_test_add_func("/ts_segment/damaged", test_ts_segment_damaged);
  return g_test_run();
}
