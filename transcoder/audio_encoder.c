#include "transcoder/audio_encoder.h"

#include "transcoder/aac_copy.h"
#include "transcoder/aac_encoder.h"
#include "transcoder/error.h"
#include "transcoder/loudness.h"
#include "transcoder/sound_level.h"

/** Sounds up to this length are measured before anything is encoded: well under a second. */
#define SHORT_US (150 * G_TIME_SPAN_SECOND)
/** Of longer ones so much comes out first: more than the measuring of some hours takes. */
#define HEAD_START_US (90 * G_TIME_SPAN_SECOND)
/** The measuring begins this many AAC frames after the last span that comes before it, which all encoders have then
 * given back; what it changes begins as many frames later. */
#define MARGIN_FRAMES 4
/** Where encoding takes over from copying, the encoder begins so many frames earlier, to be in the swing. */
#define WARM_UP_FRAMES 2

typedef struct {
  AacEncoder *encoder;
  SoundWriter *writer;
  int64_t encode_from; /**< AAC frame: those before it are copied */
  int64_t dropped;     /**< frames that the encoder gave while warming up */
} Rendition;

typedef struct {
  const AudioTask *task;
  const SegmentPlan *segments;
  SourceInfo info; /**< with this sound as its audio_stream */
  Source *second;  /**< the source once more, for measuring beside encoding */
  Source *third;   /**< and again for the copy */
  AacCopy *copy;   /**< NULL: all is encoded */
  double progress;
  double gain_db;
  int64_t measure_at; /**< AAC frame before which the whole is measured; -1 when it has been */
  SoundReader *reader;
  SoundLevel *level;
  Rendition renditions[SOUND_RENDITIONS_MAX];
  size_t rendition_count;
} AudioEncoder;

static void audio_encoder_clear(AudioEncoder *audio) {
  for (size_t i = 0; i < audio->rendition_count; i++) {
    aac_encoder_free(audio->renditions[i].encoder);
    sound_writer_free(audio->renditions[i].writer);
  }
  sound_level_free(audio->level);
  sound_reader_free(audio->reader);
  aac_copy_free(audio->copy);
  source_free(audio->second);
  source_free(audio->third);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AudioEncoder, audio_encoder_clear)

static bool choose_sound(AudioEncoder *audio, GError **error) {
  const AudioTask *task = audio->task;
  const SourceInfo *source = &task->plan->source;
  int stream_count = (int)source_format(task->source)->nb_streams;
  if (task->sound >= source->sound_count || source->sounds[task->sound].stream < 0 ||
      source->sounds[task->sound].stream >= stream_count) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "sound %zu of the plan is not in the source",
                task->sound + 1);
    return false;
  }
  audio->info = *source;
  audio->info.audio_stream = source->sounds[task->sound].stream;
  return true;
}

/** Measuring takes a while: say that it goes on. */
static void tick(gpointer user_data) {
  AudioEncoder *audio = user_data;
  audio->task->progress(audio->progress, audio->task->user_data);
}

static bool may_be_copied(const AudioEncoder *audio) {
  return audio->info.sounds[audio->task->sound].may_be_copied;
}

static LoudnessTask measuring(AudioEncoder *audio) {
  return (LoudnessTask){.source = audio->second,
                        .info = &audio->info,
                        .rate_hz = audio->segments->audio_rate_hz,
                        .sample_count = audio->segments->audio_sample_count,
                        .wants_peak = may_be_copied(audio),
                        .tick = tick,
                        .user_data = audio};
}

/** The first AAC frame of the first span that starts past the head start, or -1. */
static int64_t end_of_head_start(const SegmentPlan *segments) {
  int64_t head =
      av_rescale(HEAD_START_US, segments->audio_rate_hz, G_USEC_PER_SEC * (int64_t)segments->audio_frame_samples);
  int64_t spans = segment_plan_span_count(segments);
  for (int64_t span = 1; span < spans; span++) {
    int64_t first_segment, count;
    segment_plan_span(segments, span, &first_segment, &count);
    int64_t frame = segment_plan_audio_boundary(segments, first_segment);
    if (frame >= head)
      return frame;
  }
  return -1;
}

static bool check_sound(const AudioEncoder *audio, const Loudness *loudness, GError **error) {
  if (loudness->has_sound || audio->task->sound == 0)
    return true;
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "nothing of the sound could be decoded");
  return false;
}

/** Whether the source's own frames can stand for the first `frame_count` ones of the plan. */
static bool is_fit_to_copy(AudioEncoder *audio, const Loudness *loudness, int64_t frame_count) {
  if (!may_be_copied(audio) || !loudness_is_fit(loudness))
    return false;
  g_autoptr(AacCopy) trial = aac_copy_new(audio->second, &audio->info, audio->segments->audio_rate_hz, NULL);
  return trial != NULL && aac_copy_check(trial, frame_count, PROBE_AUDIO_COPY_BPS);
}

/** Copy, or begin with the gain that the loudness asks for. */
static bool begin_level(AudioEncoder *audio, const Loudness *loudness, GError **error) {
  int64_t known = segment_plan_audio_frame_count(audio->segments);
  if (audio->measure_at >= 0)
    known = audio->measure_at + MARGIN_FRAMES;
  if (!is_fit_to_copy(audio, loudness, known)) {
    audio->gain_db = loudness_gain_db(loudness);
    return true;
  }
  audio->third = source_open_again(audio->task->source, error);
  audio->copy =
      audio->third != NULL ? aac_copy_new(audio->third, &audio->info, audio->segments->audio_rate_hz, error) : NULL;
  return audio->copy != NULL;
}

/** The gain to begin with, and whether it is the last word. */
static bool decide_level(AudioEncoder *audio, GError **error) {
  g_autoptr(GError) cause = NULL;
  Loudness loudness;
  audio->second = source_open_again(audio->task->source, error);
  if (audio->second == NULL)
    return false;
  LoudnessTask task = measuring(audio);
  int64_t head = end_of_head_start(audio->segments);
  int64_t duration_us = av_rescale(task.sample_count, G_USEC_PER_SEC, task.rate_hz);
  audio->measure_at = duration_us > SHORT_US && head >= 0 ? head + MARGIN_FRAMES : -1;
  if (audio->measure_at >= 0 && !loudness_estimate(&task, &loudness, &cause)) {
    if (cause != NULL) {
      g_propagate_error(error, g_steal_pointer(&cause));
      return false;
    }
    audio->measure_at = -1;
  }
  if (audio->measure_at < 0 && !loudness_measure(&task, &loudness, error))
    return false;
  return check_sound(audio, &loudness, error) && begin_level(audio, &loudness, error);
}

static bool measure_whole(AudioEncoder *audio, GError **error) {
  LoudnessTask task = measuring(audio);
  Loudness loudness;
  if (!loudness_measure(&task, &loudness, error))
    return false;
  int64_t frame = audio->measure_at + MARGIN_FRAMES;
  if (audio->copy != NULL && is_fit_to_copy(audio, &loudness, segment_plan_audio_frame_count(audio->segments)))
    return true;
  sound_level_glide(audio->level, frame * audio->segments->audio_frame_samples, loudness_gain_db(&loudness));
  if (audio->copy != NULL)
    audio->renditions[0].encode_from = frame;
  return true;
}

static bool open_renditions(AudioEncoder *audio, GError **error) {
  const AudioTask *task = audio->task;
  SoundRendition renditions[SOUND_RENDITIONS_MAX];
  audio->rendition_count = sound_plan_renditions(task->sound, renditions);
  for (size_t i = 0; i < audio->rendition_count; i++) {
    SoundWriterConfig config = {.plan = task->plan,
                                .rendition = renditions[i],
                                .language = task->plan->source.sounds[task->sound].language,
                                .work_dir = task->work_dir,
                                .first_span = task->first_span,
                                .on_span = task->on_span,
                                .user_data = task->user_data};
    Rendition *rendition = &audio->renditions[i];
    rendition->encoder = aac_encoder_new(audio->segments->audio_rate_hz, renditions[i].bitrate_bps, error);
    rendition->writer = rendition->encoder != NULL ? sound_writer_new(&config, error) : NULL;
    if (rendition->writer == NULL)
      return false;
  }
  if (audio->copy != NULL)
    audio->renditions[0].encode_from = INT64_MAX;
  return true;
}

/** Write the next frame of the copy. It was looked through before: one that is missing now is the end of it. */
static bool copy_frame(AudioEncoder *audio, GError **error) {
  g_autoptr(GBytes) frame = aac_copy_next(audio->copy);
  if (frame != NULL)
    return sound_writer_add(audio->renditions[0].writer, frame, error);
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED,
                      "the sound reads differently a second time");
  return false;
}

/** Encode a frame's samples (NULL: the end) and write what comes out. */
static bool encode_frame(Rendition *rendition, float *const planes[SOUND_CHANNELS], GError **error) {
  g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  if (!aac_encoder_encode(rendition->encoder, planes, frames, error))
    return false;
  for (guint i = 0; i < frames->len; i++) {
    if (rendition->encode_from > 0 && rendition->dropped < WARM_UP_FRAMES)
      rendition->dropped++;
    else if (!sound_writer_add(rendition->writer, g_ptr_array_index(frames, i), error))
      return false;
  }
  return true;
}

/** Frame `index` of the plan (`planes` NULL: the end of all) into all renditions. */
static bool feed(AudioEncoder *audio, int64_t index, float *const planes[SOUND_CHANNELS], GError **error) {
  for (size_t i = 0; i < audio->rendition_count; i++) {
    Rendition *rendition = &audio->renditions[i];
    if (planes != NULL && index < rendition->encode_from && !copy_frame(audio, error))
      return false;
    bool is_encoded = rendition->encode_from < INT64_MAX && index >= rendition->encode_from - WARM_UP_FRAMES;
    if (is_encoded && !encode_frame(rendition, planes, error))
      return false;
  }
  return true;
}

static bool check_whole(const AudioEncoder *audio, int64_t total, GError **error) {
  for (size_t i = 0; i < audio->rendition_count; i++) {
    int64_t count = sound_writer_frame_count(audio->renditions[i].writer);
    if (count == total)
      continue;
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                "the AAC encoder gave %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " frames", count, total);
    return false;
  }
  return true;
}

static bool encode_all(AudioEncoder *audio, GError **error) {
  int64_t total = segment_plan_audio_frame_count(audio->segments);
  float left[AAC_FRAME_SAMPLES], right[AAC_FRAME_SAMPLES], *planes[SOUND_CHANNELS] = {left, right};
  for (int64_t i = 0; i < total; i++) {
    if (i == audio->measure_at && !measure_whole(audio, error))
      return false;
    if (!sound_level_read(audio->level, planes, AAC_FRAME_SAMPLES, error) || !feed(audio, i, planes, error))
      return false;
    audio->progress = (double)i / (double)total;
    if (i % 256 == 0)
      tick(audio);
  }
  return feed(audio, total, NULL, error) && check_whole(audio, total, error);
}

bool audio_encode(const AudioTask *task, GError **error) {
  g_auto(AudioEncoder) audio = {.task = task, .segments = &task->plan->segments};
  if (!choose_sound(&audio, error) || !decide_level(&audio, error))
    return false;
  audio.reader = sound_reader_new(task->source, &audio.info, audio.segments->audio_rate_hz, error);
  if (audio.reader == NULL)
    return false;
  audio.level = sound_level_new(audio.reader, audio.segments->audio_rate_hz, audio.gain_db);
  return open_renditions(&audio, error) && encode_all(&audio, error);
}
