#include "source_fixture.h"
#include "transcoder/filter_graph.h"
#include "transcoder/picture_filter.h"
#include "transcoder/picture_reader.h"
#include "transcoder/probe_picture.h"

#include <libavutil/display.h>
#include <math.h>

enum { SIDE = 64 };

/** A black picture of the format with code values as given; caller frees. */
static AVFrame *make_frame(enum AVPixelFormat format, int width, int height, uint16_t luma) {
  AVFrame *frame = av_frame_alloc();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
  bool is_deep = format == AV_PIX_FMT_YUV420P10LE;
  for (int plane = 0; plane < 3; plane++) {
    int rows = plane == 0 ? height : height / 2, row_bytes = frame->linesize[plane];
    uint16_t value = plane == 0 ? luma : is_deep ? 512 : 128;
    for (int y = 0; y < rows; y++) {
      uint8_t *row = frame->data[plane] + (ptrdiff_t)y * row_bytes;
      for (int x = 0; x < (is_deep ? row_bytes / 2 : row_bytes); x++) {
        if (is_deep)
          ((uint16_t *)(void *)row)[x] = value;
        else
          row[x] = (uint8_t)value;
      }
    }
  }
  return frame;
}

static AVFrame *filter_one(const PictureFilterPlan *plan, const AVFrame *frame) {
  GError *error = NULL;
  g_autoptr(PictureFilter) filter = picture_filter_new(plan);
  g_assert_true(picture_filter_push(filter, frame, 4711, &error));
  g_assert_true(picture_filter_push(filter, NULL, 0, &error));
  AVFrame *filtered = picture_filter_pull(filter);
  g_assert_nonnull(filtered);
  g_assert_null(picture_filter_pull(filter));
  g_assert_cmpint(filtered->pts, ==, 4711);
  return filtered;
}

static uint8_t luma_at(const AVFrame *frame, int x, int y) {
  return frame->data[0][(ptrdiff_t)y * frame->linesize[0] + x];
}

/** Every display matrix shows the marked corner where the matrix says, checked against its definition. */
static void test_picture_filter_orientation(void) {
  static const struct {
    int32_t a, b, c, d;
    int turn;
    bool is_mirrored;
    int column, row; /**< of the corner that was stored top left */
  } cases[] = {
      {1, 0, 0, 1, 0, false, 0, 0},    {0, 1, -1, 0, 90, false, 1, 0}, {-1, 0, 0, -1, 180, false, 1, 1},
      {0, -1, 1, 0, 270, false, 0, 1}, {-1, 0, 0, 1, 0, true, 1, 0},   {0, -1, -1, 0, 90, true, 1, 1},
      {1, 0, 0, -1, 180, true, 0, 1},  {0, 1, 1, 0, 270, true, 0, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    AVFormatContext *format = avformat_alloc_context();
    AVStream *stream = avformat_new_stream(format, NULL);
    int32_t *matrix =
        (int32_t *)(void *)av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t));
    memset(matrix, 0, 9 * sizeof *matrix);
    matrix[0] = cases[i].a * (1 << 16);
    matrix[1] = cases[i].b * (1 << 16);
    matrix[3] = cases[i].c * (1 << 16);
    matrix[4] = cases[i].d * (1 << 16);
    matrix[8] = 1 << 30;
    PictureFilterPlan plan = {0};
    probe_picture_orientation(stream, &plan);
    g_assert_cmpint(plan.turn_deg, ==, cases[i].turn);
    g_assert_cmpint(plan.is_mirrored, ==, cases[i].is_mirrored);
    g_assert_cmpint(picture_filter_is_needed(&plan), ==, i > 0);

    AVFrame *frame = make_frame(AV_PIX_FMT_YUV420P, SIDE, SIDE / 2, 16);
    for (int y = 0; y < 8; y++)
      memset(frame->data[0] + y * frame->linesize[0], 235, 8);
    AVFrame *shown = filter_one(&plan, frame);
    bool is_turned = cases[i].turn % 180 != 0;
    g_assert_cmpint(shown->width, ==, is_turned ? SIDE / 2 : SIDE);
    g_assert_cmpint(shown->height, ==, is_turned ? SIDE : SIDE / 2);
    for (int corner = 0; corner < 4; corner++) {
      int column = corner % 2, row = corner / 2;
      bool is_marked = column == cases[i].column && row == cases[i].row;
      g_assert_cmpint(luma_at(shown, column * (shown->width - 1), row * (shown->height - 1)), ==,
                      is_marked ? 235 : 16);
    }
    av_frame_free(&frame);
    av_frame_free(&shown);
    avformat_free_context(format);
  }
}

/** The code value of a light in the PQ curve (SMPTE ST 2084), 10 bits, limited range. */
static uint16_t pq_code(double nits) {
  double power = pow(nits / 10000, 0.1593017578125);
  return (uint16_t)lround(64 + 876 * pow((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power), 78.84375));
}

/** Black, skin, paper white and lamps of high dynamic range lie where they do in SDR pictures, and keep their order. */
static void test_picture_filter_light(void) {
  static const struct {
    PictureLight light;
    double nits; /**< PQ */
    uint16_t code;
    int least, most;
  } cases[] = {
      {PICTURE_LIGHT_PQ, 0, 64, 16, 18},      {PICTURE_LIGHT_PQ, 36, 0, 105, 135},
      {PICTURE_LIGHT_PQ, 203, 0, 190, 215},   {PICTURE_LIGHT_PQ, 1000, 0, 230, 236},
      {PICTURE_LIGHT_HLG, 0, 64, 16, 18},     {PICTURE_LIGHT_HLG, 0, 64 + 876 * 3 / 4, 190, 215},
      {PICTURE_LIGHT_HLG, 0, 940, 230, 236},  {PICTURE_LIGHT_WIDE, 0, 64, 16, 16},
      {PICTURE_LIGHT_WIDE, 0, 502, 124, 128}, {PICTURE_LIGHT_WIDE, 0, 940, 234, 236},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint16_t code = cases[i].code > 0 ? cases[i].code : pq_code(cases[i].nits);
    AVFrame *frame = make_frame(AV_PIX_FMT_YUV420P10LE, SIDE, SIDE, code);
    AVFrame *shown = filter_one(&(PictureFilterPlan){.light = cases[i].light, .width = 32, .height = 32}, frame);
    g_test_message("light %d, code %d: %d", (int)cases[i].light, code, luma_at(shown, 9, 9));
    g_assert_cmpint(shown->format, ==, AV_PIX_FMT_YUV420P);
    g_assert_cmpint(shown->width, ==, 32);
    g_assert_cmpint(shown->colorspace, ==, AVCOL_SPC_BT709);
    g_assert_cmpint(luma_at(shown, 9, 9), >=, cases[i].least);
    g_assert_cmpint(luma_at(shown, 9, 9), <=, cases[i].most);
    g_assert_cmpint(ABS(shown->data[1][5] - 128), <=, 1);
    g_assert_cmpint(ABS(shown->data[2][5] - 128), <=, 1);
    av_frame_free(&frame);
    av_frame_free(&shown);
  }
}

/** A bright bar that moves by 4 columns a field: woven, the two fields of a frame show it in two places. */
static AVFrame *make_woven(int number, bool is_woven, bool is_bottom_first) {
  AVFrame *frame = make_frame(AV_PIX_FMT_YUV420P, SIDE * 4, SIDE * 2, 40);
  for (int y = 0; y < frame->height; y++) {
    int field = is_woven ? (y % 2) ^ (is_bottom_first ? 1 : 0) : 0;
    memset(frame->data[0] + (ptrdiff_t)y * frame->linesize[0] + (number * 2 + field) * 4, 200, 24);
  }
  return frame;
}

/** Rows that differ from both of their neighbours, which a progressive picture of upright bars has none of. */
static int count_combed_rows(const AVFrame *frame) {
  int combed = 0;
  for (int y = 2; y + 2 < frame->height; y++) {
    int difference = 0;
    for (int x = 0; x < frame->width; x++)
      difference += abs(luma_at(frame, x, y) - luma_at(frame, x, y + 1)) > 60;
    combed += difference > 4;
  }
  return combed;
}

static void test_picture_filter_fields(void) {
  GError *error = NULL;
  g_autoptr(PictureFilter) filter = picture_filter_new(&(PictureFilterPlan){.fields = PICTURE_FIELDS_TOP_FIRST});
  int out = 0;
  for (int i = 0; i <= 12; i++) {
    AVFrame *frame = i < 12 ? make_woven(i, true, false) : NULL, *shown;
    if (frame != NULL)
      g_assert_cmpint(count_combed_rows(frame), >, 100);
    g_assert_true(picture_filter_push(filter, frame, i * 40000, &error));
    while ((shown = picture_filter_pull(filter)) != NULL) {
      g_assert_cmpint(shown->pts, ==, out * 40000);
      if (out > 0 && out < 11)
        g_assert_cmpint(count_combed_rows(shown), ==, 0);
      out++;
      av_frame_free(&shown);
    }
    g_assert_cmpint(out, >=, i - 1);
    av_frame_free(&frame);
  }
  g_assert_cmpint(out, ==, 12);
}

/** Size and format may change in mid-stream; no frame is lost over it. */
static void test_picture_filter_changes(void) {
  GError *error = NULL;
  g_autoptr(PictureFilter) filter =
      picture_filter_new(&(PictureFilterPlan){.fields = PICTURE_FIELDS_TOP_FIRST, .turn_deg = 90});
  int out = 0;
  for (int i = 0; i <= 9; i++) {
    AVFrame *frame = i == 9  ? NULL
                     : i < 3 ? make_frame(AV_PIX_FMT_YUV420P, 64, 32, 60)
                     : i < 6 ? make_frame(AV_PIX_FMT_YUV420P, 96, 64, 60)
                             : make_frame(AV_PIX_FMT_YUV420P10LE, 96, 64, 240);
    AVFrame *shown;
    g_assert_true(picture_filter_push(filter, frame, i * 40000, &error));
    while ((shown = picture_filter_pull(filter)) != NULL) {
      g_assert_cmpint(shown->pts, ==, out * 40000);
      g_assert_cmpint(shown->height, ==, out < 3 ? 64 : 96);
      out++;
      av_frame_free(&shown);
    }
    av_frame_free(&frame);
  }
  g_assert_cmpint(out, ==, 9);
}

/** The detector tells woven frames and their order from progressive ones, whatever their flags say. */
static void test_field_count(void) {
  static const struct {
    bool is_woven, is_bottom_first, is_flagged, moves;
    PictureFields decision;
  } cases[] = {
      {false, false, false, true, PICTURE_FIELDS_NONE},       {false, false, true, true, PICTURE_FIELDS_NONE},
      {true, false, true, true, PICTURE_FIELDS_FLAGGED},      {true, false, false, true, PICTURE_FIELDS_TOP_FIRST},
      {true, true, false, true, PICTURE_FIELDS_BOTTOM_FIRST}, {false, false, true, false, PICTURE_FIELDS_FLAGGED},
      {false, false, false, false, PICTURE_FIELDS_NONE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    FieldCount count = {0};
    g_autoptr(FilterGraph) graph = NULL;
    for (int n = 0; n < 12; n++) {
      AVFrame *frame = cases[i].moves ? make_woven(n, cases[i].is_woven, cases[i].is_bottom_first)
                                      : make_frame(AV_PIX_FMT_YUV420P, SIDE * 4, SIDE * 2, 40);
      frame->interlaced_frame = cases[i].is_flagged;
      field_count_add(&count, frame, &graph);
      av_frame_free(&frame);
    }
    g_test_message("case %zu: top %d bottom %d progressive %d none %d", i, (int)count.top_first,
                   (int)count.bottom_first, (int)count.progressive, (int)count.undetermined);
    g_assert_cmpint(field_count_decide(&count), ==, cases[i].decision);
  }
}

static uint32_t checksum(const AVFrame *frame) {
  uint32_t sum = 2166136261u;
  for (int y = 0; y < frame->height; y++) {
    for (int x = 0; x < frame->width; x++)
      sum = (sum ^ luma_at(frame, x, y)) * 16777619u;
  }
  return sum;
}

/** With fields to join, what a time shows is the same wherever reading began. */
static void test_picture_reader_seek(void) {
  enum { FRAMES = 120 };
  static const FixtureSource description = {
      .muxer = "matroska", .frames = FRAMES, .rate = {25, 1}, .gop = 30, .b_frames = 2};
  int fd;
  g_autoptr(GError) error = NULL;
  g_autoptr(Source) source = fixture_open(&description, &fd);
  SourceInfo info;
  ProbeLimits limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = 1 << 24};
  g_assert_true(probe_source(source, &limits, &info, &error));
  g_assert_false(picture_filter_is_needed(&info.filter));
  info.filter.fields = PICTURE_FIELDS_TOP_FIRST;
  info.filter.turn_deg = 90;
  uint32_t sums[FRAMES];
  g_autoptr(PictureReader) reader = picture_reader_new(source, &info, &error);
  g_assert_true(picture_reader_seek(reader, 0, &error));
  int64_t time_us;
  for (int i = 0; i < FRAMES; i++) {
    const AVFrame *frame = picture_reader_next(reader, &time_us);
    g_assert_nonnull(frame);
    g_assert_cmpint(frame->width, ==, FIXTURE_HEIGHT);
    g_assert_cmpint(ABS(time_us - i * 40000), <, 2000);
    sums[i] = checksum(frame);
  }
  g_assert_null(picture_reader_next(reader, &time_us));
  for (int round = 0; round < 30; round++) {
    int wanted = g_test_rand_int_range(0, FRAMES);
    g_assert_true(picture_reader_seek(reader, wanted * 40000 + 15000, &error));
    for (int i = wanted; i < MIN(wanted + 3, FRAMES); i++) {
      const AVFrame *frame = picture_reader_next(reader, &time_us);
      g_assert_nonnull(frame);
      g_assert_cmpint(ABS(time_us - i * 40000), <, 2000);
      g_assert_cmpint(checksum(frame), ==, sums[i]);
    }
  }
  g_assert_cmpint(picture_reader_damaged(reader), ==, 0);
  close(fd);
}

static void test_picture_filter_plan(void) {
  PictureFilterPlan plan = {.fields = PICTURE_FIELDS_FLAGGED,
                            .light = PICTURE_LIGHT_HLG,
                            .turn_deg = 270,
                            .is_mirrored = true,
                            .width = 1920,
                            .height = 1080};
  PictureFilterPlan read = {.turn_deg = 7};
  json_error_t why;
  json_t *json = picture_filter_plan_pack(&plan);
  g_assert_true(picture_filter_plan_unpack(json, &read, &why));
  json_t *again = picture_filter_plan_pack(&read);
  g_assert_true(json_equal(json, again));
  json_decref(again);
  g_assert_cmpint(read.light, ==, PICTURE_LIGHT_HLG);
  json_object_set_new(json, "turn", json_integer(45));
  read.turn_deg = 7;
  g_assert_false(picture_filter_plan_unpack(json, &read, &why));
  g_assert_cmpint(read.turn_deg, ==, 7);
  json_decref(json);
  g_assert_true(picture_filter_plan_unpack(NULL, &read, &why));
  g_assert_false(picture_filter_is_needed(&read));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_ERROR);
  g_test_add_func("/picture-filter/orientation", test_picture_filter_orientation);
  g_test_add_func("/picture-filter/light", test_picture_filter_light);
  g_test_add_func("/picture-filter/fields", test_picture_filter_fields);
  g_test_add_func("/picture-filter/changes", test_picture_filter_changes);
  g_test_add_func("/picture-filter/plan", test_picture_filter_plan);
  g_test_add_func("/probe-picture/fields", test_field_count);
  g_test_add_func("/picture-reader/seek", test_picture_reader_seek);
  return g_test_run();
}
