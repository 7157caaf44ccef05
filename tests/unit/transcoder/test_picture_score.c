#include "transcoder/picture_score.h"

#include "transcoder/still.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <unistd.h>

#define WIDTH 640
#define HEIGHT 360

static AVFrame *new_frame(enum AVPixelFormat format, int width, int height) {
  AVFrame *frame = av_frame_alloc();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
  return frame;
}

/** Colours at a place of a picture; 0 to 1. */
typedef void (*PaintFunc)(int x, int y, double *ret_rgb);

static AVFrame *paint(PaintFunc func) {
  AVFrame *frame = new_frame(AV_PIX_FMT_RGB24, WIDTH, HEIGHT);
  for (int y = 0; y < HEIGHT; y++) {
    for (int x = 0; x < WIDTH; x++) {
      double rgb[3];
      func(x, y, rgb);
      for (int i = 0; i < 3; i++)
        frame->data[0][y * frame->linesize[0] + 3 * x + i] = (uint8_t)lround(CLAMP(rgb[i], 0, 1) * 255);
    }
  }
  return frame;
}

/** A room: a wall, a floor, somebody in red, lines of a blackboard. */
static void paint_scene(int x, int y, double *ret_rgb) {
  double light = 0.45 + 0.3 * sin(x / 70.0) * cos(y / 50.0);
  bool is_person = hypot((x - 400) / 60.0, (y - 220) / 130.0)<1, is_floor = y> 300;
  bool is_chalk = x > 60 && x < 280 && y > 60 && y < 200 && (y / 12) % 3 == 0 && (x / 7) % 3 != 0;
  ret_rgb[0] = is_person ? 0.75 : is_floor ? 0.4 : light * 0.7;
  ret_rgb[1] = is_person ? 0.2 : is_floor ? 0.3 : light;
  ret_rgb[2] = is_person ? 0.15 : is_floor ? 0.2 : light * 0.8;
  if (is_chalk)
    ret_rgb[0] = ret_rgb[1] = ret_rgb[2] = 0.95;
}

/** Dark words on white. */
static void paint_slide(int x, int y, double *ret_rgb) {
  bool is_ink = y > 40 && y < 320 && x > 50 && x < 590 && (y / 10) % 4 == 0 && (x * 7 + y / 40 * 13) % 23 < 11;
  ret_rgb[0] = ret_rgb[1] = ret_rgb[2] = is_ink ? 0.1 : 0.97;
}

static void paint_black(int x, int y, double *ret_rgb) {
  ret_rgb[0] = ret_rgb[1] = ret_rgb[2] = (x + y) % 2 == 0 ? 0.01 : 0.0;
}

static void paint_blue(int x, int y, double *ret_rgb) {
  (void)x, (void)y;
  ret_rgb[0] = 0.1;
  ret_rgb[1] = 0.2;
  ret_rgb[2] = 0.8;
}

static void paint_bars(int x, int y, double *ret_rgb) {
  int bar = 7 - x * 7 / WIDTH;
  (void)y;
  ret_rgb[0] = (bar & 2) != 0 ? 0.75 : 0;
  ret_rgb[1] = (bar & 4) != 0 ? 0.75 : 0;
  ret_rgb[2] = (bar & 1) != 0 ? 0.75 : 0;
}

/** The scene, `part` of it still there before black or white. */
static void paint_fade(int x, int y, double part, double towards, double *ret_rgb) {
  paint_scene(x, y, ret_rgb);
  for (int i = 0; i < 3; i++)
    ret_rgb[i] = ret_rgb[i] * part + towards * (1 - part);
}
static void paint_fading_out(int x, int y, double *ret_rgb) {
  paint_fade(x, y, 0.5, 0, ret_rgb);
}
static void paint_fading_to_white(int x, int y, double *ret_rgb) {
  paint_fade(x, y, 0.4, 1, ret_rgb);
}

/** The scene out of focus: scaled down and up again. */
static AVFrame *blur(const AVFrame *frame) {
  AVFrame *small = new_frame(AV_PIX_FMT_RGB24, WIDTH / 24, HEIGHT / 24),
          *large = new_frame(AV_PIX_FMT_RGB24, WIDTH, HEIGHT);
  struct SwsContext *down = sws_getContext(WIDTH, HEIGHT, AV_PIX_FMT_RGB24, small->width, small->height,
                                           AV_PIX_FMT_RGB24, SWS_AREA, NULL, NULL, NULL);
  struct SwsContext *up = sws_getContext(small->width, small->height, AV_PIX_FMT_RGB24, WIDTH, HEIGHT,
                                         AV_PIX_FMT_RGB24, SWS_BICUBIC, NULL, NULL, NULL);
  sws_scale(down, (const uint8_t *const *)frame->data, frame->linesize, 0, HEIGHT, small->data, small->linesize);
  sws_scale(up, (const uint8_t *const *)small->data, small->linesize, 0, small->height, large->data,
            large->linesize);
  sws_freeContext(down);
  sws_freeContext(up);
  av_frame_free(&small);
  return large;
}

static double score_of(AVFrame *frame) {
  g_autoptr(GError) error = NULL;
  double score = -1;
  picture_score(frame, &score, &error);
  g_assert_no_error(error);
  g_assert_true(score >= 0 && score <= 1);
  av_frame_free(&frame);
  return score;
}

/** What nobody wants to see as a poster is poor, or at least loses clearly against what it was made of. */
static void test_picture_score_order(void) {
  double scene = score_of(paint(paint_scene)), slide = score_of(paint(paint_slide));
  AVFrame *sharp = paint(paint_scene);
  double blurred = score_of(blur(sharp));
  av_frame_free(&sharp);
  double black = score_of(paint(paint_black)), blue = score_of(paint(paint_blue)),
         bars = score_of(paint(paint_bars));
  double half = score_of(paint(paint_fading_out)), white = score_of(paint(paint_fading_to_white));
  g_test_message("scene %.3f slide %.3f blurred %.3f black %.3f blue %.3f bars %.3f half %.3f white %.3f", scene,
                 slide, blurred, black, blue, bars, half, white);
  g_assert_cmpfloat(scene, >, 0.4);
  g_assert_cmpfloat(slide, >, 0.4);
  g_assert_cmpfloat(blurred, <, 0.8 * scene);
  g_assert_cmpfloat(half, <, 0.6 * scene);
  g_assert_cmpfloat(white, <, 0.6 * scene);
  g_assert_cmpfloat(black, <, 0.01);
  g_assert_cmpfloat(blue, <, PICTURE_SCORE_POOR);
  g_assert_cmpfloat(bars, <, PICTURE_SCORE_POOR);
}

/** The same picture scores the same, whatever its samples are. */
static void test_picture_score_formats(void) {
  static const enum AVPixelFormat formats[] = {AV_PIX_FMT_YUV420P,  AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV422P,
                                               AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV444P,     AV_PIX_FMT_NV12,
                                               AV_PIX_FMT_BGRA,     AV_PIX_FMT_GBRP,        AV_PIX_FMT_YUV444P12LE};
  AVFrame *scene = paint(paint_scene);
  double expected = score_of(av_frame_clone(scene));
  for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
    AVFrame *frame = new_frame(formats[i], WIDTH, HEIGHT);
    struct SwsContext *convert =
        sws_getContext(WIDTH, HEIGHT, AV_PIX_FMT_RGB24, WIDTH, HEIGHT, formats[i], SWS_BICUBIC, NULL, NULL, NULL);
    sws_scale(convert, (const uint8_t *const *)scene->data, scene->linesize, 0, HEIGHT, frame->data,
              frame->linesize);
    sws_freeContext(convert);
    double score = score_of(frame);
    if (fabs(score - expected) > 0.05)
      g_error("%s: %f, expected %f", av_get_pix_fmt_name(formats[i]), score, expected);
  }
  av_frame_free(&scene);
}

static AVFrame *read_jpeg(const char *path) {
  g_autofree char *data = NULL;
  gsize size;
  g_assert_true(g_file_get_contents(path, &data, &size, NULL));
  AVPacket *packet = av_packet_alloc();
  g_assert_cmpint(av_new_packet(packet, (int)size), >=, 0);
  memcpy(packet->data, data, size);
  const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
  AVCodecContext *decoder = avcodec_alloc_context3(codec);
  AVFrame *frame = av_frame_alloc();
  g_assert_cmpint(avcodec_open2(decoder, codec, NULL), >=, 0);
  g_assert_cmpint(avcodec_send_packet(decoder, packet), >=, 0);
  g_assert_cmpint(avcodec_receive_frame(decoder, frame), >=, 0);
  avcodec_free_context(&decoder);
  av_packet_free(&packet);
  return frame;
}

static uint8_t sample(const AVFrame *frame, int plane) {
  int shift = plane > 0 ? 1 : 0;
  return frame->data[plane][(frame->height / 2 >> shift) * frame->linesize[plane] + (frame->width / 2 >> shift)];
}

/** A colour keeps its looks: full range and BT.601 in the file, whatever it was before. */
static void test_still_write_jpeg_colours(void) {
  static const struct {
    enum AVPixelFormat format;
    enum AVColorRange range;
    enum AVColorSpace matrix;
    uint8_t yuv[3]; /**< of pure red */
  } inputs[] = {
      {AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709, {63, 102, 240}},
      {AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, AVCOL_SPC_SMPTE170M, {81, 90, 240}},
      {AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG, AVCOL_SPC_SMPTE170M, {76, 85, 255}},
  };
  static const uint8_t jpeg_red[] = {76, 85, 255};
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("kapok-still-XXXXXX.jpg", &path, NULL);
  g_assert_cmpint(fd, >=, 0);
  close(fd);
  for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
    AVFrame *frame = new_frame(inputs[i].format, 320, 180);
    frame->color_range = inputs[i].range;
    frame->colorspace = inputs[i].matrix;
    for (int plane = 0; plane < 3; plane++)
      memset(frame->data[plane], inputs[i].yuv[plane],
             (size_t)frame->linesize[plane] * (size_t)(plane > 0 ? 90 : 180));
    StillConfig config = {.width = 96, .height = 54, .quantizer = STILL_QUANTIZER_POSTER};
    g_autoptr(GError) error = NULL;
    still_write_jpeg(frame, &config, path, &error);
    g_assert_no_error(error);
    AVFrame *jpeg = read_jpeg(path);
    g_assert_cmpint(jpeg->width, ==, 96);
    g_assert_cmpint(jpeg->height, ==, 54);
    for (int plane = 0; plane < 3; plane++)
      g_assert_cmpint(ABS(sample(jpeg, plane) - jpeg_red[plane]), <=, 4);
    g_assert_cmpint(sample(frame, 0), ==, inputs[i].yuv[0]); /* the frame itself stays */
    av_frame_free(&frame);
    av_frame_free(&jpeg);
  }
  g_unlink(path);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/picture-score/order", test_picture_score_order);
  g_test_add_func("/picture-score/formats", test_picture_score_formats);
  g_test_add_func("/still/colours", test_still_write_jpeg_colours);
  return g_test_run();
}
