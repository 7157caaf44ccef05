#include "transcoder/sound_reader.h"

#include "transcoder/error.h"
#include "transcoder/frame_reader.h"

#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>

/** Time stamps may be this far from where the samples before them end: less than an AAC frame, more than the
 * rounding of containers with millisecond clocks. */
#define TOLERANCE_US 12000
/** A clock that runs fast or slow is followed by stretching the sound, when it is off by more than the first of these
 * on average, at a pace that would take the second to come back: at most 0.3 %, which nobody hears. */
#define DRIFT_MIN_US 2000
#define DRIFT_PACE_US (4 * G_TIME_SPAN_SECOND)
/** Weight of a frame in the average: containers round time stamps to milliseconds. */
#define DRIFT_WEIGHT (1.0 / 32)
#define SILENCE_CHUNK 4096
#define SAMPLE_MAX 64.0f /**< 36 dB over full scale */

struct SoundReader {
  FrameReader *frames;
  SwrContext *resampler;
  AVAudioFifo *ready;
  int32_t rate_hz;
  int64_t written; /**< samples put into `ready` since the lesson's start */
  int input_rate, input_format;
  AVChannelLayout input_layout;
  const AVFrame *held; /**< decoded, not yet placed; the frame reader's */
  int64_t held_us;
  int64_t end_us; /**< of the track: later time stamps are wrong and not followed */
  double drift;   /**< samples that the clock is ahead, averaged */
  bool in_gap;    /**< silence is being put before the held frame */
  bool has_decoded;
  int64_t unplaced; /**< frames that the resampler did not take */
  bool is_lost;     /**< after a jump: the next frame tells where we are */
  bool at_end;
};

SoundReader *sound_reader_new(Source *source, const SourceInfo *info, int32_t rate_hz, GError **error) {
  g_autoptr(SoundReader) reader = g_new0(SoundReader, 1);
  reader->rate_hz = rate_hz;
  reader->end_us = info->audio_duration_us;
  reader->ready = av_audio_fifo_alloc(AV_SAMPLE_FMT_FLTP, SOUND_CHANNELS, rate_hz);
  reader->frames = frame_reader_new(source, info->audio_stream, info->start_us, error);
  if (reader->frames == NULL)
    return NULL;
  source_rewind(source, info->audio_stream);
  return g_steal_pointer(&reader);
}

void sound_reader_free(SoundReader *reader) {
  if (reader == NULL)
    return;
  frame_reader_free(reader->frames);
  swr_free(&reader->resampler);
  av_audio_fifo_free(reader->ready);
  av_channel_layout_uninit(&reader->input_layout);
  g_free(reader);
}

/** Whole samples that the resampler still holds back. */
static int64_t held_back(const SoundReader *reader) {
  return reader->resampler != NULL ? swr_get_delay(reader->resampler, reader->rate_hz) : 0;
}

static bool write_silence(SoundReader *reader, int64_t count) {
  static float zeros[SILENCE_CHUNK];
  void *planes[SOUND_CHANNELS] = {zeros, zeros};
  while (count > 0) {
    int chunk = (int)MIN(count, SILENCE_CHUNK);
    if (av_audio_fifo_write(reader->ready, planes, chunk) < chunk)
      return false;
    reader->written += chunk;
    count -= chunk;
  }
  return true;
}

/** Put samples through the resampler (NULL: what it holds back), leaving the first `skip` out. */
static bool resample(SoundReader *reader, const AVFrame *frame, int64_t skip) {
  int input = frame != NULL ? frame->nb_samples : 0;
  int room = swr_get_out_samples(reader->resampler, input);
  if (room <= 0)
    return room == 0;
  uint8_t *planes[SOUND_CHANNELS] = {NULL};
  if (av_samples_alloc(planes, NULL, SOUND_CHANNELS, room, AV_SAMPLE_FMT_FLTP, 0) < 0)
    return false;
  const uint8_t **from = frame != NULL ? (const uint8_t **)frame->extended_data : NULL;
  int got = swr_convert(reader->resampler, planes, room, from, input);
  bool ok = got >= 0;
  if (ok && got > skip) {
    void *kept[SOUND_CHANNELS];
    for (int channel = 0; channel < SOUND_CHANNELS; channel++)
      kept[channel] = (float *)planes[channel] + skip;
    int count = got - (int)skip;
    ok = av_audio_fifo_write(reader->ready, kept, count) >= count;
    reader->written += count;
  }
  av_freep(&planes[0]);
  return ok;
}

/** (Re)open the resampler when the frames' format is new or has changed. */
static bool prepare_resampler(SoundReader *reader, const AVFrame *frame) {
  if (reader->resampler != NULL && frame->sample_rate == reader->input_rate &&
      frame->format == reader->input_format &&
      av_channel_layout_compare(&frame->ch_layout, &reader->input_layout) == 0)
    return true;
  if (reader->resampler != NULL && !resample(reader, NULL, 0))
    return false;
  AVChannelLayout layout = {0}, stereo = AV_CHANNEL_LAYOUT_STEREO;
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
  else if (av_channel_layout_copy(&layout, &frame->ch_layout) < 0)
    return false;
  swr_free(&reader->resampler);
  int result = swr_alloc_set_opts2(&reader->resampler, &stereo, AV_SAMPLE_FMT_FLTP, reader->rate_hz, &layout,
                                   (enum AVSampleFormat)frame->format, frame->sample_rate, 0, NULL);
  av_channel_layout_uninit(&layout);
  reader->input_rate = frame->sample_rate;
  reader->input_format = frame->format;
  av_channel_layout_uninit(&reader->input_layout);
  return result >= 0 && av_channel_layout_copy(&reader->input_layout, &frame->ch_layout) >= 0 &&
         swr_init(reader->resampler) >= 0;
}

static int64_t to_samples(const SoundReader *reader, int64_t duration_us) {
  return av_rescale(duration_us, reader->rate_hz, G_USEC_PER_SEC);
}

/** Stretch what is to come when the clock has been `late` samples ahead for a while (negative: behind). */
static bool follow_drift(SoundReader *reader, int64_t late) {
  reader->drift += ((double)late - reader->drift) * DRIFT_WEIGHT;
  if (fabs(reader->drift) <= (double)to_samples(reader, DRIFT_MIN_US))
    return true;
  return swr_set_compensation(reader->resampler, (int)reader->drift, (int)to_samples(reader, DRIFT_PACE_US)) >= 0;
}

/** Put the held frame at its place on the lesson's clock: silence first where the clock is ahead, at most a second a
 * call. Lets go of the frame when its samples are in. */
static bool place_frame(SoundReader *reader) {
  const AVFrame *frame = reader->held;
  if (!prepare_resampler(reader, frame))
    return false;
  int64_t wanted = to_samples(reader, reader->held_us);
  if (reader->is_lost)
    reader->written = wanted;
  reader->is_lost = false;
  int64_t expected = reader->written + held_back(reader);
  int64_t tolerance = to_samples(reader, TOLERANCE_US);
  bool is_exact = expected == 0 || reader->in_gap;
  int64_t late = reader->held_us <= reader->end_us ? wanted - expected : 0;
  if (late > (is_exact ? 0 : tolerance)) {
    reader->in_gap = true;
    return write_silence(reader, MIN(late, reader->rate_hz));
  }
  reader->in_gap = false;
  reader->held = NULL;
  if (is_exact || ABS(late) > tolerance)
    reader->drift = 0;
  else if (!follow_drift(reader, late))
    return false;
  return resample(reader, frame, late < (is_exact ? 0 : -tolerance) ? -late : 0);
}

static bool read_more(SoundReader *reader) {
  while (reader->held == NULL) {
    reader->held = frame_reader_next(reader->frames, &reader->held_us);
    if (reader->held == NULL) {
      reader->at_end = true;
      return reader->resampler == NULL || resample(reader, NULL, 0);
    }
    reader->has_decoded = true;
    if (reader->held->nb_samples <= 0 || reader->held->sample_rate <= 0)
      reader->held = NULL;
  }
  if (place_frame(reader))
    return true;
  /* Damage may make a frame that no resampler takes: it is left out. */
  reader->held = NULL;
  reader->unplaced++;
  swr_free(&reader->resampler);
  return true;
}

/** Float sources hold anything, and filters never recover from what is no number. */
static void mute_nonsense(float *samples, int count) {
  for (int i = 0; i < count; i++) {
    if (!(fabsf(samples[i]) <= SAMPLE_MAX))
      samples[i] = 0;
  }
}

bool sound_reader_read(SoundReader *reader, float *const planes[SOUND_CHANNELS], int count, GError **error) {
  bool ok = true;
  while (ok && !reader->at_end && av_audio_fifo_size(reader->ready) < count)
    ok = read_more(reader);
  if (ok && av_audio_fifo_size(reader->ready) < count)
    ok = write_silence(reader, count - av_audio_fifo_size(reader->ready));
  if (!ok || av_audio_fifo_read(reader->ready, (void **)planes, count) < count) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the sound cannot be resampled");
    return false;
  }
  for (int channel = 0; channel < SOUND_CHANNELS; channel++)
    mute_nonsense(planes[channel], count);
  return true;
}

bool sound_reader_jump(SoundReader *reader, int64_t time_us) {
  if (!frame_reader_jump(reader->frames, time_us))
    return false;
  swr_free(&reader->resampler);
  av_audio_fifo_reset(reader->ready);
  reader->held = NULL;
  reader->is_lost = true;
  reader->in_gap = reader->at_end = false;
  return true;
}

bool sound_reader_has_decoded(const SoundReader *reader) {
  return reader->has_decoded;
}

bool sound_reader_is_damaged(const SoundReader *reader) {
  return reader->unplaced > 0 || frame_reader_damaged(reader->frames) > 0;
}

bool sound_reader_is_at_end(const SoundReader *reader) {
  return reader->at_end && av_audio_fifo_size(reader->ready) == 0;
}
