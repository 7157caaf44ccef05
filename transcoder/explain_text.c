#include "transcoder/explain_text.h"

#include "base/json_writer.h"
#include "base/units.h"

#include <string.h>

#define LABEL_CELLS 10

/** Where text goes and in which language. */
typedef struct {
  GString *out;
  bool is_english;
} Page;

static const char *pick(const Page *page, const char *zh, const char *en) G_GNUC_FORMAT(2) G_GNUC_FORMAT(3);
static const char *pick(const Page *page, const char *zh, const char *en) {
  return page->is_english ? en : zh;
}

static int cells_of(const char *text) {
  int cells = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
    cells += g_unichar_iswide(g_utf8_get_char(c)) ? 2 : 1;
  return cells;
}

/** A label (empty: as above) and its value, which may come from the file: it stays on one line. */
static void write_row(const Page *page, const char *zh, const char *en, const char *value) {
  const char *label = pick(page, zh, en);
  g_autofree char *line = g_utf8_make_valid(value, -1);
  for (char *c = line; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c))
      *c = ' ';
  g_string_append_printf(page->out, "  %s%*s%s\n", label, MAX(LABEL_CELLS - cells_of(label), 1), "", line);
}

static void write_rowf(const Page *page, const char *zh, const char *en, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
static void write_rowf(const Page *page, const char *zh, const char *en, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *value = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  write_row(page, zh, en, value);
}

static void write_title(const Page *page, const char *zh, const char *en) {
  g_string_append_printf(page->out, "%s\n", pick(page, zh, en));
}

/** "25", "29.97". */
static char *format_rate(Rational rate) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(text, sizeof text, "%.2f", rational_to_double(rate));
  g_autofree char *copy = g_strdup(text);
  if (g_str_has_suffix(copy, ".00"))
    copy[strlen(copy) - 3] = '\0';
  return g_steal_pointer(&copy);
}

static void write_picture(const Page *page, const SourceInfo *source) {
  const LadderSource *picture = &source->picture;
  g_autoptr(GString) value = g_string_new(source->video_codec);
  g_autofree char *rate = format_rate(source->average_rate);
  g_string_append_printf(value, "  %dx%d", picture->coded_width, picture->coded_height);
  g_string_append_printf(value, pick(page, "  平均每秒 %s 帧", "  %s frames per second on average"), rate);
  if (picture->rotation_deg != 0)
    g_string_append_printf(value, pick(page, "  顺时针旋转 %d°", "  turned %d° clockwise"), picture->rotation_deg);
  Rational aspect = picture->sample_aspect;
  if (rational_is_valid(aspect) && aspect.num != aspect.den)
    g_string_append_printf(value, pick(page, "  像素宽高比 %d:%d", "  pixels %d:%d"), aspect.num, aspect.den);
  write_row(page, "画面", "picture", value->str);
}

static void write_source(const Page *page, const Explanation *explanation) {
  const SourceInfo *source = &explanation->plan->source;
  g_autofree char *size = units_format_size_short(explanation->file_size_bytes);
  g_autofree char *length = units_format_clock(MAX(source->video_duration_us, source->audio_duration_us));
  write_title(page, "源文件", "Source");
  write_row(page, "名称", "name", explanation->file_name);
  write_row(page, "大小", "size", size);
  write_row(page, "容器", "container", source->container);
  write_row(page, "时长", "length", length);
  if (source->has_video)
    write_picture(page, source);
  else
    write_row(page, "画面", "picture", pick(page, "没有", "none"));
  if (!source->has_audio)
    write_row(page, "声音", "sound", pick(page, "没有", "none"));
  else if (source->sounds[0].language[0] != '\0')
    write_rowf(page, "声音", "sound", pick(page, "%s  语言 %s", "%s  language %s"), source->audio_codec,
               source->sounds[0].language);
  else
    write_row(page, "声音", "sound", source->audio_codec);
}

static void write_track(const Page *page, const CatalogTrack *track, bool is_first) {
  g_autofree char *rate = units_format_bitrate(track->bitrate_bps);
  const char *kind_zh = "", *kind_en = "";
  if (is_first) {
    kind_zh = track->kind == TRACK_KIND_VIDEO ? "画面" : "声音";
    kind_en = track->kind == TRACK_KIND_VIDEO ? "picture" : "sound";
  }
  if (track->kind == TRACK_KIND_VIDEO)
    write_rowf(page, kind_zh, kind_en, pick(page, "%-8s %dx%d  最高 %sbit/s", "%-8s %dx%d  at most %sbit/s"),
               track->name, track->width, track->height, rate);
  else
    write_rowf(page, kind_zh, kind_en,
               pick(page, "%-8s AAC %sbit/s  %d 声道%s%s", "%-8s AAC %sbit/s  %d channels%s%s"), track->name, rate,
               track->channels, track->language[0] != '\0' ? "  " : "", track->language);
}

static void write_tracks(const Page *page, const EncodePlan *plan) {
  g_autoptr(GArray) tracks = encode_plan_tracks(plan);
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    bool is_first = i == 0 || g_array_index(tracks, CatalogTrack, i - 1).kind != track->kind;
    write_track(page, track, is_first);
  }
}

static void write_jobs(const Page *page, const EncodePlan *plan) {
  g_autoptr(GArray) jobs = encode_plan_jobs(plan);
  guint spans = 0;
  for (guint i = 0; i < jobs->len; i++)
    spans += g_array_index(jobs, CatalogJobPlan, i).kind == JOB_KIND_SPAN;
  write_rowf(page, "任务", "jobs", pick(page, "%u 个，其中 %u 个制作画面", "%u, of which %u make the pictures"),
             jobs->len, spans);
}

static void write_lesson(const Page *page, const EncodePlan *plan) {
  const SegmentPlan *segments = &plan->segments;
  g_autofree char *length = units_format_clock(segment_plan_duration_us(segments));
  g_autofree char *rate = format_rate(segments->frame_rate);
  write_title(page, "将要制作", "To be made");
  write_row(page, "时长", "length", length);
  write_tracks(page, plan);
  if (plan->rung_count > 0)
    write_rowf(page, "帧率", "rate", pick(page, "每秒 %s 帧", "%s frames per second"), rate);
  write_rowf(page, "分段", "segments",
             pick(page, "%" G_GINT64_FORMAT " 段，每段最长 %d 秒", "%" G_GINT64_FORMAT ", each at most about %d s"),
             (gint64)segment_plan_segment_count(segments), segment_plan_target_duration_s(segments));
  write_jobs(page, plan);
}

void explain_text_write(GString *out, const Explanation *explanation, bool is_english) {
  Page page = {.out = out, .is_english = is_english};
  write_source(&page, explanation);
  write_lesson(&page, explanation->plan);
}

static void member_rate(JsonWriter *writer, const char *name, Rational rate) {
  if (rational_is_valid(rate))
    json_writer_member_double(writer, name, rational_to_double(rate));
}

static void json_source(JsonWriter *writer, const SourceInfo *source) {
  json_writer_name(writer, "source");
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "container", source->container);
  json_writer_member_double(writer, "duration",
                            (double)MAX(source->video_duration_us, source->audio_duration_us) / 1e6);
  if (source->has_video) {
    json_writer_name(writer, "video");
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "codec", source->video_codec);
    json_writer_member_int(writer, "width", source->picture.coded_width);
    json_writer_member_int(writer, "height", source->picture.coded_height);
    json_writer_member_int(writer, "rotation", source->picture.rotation_deg);
    member_rate(writer, "sample_aspect", source->picture.sample_aspect);
    member_rate(writer, "frame_rate", source->average_rate);
    json_writer_end_object(writer);
  }
  if (source->has_audio) {
    json_writer_name(writer, "audio");
    json_writer_begin_object(writer);
    json_writer_member_string(writer, "codec", source->audio_codec);
    json_writer_member_string(writer, "language",
                              source->sounds[0].language[0] ? source->sounds[0].language : NULL);
    json_writer_end_object(writer);
  }
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

static void json_track(JsonWriter *writer, const CatalogTrack *track) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "name", track->name);
  json_writer_member_int(writer, "bitrate", track->bitrate_bps);
  if (track->kind == TRACK_KIND_VIDEO) {
    json_writer_member_int(writer, "width", track->width);
    json_writer_member_int(writer, "height", track->height);
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
      json_track(writer, track);
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
  json_jobs(&writer, plan);
  json_writer_end_object(&writer);
  g_string_insert(out, (gssize)out->len - 1, ",\"plan\":");
  g_string_insert(out, (gssize)out->len - 1, whole);
  g_string_append_c(out, '\n');
}
