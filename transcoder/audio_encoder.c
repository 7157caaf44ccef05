#include "transcoder/audio_encoder.h"

#include "media/codec_string.h"
#include "transcoder/cmaf_writer.h"
#include "transcoder/error.h"
#include "transcoder/sound_reader.h"

#include <libavcodec/avcodec.h>

typedef struct {
  const EncodePlan *plan;
  const char *work_dir;
  int64_t first_span;
  AudioSpanFunc on_span;
  EncodeProgressFunc progress;
  gpointer user_data;

  AVCodecContext *encoder;
  AVFrame *frame;
  AVPacket *packet;
  int64_t packet_count; /**< AAC frames gathered, the priming frame not counted */
  GArray *samples;      /**< CmafSample, of the open segment */
  CmafWriter *writer;   /**< of the open span; NULL while it is skipped */
  char *file;
  int64_t span, segment, span_first_segment, span_end_segment;
} AudioEncoder;

static void audio_encoder_clear(AudioEncoder *audio) {
  avcodec_free_context(&audio->encoder);
  av_frame_free(&audio->frame);
  av_packet_free(&audio->packet);
  g_clear_pointer(&audio->samples, g_array_unref);
  g_clear_pointer(&audio->writer, cmaf_writer_free);
  g_clear_pointer(&audio->file, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AudioEncoder, audio_encoder_clear)

static bool open_encoder(AudioEncoder *audio, GError **error) {
  const AVCodec *codec = avcodec_find_encoder_by_name("aac");
  audio->encoder = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
  if (audio->encoder == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "no AAC encoder");
    return false;
  }
  AVCodecContext *encoder = audio->encoder;
  encoder->sample_rate = audio->plan->segments.audio_rate_hz;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->bit_rate = LADDER_AUDIO_BITRATE_BPS;
  encoder->time_base = (AVRational){1, encoder->sample_rate};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av_channel_layout_default(&encoder->ch_layout, SOUND_CHANNELS);
  int result = avcodec_open2(encoder, codec, NULL);
  audio->frame = av_frame_alloc();
  audio->packet = av_packet_alloc();
  audio->frame->nb_samples = audio->plan->segments.audio_frame_samples;
  audio->frame->format = AV_SAMPLE_FMT_FLTP;
  audio->frame->sample_rate = encoder->sample_rate;
  if (result >= 0)
    result = av_channel_layout_copy(&audio->frame->ch_layout, &encoder->ch_layout);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, "the AAC encoder does not start");
    return false;
  }
  return true;
}

static bool open_span(AudioEncoder *audio, int64_t span, GError **error) {
  int64_t count;
  audio->span = span;
  segment_plan_span(&audio->plan->segments, span, &audio->span_first_segment, &count);
  audio->span_end_segment = audio->span_first_segment + count;
  if (span < audio->first_span)
    return true;
  g_free(audio->file);
  audio->file = g_strdup_printf("%s-%" G_GINT64_FORMAT ".m4s", ENCODE_PLAN_AUDIO_TRACK, span);
  g_autofree char *path = g_build_filename(audio->work_dir, audio->file, NULL);
  CmafTrackConfig config = {
      .kind = TRACK_KIND_AUDIO,
      .timescale_hz = audio->encoder->sample_rate,
      .channels = SOUND_CHANNELS,
      .bitrate_bps = LADDER_AUDIO_BITRATE_BPS,
      .language = audio->plan->source.audio_language,
      .config = audio->encoder->extradata,
      .config_size = (size_t)audio->encoder->extradata_size,
  };
  audio->writer = cmaf_writer_new(path, &config, error);
  return audio->writer != NULL;
}

static bool close_span(AudioEncoder *audio, GError **error) {
  if (audio->writer == NULL)
    return true;
  if (!cmaf_writer_close(audio->writer, error))
    return false;
  EventSpan span = {
      .track = ENCODE_PLAN_AUDIO_TRACK,
      .span_index = audio->span,
      .first_segment = audio->span_first_segment,
      .file = audio->file,
      .init = cmaf_writer_init_segment(audio->writer),
      .segments = (GArray *)cmaf_writer_segments(audio->writer),
      .is_last = audio->span_end_segment == segment_plan_segment_count(&audio->plan->segments),
  };
  codec_string_from_audio_specific_config(audio->encoder->extradata, (size_t)audio->encoder->extradata_size,
                                          span.codec);
  bool ok = audio->on_span(&span, audio->user_data);
  g_clear_pointer(&audio->writer, cmaf_writer_free);
  if (!ok)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED, "the worker is gone");
  return ok;
}

/** End the open segment, and with it the span when it was the last one in it. */
static bool end_segment(AudioEncoder *audio, GError **error) {
  if (audio->writer == NULL)
    g_array_set_size(audio->samples, 0);
  else if (!cmaf_writer_write_segment(audio->writer, audio->samples, error))
    return false;
  audio->segment++;
  if (audio->segment < audio->span_end_segment)
    return true;
  if (!close_span(audio, error))
    return false;
  return audio->segment == segment_plan_segment_count(&audio->plan->segments) ||
         open_span(audio, audio->span + 1, error);
}

static bool add_packet(AudioEncoder *audio, GError **error) {
  const AVPacket *packet = audio->packet;
  int32_t frame_samples = audio->plan->segments.audio_frame_samples;
  if (packet->pts < 0) /* priming */
    return true;
  if (audio->packet_count >= segment_plan_audio_frame_count(&audio->plan->segments))
    return true;
  CmafSample sample = {
      .data = g_bytes_new(packet->data, (gsize)packet->size),
      .pts = audio->packet_count * frame_samples,
      .duration = frame_samples,
      .is_sync = true,
  };
  g_array_append_val(audio->samples, sample);
  audio->packet_count++;
  if (audio->packet_count == segment_plan_audio_boundary(&audio->plan->segments, audio->segment + 1))
    return end_segment(audio, error);
  return true;
}

static bool drain(AudioEncoder *audio, GError **error) {
  int result;
  while ((result = avcodec_receive_packet(audio->encoder, audio->packet)) >= 0) {
    bool ok = add_packet(audio, error);
    av_packet_unref(audio->packet);
    if (!ok)
      return false;
  }
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF)
    return true;
  transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, "encoding AAC");
  return false;
}

static bool encode_frame(AudioEncoder *audio, SoundReader *sound, int64_t index, GError **error) {
  AVFrame *frame = audio->frame;
  av_frame_unref(frame);
  frame->nb_samples = audio->plan->segments.audio_frame_samples;
  frame->format = AV_SAMPLE_FMT_FLTP;
  frame->sample_rate = audio->encoder->sample_rate;
  frame->pts = index * frame->nb_samples;
  int result = av_channel_layout_copy(&frame->ch_layout, &audio->encoder->ch_layout);
  if (result >= 0)
    result = av_frame_get_buffer(frame, 0);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, "encoding AAC");
    return false;
  }
  float *planes[SOUND_CHANNELS] = {(float *)frame->data[0], (float *)frame->data[1]};
  if (!sound_reader_read(sound, planes, frame->nb_samples, error))
    return false;
  result = avcodec_send_frame(audio->encoder, frame);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_ENCODER, result, "encoding AAC");
    return false;
  }
  return drain(audio, error);
}

static bool encode_all(AudioEncoder *audio, SoundReader *sound, GError **error) {
  int64_t total = segment_plan_audio_frame_count(&audio->plan->segments);
  for (int64_t i = 0; i < total; i++) {
    if (!encode_frame(audio, sound, i, error))
      return false;
    if (i % 256 == 0)
      audio->progress((double)i / (double)total, audio->user_data);
  }
  avcodec_send_frame(audio->encoder, NULL);
  if (!drain(audio, error))
    return false;
  if (audio->packet_count == total)
    return true;
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
              "the AAC encoder gave %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " frames", audio->packet_count,
              total);
  return false;
}

bool audio_encode(Source *source, const EncodePlan *plan, int64_t first_span, const char *work_dir,
                  AudioSpanFunc on_span, EncodeProgressFunc progress, gpointer user_data, GError **error) {
  g_auto(AudioEncoder) audio = {.plan = plan,
                                .work_dir = work_dir,
                                .first_span = first_span,
                                .on_span = on_span,
                                .progress = progress,
                                .user_data = user_data};
  audio.samples = cmaf_samples_new();
  g_autoptr(SoundReader) sound = sound_reader_new(source, &plan->source, plan->segments.audio_rate_hz, error);
  return sound != NULL && open_encoder(&audio, error) && open_span(&audio, 0, error) &&
         encode_all(&audio, sound, error);
}
