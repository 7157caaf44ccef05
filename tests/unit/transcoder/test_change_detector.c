#include "transcoder/change_detector.h"
#include "transcoder/picture_compare.h"

#include <libavutil/pixdesc.h>
#include <string.h>

enum { WIDTH = 330, HEIGHT = 250 }; /* no whole number of blocks */

static AVFrame *new_frame(enum AVPixelFormat format) {
  AVFrame *frame = av_frame_alloc();
  frame->format = format;
  frame->width = WIDTH;
  frame->height = HEIGHT;
  g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
  for (int plane = 0; plane < 4 && frame->data[plane] != NULL; plane++)
    memset(frame->data[plane], 128, frame->buf[plane] != NULL ? frame->buf[plane]->size : 0);
  return frame;
}

static void draw(AVFrame *frame, int left, int top, int width, int height, uint8_t luma) {
  for (int y = top; y < top + height; y++)
    memset(frame->data[0] + y * frame->linesize[0] + left, luma, (size_t)width);
}

static AVFrame *copy_of(const AVFrame *frame) {
  AVFrame *copy = new_frame((enum AVPixelFormat)frame->format);
  g_assert_cmpint(av_frame_copy(copy, frame), >=, 0);
  return copy;
}

/** A white page with lines of letters; another page for every number. */
static AVFrame *new_slide(int number) {
  AVFrame *frame = new_frame(AV_PIX_FMT_YUV420P);
  draw(frame, 0, 0, WIDTH, HEIGHT, 235);
  g_autoptr(GRand) random = g_rand_new_with_seed((guint32)number);
  for (int y = 20; y < HEIGHT - 20; y += 14) {
    for (int x = 20; x < WIDTH - 20; x += 3)
      draw(frame, x, y, 2, 8, (uint8_t)g_rand_int_range(random, 16, 235));
  }
  return frame;
}

/** What a codec leaves in a still picture: a level up or down in some blocks. */
static void add_codec_noise(AVFrame *frame, guint32 seed) {
  g_autoptr(GRand) random = g_rand_new_with_seed(seed);
  for (int i = 0; i < 400; i++) {
    int x = g_rand_int_range(random, 0, WIDTH), y = g_rand_int_range(random, 0, HEIGHT);
    frame->data[0][y * frame->linesize[0] + x] += (uint8_t)(g_rand_boolean(random) ? 3 : -3);
  }
}

static bool is_alike(AVFrame *changed, const AVFrame *base) {
  int row = 0;
  bool alike = picture_compare_is_alike(changed, base, &row);
  int hint = row;
  g_assert_true(picture_compare_is_alike(changed, base, &hint) == alike); /* wherever it looks first */
  av_frame_free(&changed);
  return alike;
}

static void test_alike(void) {
  AVFrame *base = new_slide(1);
  g_assert_true(is_alike(copy_of(base), base));
  AVFrame *noisy = copy_of(base);
  add_codec_noise(noisy, 5);
  g_assert_true(is_alike(noisy, base));
  av_frame_free(&base);
}

/** Everything a viewer may see: at every place, the edges that fill no block among them. */
static void test_differences(void) {
  static const struct {
    int left, top, width, height, by;
  } strokes[] = {
      {100, 100, 8, 2, 20},              /* a faint stroke of a pen */
      {0, 0, 3, 3, 60},                  /* dots in the corners */
      {WIDTH - 2, HEIGHT - 2, 2, 2, 60}, /* in a block of 2x2 */
      {WIDTH - 2, 4, 1, 8, 40},
      {4, HEIGHT - 1, 8, 1, 40},
      {0, 0, WIDTH, HEIGHT, 1}, /* a step of a fade */
  };
  AVFrame *base = new_frame(AV_PIX_FMT_YUV420P);
  draw(base, 0, 0, WIDTH, HEIGHT, 200);
  for (size_t i = 0; i < G_N_ELEMENTS(strokes); i++) {
    AVFrame *changed = copy_of(base);
    draw(changed, strokes[i].left, strokes[i].top, strokes[i].width, strokes[i].height,
         (uint8_t)(200 - strokes[i].by));
    g_assert_false(is_alike(changed, base));
  }
  AVFrame *coloured = copy_of(base); /* a pointer of light: in the colours alone */
  for (int y = 50; y < 54; y++)
    memset(coloured->data[2] + y * coloured->linesize[2] + 60, 200, 4);
  g_assert_false(is_alike(coloured, base));
  av_frame_free(&base);
}

static void test_formats(void) {
  static const enum AVPixelFormat formats[] = {AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_RGB24, AV_PIX_FMT_NV12,
                                               AV_PIX_FMT_GRAY8,       AV_PIX_FMT_PAL8,  AV_PIX_FMT_MONOBLACK,
                                               AV_PIX_FMT_YUV444P12LE, AV_PIX_FMT_BGRA,  AV_PIX_FMT_RGB565LE};
  for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
    g_test_message("%s", av_get_pix_fmt_name(formats[i]));
    AVFrame *base = new_frame(formats[i]);
    g_assert_true(is_alike(copy_of(base), base));
    AVFrame *changed = copy_of(base);
    for (int y = 120; y < 136; y++)
      memset(changed->data[0] + y * changed->linesize[0] + 16, 2, 16);
    g_assert_false(is_alike(changed, base));
    av_frame_free(&base);
  }
  AVFrame *base = new_frame(AV_PIX_FMT_PAL8); /* the same numbers of other colours */
  AVFrame *recoloured = copy_of(base);
  recoloured->data[1][4 * 128] ^= 0xFF;
  g_assert_false(is_alike(recoloured, base));
  AVFrame *smaller = new_frame(AV_PIX_FMT_PAL8);
  smaller->width = 100;
  g_assert_false(is_alike(smaller, base));
  av_frame_free(&base);
}

/** A fade so slow that no two neighbours differ for the eye is still followed, in small steps. */
static void test_slow_fade(void) {
  g_autoptr(ChangeDetector) detector = change_detector_new((Rational){25, 1});
  AVFrame *frame = new_frame(AV_PIX_FMT_YUV420P);
  for (int tick = 0; tick < 2000; tick++) {
    draw(frame, 0, 0, 200, HEIGHT, (uint8_t)(200 - tick / 40)); /* part of the picture, a level in 1.6 s */
    AVFrame *now = copy_of(frame);
    change_detector_is_new(detector, now, tick);
    const AVFrame *kept = change_detector_kept(detector);
    g_assert_cmpint(ABS(kept->data[0][kept->linesize[0] * 100 + 100] - now->data[0][now->linesize[0] * 100 + 100]),
                    <=, 1);
    av_frame_free(&now);
  }
  av_frame_free(&frame);
}

static void show(ChangeDetector *detector, AVFrame *frame, int *tick, int ticks, bool is_noisy) {
  for (int i = 0; i < ticks; i++, (*tick)++) {
    AVFrame *now = copy_of(frame);
    if (is_noisy)
      add_codec_noise(now, (guint32)*tick);
    change_detector_is_new(detector, now, *tick);
    av_frame_free(&now);
  }
}

static void assert_slides(ChangeDetector *detector, int end_tick, const int64_t *expected, guint count) {
  g_autoptr(GArray) slides = change_detector_slides(detector, end_tick);
  g_assert_cmpuint(slides->len, ==, count);
  for (guint i = 0; i < count; i++)
    g_assert_cmpint(g_array_index(slides, int64_t, i), ==, expected[i]);
}

static void test_slides(void) {
  g_autoptr(ChangeDetector) detector = change_detector_new((Rational){25, 1});
  AVFrame *first = new_slide(1), *second = new_slide(2), *third = new_slide(3);
  int tick = 0;
  show(detector, first, &tick, 100, true);
  show(detector, second, &tick, 20, true); /* leafed through */
  show(detector, third, &tick, 100, true);
  for (int i = 0; i < 50; i++) { /* a pointer wanders over it */
    AVFrame *pointed = copy_of(third);
    draw(pointed, 40 + 4 * i, 60, 10, 16, 16);
    show(detector, pointed, &tick, 1, false);
    av_frame_free(&pointed);
  }
  show(detector, first, &tick, 60, true);
  show(detector, second, &tick, 40, false); /* up to the end */
  assert_slides(detector, tick, (const int64_t[]){120, 270, 330}, 3);
  av_frame_free(&first);
  av_frame_free(&second);
  av_frame_free(&third);
}

/** A film is no slide, whatever happens in it; a slide that is written on line by line stays the same one. */
static void test_no_slides(void) {
  g_autoptr(ChangeDetector) film = change_detector_new((Rational){25, 1});
  for (int tick = 0; tick < 200; tick++) {
    AVFrame *scene = new_slide(tick / 60);
    draw(scene, 20, 30 + tick % 100, 60, 20, (uint8_t)(20 + tick % 3 * 90));
    change_detector_is_new(film, scene, tick);
    av_frame_free(&scene);
  }
  assert_slides(film, 200, NULL, 0);
  g_autoptr(ChangeDetector) board = change_detector_new((Rational){25, 1});
  AVFrame *frame = new_frame(AV_PIX_FMT_YUV420P);
  draw(frame, 0, 0, WIDTH, HEIGHT, 235);
  int tick = 0;
  for (int line = 0; line < 12; line++) {
    for (int x = 20; x < 300; x += 4) {
      draw(frame, x, 20 + 18 * line, 2, 10, 30);
      show(board, frame, &tick, 1, false);
    }
    show(board, frame, &tick, 45, false);
  }
  g_autoptr(GArray) slides = change_detector_slides(board, tick);
  g_assert_cmpuint(slides->len, <=, 1); /* the first line on an empty board is most of what is drawn */
  av_frame_free(&frame);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/change-detector/alike", test_alike);
  g_test_add_func("/change-detector/differences", test_differences);
  g_test_add_func("/change-detector/formats", test_formats);
  g_test_add_func("/change-detector/slow-fade", test_slow_fade);
  g_test_add_func("/change-detector/slides", test_slides);
  g_test_add_func("/change-detector/no-slides", test_no_slides);
  return g_test_run();
}
