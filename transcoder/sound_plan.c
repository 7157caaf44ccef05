#include "transcoder/sound_plan.h"

/** The main sound comes first (JOB_PRIORITY_AUDIO); the others before the rest of the pictures. */
enum { PRIORITY_OTHER = 60 };

/** Shares in the progress, in milliseconds of lesson: sound costs about a fortieth of the pictures. */
enum { WEIGHT_DIVISOR = 40 };

size_t sound_plan_renditions(size_t sound, SoundRendition ret_renditions[SOUND_RENDITIONS_MAX]) {
  if (sound == 0) {
    ret_renditions[0] = (SoundRendition){"a128", LADDER_AUDIO_BITRATE_BPS};
    ret_renditions[1] = (SoundRendition){"a64", LADDER_LISTENING_BITRATE_BPS};
    return 2;
  }
  ret_renditions[0] = (SoundRendition){.bitrate_bps = LADDER_AUDIO_BITRATE_BPS};
  g_snprintf(ret_renditions[0].track, sizeof ret_renditions[0].track, "a128-%u", (unsigned)sound + 1);
  return 1;
}

static void add_rendition(const EncodePlan *plan, size_t index, const SoundRendition *rendition, GArray *tracks) {
  const SourceSound *sound = &plan->source.sounds[index];
  CatalogTrack track = {
      .kind = TRACK_KIND_AUDIO,
      .bitrate_bps = rendition->bitrate_bps,
      .channels = LADDER_AUDIO_CHANNELS,
      .timescale_hz = plan->segments.audio_rate_hz,
      .segment_total = segment_plan_segment_count(&plan->segments),
      .role = sound->role,
      .sound_index = (int32_t)index,
  };
  g_strlcpy(track.name, rendition->track, sizeof track.name);
  g_strlcpy(track.language, sound->language, sizeof track.language);
  g_strlcpy(track.label, sound->label, sizeof track.label);
  g_array_append_val(tracks, track);
}

void sound_plan_add_tracks(const EncodePlan *plan, GArray *tracks) {
  for (size_t sound = 0; sound < plan->source.sound_count; sound++) {
    SoundRendition renditions[SOUND_RENDITIONS_MAX];
    size_t count = sound_plan_renditions(sound, renditions);
    for (size_t i = 0; i < count; i++)
      add_rendition(plan, sound, &renditions[i], tracks);
  }
}

void sound_plan_add_jobs(const EncodePlan *plan, GArray *jobs) {
  int64_t weight = segment_plan_duration_us(&plan->segments) / 1000 / WEIGHT_DIVISOR;
  for (size_t sound = 0; sound < plan->source.sound_count; sound++) {
    CatalogJobPlan job = {.kind = JOB_KIND_AUDIO,
                          .span_index = (int64_t)sound,
                          .priority = sound == 0 ? JOB_PRIORITY_AUDIO : PRIORITY_OTHER,
                          .weight = MAX(weight, 1)};
    g_array_append_val(jobs, job);
  }
}

json_t *sound_plan_pack(const SourceInfo *source) {
  json_t *array = json_array();
  for (size_t i = 0; i < source->sound_count; i++) {
    const SourceSound *sound = &source->sounds[i];
    json_array_append_new(array, json_pack("{s:i, s:s, s:s, s:s, s:b}", "stream", sound->stream, "role",
                                           track_role_name(sound->role), "language", sound->language, "label",
                                           sound->label, "may_be_copied", sound->may_be_copied));
  }
  return array;
}

static bool find_role(const char *name, TrackRole *ret_role) {
  for (TrackRole role = TRACK_ROLE_MAIN; role <= TRACK_ROLE_DESCRIPTION; role++) {
    if (g_str_equal(track_role_name(role), name)) {
      *ret_role = role;
      return true;
    }
  }
  return false;
}

static bool unpack_sound(json_t *json, SourceSound *sound, json_error_t *why) {
  const char *role, *language, *label;
  int may_be_copied;
  if (json_unpack_ex(json, why, 0, "{s:i, s:s, s:s, s:s, s:b}", "stream", &sound->stream, "role", &role, "language",
                     &language, "label", &label, "may_be_copied", &may_be_copied) != 0)
    return false;
  sound->may_be_copied = may_be_copied != 0;
  g_strlcpy(sound->language, language, sizeof sound->language);
  g_strlcpy(sound->label, label, sizeof sound->label);
  return find_role(role, &sound->role);
}

bool sound_plan_unpack(json_t *json, SourceInfo *ret_source, json_error_t *why) {
  size_t index;
  json_t *item;
  if (!json_is_array(json) || json_array_size(json) > SOURCE_SOUNDS_MAX) {
    g_strlcpy(why->text, "no array of sounds", sizeof why->text);
    return false;
  }
  json_array_foreach(json, index, item) {
    if (!unpack_sound(item, &ret_source->sounds[index], why))
      return false;
    ret_source->sound_count = index + 1;
  }
  return true;
}
