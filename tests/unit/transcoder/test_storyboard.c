#include "transcoder/storyboard.h"

#include "base/path.h"
#include "tests/unit/transcoder/source_fixture.h"

#include <math.h>

#define SECOND G_TIME_SPAN_SECOND
#define MINUTE G_TIME_SPAN_MINUTE

static void test_storyboard_choose_times(void) {
  static const struct {
    int64_t duration_us, key_distance_us, interval_us, tile_count;
    bool is_of_keys;
  } cases[] = {
      {40000, INT64_MAX, 2 * SECOND, 1, false},           /* a still picture */
      {60 * SECOND, 2 * SECOND, 2 * SECOND, 30, true},    /* a phone's recording */
      {60 * SECOND, 10 * SECOND, 2 * SECOND, 30, false},  /* short: decoded whole */
      {10 * MINUTE, 10 * SECOND, 10 * SECOND, 60, true},  /* x264's usual */
      {10 * MINUTE, 4100000, 5 * SECOND, 120, true},      /* in whole seconds */
      {45 * MINUTE, 2 * SECOND, 10 * SECOND, 270, true},  /* a lecture */
      {45 * MINUTE, 14 * SECOND, 10 * SECOND, 270, true}, /* near enough */
      {45 * MINUTE, 50 * SECOND, 10 * SECOND, 270, false},
      {3 * 60 * MINUTE + 1, SECOND, 28 * SECOND, 386, true},
      {10 * 60 * MINUTE, 60 * SECOND, 90 * SECOND, 400, true},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    StoryboardTimes times = storyboard_choose_times(cases[i].duration_us, cases[i].key_distance_us);
    g_assert_cmpint(times.interval_us, ==, cases[i].interval_us);
    g_assert_cmpint(times.tile_count, ==, cases[i].tile_count);
    g_assert_cmpint(times.is_of_keys, ==, cases[i].is_of_keys);
    g_assert_cmpint(times.tile_count, <=, STORYBOARD_TILES_MAX);
  }
}

static void test_storyboard_tile_size(void) {
  static const struct {
    LadderSource picture;
    int32_t width, height;
  } cases[] = {
      {{.coded_width = 1920, .coded_height = 1080, .sample_aspect = {1, 1}}, 160, 90},
      {{.coded_width = 1920, .coded_height = 1080, .rotation_deg = 90, .sample_aspect = {1, 1}}, 90, 160},
      {{.coded_width = 640, .coded_height = 480, .sample_aspect = {0, 1}}, 120, 90},
      {{.coded_width = 720, .coded_height = 576, .sample_aspect = {64, 45}}, 160, 90},
      {{.coded_width = 4000, .coded_height = 100, .sample_aspect = {1, 1}}, 160, 4},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int32_t width, height;
    storyboard_tile_size(&cases[i].picture, &width, &height);
    g_assert_cmpint(width, ==, cases[i].width);
    g_assert_cmpint(height, ==, cases[i].height);
  }
}

static void count_progress(double value, gpointer user_data) {
  g_assert_true(value > 0 && value <= 1);
  ++*(int *)user_data;
}

static AVFrame *read_sheet(const char *dir, const char *name) {
  g_autofree char *path = g_build_filename(dir, name, NULL);
  g_autofree char *data = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &data, &size, NULL));
  AVPacket *packet = av_packet_alloc();
  AVFrame *frame = av_frame_alloc();
  g_assert_cmpint(av_new_packet(packet, (int)size), >=, 0);
  memcpy(packet->data, data, size);
  const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
  AVCodecContext *decoder = avcodec_alloc_context3(codec);
  g_assert_cmpint(avcodec_open2(decoder, codec, NULL), >=, 0);
  g_assert_cmpint(avcodec_send_packet(decoder, packet), >=, 0);
  g_assert_cmpint(avcodec_receive_frame(decoder, frame), >=, 0);
  avcodec_free_context(&decoder);
  av_packet_free(&packet);
  return frame;
}

/** The fixture's pictures tell their number by their luma, in video range; the sheet is full range. */
static int tile_code(const AVFrame *sheet, const CatalogStoryboard *board, int64_t tile) {
  int64_t column = tile % board->columns, row = tile / board->columns;
  int64_t x = column * board->tile_width + board->tile_width / 2,
          y = row * board->tile_height + board->tile_height / 2;
  double luma = sheet->data[0][y * sheet->linesize[0] + x] * 219.0 / 255.0 + 16;
  return (int)lround((luma - 20) / 4);
}

/** A storyboard of a made source; every tile shows the frame `frame_of(tile)`, give or take one. */
static void check_storyboard(FixtureSource source, int64_t duration_us, int64_t interval_us, int frames_per_tile) {
  g_autoptr(GError) error = NULL;
  int fd, calls = 0;
  g_autoptr(Source) opened = fixture_open(&source, &fd);
  g_autofree char *dir = g_dir_make_tmp("kapok-storyboard-XXXXXX", &error);
  EncodePlan plan = {
      .source = {
          .has_video = true,
          .video_duration_us = duration_us,
          .picture = {.coded_width = FIXTURE_WIDTH, .coded_height = FIXTURE_HEIGHT, .sample_aspect = {1, 1}}}};
  g_auto(CatalogStoryboard) board = {0};
  storyboard_make(opened, &plan, dir, count_progress, &calls, &board, &error);
  g_assert_no_error(error);
  g_assert_cmpint(board.interval_us, ==, interval_us);
  g_assert_cmpint(board.tile_count, ==, (duration_us + interval_us - 1) / interval_us);
  g_assert_cmpint(calls, ==, board.tile_count);
  g_assert_cmpint(board.tile_width * 1000 + board.tile_height, ==, 120090);
  int64_t per_sheet = (int64_t)board.columns * board.rows;
  g_assert_cmpuint(board.sheet_keys->len, ==, (board.tile_count + per_sheet - 1) / per_sheet);
  for (guint i = 0; i < board.sheet_keys->len; i++) {
    AVFrame *sheet = read_sheet(dir, board.sheet_keys->pdata[i]);
    int64_t tiles = MIN(board.tile_count - i * per_sheet, per_sheet);
    g_assert_cmpint(sheet->width, ==, board.columns * board.tile_width);
    g_assert_cmpint(sheet->height, ==, (tiles + board.columns - 1) / board.columns * board.tile_height);
    for (int64_t tile = 0; tile < tiles; tile++) {
      int64_t frame = MIN((i * per_sheet + tile) * frames_per_tile, source.frames - 1);
      g_assert_cmpint(ABS(tile_code(sheet, &board, tile) - (int)(frame % FIXTURE_CODES)), <=, 0);
    }
    av_frame_free(&sheet);
  }
  close(fd);
  path_remove_tree(dir, NULL);
}

static void test_storyboard_make_of_all(void) {
  FixtureSource source = {.muxer = "matroska", .frames = 525, .rate = {25, 1}, .gop = 500, .b_frames = 2};
  check_storyboard(source, 21 * SECOND, 2 * SECOND, 50);
}

static void test_storyboard_make_of_keys(void) {
  FixtureSource source = {.muxer = "mp4", .frames = 525, .rate = {25, 1}, .gop = 50};
  check_storyboard(source, 21 * SECOND, 2 * SECOND, 50);
}

/** More tiles than a sheet holds. */
static void test_storyboard_make_sheets(void) {
  FixtureSource source = {.muxer = "matroska", .frames = 2100, .rate = {10, 1}, .gop = 20};
  check_storyboard(source, 210 * SECOND, 2 * SECOND, 20);
}

static void test_storyboard_make_one_frame(void) {
  FixtureSource source = {.muxer = "matroska", .frames = 1, .rate = {25, 1}, .gop = 1};
  check_storyboard(source, 40000, 2 * SECOND, 50);
}

/** The video ends before the lesson does: its last picture stays. */
static void test_storyboard_make_short_video(void) {
  FixtureSource source = {.muxer = "mp4", .frames = 130, .rate = {25, 1}, .gop = 500};
  check_storyboard(source, 10 * SECOND, 2 * SECOND, 50);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/storyboard/choose-times", test_storyboard_choose_times);
  g_test_add_func("/storyboard/tile-size", test_storyboard_tile_size);
  g_test_add_func("/storyboard/make-of-all", test_storyboard_make_of_all);
  g_test_add_func("/storyboard/make-of-keys", test_storyboard_make_of_keys);
  g_test_add_func("/storyboard/make-sheets", test_storyboard_make_sheets);
  g_test_add_func("/storyboard/make-one-frame", test_storyboard_make_one_frame);
  g_test_add_func("/storyboard/make-short-video", test_storyboard_make_short_video);
  return g_test_run();
}
