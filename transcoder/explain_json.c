#include "base/json_writer.h"
#include "catalog/chapter.h"
#include "transcoder/explain_text.h"

#include <string.h>

static void member_rate(JsonWriter *writer, const char *name, Rational rate) {
  if (rational_is_valid(rate))
    json_writer_member_double(writer, name, rational_to_double(rate));
}

static void json_sound(JsonWriter *writer, const SourceSound *sound, const char *codec) {
  static const char *const roles[] = {
      [TRACK_ROLE_MAIN] = "main", [TRACK_ROLE_ALTERNATE] = "alternate", [TRACK_ROLE_DESCRIPTION] = "description"};
  json_writer_begin_object(writer);
  if (codec != NULL)
    json_writer_member_string(writer, "codec", codec);
  json_writer_member_string(writer, "role", roles[sound->role]);
  json_writer_member_string(writer, "language", sound->language[0] != '\0' ? sound->language : NULL);
  json_writer_member_string(writer, "label", sound->label[0] != '\0' ? sound->label : NULL);
  json_writer_end_object(writer);
}

static void json_captions(JsonWriter *writer, const SourceInfo *source) {
  json_writer_name(writer, "captions");
  json_writer_begin_array(writer);
  for (size_t i = 0; i < source->text_count; i++) {
    const SourceText *text = &source->texts[i];
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "language", text->language);
    json_writer_member_string(writer, "label", text->label[0] != '\0' ? text->label : NULL);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void json_chapters(JsonWriter *writer, const GArray *chapters) {
  json_writer_name(writer, "chapters");
  json_writer_begin_array(writer);
  for (guint i = 0; i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    json_writer_begin_object(writer);
    json_writer_member_double(writer, "start", (double)chapter->start_us / 1e6);
    json_writer_member_string(writer, "title", chapter->title);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

static void json_source(JsonWriter *writer, const SourceInfo *source) {
  json_writer_name(writer, "source");
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "container", source->container);
  json_writer_member_double(writer, "duration", (double)source_info_duration_us(source) / 1e6);
  if (source->has_video) {
    json_writer_name(writer, "video");
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "codec", source->video_codec);
    json_writer_member_int(writer, "width", source->picture.coded_width);
    json_writer_member_int(writer, "height", source->picture.coded_height);
    json_writer_member_int(writer, "rotation", source->picture.rotation_deg);
    json_writer_member_bool(writer, "interlaced", source->filter.fields != PICTURE_FIELDS_NONE);
    json_writer_member_bool(writer, "hdr",
                            source->filter.light == PICTURE_LIGHT_PQ || source->filter.light == PICTURE_LIGHT_HLG);
    member_rate(writer, "sample_aspect", source->picture.sample_aspect);
    member_rate(writer, "frame_rate", source->average_rate);
    json_writer_end_object(writer);
  }
  json_writer_name(writer, "audio");
  json_writer_begin_array(writer);
  for (size_t i = 0; source->has_audio && i < source->sound_count; i++)
    json_sound(writer, &source->sounds[i], i == 0 ? source->audio_codec : NULL);
  json_writer_end_array(writer);
  json_captions(writer, source);
  json_writer_end_object(writer);
}

static void json_lesson(JsonWriter *writer, const EncodePlan *plan) {
  json_writer_name(writer, "lesson");
  json_writer_begin_object(writer);
  json_writer_member_double(writer, "duration", (double)segment_plan_duration_us(&plan->segments) / 1e6);
  if (plan->rung_count > 0)
    member_rate(writer, "frame_rate", plan->segments.frame_rate);
  json_writer_member_int(writer, "segments", segment_plan_segment_count(&plan->segments));
  json_writer_member_int(writer, "target_duration", segment_plan_target_duration_s(&plan->segments));
  json_writer_end_object(writer);
}

static void json_track(JsonWriter *writer, const EncodePlan *plan, const CatalogTrack *track) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "name", track->name);
  json_writer_member_int(writer, "bitrate", track->bitrate_bps);
  if (track->kind == TRACK_KIND_VIDEO) {
    json_writer_member_int(writer, "width", track->width);
    json_writer_member_int(writer, "height", track->height);
    json_writer_member_bool(writer, "copied", strcmp(plan->copy.track, track->name) == 0);
  } else {
    json_writer_member_int(writer, "channels", track->channels);
    json_writer_member_string(writer, "language", track->language[0] ? track->language : NULL);
    json_writer_member_string(writer, "role", track_role_name(track->role));
    json_writer_member_string(writer, "label", track->label[0] ? track->label : NULL);
  }
  json_writer_end_object(writer);
}

static void json_tracks(JsonWriter *writer, const EncodePlan *plan, TrackKind kind, const char *name) {
  g_autoptr(GArray) tracks = encode_plan_tracks(plan);
  json_writer_name(writer, name);
  json_writer_begin_array(writer);
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    if (track->kind == kind)
      json_track(writer, plan, track);
  }
  json_writer_end_array(writer);
}

static void json_jobs(JsonWriter *writer, const EncodePlan *plan) {
  g_autoptr(GArray) jobs = encode_plan_jobs(plan);
  json_writer_name(writer, "jobs");
  json_writer_begin_array(writer);
  for (guint i = 0; i < jobs->len; i++) {
    const CatalogJobPlan *job = &g_array_index(jobs, CatalogJobPlan, i);
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "kind", job_kind_name(job->kind));
    json_writer_member_int(writer, "index", job->span_index);
    json_writer_member_int(writer, "priority", job->priority);
    json_writer_end_object(writer);
  }
  json_writer_end_array(writer);
}

void explain_text_write_json(GString *out, const Explanation *explanation) {
  const EncodePlan *plan = explanation->plan;
  g_autofree char *whole = encode_plan_to_json(plan);
  JsonWriter writer;
  json_writer_init(&writer, out);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "file", explanation->file_name);
  json_writer_member_int(&writer, "size", explanation->file_size_bytes);
  json_source(&writer, &plan->source);
  json_lesson(&writer, plan);
  json_tracks(&writer, plan, TRACK_KIND_VIDEO, "video");
  json_tracks(&writer, plan, TRACK_KIND_AUDIO, "audio");
  json_chapters(&writer, explanation->chapters);
  json_jobs(&writer, plan);
  json_writer_end_object(&writer);
  g_string_insert(out, (gssize)out->len - 1, ",\"plan\":");
  g_string_insert(out, (gssize)out->len - 1, whole);
  g_string_append_c(out, '\n');
}
