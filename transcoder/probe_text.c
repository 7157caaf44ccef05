#include "transcoder/probe_text.h"

#include "transcoder/stream_tags.h"

#include <string.h>

#define TITLE_BYTES 200
/** Chapters that begin as the lesson ends lead nowhere. */
#define LAST_CHAPTER_US G_TIME_SPAN_SECOND

static bool is_text(enum AVCodecID codec) {
  switch ((int)codec) {
  case AV_CODEC_ID_MOV_TEXT:
  case AV_CODEC_ID_SUBRIP:
  case AV_CODEC_ID_TEXT:
  case AV_CODEC_ID_ASS:
  case AV_CODEC_ID_SSA:
  case AV_CODEC_ID_WEBVTT:
    return true;
  default:
    return false;
  }
}

static bool has_language(const SourceText *texts, size_t count, const char *language) {
  for (size_t i = 0; i < count; i++) {
    if (g_ascii_strcasecmp(texts[i].language, language) == 0)
      return true;
  }
  return false;
}

/** Containers have one code for both ways to write Chinese; their titles tell. */
static void tell_script(SourceText *text) {
  if (!g_str_equal(text->language, "zh"))
    return;
  g_autofree char *label = g_utf8_casefold(text->label, -1);
  if (strstr(label, "繁") != NULL || strstr(label, "traditional") != NULL || strstr(label, "hant") != NULL)
    g_strlcpy(text->language, "zh-Hant", sizeof text->language);
  else if (strstr(label, "简") != NULL || strstr(label, "simplified") != NULL || strstr(label, "hans") != NULL)
    g_strlcpy(text->language, "zh-Hans", sizeof text->language);
}

/** A second track of a language gets a private subtag: "zh-x-2". */
static void make_unique(SourceText *text, const SourceText *others, size_t count) {
  g_autofree char *language = g_strndup(text->language, sizeof text->language - sizeof "-x-99");
  for (unsigned number = 2; has_language(others, count, text->language); number++)
    g_snprintf(text->language, sizeof text->language, "%s-x-%u", language, number);
}

size_t probe_text(const AVFormatContext *format, SourceText ret_texts[SOURCE_TEXTS_MAX]) {
  size_t count = 0;
  for (unsigned i = 0; i < format->nb_streams && count < SOURCE_TEXTS_MAX; i++) {
    const AVStream *stream = format->streams[i];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE || !is_text(stream->codecpar->codec_id) ||
        (stream->disposition & AV_DISPOSITION_FORCED) != 0)
      continue;
    SourceText text = {.stream = (int)i};
    stream_tags_language(stream, text.language, sizeof text.language);
    if (text.language[0] == '\0')
      g_strlcpy(text.language, "und", sizeof text.language);
    stream_tags_label(stream->metadata, text.label, sizeof text.label);
    tell_script(&text);
    make_unique(&text, ret_texts, count);
    ret_texts[count++] = text;
  }
  return count;
}

static int compare_chapters(gconstpointer a, gconstpointer b) {
  int64_t first = ((const CatalogChapter *)a)->start_us, second = ((const CatalogChapter *)b)->start_us;
  return (first > second) - (first < second);
}

/** Two that begin together are one: the later in the container wins, as its title is the finer one. */
static void drop_doubles(GArray *chapters) {
  for (guint i = chapters->len; i-- > 1;) {
    if (g_array_index(chapters, CatalogChapter, i).start_us ==
        g_array_index(chapters, CatalogChapter, i - 1).start_us)
      g_array_remove_index(chapters, i - 1);
  }
}

GArray *probe_chapters(const AVFormatContext *format, int64_t start_us, int64_t duration_us) {
  GArray *chapters = catalog_chapters_new();
  for (unsigned i = 0; i < format->nb_chapters && chapters->len < SOURCE_CHAPTERS_MAX; i++) {
    const AVChapter *own = format->chapters[i];
    char title[TITLE_BYTES];
    stream_tags_label(own->metadata, title, sizeof title);
    int64_t at_us = MAX(av_rescale_q(own->start, own->time_base, AV_TIME_BASE_Q) - start_us, 0);
    if (own->start == AV_NOPTS_VALUE || at_us >= MAX(duration_us - LAST_CHAPTER_US, 0))
      continue;
    CatalogChapter chapter = {.start_us = at_us, .title = g_strdup(title)};
    g_array_append_val(chapters, chapter);
  }
  g_array_sort(chapters, compare_chapters);
  drop_doubles(chapters);
  if (chapters->len < 2)
    g_array_set_size(chapters, 0);
  return chapters;
}

json_t *probe_text_pack(const SourceText *texts, size_t count) {
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++)
    json_array_append_new(array, json_pack("{s:i, s:s, s:s}", "stream", texts[i].stream, "language",
                                           texts[i].language, "label", texts[i].label));
  return array;
}

bool probe_text_unpack(json_t *json, SourceText ret_texts[SOURCE_TEXTS_MAX], size_t *ret_count, json_error_t *why) {
  size_t index;
  json_t *item;
  if (json_array_size(json) > SOURCE_TEXTS_MAX)
    return false;
  json_array_foreach(json, index, item) {
    const char *language, *label;
    SourceText text = {0};
    if (json_unpack_ex(item, why, 0, "{s:i, s:s, s:s}", "stream", &text.stream, "language", &language, "label",
                       &label) != 0)
      return false;
    g_strlcpy(text.language, language, sizeof text.language);
    g_strlcpy(text.label, label, sizeof text.label);
    ret_texts[index] = text;
  }
  *ret_count = json_array_size(json);
  return true;
}
