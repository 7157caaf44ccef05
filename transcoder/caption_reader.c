#include "transcoder/caption_reader.h"

#include "transcoder/dialogue.h"
#include "transcoder/error.h"

#include <libavcodec/avcodec.h>

#define ENDLESS_US (5 * G_TIME_SPAN_SECOND)
#define PROGRESS_PACKETS 512
/** Well inside what a WebVTT document may hold: escapes and times take room too. */
#define TRACK_BYTES_MAX (WEBVTT_BYTES_MAX / 4)

typedef struct {
  const SourceText *text;
  AVCodecContext *decoder; /**< NULL: cannot be decoded */
  WebvttDocument *document;
  size_t bytes;
} CaptionTrack;

typedef struct {
  CaptionTrack tracks[SOURCE_TEXTS_MAX];
  size_t count;
  int64_t start_us, duration_us; /**< of the lesson */
} CaptionTracks;

static AVCodecContext *open_decoder(const AVStream *stream) {
  const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
  AVCodecContext *decoder = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
  if (decoder == NULL)
    return NULL;
  decoder->pkt_timebase = stream->time_base;
  if (avcodec_parameters_to_context(decoder, stream->codecpar) < 0 || avcodec_open2(decoder, codec, NULL) < 0)
    avcodec_free_context(&decoder);
  return decoder;
}

static void tracks_open(CaptionTracks *tracks, const AVFormatContext *format, const SourceInfo *info) {
  tracks->count = info->text_count;
  tracks->start_us = info->start_us;
  tracks->duration_us = source_info_duration_us(info);
  for (size_t i = 0; i < tracks->count; i++) {
    CaptionTrack *track = &tracks->tracks[i];
    track->text = &info->texts[i];
    track->document = webvtt_new();
    if (track->text->stream >= 0 && (unsigned)track->text->stream < format->nb_streams)
      track->decoder = open_decoder(format->streams[track->text->stream]);
  }
}

static void tracks_clear(CaptionTracks *tracks) {
  for (size_t i = 0; i < tracks->count; i++) {
    avcodec_free_context(&tracks->tracks[i].decoder);
    g_clear_pointer(&tracks->tracks[i].document, webvtt_free);
  }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CaptionTracks, tracks_clear)

static CaptionTrack *find_track(CaptionTracks *tracks, int stream) {
  for (size_t i = 0; i < tracks->count; i++) {
    if (tracks->tracks[i].text->stream == stream && tracks->tracks[i].decoder != NULL)
      return &tracks->tracks[i];
  }
  return NULL;
}

/** A caption without an end stays until this one begins. */
static void end_last(WebvttDocument *document, int64_t start_us) {
  if (document->cues->len == 0)
    return;
  WebvttCue *last = &g_array_index(document->cues, WebvttCue, document->cues->len - 1);
  if (last->end_us == INT64_MAX)
    last->end_us =
        start_us > last->start_us ? MIN(start_us, last->start_us + ENDLESS_US) : last->start_us + ENDLESS_US;
}

static void add_cue(CaptionTracks *tracks, CaptionTrack *track, int64_t start_us, int64_t end_us, char *text) {
  track->bytes += strlen(text);
  bool fits = track->bytes <= TRACK_BYTES_MAX && track->document->cues->len < WEBVTT_CUES_MAX;
  if (!fits || start_us >= tracks->duration_us || end_us <= MAX(start_us, 0)) {
    g_free(text);
    return;
  }
  start_us = MAX(start_us, 0);
  end_last(track->document, start_us);
  webvtt_take_cue(track->document, start_us, end_us, text);
}

/** The parts of one caption are lines of it. */
static char *join_parts(const AVSubtitle *subtitle, enum AVCodecID codec) {
  bool is_ass = codec == AV_CODEC_ID_ASS || codec == AV_CODEC_ID_SSA;
  g_autoptr(GString) text = g_string_new(NULL);
  for (unsigned i = 0; i < subtitle->num_rects; i++) {
    const AVSubtitleRect *part = subtitle->rects[i];
    g_autofree char *line = part->ass != NULL ? dialogue_to_webvtt(part->ass, is_ass) : NULL;
    if (line != NULL)
      g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", line);
  }
  return text->len > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/** What cannot be decoded is passed over. */
static void take_packet(CaptionTracks *tracks, CaptionTrack *track, AVRational time_base, AVPacket *packet) {
  AVSubtitle subtitle = {0};
  int has_subtitle = 0;
  if (packet->pts == AV_NOPTS_VALUE ||
      avcodec_decode_subtitle2(track->decoder, &subtitle, &has_subtitle, packet) < 0 || !has_subtitle)
    return;
  int64_t at_us = av_rescale_q(packet->pts, time_base, AV_TIME_BASE_Q) - tracks->start_us;
  int64_t start_us = at_us + (int64_t)subtitle.start_display_time * 1000, end_us = INT64_MAX;
  if (packet->duration > 0)
    end_us = at_us + av_rescale_q(packet->duration, time_base, AV_TIME_BASE_Q);
  else if (subtitle.end_display_time > 0 && subtitle.end_display_time < UINT32_MAX)
    end_us = at_us + (int64_t)subtitle.end_display_time * 1000;
  char *text = join_parts(&subtitle, track->decoder->codec_id);
  if (text != NULL)
    add_cue(tracks, track, start_us, end_us, text);
  else
    end_last(track->document, start_us); /* mov_text says with an empty one that the last has ended */
  avsubtitle_free(&subtitle);
}

/** Only these streams, where nothing else is needed to tell the time. */
static void choose_streams(Source *source, const SourceInfo *info) {
  source_choose_stream(source, -1);
  if (info->timing.is_linear)
    return;
  AVFormatContext *format = source_format(source);
  for (unsigned i = 0; i < format->nb_streams; i++)
    format->streams[i]->discard = AVDISCARD_ALL;
  for (size_t i = 0; i < info->text_count; i++)
    format->streams[info->texts[i].stream]->discard = AVDISCARD_DEFAULT;
}

static bool are_streams_there(const AVFormatContext *format, const SourceInfo *info) {
  for (size_t i = 0; i < info->text_count; i++) {
    if (info->texts[i].stream < 0 || (unsigned)info->texts[i].stream >= format->nb_streams)
      return false;
  }
  return true;
}

static void read_all(Source *source, CaptionTracks *tracks, CaptionProgressFunc progress, gpointer user_data) {
  AVPacket *packet = av_packet_alloc();
  for (int64_t n = 0; packet != NULL && source_read(source, packet); n++) {
    AVRational time_base = source_format(source)->streams[packet->stream_index]->time_base;
    CaptionTrack *track = find_track(tracks, packet->stream_index);
    if (track != NULL)
      take_packet(tracks, track, time_base, packet);
    if (n % PROGRESS_PACKETS == 0 && packet->pts != AV_NOPTS_VALUE) {
      int64_t at_us = av_rescale_q(packet->pts, time_base, AV_TIME_BASE_Q) - tracks->start_us;
      progress(CLAMP((double)at_us / (double)MAX(tracks->duration_us, 1), 0.0, 1.0), user_data);
    }
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
}

bool caption_reader_read(Source *source, const SourceInfo *info, CaptionProgressFunc progress, gpointer user_data,
                         GPtrArray **ret_documents, GError **error) {
  if (!are_streams_there(source_format(source), info)) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the caption tracks are not there");
    return false;
  }
  g_auto(CaptionTracks) tracks = {0};
  tracks_open(&tracks, source_format(source), info);
  choose_streams(source, info);
  read_all(source, &tracks, progress, user_data);
  GPtrArray *documents = g_ptr_array_new();
  for (size_t i = 0; i < tracks.count; i++) {
    WebvttDocument *document = tracks.tracks[i].document;
    end_last(document, INT64_MAX);
    g_ptr_array_add(documents, document->cues->len > 0 ? g_steal_pointer(&tracks.tracks[i].document) : NULL);
  }
  *ret_documents = documents;
  return true;
}

typedef enum { WRITING_HAN, WRITING_KANA, WRITING_HANGUL, WRITING_LATIN, WRITING_OTHER, WRITING_COUNT } Writing;

static Writing writing_of(gunichar c) {
  switch (g_unichar_get_script(c)) {
  case G_UNICODE_SCRIPT_HAN:
    return WRITING_HAN;
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
    return WRITING_KANA;
  case G_UNICODE_SCRIPT_HANGUL:
    return WRITING_HANGUL;
  case G_UNICODE_SCRIPT_LATIN:
    return WRITING_LATIN;
  default:
    return WRITING_OTHER;
  }
}

/** Latin letters are counted by threes: a Chinese character says about as much. Japanese is told by a tenth of kana. */
const char *caption_reader_guess_language(const WebvttDocument *document) {
  int64_t counts[WRITING_COUNT] = {0}, all = 0;
  for (guint i = 0; i < document->cues->len; i++) {
    for (const char *c = g_array_index(document->cues, WebvttCue, i).text; *c != '\0'; c = g_utf8_next_char(c)) {
      gunichar letter = g_utf8_get_char(c);
      if (g_unichar_isalpha(letter))
        counts[writing_of(letter)]++;
    }
  }
  counts[WRITING_LATIN] /= 3;
  for (int i = 0; i < WRITING_COUNT; i++)
    all += counts[i];
  if (counts[WRITING_KANA] * 10 > all)
    return "ja";
  static const char *const languages[] = {[WRITING_HAN] = "zh", [WRITING_HANGUL] = "ko", [WRITING_LATIN] = "en"};
  for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
    if (languages[i] != NULL && counts[i] * 2 > all)
      return languages[i];
  }
  return NULL;
}
