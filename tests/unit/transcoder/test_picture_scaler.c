#include "transcoder/picture_scaler.h"

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <string.h>

static AVFrame *new_frame(enum AVPixelFormat format, int width, int height) {
  AVFrame *frame = av_frame_alloc();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
  return frame;
}

static void fill_plane(AVFrame *frame, int plane, uint8_t value) {
  int shift = plane > 0 ? 1 : 0;
  for (int y = 0; y < AV_CEIL_RSHIFT(frame->height, shift); y++)
    memset(frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane], value,
           (size_t)AV_CEIL_RSHIFT(frame->width, shift));
}

static AVFrame *new_plain(enum AVPixelFormat format, int width, int height, const uint8_t yuv[3]) {
  AVFrame *frame = new_frame(format, width, height);
  for (int plane = 0; plane < 3; plane++)
    fill_plane(frame, plane, yuv[plane]);
  return frame;
}

static AVFrame *scale_once(const PictureScalerConfig *config, AVFrame *frame) {
  g_autoptr(GError) error = NULL;
  g_autoptr(PictureScaler) scaler = picture_scaler_new(config);
  AVFrame *scaled = picture_scaler_scale(scaler, frame, &error);
  g_assert_no_error(error);
  g_assert_cmpint(scaled->format, ==, AV_PIX_FMT_YUV420P);
  g_assert_cmpint(scaled->width, ==, config->width);
  g_assert_cmpint(scaled->height, ==, config->height);
  av_frame_free(&frame);
  return scaled;
}

/** Every sample of `frame` is within `tolerance` of `yuv`. */
static void assert_plain(const AVFrame *frame, const uint8_t yuv[3], int tolerance) {
  for (int plane = 0; plane < 3; plane++) {
    int shift = plane > 0 ? 1 : 0;
    for (int y = 0; y < frame->height >> shift; y++) {
      for (int x = 0; x < frame->width >> shift; x++) {
        int value = frame->data[plane][y * frame->linesize[plane] + x];
        g_assert_cmpint(ABS(value - yuv[plane]), <=, tolerance);
      }
    }
  }
}

/** What is right already is not copied. */
static void test_pass_through(void) {
  const PictureScalerConfig config = {.width = 64, .height = 48};
  AVFrame *frame = new_plain(AV_PIX_FMT_YUV420P, 64, 48, (const uint8_t[]){90, 100, 160});
  const uint8_t *plane = frame->data[0];
  AVFrame *scaled = scale_once(&config, frame);
  g_assert_true(scaled->data[0] == plane);
  av_frame_free(&scaled);
}

/** Full range becomes video range, also at the same size. */
static void test_range(void) {
  const PictureScalerConfig config = {.width = 64, .height = 48};
  const struct { uint8_t from, to; } lumas[] = {{0, 16}, {255, 235}, {128, 126}};
  for (size_t i = 0; i < G_N_ELEMENTS(lumas); i++) {
    AVFrame *marked = new_plain(AV_PIX_FMT_YUV420P, 64, 48, (const uint8_t[]){lumas[i].from, 128, 128});
    marked->color_range = AVCOL_RANGE_JPEG;
    AVFrame *scaled = scale_once(&config, marked);
    assert_plain(scaled, (const uint8_t[]){lumas[i].to, 128, 128}, 1);
    av_frame_free(&scaled);
    scaled =
        scale_once(&config, new_plain(AV_PIX_FMT_YUVJ420P, 64, 48, (const uint8_t[]){lumas[i].from, 128, 128}));
    assert_plain(scaled, (const uint8_t[]){lumas[i].to, 128, 128}, 1);
    av_frame_free(&scaled);
  }
}

/** Pure red, in three descriptions (Rec. ITU-R BT.601 and BT.709). */
static void test_colour_matrix(void) {
  static const uint8_t red_601[] = {81, 90, 240}, red_709[] = {63, 102, 240};
  const PictureScalerConfig sd = {.width = 64, .height = 48}, hd = {.width = 64, .height = 48, .is_hd = true};
  AVFrame *frame = new_plain(AV_PIX_FMT_YUV420P, 128, 96, red_709);
  frame->colorspace = AVCOL_SPC_BT709;
  AVFrame *scaled = scale_once(&sd, frame);
  assert_plain(scaled, red_601, 3);
  av_frame_free(&scaled);
  scaled = scale_once(&hd, new_plain(AV_PIX_FMT_YUV420P, 128, 96, red_601)); /* small ones are BT.601 */
  assert_plain(scaled, red_709, 3);
  av_frame_free(&scaled);
  frame = new_frame(AV_PIX_FMT_RGB24, 64, 48);
  for (int y = 0; y < 48; y++) {
    for (int x = 0; x < 64; x++)
      memcpy(frame->data[0] + y * frame->linesize[0] + 3 * x, (const uint8_t[]){255, 0, 0}, 3);
  }
  scaled = scale_once(&hd, frame);
  assert_plain(scaled, red_709, 3);
  av_frame_free(&scaled);
}

/** Sizes, shapes and formats that change in mid-stream, odd sizes among them, all come out alike. */
static void test_changing_input(void) {
  static const struct {
    enum AVPixelFormat format;
    int width, height;
  } inputs[] = {
      {AV_PIX_FMT_YUV420P, 320, 180}, {AV_PIX_FMT_YUV420P, 321, 181},     {AV_PIX_FMT_YUV422P10LE, 319, 177},
      {AV_PIX_FMT_NV12, 160, 90},     {AV_PIX_FMT_YUV444P, 7, 5},         {AV_PIX_FMT_GRAY8, 33, 33},
      {AV_PIX_FMT_YUYV422, 64, 36},   {AV_PIX_FMT_YUV420P12LE, 640, 361}, {AV_PIX_FMT_GBRP, 50, 50},
      {AV_PIX_FMT_YUV411P, 160, 90},  {AV_PIX_FMT_YUV420P, 160, 90},
  };
  const PictureScalerConfig config = {.width = 160, .height = 90};
  g_autoptr(PictureScaler) scaler = picture_scaler_new(&config);
  for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
    g_autoptr(GError) error = NULL;
    AVFrame *frame = new_frame(inputs[i].format, inputs[i].width, inputs[i].height);
    const ptrdiff_t strides[] = {frame->linesize[0], frame->linesize[1], frame->linesize[2], frame->linesize[3]};
    g_assert_cmpint(
        av_image_fill_black(frame->data, strides, inputs[i].format, AVCOL_RANGE_MPEG, frame->width, frame->height),
        >=, 0);
    AVFrame *scaled = picture_scaler_scale(scaler, frame, &error);
    g_assert_no_error(error);
    assert_plain(scaled, (const uint8_t[]){16, 128, 128}, 2);
    av_frame_free(&frame);
    av_frame_free(&scaled);
  }
}

static void test_refuses(void) {
  const PictureScalerConfig config = {.width = 160, .height = 90};
  g_autoptr(PictureScaler) scaler = picture_scaler_new(&config);
  g_autoptr(GError) error = NULL;
  AVFrame *frame = av_frame_alloc();
  frame->format = AV_PIX_FMT_VAAPI;
  frame->width = 320;
  frame->height = 180;
  g_assert_null(picture_scaler_scale(scaler, frame, &error));
  g_assert_nonnull(error);
  g_assert_nonnull(strstr(error->message, "320x180"));
  av_frame_free(&frame);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_func("/picture-scaler/pass-through", test_pass_through);
  g_test_add_func("/picture-scaler/range", test_range);
  g_test_add_func("/picture-scaler/colour-matrix", test_colour_matrix);
  g_test_add_func("/picture-scaler/changing-input", test_changing_input);
  g_test_add_func("/picture-scaler/refuses", test_refuses);
  return g_test_run();
}
