#include "transcoder/encode_plan.h"

#include "transcoder/error.h"
#include "transcoder/sound_plan.h"

#include <jansson.h>
#include <string.h>

/** What matters to a viewer first: the start (with sound: transcoder/sound_plan.c), then the picture in the lists,
 * then the rest (see also JOB_PRIORITY_... of catalog/job.h). */
enum {
  PRIORITY_VIDEO = JOB_PRIORITY_URGENT - 5,
  PRIORITY_TEXT = 75,
  PRIORITY_SPAN = 50,
};

/** Shares in the progress, in milliseconds of lesson. */
enum { WEIGHT_POSTER = 500, WEIGHT_TEXT = 100, WEIGHT_STORYBOARD_DIVISOR = 100 };

static void plan_segments(const SourceInfo *source, const Settings *settings, EncodePlan *plan) {
  Rational rate = {25, 1};
  if (source->has_video)
    rate = segment_plan_choose_frame_rate(source->grid_rate, source->average_rate);
  plan->segments = segment_plan_new(rate, source->has_video ? source->video_duration_us : 0,
                                    source->has_audio ? source->audio_duration_us : 0,
                                    settings->segment_duration_us, settings->span_duration_us);
}

/** Light is converted at the size of the best rung when the source is larger: that costs by the pixel. */
static void fit_filter(EncodePlan *plan) {
  PictureFilterPlan *filter = &plan->source.filter;
  filter->width = filter->height = 0;
  if (plan->rung_count == 0 || filter->light == PICTURE_LIGHT_SDR)
    return;
  const LadderRung *best = &plan->rungs[plan->rung_count - 1];
  bool is_turned = filter->turn_deg % 180 != 0;
  int32_t width = is_turned ? best->height : best->width, height = is_turned ? best->width : best->height;
  if ((int64_t)width * height < (int64_t)plan->source.picture.coded_width * plan->source.picture.coded_height) {
    filter->width = width;
    filter->height = height;
  }
}

bool encode_plan_make(const SourceInfo *source, const Settings *settings, EncodePlan *ret_plan, GError **error) {
  EncodePlan plan = {.source = *source};
  plan_segments(source, settings, &plan);
  plan.source.picture.frame_rate = plan.segments.frame_rate;
  g_strlcpy(plan.x264_preset, settings->x264_preset, sizeof plan.x264_preset);
  if (source->has_video) {
    plan.rung_count = ladder_fit(&plan.source.picture, plan.rungs);
    if (plan.rung_count == 0) {
      g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_BAD_PICTURE, "no rung fits a picture of %dx%d",
                  source->picture.coded_width, source->picture.coded_height);
      return false;
    }
  }
  fit_filter(&plan);
  *ret_plan = plan;
  return true;
}

void encode_plan_clear(EncodePlan *plan) {
  copy_plan_clear(&plan->copy);
  plan->segments.cuts = NULL;
}

void encode_plan_use_copy(EncodePlan *plan, const CopyPlan *found) {
  copy_plan_clear(&plan->copy);
  plan->copy = (CopyPlan){0};
  if (plan->rung_count == 0)
    return;
  if (picture_filter_is_needed(&plan->source.filter))
    copy_plan_refuse(&plan->copy, COPY_REASON_CONVERTED);
  else if (plan->source.timing.is_linear)
    copy_plan_refuse(&plan->copy, COPY_REASON_NO_INDEX);
  else
    copy_plan_decide(found, &plan->rungs[plan->rung_count - 1], &plan->segments, &plan->copy);
}

size_t encode_plan_copied_rung(const EncodePlan *plan) {
  size_t i = 0;
  while (i < plan->rung_count && !g_str_equal(plan->rungs[i].name, plan->copy.track))
    i++;
  return i;
}

void encode_plan_give_up_copy(EncodePlan *plan) {
  size_t copied = encode_plan_copied_rung(plan);
  if (copied < plan->rung_count)
    copy_plan_give_up(&plan->copy, &plan->rungs[copied]);
}

static json_t *pack_rungs(const EncodePlan *plan) {
  json_t *rungs = json_array();
  for (size_t i = 0; i < plan->rung_count; i++) {
    const LadderRung *rung = &plan->rungs[i];
    json_array_append_new(rungs,
                          json_pack("{s:s, s:i, s:i, s:I, s:i, s:f}", "name", rung->name, "width", rung->width,
                                    "height", rung->height, "bitrate", (json_int_t)rung->bitrate_bps, "vbv_ms",
                                    rung->vbv_ms, "crf", rung->crf));
  }
  return rungs;
}

static json_t *pack_source(const SourceInfo *source) {
  const LadderSource *picture = &source->picture;
  return json_pack("{s:s, s:b, s:b, s:i, s:i, s:i, s:s, s:s, s:[i,i,i,i,i], s:[i,i,i,i], s:I, s:I, s:I}",
                   "container", source->container, "has_video", source->has_video, "has_audio", source->has_audio,
                   "video_stream", source->video_stream, "audio_stream", source->audio_stream, "cover_stream",
                   source->cover_stream, "video_codec", source->video_codec, "audio_codec", source->audio_codec,
                   "picture", picture->coded_width, picture->coded_height, picture->rotation_deg,
                   picture->sample_aspect.num, picture->sample_aspect.den, "rates", source->grid_rate.num,
                   source->grid_rate.den, source->average_rate.num, source->average_rate.den, "start_us",
                   (json_int_t)source->start_us, "video_duration_us", (json_int_t)source->video_duration_us,
                   "audio_duration_us", (json_int_t)source->audio_duration_us);
}

static json_t *pack_segments(const SegmentPlan *segments) {
  return json_pack("{s:[i,i], s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:i, s:i, s:I}", "frame_rate",
                   segments->frame_rate.num, segments->frame_rate.den, "timescale", segments->timescale_hz,
                   "frame_duration", segments->frame_duration, "gop_frames", segments->gop_frames, "segment_frames",
                   segments->segment_frames, "lead_frames", segments->lead_frames, "span_segments",
                   segments->span_segments, "frame_count", (json_int_t)segments->frame_count, "audio_rate",
                   segments->audio_rate_hz, "audio_frame_samples", segments->audio_frame_samples,
                   "audio_sample_count", (json_int_t)segments->audio_sample_count);
}

char *encode_plan_to_json(const EncodePlan *plan) {
  json_t *root = json_pack("{s:o, s:o, s:o, s:s}", "source", pack_source(&plan->source), "segments",
                           pack_segments(&plan->segments), "rungs", pack_rungs(plan), "preset", plan->x264_preset);
  json_object_set_new(root, "audio", sound_plan_pack(&plan->source));
  json_object_set_new(root, "filter", picture_filter_plan_pack(&plan->source.filter));
  json_object_set_new(root, "timing", source_timing_pack(&plan->source.timing));
  json_object_set_new(root, "text", probe_text_pack(plan->source.texts, plan->source.text_count));
  json_object_set_new(root, "copy", copy_plan_to_json(&plan->copy));
  char *text = json_dumps(root, JSON_COMPACT);
  json_decref(root);
  char *copy = g_strdup(text);
  free(text);
  return copy;
}

static bool unpack_source(json_t *json, SourceInfo *source, json_error_t *why) {
  LadderSource *picture = &source->picture;
  const char *container, *video_codec, *audio_codec;
  int has_video, has_audio;
  json_int_t start, video_duration, audio_duration;
  int result = json_unpack_ex(
      json, why, 0, "{s:s, s:b, s:b, s:i, s:i, s:i, s:s, s:s, s:[i,i,i,i,i], s:[i,i,i,i], s:I, s:I, s:I}",
      "container", &container, "has_video", &has_video, "has_audio", &has_audio, "video_stream",
      &source->video_stream, "audio_stream", &source->audio_stream, "cover_stream", &source->cover_stream,
      "video_codec", &video_codec, "audio_codec", &audio_codec, "picture", &picture->coded_width,
      &picture->coded_height, &picture->rotation_deg, &picture->sample_aspect.num, &picture->sample_aspect.den,
      "rates", &source->grid_rate.num, &source->grid_rate.den, &source->average_rate.num, &source->average_rate.den,
      "start_us", &start, "video_duration_us", &video_duration, "audio_duration_us", &audio_duration);
  if (result != 0)
    return false;
  source->has_video = has_video != 0;
  source->has_audio = has_audio != 0;
  source->start_us = start;
  source->video_duration_us = video_duration;
  source->audio_duration_us = audio_duration;
  g_strlcpy(source->container, container, sizeof source->container);
  g_strlcpy(source->video_codec, video_codec, sizeof source->video_codec);
  g_strlcpy(source->audio_codec, audio_codec, sizeof source->audio_codec);
  return true;
}

static bool unpack_segments(json_t *json, SegmentPlan *segments, json_error_t *why) {
  json_int_t frame_count, audio_sample_count;
  int result =
      json_unpack_ex(json, why, 0, "{s:[i,i], s:i, s:i, s:i, s:i, s:i, s:I, s:i, s:i, s:I}", "frame_rate",
                     &segments->frame_rate.num, &segments->frame_rate.den, "timescale", &segments->timescale_hz,
                     "frame_duration", &segments->frame_duration, "gop_frames", &segments->gop_frames,
                     "segment_frames", &segments->segment_frames, "span_segments", &segments->span_segments,
                     "frame_count", &frame_count, "audio_rate", &segments->audio_rate_hz, "audio_frame_samples",
                     &segments->audio_frame_samples, "audio_sample_count", &audio_sample_count);
  if (result != 0)
    return false;
  json_t *lead = json_object_get(json, "lead_frames"); /* absent in plans of earlier versions */
  segments->lead_frames = lead != NULL ? (int32_t)json_integer_value(lead) : segments->segment_frames;
  if (segments->lead_frames < 0 || segments->lead_frames > segments->segment_frames)
    return false;
  segments->frame_count = frame_count;
  segments->audio_sample_count = audio_sample_count;
  return true;
}

static bool unpack_rungs(json_t *json, EncodePlan *plan, json_error_t *why) {
  size_t index;
  json_t *item;
  json_array_foreach(json, index, item) {
    if (index >= LADDER_RUNGS_MAX)
      return false;
    LadderRung *rung = &plan->rungs[index];
    const char *name;
    json_int_t bitrate;
    if (json_unpack_ex(item, why, 0, "{s:s, s:i, s:i, s:I, s:i, s:F}", "name", &name, "width", &rung->width,
                       "height", &rung->height, "bitrate", &bitrate, "vbv_ms", &rung->vbv_ms, "crf",
                       &rung->crf) != 0)
      return false;
    rung->bitrate_bps = bitrate;
    g_strlcpy(rung->name, name, sizeof rung->name);
    plan->rung_count = index + 1;
  }
  return true;
}

/** Absent in plans of earlier versions. */
static bool unpack_copy(json_t *json, EncodePlan *plan) {
  if (json == NULL)
    return true;
  if (!copy_plan_from_json(json, &plan->copy))
    return false;
  const GArray *cuts = plan->copy.cuts;
  return cuts == NULL ||
         segment_plan_set_cuts(&plan->segments, (const int64_t *)(gconstpointer)cuts->data, cuts->len);
}

bool encode_plan_from_json(const char *json, EncodePlan *ret_plan, GError **error) {
  json_error_t why = {.text = "too many rungs, or cuts that are none"};
  json_t *root = json_loads(json, 0, &why), *source, *segments, *rungs;
  EncodePlan plan = {0};
  const char *preset;
  bool ok = root != NULL &&
            json_unpack_ex(root, &why, 0, "{s:o, s:o, s:o, s:s}", "source", &source, "segments", &segments, "rungs",
                           &rungs, "preset", &preset) == 0 &&
            unpack_source(source, &plan.source, &why) && unpack_segments(segments, &plan.segments, &why) &&
            unpack_rungs(rungs, &plan, &why) &&
            picture_filter_plan_unpack(json_object_get(root, "filter"), &plan.source.filter, &why) &&
            sound_plan_unpack(json_object_get(root, "audio"), &plan.source, &why) &&
            source_timing_unpack(json_object_get(root, "timing"), &plan.source.timing, &why) &&
            probe_text_unpack(json_object_get(root, "text"), plan.source.texts, &plan.source.text_count, &why) &&
            unpack_copy(json_object_get(root, "copy"), &plan);
  if (ok) {
    g_strlcpy(plan.x264_preset, preset, sizeof plan.x264_preset);
    plan.source.picture.frame_rate = plan.segments.frame_rate;
    *ret_plan = plan;
  } else {
    encode_plan_clear(&plan);
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the stored plan cannot be read: %s", why.text);
  }
  json_decref(root);
  return ok;
}

EncodePlan encode_plan_part(const EncodePlan *plan, size_t first, size_t count) {
  g_return_val_if_fail(first + count <= plan->rung_count, *plan);
  EncodePlan part = *plan;
  part.copy.keys = part.copy.cuts = NULL;
  memmove(part.rungs, part.rungs + first, count * sizeof part.rungs[0]);
  part.rung_count = count;
  return part;
}

GArray *encode_plan_tracks(const EncodePlan *plan) {
  GArray *tracks = g_array_new(FALSE, TRUE, sizeof(CatalogTrack));
  for (size_t i = 0; i < plan->rung_count; i++) {
    const LadderRung *rung = &plan->rungs[i];
    CatalogTrack track = {
        .kind = TRACK_KIND_VIDEO,
        .bitrate_bps = rung->bitrate_bps,
        .width = rung->width,
        .height = rung->height,
        .frame_rate = plan->segments.frame_rate,
        .timescale_hz = plan->segments.timescale_hz,
        .segment_total = segment_plan_segment_count(&plan->segments),
    };
    g_strlcpy(track.name, rung->name, sizeof track.name);
    g_array_append_val(tracks, track);
  }
  sound_plan_add_tracks(plan, tracks);
  return tracks;
}

static int64_t span_weight(const SegmentPlan *segments, int64_t span_index) {
  int64_t first_segment, count, frames = 0;
  segment_plan_span(segments, span_index, &first_segment, &count);
  for (int64_t i = first_segment; i < first_segment + count; i++) {
    int64_t first_frame, frame_count;
    segment_plan_segment(segments, i, &first_frame, &frame_count);
    frames += frame_count;
  }
  return MAX(rescale_i64(frames, 1000 * (int64_t)segments->frame_rate.den, segments->frame_rate.num), 1);
}

/** One job that makes all spans in one pass: it cannot be shared out, and is begun like the start of a lesson. */
static void add_video_job(const EncodePlan *plan, GArray *jobs) {
  CatalogJobPlan video = {.kind = JOB_KIND_VIDEO, .priority = PRIORITY_VIDEO};
  for (int64_t i = segment_plan_span_count(&plan->segments); i-- > 0;)
    video.weight += span_weight(&plan->segments, i);
  video.segment_count = segment_plan_segment_count(&plan->segments);
  g_array_append_val(jobs, video);
}

static void add_span_jobs(const EncodePlan *plan, GArray *jobs) {
  for (int64_t i = 0; i < segment_plan_span_count(&plan->segments); i++) {
    CatalogJobPlan span = {.kind = JOB_KIND_SPAN,
                           .span_index = i,
                           .weight = span_weight(&plan->segments, i),
                           .priority = i == 0 ? JOB_PRIORITY_FIRST_SPAN : PRIORITY_SPAN};
    segment_plan_span(&plan->segments, i, &span.first_segment, &span.segment_count);
    g_array_append_val(jobs, span);
  }
}

/** After the spans: nobody waits for it. */
static void add_storyboard_job(const EncodePlan *plan, GArray *jobs) {
  int64_t weight = segment_plan_duration_us(&plan->segments) / 1000 / WEIGHT_STORYBOARD_DIVISOR;
  CatalogJobPlan storyboard = {
      .kind = JOB_KIND_STORYBOARD, .priority = JOB_PRIORITY_STORYBOARD, .weight = MAX(weight, 1)};
  g_array_append_val(jobs, storyboard);
}

GArray *encode_plan_jobs(const EncodePlan *plan) {
  GArray *jobs = g_array_new(FALSE, TRUE, sizeof(CatalogJobPlan));
  if (plan->rung_count > 0 && plan->source.timing.is_linear)
    add_video_job(plan, jobs);
  else if (plan->rung_count > 0)
    add_span_jobs(plan, jobs);
  sound_plan_add_jobs(plan, jobs);
  CatalogJobPlan poster = {.kind = JOB_KIND_POSTER, .priority = JOB_PRIORITY_POSTER, .weight = WEIGHT_POSTER};
  g_array_append_val(jobs, poster);
  if (plan->source.text_count > 0) {
    CatalogJobPlan text = {.kind = JOB_KIND_TEXT, .priority = PRIORITY_TEXT, .weight = WEIGHT_TEXT};
    g_array_append_val(jobs, text);
  }
  if (plan->rung_count > 0)
    add_storyboard_job(plan, jobs);
  return jobs;
}

GArray *encode_plan_segment_frames(const EncodePlan *plan) {
  GArray *frames = g_array_new(FALSE, FALSE, sizeof(int32_t));
  int64_t segments = plan->rung_count > 0 ? segment_plan_segment_count(&plan->segments) : 0;
  for (int64_t i = 0; i < segments; i++) {
    int64_t first, count;
    segment_plan_segment(&plan->segments, i, &first, &count);
    int32_t narrow = (int32_t)count;
    g_array_append_val(frames, narrow);
  }
  return frames;
}
