#include "transcoder/explain_text.h"

#include "base/units.h"
#include "catalog/chapter.h"

#include <string.h>

#define LABEL_CELLS 10
#define CHAPTERS_SHOWN 12

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
  Rational aspect = picture->sample_aspect;
  if (rational_is_valid(aspect) && aspect.num != aspect.den)
    g_string_append_printf(value, pick(page, "  像素宽高比 %d:%d", "  pixels %d:%d"), aspect.num, aspect.den);
  write_row(page, "画面", "picture", value->str);
}

/** What its pictures need before they can be encoded; nothing for most. */
static void write_filter(const Page *page, const PictureFilterPlan *filter) {
  static const char *const lights[][2] = {
      [PICTURE_LIGHT_WIDE] = {"广色域（BT.2020）转为 BT.709", "BT.2020 colours are brought to BT.709"},
      [PICTURE_LIGHT_PQ] = {"HDR（PQ）转为标准动态范围", "HDR (PQ) is tone-mapped"},
      [PICTURE_LIGHT_HLG] = {"HDR（HLG）转为标准动态范围", "HDR (HLG) is tone-mapped"},
  };
  const char *const *light = lights[filter->light];
  g_autoptr(GString) value = g_string_new(NULL);
  if (filter->fields != PICTURE_FIELDS_NONE)
    g_string_append_printf(value, "%s  ", pick(page, "隔行扫描，转为逐行", "interlaced: is deinterlaced"));
  if (filter->light != PICTURE_LIGHT_SDR)
    g_string_append_printf(value, "%s  ", pick(page, light[0], light[1]));
  if (filter->is_mirrored)
    g_string_append_printf(value, "%s  ", pick(page, "左右翻转", "mirrored"));
  if (filter->turn_deg != 0)
    g_string_append_printf(value, pick(page, "顺时针转 %d°", "turned %d° clockwise"), filter->turn_deg);
  g_strchomp(value->str);
  if (value->str[0] != '\0')
    write_row(page, "处理", "treated", value->str);
}

static const char *role_text(const Page *page, TrackRole role) {
  switch (role) {
  case TRACK_ROLE_ALTERNATE:
    return pick(page, "备选", "alternate");
  case TRACK_ROLE_DESCRIPTION:
    return pick(page, "口述影像", "audio description");
  case TRACK_ROLE_MAIN:
    break;
  }
  return pick(page, "主声音", "main");
}

static void write_sounds(const Page *page, const SourceInfo *source) {
  if (!source->has_audio)
    write_row(page, "声音", "sound", pick(page, "没有", "none"));
  for (size_t i = 0; source->has_audio && i < source->sound_count; i++) {
    const SourceSound *sound = &source->sounds[i];
    g_autoptr(GString) value = g_string_new(i == 0 ? source->audio_codec : "");
    g_string_append_printf(value, "%s%s", i == 0 ? "  " : "", role_text(page, sound->role));
    if (sound->language[0] != '\0')
      g_string_append_printf(value, "  %s", sound->language);
    if (sound->label[0] != '\0')
      g_string_append_printf(value, "  %s", sound->label);
    write_row(page, i == 0 ? "声音" : "", i == 0 ? "sound" : "", value->str);
  }
}

static void write_texts(const Page *page, const SourceInfo *source) {
  for (size_t i = 0; i < source->text_count; i++) {
    const SourceText *text = &source->texts[i];
    write_rowf(page, i == 0 ? "字幕" : "", i == 0 ? "captions" : "", "%s%s%s", text->language,
               text->label[0] != '\0' ? "  " : "", text->label);
  }
}

static void write_chapters(const Page *page, const GArray *chapters) {
  for (guint i = 0; i < MIN(chapters->len, CHAPTERS_SHOWN); i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    g_autofree char *start = units_format_clock(chapter->start_us);
    write_rowf(page, i == 0 ? "章节" : "", i == 0 ? "chapters" : "", "%s  %s", start, chapter->title);
  }
  if (chapters->len > CHAPTERS_SHOWN)
    write_rowf(page, "", "", pick(page, "……还有 %u 个", "... and %u more"), chapters->len - CHAPTERS_SHOWN);
}

static void write_source(const Page *page, const Explanation *explanation) {
  const SourceInfo *source = &explanation->plan->source;
  g_autofree char *size = units_format_size_short(explanation->file_size_bytes);
  g_autofree char *length = units_format_clock(source_info_duration_us(source));
  write_title(page, "源文件", "Source");
  write_row(page, "名称", "name", explanation->file_name);
  write_row(page, "大小", "size", size);
  write_row(page, "容器", "container", source->container);
  write_row(page, "时长", "length", length);
  if (source->has_video) {
    write_picture(page, source);
    write_filter(page, &source->filter);
  } else {
    write_row(page, "画面", "picture", pick(page, "没有", "none"));
  }
  write_sounds(page, source);
  write_texts(page, source);
  write_chapters(page, explanation->chapters);
}

/** Copied or encoded. */
static const char *manner_text(const Page *page, const EncodePlan *plan, const CatalogTrack *track) {
  bool is_copied = plan->copy.track[0] != '\0' && strcmp(plan->copy.track, track->name) == 0;
  return is_copied ? pick(page, "直接复制", "copied") : pick(page, "重新编码", "encoded");
}

static void write_track(const Page *page, const EncodePlan *plan, const CatalogTrack *track, bool is_first) {
  g_autofree char *rate = units_format_bitrate(track->bitrate_bps);
  const char *kind_zh = "", *kind_en = "";
  if (is_first) {
    kind_zh = track->kind == TRACK_KIND_VIDEO ? "画面" : "声音";
    kind_en = track->kind == TRACK_KIND_VIDEO ? "picture" : "sound";
  }
  if (track->kind == TRACK_KIND_VIDEO)
    write_rowf(page, kind_zh, kind_en,
               pick(page, "%-8s %dx%d  最高 %sbit/s  %s", "%-8s %dx%d  at most %sbit/s  %s"), track->name,
               track->width, track->height, rate, manner_text(page, plan, track));
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
    write_track(page, plan, track, is_first);
  }
  if (plan->rung_count > 0 && plan->copy.why_not != COPY_REASON_NONE)
    write_rowf(page, "不复制", "no copy",
               pick(page, "源画面不能直接复制：%s", "the source's pictures are not copied: %s"),
               copy_reason_text(plan->copy.why_not, page->is_english));
}

static void write_jobs(const Page *page, const EncodePlan *plan) {
  g_autoptr(GArray) jobs = encode_plan_jobs(plan);
  guint spans = 0;
  for (guint i = 0; i < jobs->len; i++) {
    JobKind kind = g_array_index(jobs, CatalogJobPlan, i).kind;
    spans += kind == JOB_KIND_SPAN || kind == JOB_KIND_VIDEO;
  }
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
