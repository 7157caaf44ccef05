#include "transcoder/probe_audio.h"

#include "media/ladder.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/stream_tags.h"

#include <string.h>

/** Object type 2 (LC), rate index 3 (48 kHz), channels 2, and three flags that are 0. */
const uint8_t probe_audio_aac_config[2] = {0x11, 0x90};
/** May follow: an extension that says that there is no SBR. */
static const uint8_t no_sbr[] = {0x56, 0xE5, 0x00};

static bool is_our_config(const uint8_t *config, int size) {
  const int own = sizeof probe_audio_aac_config, extension = sizeof no_sbr;
  if (size < own || memcmp(config, probe_audio_aac_config, sizeof probe_audio_aac_config) != 0)
    return false;
  return size == own || (size == own + extension && memcmp(config + own, no_sbr, sizeof no_sbr) == 0);
}

static bool may_be_copied(const AVCodecParameters *codec) {
  /* Without a configuration each frame has a header that says it (ADTS); the copy looks at them. */
  bool is_ours = codec->extradata_size > 0 ? is_our_config(codec->extradata, codec->extradata_size)
                                           : codec->profile == FF_PROFILE_AAC_LOW;
  return codec->codec_id == AV_CODEC_ID_AAC && codec->sample_rate == LADDER_AUDIO_RATE_HZ &&
         codec->ch_layout.nb_channels == LADDER_AUDIO_CHANNELS && codec->bit_rate <= PROBE_AUDIO_COPY_BPS &&
         is_ours;
}

static TrackRole role_of(const AVStream *stream) {
  bool describes = (stream->disposition & (AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_DESCRIPTIONS)) != 0;
  return describes ? TRACK_ROLE_DESCRIPTION : TRACK_ROLE_ALTERNATE;
}

static SourceSound describe(const AVStream *stream, TrackRole role) {
  SourceSound sound = {.stream = stream->index, .role = role, .may_be_copied = may_be_copied(stream->codecpar)};
  stream_tags_language(stream, sound.language, sizeof sound.language);
  stream_tags_label(stream->metadata, sound.label, sizeof sound.label);
  return sound;
}

static bool program_has(const AVProgram *program, int stream) {
  for (unsigned i = 0; i < program->nb_stream_indexes; i++) {
    if (program->stream_index[i] == (unsigned)stream)
      return true;
  }
  return false;
}

/** Whether both are of one program; a container without programs is one. */
static bool are_together(const AVFormatContext *format, int one, int other) {
  bool has_program = false;
  for (unsigned i = 0; i < format->nb_programs; i++) {
    bool is_in = program_has(format->programs[i], one);
    if (is_in && program_has(format->programs[i], other))
      return true;
    has_program = has_program || is_in;
  }
  return !has_program;
}

/** How well a stream serves as the main sound; 0: not at all. */
static int main_score(const AVFormatContext *format, int stream, int video) {
  const AVStream *candidate = format->streams[stream];
  const AVCodecParameters *codec = candidate->codecpar;
  if (codec->codec_type != AVMEDIA_TYPE_AUDIO || media_allow_list_find_decoder(codec->codec_id) == NULL ||
      codec->sample_rate <= 0)
    return 0;
  bool is_default = (candidate->disposition & AV_DISPOSITION_DEFAULT) != 0;
  bool is_for_few = role_of(candidate) == TRACK_ROLE_DESCRIPTION ||
                    (candidate->disposition & (AV_DISPOSITION_COMMENT | AV_DISPOSITION_HEARING_IMPAIRED)) != 0;
  bool is_together = video < 0 || are_together(format, video, stream);
  return 1 + (is_default ? 1 : 0) + (is_for_few ? 0 : 2) + (is_together ? 4 : 0);
}

int probe_audio_find_main(const AVFormatContext *format, int video) {
  int best = -1, best_score = 0;
  for (unsigned i = 0; i < format->nb_streams; i++) {
    int score = main_score(format, (int)i, video);
    if (score > best_score) {
      best = (int)i;
      best_score = score;
    }
  }
  return best;
}

size_t probe_audio(const AVFormatContext *format, int main, SourceSound ret_sounds[SOURCE_SOUNDS_MAX]) {
  size_t count = 0;
  ret_sounds[count++] = describe(format->streams[main], TRACK_ROLE_MAIN);
  for (unsigned i = 0; i < format->nb_streams && count < SOURCE_SOUNDS_MAX; i++) {
    const AVStream *stream = format->streams[i];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && (int)i != main && are_together(format, main, (int)i))
      ret_sounds[count++] = describe(stream, role_of(stream));
  }
  return count;
}
