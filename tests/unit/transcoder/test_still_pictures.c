/* A slide lecture in real H.264: slides that stand while a pointer moves over them now and then. Pictures that show
 * nothing new need not be decoded, and nothing that is new may be missed. */
#include "source_fixture.h"
#include "transcoder/frame_reader.h"

#include <libavutil/opt.h>
#include <stdlib.h>

#define WIDTH 1280
#define HEIGHT 720
#define FRAMES 150
#define SLIDE_FRAMES 60
#define POINTER_FIRST 80
#define POINTER_LAST 100
#define POINTER_SIDE 12
#define LETTER 8
/* Between the same place of a picture shown and of the one that should be there. */
#define DIFFERENCE_MAX 12

static AVCodecContext *open_x264(const char *parameters) {
  AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder_by_name("libx264"));
  g_assert_nonnull(encoder);
  encoder->width = WIDTH;
  encoder->height = HEIGHT;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = (AVRational){1, 25};
  encoder->framerate = (AVRational){25, 1};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
  av_opt_set(encoder->priv_data, "crf", "20", 0);
  av_opt_set(encoder->priv_data, "x264-params", parameters, 0);
  g_assert_cmpint(avcodec_open2(encoder, NULL, NULL), >=, 0);
  return encoder;
}

/* Lines of blocks, as of text, others on each slide; a bright pointer that moves by two samples a frame. */
static void draw(AVFrame *frame, int number) {
  int slide = number / SLIDE_FRAMES;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x += LETTER) {
      bool is_ink = y / 16 % 2 == 0 && (unsigned)(x / LETTER * 7919 + y / 16 * 104729 + slide * 1299709) % 3 == 0;
      memset(frame->data[0] + y * frame->linesize[0] + x, is_ink ? 40 : 200, LETTER);
    }
  int step = CLAMP(number, POINTER_FIRST, POINTER_LAST) - POINTER_FIRST;
  for (int y = 0; y < POINTER_SIDE; y++)
    memset(frame->data[0] + (300 + y) * frame->linesize[0] + 400 + 2 * step, 235, POINTER_SIDE);
  memset(frame->data[1], 128, (size_t)frame->linesize[1] * HEIGHT / 2);
  memset(frame->data[2], 128, (size_t)frame->linesize[2] * HEIGHT / 2);
}

static void write_lecture(const char *parameters, const char *path) {
  AVFormatContext *format = NULL;
  g_assert_cmpint(avformat_alloc_output_context2(&format, NULL, "mp4", path), >=, 0);
  AVCodecContext *video = open_x264(parameters);
  AVStream *stream = fixture_add_stream(format, video);
  g_assert_cmpint(avio_open(&format->pb, path, AVIO_FLAG_WRITE), >=, 0);
  g_assert_cmpint(avformat_write_header(format, NULL), >=, 0);
  for (int i = 0; i < FRAMES; i++) {
    AVFrame *frame = av_frame_alloc();
    frame->width = WIDTH;
    frame->height = HEIGHT;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->pts = i;
    g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
    draw(frame, i);
    fixture_write(format, stream, video, frame, 0);
    av_frame_free(&frame);
  }
  fixture_write(format, stream, video, NULL, 0);
  g_assert_cmpint(av_write_trailer(format), >=, 0);
  avio_closep(&format->pb);
  avcodec_free_context(&video);
  avformat_free_context(format);
}

static Source *open_lecture(const char *path, int *ret_fd) {
  g_autoptr(GError) error = NULL;
  *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
  Source *source = source_open(*ret_fd, &error);
  g_assert_no_error(error);
  return source;
}

static int largest_difference(const AVFrame *a, const AVFrame *b) {
  int largest = 0;
  for (int y = 0; y < HEIGHT; y++) {
    const uint8_t *row_a = a->data[0] + y * a->linesize[0], *row_b = b->data[0] + y * b->linesize[0];
    for (int x = 0; memcmp(row_a, row_b, WIDTH) != 0 && x < WIDTH; x++)
      largest = MAX(largest, abs(row_a[x] - row_b[x]));
  }
  return largest;
}

/* Goes over all frames beside what a reader of the changed ones shows at the same time. Returns how many came. */
static int compare(Source *all_source, Source *changed_source, int from) {
  g_autoptr(GError) error = NULL;
  g_autoptr(FrameReader) all = frame_reader_new(all_source, 0, 0, &error);
  g_autoptr(FrameReader) changed = frame_reader_new(changed_source, 0, 0, &error);
  frame_reader_want(changed, FRAMES_CHANGED);
  int64_t start_us = from * 40000 + 20000, all_us, changed_us;
  g_assert_true(frame_reader_seek(all, start_us, &error) && frame_reader_seek(changed, start_us, &error));
  AVFrame *shown = av_frame_alloc(), *next = av_frame_alloc();
  int count = 0;
  bool has_next = true;
  const AVFrame *frame = frame_reader_next(changed, &changed_us);
  g_assert_nonnull(frame);
  av_frame_ref(next, frame);
  for (const AVFrame *wanted; (wanted = frame_reader_next(all, &all_us)) != NULL;) {
    while (has_next && changed_us <= all_us) {
      av_frame_unref(shown);
      av_frame_move_ref(shown, next);
      count++;
      frame = frame_reader_next(changed, &changed_us);
      has_next = frame != NULL;
      if (has_next)
        av_frame_ref(next, frame);
    }
    g_assert_nonnull(shown->data[0]);
    int difference = largest_difference(wanted, shown);
    g_test_message("at %ld us: %d", (long)all_us, difference);
    g_assert_cmpint(difference, <=, DIFFERENCE_MAX);
  }
  g_assert_false(has_next);
  av_frame_free(&shown);
  av_frame_free(&next);
  return count;
}

static void test_still_pictures(gconstpointer data) {
  int fds[2], made;
  g_autofree char *path = NULL;
  g_assert_cmpint(made = g_file_open_tmp("kapok-still-XXXXXX.mp4", &path, NULL), >=, 0);
  close(made);
  write_lecture(data, path);
  g_autoptr(Source) all = open_lecture(path, &fds[0]);
  g_autoptr(Source) changed = open_lecture(path, &fds[1]);
  g_unlink(path);
  int count = compare(all, changed, 0);
  g_test_message("%d of %d pictures were decoded", count, FRAMES);
  g_assert_cmpint(count, <, 3 * FRAMES / 4);                       /* something is passed over, */
  g_assert_cmpint(count, >=, POINTER_LAST - POINTER_FIRST);        /* but not the pointer */
  g_assert_cmpint(compare(all, changed, POINTER_FIRST + 3), >, 0); /* and after a seek into its movement */
  close(fds[0]);
  close(fds[1]);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  av_log_set_level(AV_LOG_QUIET);
  g_test_add_data_func("/still-pictures/b-frames", "keyint=50:bframes=3:b-pyramid=none", test_still_pictures);
  g_test_add_data_func("/still-pictures/pyramid", "keyint=75:bframes=5:b-adapt=1:b-pyramid=normal",
                       test_still_pictures);
  g_test_add_data_func("/still-pictures/cavlc", "keyint=50:bframes=2:cabac=0", test_still_pictures);
  return g_test_run();
}
