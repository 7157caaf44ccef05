#include "transcoder/aac_copy.h"
#include "transcoder/aac_encoder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define RATE_HZ 48000
#define FRAMES 60

/** A file of AAC frames, in MPEG-TS with ADTS headers; those from `gap_at` on come two frames late (0: none do). */
typedef struct {
  GPtrArray *frames; /**< GBytes: what went in */
  Source *source;
  int fd;
} Fixture;

static GPtrArray *encode_frames(void) {
  GPtrArray *frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autoptr(AacEncoder) encoder = aac_encoder_new(RATE_HZ, 128000, NULL);
  float left[AAC_FRAME_SAMPLES], right[AAC_FRAME_SAMPLES], *planes[] = {left, right};
  for (int n = 0; frames->len < FRAMES; n++) {
    for (int i = 0; i < AAC_FRAME_SAMPLES; i++) {
      double t = n * AAC_FRAME_SAMPLES + i;
      left[i] = right[i] = (float)(0.5 * sin(t * 0.01 + t * t * 1e-8)); /* no two frames are equal */
    }
    g_assert_true(aac_encoder_encode(encoder, planes, frames, NULL));
  }
  return frames;
}

static void write_file(const char *path, const char *muxer, const GPtrArray *frames, int gap_at) {
  AVFormatContext *format = NULL;
  g_assert_cmpint(avformat_alloc_output_context2(&format, NULL, muxer, path), >=, 0);
  AVStream *stream = avformat_new_stream(format, NULL);
  stream->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
  stream->codecpar->codec_id = AV_CODEC_ID_AAC;
  stream->codecpar->sample_rate = RATE_HZ;
  stream->codecpar->frame_size = AAC_FRAME_SAMPLES;
  av_channel_layout_default(&stream->codecpar->ch_layout, 2);
  stream->codecpar->extradata = av_mallocz(sizeof probe_audio_aac_config + AV_INPUT_BUFFER_PADDING_SIZE);
  memcpy(stream->codecpar->extradata, probe_audio_aac_config, sizeof probe_audio_aac_config);
  stream->codecpar->extradata_size = sizeof probe_audio_aac_config;
  g_assert_cmpint(avio_open(&format->pb, path, AVIO_FLAG_WRITE), >=, 0);
  g_assert_cmpint(avformat_write_header(format, NULL), >=, 0);
  AVPacket *packet = av_packet_alloc();
  for (guint i = 0; i < frames->len; i++) {
    gsize size;
    packet->data = (uint8_t *)g_bytes_get_data(frames->pdata[i], &size);
    packet->size = (int)size;
    int64_t late = gap_at > 0 && (int)i >= gap_at ? 2 : 0;
    packet->pts = packet->dts =
        av_rescale_q((i + late) * AAC_FRAME_SAMPLES, (AVRational){1, RATE_HZ}, stream->time_base);
    packet->flags = AV_PKT_FLAG_KEY;
    g_assert_cmpint(av_write_frame(format, packet), >=, 0);
  }
  av_packet_free(&packet);
  g_assert_cmpint(av_write_trailer(format), >=, 0);
  avio_closep(&format->pb);
  avformat_free_context(format);
}

static void fixture_begin(Fixture *fixture, const char *muxer, int gap_at) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  close(g_file_open_tmp("kapok-aac-XXXXXX", &path, NULL));
  fixture->frames = encode_frames();
  write_file(path, muxer, fixture->frames, gap_at);
  fixture->fd = open(path, O_RDONLY | O_CLOEXEC);
  fixture->source = source_open(fixture->fd, &error);
  g_assert_no_error(error);
  g_unlink(path);
}

static void fixture_end(Fixture *fixture) {
  source_free(fixture->source);
  close(fixture->fd);
  g_ptr_array_unref(fixture->frames);
}

static AacCopy *open_copy(const Fixture *fixture, int64_t start_us) {
  g_autoptr(GError) error = NULL;
  SourceInfo info = {.audio_stream = 0, .start_us = start_us};
  AacCopy *copy = aac_copy_new(fixture->source, &info, RATE_HZ, &error);
  g_assert_no_error(error);
  return copy;
}

/** Frames come out byte by byte at the nearest place, with silent ones before and behind. */
static void test_aac_copy_places(void) {
  static const struct {
    int64_t start_us;
    int shift; /**< places that the frames move */
  } cases[] = {{0, 0},      {-9000, 0},  {9000, 0},   {-12000, 1},
               {12000, -1}, {-21333, 1}, {21333, -1}, {-100000, 5}, /* 4.69 frames */
               {100000, -5}};
  Fixture fixture;
  fixture_begin(&fixture, "matroska", 0);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(AacCopy) copy = open_copy(&fixture, cases[i].start_us);
    g_autoptr(GBytes) silence = NULL;
    for (int place = 0; place < FRAMES + 10; place++) {
      g_autoptr(GBytes) got = aac_copy_next(copy);
      int frame = place - cases[i].shift;
      g_assert_nonnull(got);
      if (frame >= 0 && frame < FRAMES)
        g_assert_true(g_bytes_equal(got, fixture.frames->pdata[frame]));
      else if (silence == NULL)
        silence = g_bytes_ref(got);
      else
        g_assert_true(g_bytes_equal(got, silence));
    }
    g_assert_cmpint(g_bytes_get_size(silence), <, 32);
  }
  fixture_end(&fixture);
}

/** Missing frames end a copy, and a look ahead tells. */
static void test_aac_copy_gap(void) {
  Fixture fixture;
  fixture_begin(&fixture, "matroska", 30);
  g_autoptr(AacCopy) copy = open_copy(&fixture, 0);
  for (int place = 0; place < 30; place++) {
    g_autoptr(GBytes) frame = aac_copy_next(copy);
    g_assert_nonnull(frame);
  }
  g_assert_null(aac_copy_next(copy));
  g_assert_null(aac_copy_next(copy));
  g_autoptr(AacCopy) before = open_copy(&fixture, 0);
  g_assert_true(aac_copy_check(before, 30, 160000));
  g_autoptr(AacCopy) beyond = open_copy(&fixture, 0);
  g_assert_false(aac_copy_check(beyond, 31, 160000));
  fixture_end(&fixture);
}

static void test_aac_copy_bitrate(void) {
  Fixture fixture;
  int64_t bits = 0;
  fixture_begin(&fixture, "matroska", 0);
  for (guint i = 0; i < FRAMES; i++)
    bits += 8 * (int64_t)g_bytes_get_size(fixture.frames->pdata[i]);
  int64_t rate_bps = bits * RATE_HZ / (FRAMES * AAC_FRAME_SAMPLES);
  g_autoptr(AacCopy) narrow = open_copy(&fixture, 0);
  g_assert_false(aac_copy_check(narrow, FRAMES, rate_bps - 100));
  g_autoptr(AacCopy) wide = open_copy(&fixture, 0);
  g_assert_true(aac_copy_check(wide, FRAMES, rate_bps + 100));
  fixture_end(&fixture);
}

/** The headers that frames have in a transport stream are taken off. */
static void test_aac_copy_transport_stream(void) {
  Fixture fixture;
  fixture_begin(&fixture, "mpegts", 0);
  const AVStream *stream = source_format(fixture.source)->streams[0];
  g_autoptr(AacCopy) copy =
      open_copy(&fixture, av_rescale_q(stream->start_time, stream->time_base, AV_TIME_BASE_Q));
  for (int place = 0; place < FRAMES; place++) {
    g_autoptr(GBytes) got = aac_copy_next(copy);
    g_assert_true(got != NULL && g_bytes_equal(got, fixture.frames->pdata[place]));
  }
  fixture_end(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_func("/aac-copy/places", test_aac_copy_places);
  g_test_add_func("/aac-copy/gap", test_aac_copy_gap);
  g_test_add_func("/aac-copy/bitrate", test_aac_copy_bitrate);
  g_test_add_func("/aac-copy/transport-stream", test_aac_copy_transport_stream);
  return g_test_run();
}
