#include "transcoder/source.h"

#include "transcoder/error.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define IO_BUFFER_BYTES (256 * 1024)
#define PROBE_BYTES_MAX (16 * 1024 * 1024)
#define STREAMS_MAX 64

struct Source {
  AVFormatContext *format;
  AVIOContext *io;
  int fd;
  int64_t position, size_bytes;
};

static int read_bytes(void *opaque, uint8_t *buffer, int size) {
  Source *source = opaque;
  ssize_t got;
  do {
    got = pread(source->fd, buffer, (size_t)size, source->position);
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    return AVERROR(errno);
  if (got == 0)
    return AVERROR_EOF;
  source->position += got;
  return (int)got;
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

/** Whether the bytes begin like a container that libavformat knows, for the choice of words when it cannot be read. */
static bool looks_like_media(const Source *source) {
  g_autofree uint8_t *start = g_malloc0(65536 + AVPROBE_PADDING_SIZE);
  ssize_t got = pread(source->fd, start, 65536, 0);
  if (got <= 0)
    return false;
  AVProbeData data = {.filename = "", .buf = start, .buf_size = (int)got};
  int score = AVPROBE_SCORE_RETRY;
  const AVInputFormat *input = av_probe_input_format2(&data, 1, &score);
  return input != NULL && score > AVPROBE_SCORE_RETRY;
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
  source->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_GENPTS | AVFMT_FLAG_DISCARD_CORRUPT;
  source->format->probesize = PROBE_BYTES_MAX;
  source->format->max_streams = STREAMS_MAX;
  int result = avformat_open_input(&source->format, "", NULL, NULL);
  if (result < 0) {
    bool known = looks_like_media(source);
    transcoder_set_av_error(error, known ? TRANSCODER_ERROR_DAMAGED : TRANSCODER_ERROR_NOT_MEDIA, result,
                            known ? "the container cannot be read" : "no container that is known");
    return false;
  }
  return true;
}

static bool has_tracks(const AVFormatContext *format) {
  for (unsigned i = 0; i < format->nb_streams; i++) {
    enum AVMediaType type = format->streams[i]->codecpar->codec_type;
    if (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO)
      return true;
  }
  return false;
}

Source *source_open(int fd, GError **error) {
  struct stat status;
  if (fstat(fd, &status) < 0) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_SOURCE_MISSING, "the source: %s", g_strerror(errno));
    return NULL;
  }
  if (status.st_size == 0) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_EMPTY, "the source has 0 bytes");
    return NULL;
  }
  g_autoptr(Source) source = g_new0(Source, 1);
  source->fd = fd;
  source->size_bytes = status.st_size;
  if (!open_input(source, error))
    return NULL;
  int result = avformat_find_stream_info(source->format, NULL);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_DAMAGED, result, "no stream could be understood");
    return NULL;
  }
  if (!has_tracks(source->format)) {
    bool guess = source->format->probe_score <= AVPROBE_SCORE_RETRY;
    g_set_error(error, TRANSCODER_ERROR, guess ? TRANSCODER_ERROR_NOT_MEDIA : TRANSCODER_ERROR_NO_TRACKS,
                "neither video nor audio in this %s file", source->format->iformat->name);
    return NULL;
  }
  return g_steal_pointer(&source);
}

void source_free(Source *source) {
  if (source == NULL)
    return;
  avformat_close_input(&source->format);
  if (source->io != NULL) {
    av_freep(&source->io->buffer);
    avio_context_free(&source->io);
  }
  g_free(source);
}

Source *source_open_again(const Source *source, GError **error) {
  return source_open(source->fd, error);
}

AVFormatContext *source_format(Source *source) {
  return source->format;
}

bool source_rewind(Source *source, int stream) {
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
