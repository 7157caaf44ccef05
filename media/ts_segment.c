#include "media/ts_segment.h"

#include "media/adts_header.h"
#include "media/h264_sps.h"
#include "media/rational.h"

/** Clock references are at most 100 ms apart (§2.7.2). */
#define CLOCK_DISTANCE_MAX (9 * TS_CLOCK_HZ / 100)
/** AAC frames in a PES: 85 ms at 48 kHz, so that a clock reference with each is enough for sound alone. */
#define FRAMES_PER_PES 4

/** Pictures are stored with decode times as late as can be, those of IDR pictures equal to their presentation times
 * (media/decode_time.h). In a stream with B pictures libavformat takes that for a mistake and guesses, so here
 * all are a little earlier: 20 ms. */
#define DECODE_LEAD (TS_CLOCK_HZ / 50)

enum { NAL_IDR = 5, NAL_SPS = 7, NAL_PPS = 8, NAL_DELIMITER = 9 };
static const uint8_t START_CODE[] = {0, 0, 0, 1};

typedef struct {
  GByteArray *payload; /**< of all units, one behind another */
  GArray *units;       /**< TsPes; without data until merge() */
  GArray *offsets;     /**< size_t */
} Builder;

static bool set_damaged(GError **error, const char *what) {
  g_set_error(error, MP4_ERROR, MP4_ERROR_DAMAGED, "a segment cannot go into a transport stream: %s", what);
  return false;
}

int64_t ts_segment_time(int64_t time, int32_t timescale_hz) {
  return rescale_i64(time, TS_CLOCK_HZ, timescale_hz);
}

static void add_unit(Builder *builder, const TsPes *unit, size_t offset) {
  TsPes added = *unit;
  added.size_bytes = builder->payload->len - offset;
  g_array_append_val(builder->units, added);
  g_array_append_val(builder->offsets, offset);
}

static void append_nal(GByteArray *out, const uint8_t *nal, size_t size_bytes) {
  g_byte_array_append(out, START_CODE, sizeof START_CODE);
  g_byte_array_append(out, nal, (guint)size_bytes);
}

/** A sample's NAL units, one by one. False when the sizes before them do not fit. */
static bool next_nal(const uint8_t *sample, size_t size_bytes, size_t length_bytes, size_t *position,
                     const uint8_t **ret_nal, size_t *ret_bytes) {
  size_t length = 0;
  if (size_bytes - *position < length_bytes)
    return false;
  for (size_t i = 0; i < length_bytes; i++)
    length = length << 8 | sample[(*position)++];
  if (length == 0 || length > size_bytes - *position)
    return false;
  *ret_nal = sample + *position;
  *ret_bytes = length;
  *position += length;
  return true;
}

static void append_parameter_sets(GByteArray *out, const H264Config *config) {
  append_nal(out, config->sps.nal, config->sps.size_bytes);
  for (size_t i = 0; i < config->pps_count; i++)
    append_nal(out, config->pps[i].nal, config->pps[i].size_bytes);
}

/** An access unit (Annex B): a delimiter, the parameter sets before an IDR picture, and what is stored. */
static bool append_access_unit(GByteArray *out, const H264Config *config, const uint8_t *sample,
                               size_t size_bytes) {
  static const uint8_t delimiter[] = {NAL_DELIMITER, 0xF0};
  const uint8_t *nal = NULL;
  size_t nal_bytes = 0;
  bool has_sets = false;
  append_nal(out, delimiter, sizeof delimiter);
  for (size_t position = 0; position < size_bytes;) {
    if (!next_nal(sample, size_bytes, config->length_bytes, &position, &nal, &nal_bytes))
      return false;
    unsigned type = nal[0] & 0x1F;
    has_sets = has_sets || type == NAL_SPS;
    if (type == NAL_IDR && !has_sets) {
      append_parameter_sets(out, config);
      has_sets = true;
    }
    if (type != NAL_DELIMITER)
      append_nal(out, nal, nal_bytes);
  }
  return true;
}

/** Times that lessons have: they begin in the first weeks and last hours at most, so that nothing overflows or grows. */
static bool has_sane_times(const TsTrack *track) {
  enum { BEGIN_MAX_S = 10000000, DURATION_MAX_S = 2 * 3600 };
  const Mp4Sample *first = &track->samples[0], *last = &track->samples[track->sample_count - 1];
  int64_t end = last->decode_time + last->duration;
  return first->decode_time / track->init->timescale_hz < BEGIN_MAX_S &&
         (end - first->decode_time) / track->init->timescale_hz < DURATION_MAX_S;
}

static bool holds_sample(const TsTrack *track, const Mp4Sample *sample) {
  return sample->offset <= track->size_bytes && sample->size_bytes <= track->size_bytes - sample->offset;
}

static bool add_video(Builder *builder, const TsTrack *track, int64_t offset, GError **error) {
  H264Config config;
  if (!h264_config_parse(track->init->config, track->init->config_bytes, &config))
    return set_damaged(error, "the H.264 configuration");
  for (size_t i = 0; i < track->sample_count; i++) {
    const Mp4Sample *sample = &track->samples[i];
    size_t begin = builder->payload->len;
    if (!holds_sample(track, sample) ||
        !append_access_unit(builder->payload, &config, track->data + sample->offset, sample->size_bytes))
      return set_damaged(error, "a picture");
    int64_t dts = sample->decode_time, pts = dts + sample->composition_offset;
    TsPes unit = {.stream = TS_STREAM_VIDEO,
                  .dts = offset + ts_segment_time(dts, track->init->timescale_hz) - DECODE_LEAD,
                  .pts = offset + ts_segment_time(pts, track->init->timescale_hz),
                  .is_random_access = sample->is_sync,
                  .has_clock = true};
    unit.clock = unit.dts - TS_SEGMENT_LEAD;
    add_unit(builder, &unit, begin);
  }
  return true;
}

static bool add_audio(Builder *builder, const TsTrack *track, int64_t offset, bool has_clock, GError **error) {
  AdtsConfig config;
  if (!adts_config_parse(track->init->config, track->init->config_bytes, &config))
    return set_damaged(error, "the AAC configuration");
  for (size_t i = 0; i < track->sample_count;) {
    size_t begin = builder->payload->len;
    int64_t time = offset + ts_segment_time(track->samples[i].decode_time, track->init->timescale_hz);
    for (size_t end = MIN(i + FRAMES_PER_PES, track->sample_count); i < end; i++) {
      const Mp4Sample *sample = &track->samples[i];
      uint8_t header[ADTS_HEADER_BYTES];
      if (!holds_sample(track, sample) || sample->size_bytes > ADTS_FRAME_BYTES_MAX)
        return set_damaged(error, "a frame of sound");
      adts_header_write(&config, sample->size_bytes, header);
      g_byte_array_append(builder->payload, header, sizeof header);
      g_byte_array_append(builder->payload, track->data + sample->offset, sample->size_bytes);
    }
    TsPes unit = {.stream = TS_STREAM_AUDIO,
                  .dts = time,
                  .pts = time,
                  .is_random_access = has_clock,
                  .has_clock = has_clock,
                  .clock = time - TS_SEGMENT_LEAD};
    add_unit(builder, &unit, begin);
  }
  return true;
}

/** Units of both streams in the order of their decode times, pictures first; each stream's own order stays. */
static void merge(Builder *builder, guint video_count) {
  g_autoptr(GArray) merged = g_array_sized_new(FALSE, FALSE, sizeof(TsPes), builder->units->len);
  TsPes *units = (TsPes *)(void *)builder->units->data;
  for (guint i = 0; i < builder->units->len; i++)
    units[i].data = builder->payload->data + g_array_index(builder->offsets, size_t, i);
  guint video = 0, audio = video_count;
  while (video < video_count || audio < builder->units->len) {
    bool takes_video =
        video < video_count && (audio >= builder->units->len || units[video].dts <= units[audio].dts);
    g_array_append_val(merged, units[takes_video ? video : audio]);
    if (takes_video)
      video++;
    else
      audio++;
  }
  g_array_unref(builder->units);
  builder->units = g_steal_pointer(&merged);
}

/** Clock references between units that are far apart, such as still slides, up to the clock
 * `until`. */
static void fill_clock(GByteArray *out, TsStream stream, int64_t *last_clock, int64_t until, uint8_t counter) {
  while (until - *last_clock > CLOCK_DISTANCE_MAX) {
    *last_clock += CLOCK_DISTANCE_MAX;
    ts_clock_write(out, stream, *last_clock, counter);
  }
}

/** What the parts have, and how much room their samples need. */
typedef struct {
  bool has_video, has_audio;
  size_t bytes;
} Contents;

static GBytes *write_packets(Builder *builder, const Contents *contents, uint32_t number, int64_t end) {
  TsPes *units = (TsPes *)(void *)builder->units->data;
  guint count = builder->units->len;
  size_t bytes = 4 * TS_PACKET_BYTES;
  ts_pes_spread(units, count);
  for (guint i = 0; i < count; i++)
    bytes += ts_pes_packet_bytes(&units[i]);
  GByteArray *out = g_byte_array_sized_new((guint)bytes);
  uint8_t counters[TS_STREAMS] = {0};
  TsStream clock_stream = contents->has_video ? TS_STREAM_VIDEO : TS_STREAM_AUDIO;
  guint first = 0;
  while (!units[first].has_clock)
    first++;
  int64_t last_clock = units[first].clock;
  ts_tables_write(out, contents->has_video, contents->has_audio, number);
  for (guint i = 0; i < count; i++) {
    fill_clock(out, clock_stream, &last_clock, MIN(units[i].dts, end) - TS_SEGMENT_LEAD, counters[clock_stream]);
    ts_pes_write(out, &units[i], &counters[units[i].stream]);
    if (units[i].has_clock)
      last_clock = units[i].clock;
  }
  fill_clock(out, clock_stream, &last_clock, end - TS_SEGMENT_LEAD, counters[clock_stream]);
  return g_byte_array_free_to_bytes(out);
}

/** Where the decode times of the stream that has the clock end, in the view. */
static int64_t end_of(const TsPart *parts, size_t count, bool has_video) {
  int64_t end = 0;
  for (size_t i = 0; i < count; i++) {
    const TsTrack *track = has_video ? parts[i].video : parts[i].audio;
    if (track == NULL)
      continue;
    const Mp4Sample *last = &track->samples[track->sample_count - 1];
    end = parts[i].offset + ts_segment_time(last->decode_time + last->duration, track->init->timescale_hz);
  }
  return end - (has_video ? DECODE_LEAD : 0);
}

static void builder_clear(Builder *builder) {
  g_byte_array_unref(builder->payload);
  g_array_unref(builder->units);
  g_array_unref(builder->offsets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Builder, builder_clear)

static bool check_track(const TsTrack *track, GError **error) {
  if (track == NULL)
    return true;
  if (track->sample_count == 0)
    return set_damaged(error, "it is empty");
  return has_sane_times(track) || set_damaged(error, "its times");
}

static bool look_at(const TsPart *parts, size_t count, Contents *contents, GError **error) {
  for (size_t i = 0; i < count; i++) {
    if (!check_track(parts[i].video, error) || !check_track(parts[i].audio, error))
      return false;
    contents->has_video |= parts[i].video != NULL;
    contents->has_audio |= parts[i].audio != NULL;
    contents->bytes += parts[i].video != NULL ? parts[i].video->size_bytes : 0;
  }
  return true;
}

GBytes *ts_segment_write_parts(const TsPart *parts, size_t count, uint32_t number, GError **error) {
  Contents contents = {0};
  if (!look_at(parts, count, &contents, error))
    return NULL;
  g_return_val_if_fail(contents.has_video || contents.has_audio, NULL);
  g_auto(Builder) builder = {.payload = g_byte_array_sized_new((guint)(contents.bytes + 64 * 1024)),
                             .units = g_array_new(FALSE, FALSE, sizeof(TsPes)),
                             .offsets = g_array_new(FALSE, FALSE, sizeof(size_t))};
  for (size_t i = 0; i < count; i++)
    if (parts[i].video != NULL && !add_video(&builder, parts[i].video, parts[i].offset, error))
      return NULL;
  guint video_count = builder.units->len;
  for (size_t i = 0; i < count; i++)
    if (parts[i].audio != NULL && !add_audio(&builder, parts[i].audio, parts[i].offset, !contents.has_video, error))
      return NULL;
  merge(&builder, video_count);
  return write_packets(&builder, &contents, number, end_of(parts, count, contents.has_video));
}

GBytes *ts_segment_write(const TsSegment *segment, GError **error) {
  const TsPart part = {segment->video, segment->audio, segment->offset};
  return ts_segment_write_parts(&part, 1, segment->number, error);
}
