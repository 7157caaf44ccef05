#include "transcoder/sound_writer.h"

#include "media/codec_string.h"
#include "transcoder/cmaf_writer.h"
#include "transcoder/error.h"

struct SoundWriter {
  SoundWriterConfig config;
  const SegmentPlan *segments;
  GArray *samples;    /**< CmafSample, of the open segment */
  CmafWriter *writer; /**< of the open span; NULL while it is skipped */
  char *file;
  int64_t frame_count;
  int64_t span, segment, span_first_segment, span_end_segment;
};

static bool open_span(SoundWriter *writer, int64_t span, GError **error) {
  const SoundWriterConfig *config = &writer->config;
  int64_t count;
  writer->span = span;
  segment_plan_span(writer->segments, span, &writer->span_first_segment, &count);
  writer->span_end_segment = writer->span_first_segment + count;
  if (span < config->first_span)
    return true;
  g_free(writer->file);
  writer->file = g_strdup_printf("%s-%" G_GINT64_FORMAT ".m4s", config->rendition.track, span);
  g_autofree char *path = g_build_filename(config->work_dir, writer->file, NULL);
  CmafTrackConfig track = {
      .kind = TRACK_KIND_AUDIO,
      .timescale_hz = writer->segments->audio_rate_hz,
      .channels = LADDER_AUDIO_CHANNELS,
      .bitrate_bps = config->rendition.bitrate_bps,
      .language = config->language,
      .config = probe_audio_aac_config,
      .config_size = sizeof probe_audio_aac_config,
  };
  writer->writer = cmaf_writer_new(path, &track, error);
  return writer->writer != NULL;
}

SoundWriter *sound_writer_new(const SoundWriterConfig *config, GError **error) {
  g_autoptr(SoundWriter) writer = g_new0(SoundWriter, 1);
  writer->config = *config;
  writer->segments = &config->plan->segments;
  writer->samples = cmaf_samples_new();
  return open_span(writer, 0, error) ? g_steal_pointer(&writer) : NULL;
}

void sound_writer_free(SoundWriter *writer) {
  if (writer == NULL)
    return;
  g_array_unref(writer->samples);
  g_clear_pointer(&writer->writer, cmaf_writer_free);
  g_free(writer->file);
  g_free(writer);
}

static bool close_span(SoundWriter *writer, GError **error) {
  if (writer->writer == NULL)
    return true;
  if (!cmaf_writer_close(writer->writer, error))
    return false;
  EventSpan span = {
      .span_index = writer->span,
      .first_segment = writer->span_first_segment,
      .file = writer->file,
      .init = cmaf_writer_init_segment(writer->writer),
      .segments = (GArray *)cmaf_writer_segments(writer->writer),
      .is_last = writer->span_end_segment == segment_plan_segment_count(writer->segments),
  };
  g_strlcpy(span.track, writer->config.rendition.track, sizeof span.track);
  codec_string_from_audio_specific_config(probe_audio_aac_config, sizeof probe_audio_aac_config, span.codec);
  bool ok = writer->config.on_span(&span, writer->config.user_data);
  g_clear_pointer(&writer->writer, cmaf_writer_free);
  if (!ok)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED, "the worker is gone");
  return ok;
}

/** End the open segment, and with it the span when it was the last one in it. */
static bool end_segment(SoundWriter *writer, GError **error) {
  if (writer->writer == NULL)
    g_array_set_size(writer->samples, 0);
  else if (!cmaf_writer_write_segment(writer->writer, writer->samples, error))
    return false;
  writer->segment++;
  if (writer->segment < writer->span_end_segment)
    return true;
  return close_span(writer, error) && (writer->segment == segment_plan_segment_count(writer->segments) ||
                                       open_span(writer, writer->span + 1, error));
}

bool sound_writer_add(SoundWriter *writer, GBytes *frame, GError **error) {
  int32_t duration = writer->segments->audio_frame_samples;
  if (writer->frame_count >= segment_plan_audio_frame_count(writer->segments))
    return true;
  CmafSample sample = {
      .data = g_bytes_ref(frame), .pts = writer->frame_count * duration, .duration = duration, .is_sync = true};
  g_array_append_val(writer->samples, sample);
  writer->frame_count++;
  return writer->frame_count < segment_plan_audio_boundary(writer->segments, writer->segment + 1) ||
         end_segment(writer, error);
}

int64_t sound_writer_frame_count(const SoundWriter *writer) {
  return writer->frame_count;
}
