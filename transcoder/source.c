#include "transcoder/source.h"

#include "transcoder/error.h"
#include "transcoder/media_allow_list.h"
#include "transcoder/timeline.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define IO_BUFFER_BYTES (256 * 1024)
#define PROBE_BYTES_MAX (16 * 1024 * 1024)
#define STREAMS_MAX 64
#define PIXELS_MAX (1 << 27)

/** Clocks of the air jump by seconds, other containers' packets may be far apart by right: a screen recorder writes none
 * while nothing moves. */
#define AIR_LEAP_US (10 * G_TIME_SPAN_SECOND)
#define FILE_LEAP_US (15 * G_TIME_SPAN_MINUTE)
/** Presentation comes after decoding by less than this. */
#define REORDER_MAX_US (10 * G_TIME_SPAN_SECOND)
/** Read errors in a row after which a source has ended. */
#define ERRORS_MAX 32

struct Source {
  AVFormatContext *format;
  AVIOContext *io;
  int fd;
  int64_t position, size_bytes;
  int64_t max_pixels;
  SourceTiming timing;
  Timeline timeline;
  int chosen;   /**< stream, -1: all */
  bool is_read; /**< packets were taken since it was opened */
};

json_t *source_timing_pack(const SourceTiming *timing) {
  return json_pack("{s:b, s:b, s:[i,i], s:[i,i]}", "linear", timing->is_linear, "counted", timing->is_counted,
                   "rate", timing->rate.num, timing->rate.den, "streams", timing->streams[0], timing->streams[1]);
}

bool source_timing_unpack(json_t *json, SourceTiming *ret_timing, json_error_t *why) {
  SourceTiming timing = {.streams = {-1, -1}};
  int is_linear = 0, is_counted = 0;
  if (json != NULL && json_unpack_ex(json, why, 0, "{s:b, s:b, s:[i,i], s:[i,i]}", "linear", &is_linear, "counted",
                                     &is_counted, "rate", &timing.rate.num, &timing.rate.den, "streams",
                                     &timing.streams[0], &timing.streams[1]) != 0)
    return false;
  timing.is_linear = is_linear != 0;
  timing.is_counted = is_counted != 0;
  if (timing.is_counted && !rational_is_valid(timing.rate)) {
    g_strlcpy(why->text, "pictures counted without a rate", sizeof why->text);
    return false;
  }
  *ret_timing = timing;
  return true;
}

int64_t source_size(const Source *source) {
  return source->size_bytes;
}

int source_read_at(const Source *source, int64_t offset, void *ret_bytes, int size) {
  ssize_t got;
  do {
    got = pread(source->fd, ret_bytes, (size_t)size, offset);
  } while (got < 0 && errno == EINTR);
  return got < 0 ? AVERROR(errno) : (int)got;
}

static int read_bytes(void *opaque, uint8_t *buffer, int size) {
  Source *source = opaque;
  int got = source_read_at(source, source->position, buffer, size);
  if (got <= 0)
    return got < 0 ? got : AVERROR_EOF;
  source->position += got;
  return got;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
  Source *source = opaque;
  if (whence == AVSEEK_SIZE)
    return source->size_bytes;
  switch (whence & ~AVSEEK_FORCE) {
  case SEEK_SET:
    break;
  case SEEK_CUR:
    offset += source->position;
    break;
  case SEEK_END:
    offset += source->size_bytes;
    break;
  default:
    return AVERROR(EINVAL);
  }
  if (offset < 0)
    return AVERROR(EINVAL);
  return source->position = offset;
}

/** References to other files (playlists, MOV aliases) are refused. */
static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options) {
  (void)format, (void)io, (void)url, (void)flags, (void)options;
  return AVERROR(EPERM);
}

/** The container that the bytes begin like, for the choice of words when it cannot be read; NULL: like none. */
static const AVInputFormat *guess_container(const Source *source) {
  g_autofree uint8_t *start = g_malloc0(65536 + AVPROBE_PADDING_SIZE);
  ssize_t got = pread(source->fd, start, 65536, 0);
  if (got <= 0)
    return NULL;
  AVProbeData data = {.filename = "", .buf = start, .buf_size = (int)got};
  int score = AVPROBE_SCORE_RETRY;
  const AVInputFormat *input = av_probe_input_format2(&data, 1, &score);
  return score > AVPROBE_SCORE_RETRY ? input : NULL;
}

static void set_open_error(const Source *source, int result, GError **error) {
  const AVInputFormat *guess = guess_container(source);
  if (guess == NULL)
    transcoder_set_av_error(error, TRANSCODER_ERROR_NOT_MEDIA, result, "no container that is known");
  else if (media_allow_list_has_container(guess))
    transcoder_set_av_error(error, TRANSCODER_ERROR_DAMAGED, result, "the container cannot be read");
  else
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_UNSUPPORTED, "containers of the kind %s are not taken",
                guess->name);
}

static bool open_input(Source *source, GError **error) {
  uint8_t *buffer = av_malloc(IO_BUFFER_BYTES);
  source->io = avio_alloc_context(buffer, IO_BUFFER_BYTES, 0, source, read_bytes, NULL, seek_bytes);
  source->format = avformat_alloc_context();
  if (buffer == NULL || source->io == NULL || source->format == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
    return false;
  }
  source->format->pb = source->io;
  source->format->io_open = refuse_open;
  source->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_GENPTS;
  source->format->probesize = PROBE_BYTES_MAX;
  source->format->max_streams = STREAMS_MAX;
  AVDictionary *options = NULL;
  av_dict_set(&options, "format_whitelist", media_allow_list_containers(), 0);
  av_dict_set(&options, "codec_whitelist", media_allow_list_decoders(), 0);
  av_dict_set(&options, "protocol_whitelist", "none", 0);
  int result = avformat_open_input(&source->format, "", NULL, &options);
  av_dict_free(&options);
  if (result < 0)
    set_open_error(source, result, error);
  return result >= 0;
}

/** Opens codecs to look into the streams: they obey the limit on pictures too. */
static int find_streams(Source *source) {
  unsigned count = source->format->nb_streams;
  g_autofree AVDictionary **options = g_new0(AVDictionary *, count + 1);
  for (unsigned i = 0; i < count; i++)
    av_dict_set_int(&options[i], "max_pixels", source->max_pixels, 0);
  int result = avformat_find_stream_info(source->format, count > 0 ? options : NULL);
  for (unsigned i = 0; i < count; i++)
    av_dict_free(&options[i]);
  return result;
}

static bool has_tracks(const AVFormatContext *format) {
  for (unsigned i = 0; i < format->nb_streams; i++) {
    enum AVMediaType type = format->streams[i]->codecpar->codec_type;
    if (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO)
      return true;
  }
  return false;
}

/** AV_NOPTS_VALUE instead of what no clock shows. */
static int64_t tame(int64_t time, AVRational time_base) {
  int64_t us = av_rescale_q(time, time_base, AV_TIME_BASE_Q);
  bool is_sane =
      time >= -SOURCE_TIME_MAX && time <= SOURCE_TIME_MAX && us >= -SOURCE_TIME_MAX && us <= SOURCE_TIME_MAX;
  return is_sane ? time : AV_NOPTS_VALUE;
}

static void tame_headers(AVFormatContext *format) {
  format->start_time = tame(format->start_time, AV_TIME_BASE_Q);
  format->duration = tame(format->duration, AV_TIME_BASE_Q);
  for (unsigned i = 0; i < format->nb_streams; i++) {
    AVStream *stream = format->streams[i];
    stream->start_time = tame(stream->start_time, stream->time_base);
    stream->duration = tame(stream->duration, stream->time_base);
  }
}

static void tame_packet(const AVFormatContext *format, AVPacket *packet) {
  AVRational time_base = format->streams[packet->stream_index]->time_base;
  packet->pts = tame(packet->pts, time_base);
  packet->dts = tame(packet->dts, time_base);
  packet->duration = MAX(tame(packet->duration, time_base), 0);
}

static void close_input(Source *source) {
  avformat_close_input(&source->format);
  if (source->io != NULL) {
    av_freep(&source->io->buffer);
    avio_context_free(&source->io);
  }
}

static bool open_streams(Source *source, GError **error) {
  source->position = 0;
  if (!open_input(source, error))
    return false;
  int result = find_streams(source);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_DAMAGED, result, "no stream could be understood");
    return false;
  }
  if (!has_tracks(source->format)) {
    bool guess = source->format->probe_score <= AVPROBE_SCORE_RETRY;
    g_set_error(error, TRANSCODER_ERROR, guess ? TRANSCODER_ERROR_NOT_MEDIA : TRANSCODER_ERROR_NO_TRACKS,
                "neither video nor audio in this %s file", source->format->iformat->name);
    return false;
  }
  tame_headers(source->format);
  bool is_air = (source->format->iformat->flags & AVFMT_TS_DISCONT) != 0;
  source->timeline = timeline_make(is_air ? AIR_LEAP_US : FILE_LEAP_US);
  source->is_read = false;
  source_choose_stream(source, source->chosen);
  return true;
}

static Source *open_with(const Source *settings, GError **error) {
  struct stat status;
  if (fstat(settings->fd, &status) < 0) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_SOURCE_MISSING, "the source: %s", g_strerror(errno));
    return NULL;
  }
  if (status.st_size == 0) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_EMPTY, "the source has 0 bytes");
    return NULL;
  }
  g_autoptr(Source) source = g_new0(Source, 1);
  source->fd = settings->fd;
  source->size_bytes = status.st_size;
  source->max_pixels = settings->max_pixels;
  source->timing = settings->timing;
  source->chosen = -1;
  return open_streams(source, error) ? g_steal_pointer(&source) : NULL;
}

Source *source_open(int fd, GError **error) {
  return open_with(&(Source){.fd = fd, .max_pixels = PIXELS_MAX, .timing = {.streams = {-1, -1}}}, error);
}

Source *source_open_again(const Source *source, GError **error) {
  return open_with(source, error);
}

void source_free(Source *source) {
  if (source == NULL)
    return;
  close_input(source);
  g_free(source);
}

void source_limit_pixels(Source *source, int64_t max_pixels) {
  source->max_pixels = max_pixels;
}

int64_t source_max_pixels(const Source *source) {
  return source->max_pixels;
}

/** Open anew; nothing changes when that fails. */
static bool reopen(Source *source, GError **error) {
  g_autoptr(Source) fresh = open_with(source, error);
  if (fresh == NULL)
    return false;
  close_input(source);
  source->format = g_steal_pointer(&fresh->format);
  source->io = g_steal_pointer(&fresh->io);
  source->io->opaque = source;
  source->position = fresh->position;
  source->timeline = fresh->timeline;
  source->is_read = false;
  source_choose_stream(source, source->chosen);
  return true;
}

bool source_set_timing(Source *source, const SourceTiming *timing, GError **error) {
  source->timing = *timing;
  return !timing->is_linear || !source->is_read || reopen(source, error);
}

const SourceTiming *source_timing(const Source *source) {
  return &source->timing;
}

AVFormatContext *source_format(Source *source) {
  return source->format;
}

static int clock_track(const Source *source, int stream) {
  for (int i = 0; i < TIMELINE_TRACKS; i++) {
    if (source->timing.streams[i] == stream)
      return i;
  }
  return -1;
}

void source_choose_stream(Source *source, int stream) {
  source->chosen = stream;
  for (int i = 0; i < (int)source->format->nb_streams; i++) {
    bool is_wanted = stream < 0 || i == stream || (source->timing.is_linear && clock_track(source, i) >= 0);
    source->format->streams[i]->discard = is_wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

/** Put the times of a packet on the one clock of a linear source. */
static void shift_times(Source *source, AVPacket *packet) {
  AVRational time_base = source->format->streams[packet->stream_index]->time_base;
  int64_t limit = av_rescale_q(REORDER_MAX_US, AV_TIME_BASE_Q, time_base);
  if (packet->pts != AV_NOPTS_VALUE && packet->dts != AV_NOPTS_VALUE && ABS(packet->pts - packet->dts) > limit)
    packet->pts = AV_NOPTS_VALUE;
  int64_t time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
  if (time == AV_NOPTS_VALUE)
    return;
  int track = clock_track(source, packet->stream_index);
  int64_t shift_us = source->timeline.newest_us;
  if (track >= 0)
    shift_us = timeline_shift(&source->timeline, track, av_rescale_q(time, time_base, AV_TIME_BASE_Q),
                              av_rescale_q(packet->duration, time_base, AV_TIME_BASE_Q));
  int64_t shift = av_rescale_q(shift_us, AV_TIME_BASE_Q, time_base);
  if (packet->pts != AV_NOPTS_VALUE)
    packet->pts += shift;
  if (packet->dts != AV_NOPTS_VALUE)
    packet->dts += shift;
}

bool source_read(Source *source, AVPacket *packet) {
  source->is_read = true;
  for (int errors = 0; errors < ERRORS_MAX;) {
    int result = av_read_frame(source->format, packet);
    if (result == AVERROR_EOF || result == AVERROR_EXIT)
      return false;
    if (result < 0) {
      errors++;
      continue;
    }
    errors = 0;
    tame_packet(source->format, packet);
    if (source->timing.is_linear)
      shift_times(source, packet);
    if (source->chosen < 0 || packet->stream_index == source->chosen)
      return true;
    av_packet_unref(packet);
  }
  return false;
}

bool source_seek(Source *source, int stream, int64_t time) {
  source->is_read = true; /* even a seek that fails may leave the demuxer elsewhere */
  return avformat_seek_file(source->format, stream, INT64_MIN, time, time, 0) >= 0;
}

int64_t source_jumps(const Source *source) {
  return source->timeline.jumps;
}

bool source_rewind(Source *source, int stream) {
  if (source->timing.is_linear)
    return !source->is_read || reopen(source, NULL);
  AVFormatContext *format = source->format;
  int64_t start = format->streams[stream]->start_time;
  if (start == AV_NOPTS_VALUE)
    start = 0;
  /* Transport and program streams are searched by time, which misses what comes before the first time stamp. */
  if ((format->iformat->flags & AVFMT_TS_DISCONT) != 0 && av_seek_frame(format, -1, 0, AVSEEK_FLAG_BYTE) >= 0)
    return true;
  return av_seek_frame(format, stream, start, AVSEEK_FLAG_BACKWARD) >= 0 ||
         av_seek_frame(format, stream, start, AVSEEK_FLAG_ANY) >= 0 ||
         av_seek_frame(format, -1, 0, AVSEEK_FLAG_BYTE) >= 0;
}
