#include "transcoder/waveform.h"

#include "transcoder/error.h"
#include "transcoder/sound_reader.h"
#include "transcoder/still.h"

#include <libavutil/frame.h>
#include <math.h>

#define MEASURED_US (10 * 60 * G_TIME_SPAN_SECOND)
#define RATE_HZ 8000
#define BLOCK_SAMPLES 1024
#define WIDTH 1280
#define HEIGHT 720
#define MARGIN 128
#define BAR_MIN 10
#define BAR_MAX 400

typedef struct {
  uint8_t red, green, blue;
} Color;
static const Color paper = {0xFB, 0xF6, 0xEE}, flower = {0xC8, 0x32, 0x2B};

bool waveform_measure(Source *source, const SourceInfo *info, float *ret_peaks, GError **error) {
  g_autoptr(SoundReader) sound = sound_reader_new(source, info, RATE_HZ, error);
  if (sound == NULL)
    return false;
  float left[BLOCK_SAMPLES], right[BLOCK_SAMPLES], *planes[SOUND_CHANNELS] = {left, right};
  double energy[WAVEFORM_BARS] = {0}, loudest = 0;
  int64_t total = rescale_i64(MIN(info->audio_duration_us, MEASURED_US), RATE_HZ, G_USEC_PER_SEC);
  for (int64_t at = 0; at < total; at += BLOCK_SAMPLES) {
    if (!sound_reader_read(sound, planes, BLOCK_SAMPLES, error))
      return false;
    for (int64_t i = 0; i < BLOCK_SAMPLES && at + i < total; i++)
      energy[(at + i) * WAVEFORM_BARS / total] += left[i] * left[i] + right[i] * right[i];
  }
  for (size_t bar = 0; bar < WAVEFORM_BARS; bar++) {
    energy[bar] = sqrt(energy[bar]);
    loudest = MAX(loudest, energy[bar]);
  }
  for (size_t bar = 0; bar < WAVEFORM_BARS; bar++)
    ret_peaks[bar] = loudest > 0 ? (float)(energy[bar] / loudest) : 0.0f;
  return true;
}

/** Part of pixel (x, y) that a bar with round ends covers, centred on the middle line. */
static double coverage(double x, double y, double center_x, double half_width, double half_height) {
  double dx = fabs(x - center_x), dy = MAX(fabs(y - HEIGHT / 2.0) - (half_height - half_width), 0);
  return CLAMP(half_width - sqrt(dx * dx + dy * dy) + 0.5, 0.0, 1.0);
}

static uint8_t mix(uint8_t from, uint8_t to, double part) {
  return (uint8_t)lround(from + (to - from) * part);
}

static void draw_bar(AVFrame *frame, size_t bar, float peak) {
  double pitch = (double)(WIDTH - 2 * MARGIN) / WAVEFORM_BARS, center = MARGIN + pitch * ((double)bar + 0.5);
  double half_width = pitch * 0.3, half_height = (BAR_MIN + (BAR_MAX - BAR_MIN) * (double)peak) / 2;
  for (int y = HEIGHT / 2 - BAR_MAX / 2 - 1; y <= HEIGHT / 2 + BAR_MAX / 2; y++) {
    for (int x = (int)(center - half_width) - 1; x <= (int)(center + half_width) + 1; x++) {
      double part = coverage(x + 0.5, y + 0.5, center, half_width, half_height);
      uint8_t *pixel = frame->data[0] + (ptrdiff_t)y * frame->linesize[0] + (ptrdiff_t)x * 3;
      pixel[0] = mix(pixel[0], flower.red, part);
      pixel[1] = mix(pixel[1], flower.green, part);
      pixel[2] = mix(pixel[2], flower.blue, part);
    }
  }
}

static void draw(AVFrame *frame, const float *peaks) {
  for (int y = 0; y < HEIGHT; y++) {
    uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
    for (int x = 0; x < WIDTH; x++) {
      row[3 * x] = paper.red;
      row[3 * x + 1] = paper.green;
      row[3 * x + 2] = paper.blue;
    }
  }
  for (size_t bar = 0; bar < WAVEFORM_BARS; bar++)
    draw_bar(frame, bar, peaks[bar]);
}

bool waveform_write_jpeg(const float *peaks, const char *path, GError **error) {
  AVFrame *frame = av_frame_alloc();
  frame->width = WIDTH;
  frame->height = HEIGHT;
  frame->format = AV_PIX_FMT_RGB24;
  bool ok = av_frame_get_buffer(frame, 0) >= 0;
  if (ok) {
    StillConfig config = {.width = WIDTH, .height = HEIGHT, .quantizer = STILL_QUANTIZER_POSTER};
    draw(frame, peaks);
    ok = still_write_jpeg(frame, &config, path, error);
  } else {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
  }
  av_frame_free(&frame);
  return ok;
}
