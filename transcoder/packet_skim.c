#include "transcoder/packet_skim.h"

#include <string.h>

/* Small, so that what is larger goes past it: packets are then not even copied. */
#define IO_BUFFER_BYTES 4096

struct PacketSkim {
  Source *source;
  AVFormatContext *format;
  AVIOContext *io;
  AVPacket *packet;
  int stream;
  int left; /**< packets in the tables */
  int64_t position;
  bool is_open; /**< the tables have been read: bytes are no longer fetched */
};

static int read_bytes(void *opaque, uint8_t *buffer, int size) {
  PacketSkim *skim = opaque;
  int64_t left = source_size(skim->source) - skim->position;
  int got =
      skim->is_open ? (int)MIN(size, MAX(left, 0)) : source_read_at(skim->source, skim->position, buffer, size);
  if (got <= 0)
    return got < 0 ? got : AVERROR_EOF;
  skim->position += got;
  return got;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
  PacketSkim *skim = opaque;
  if (whence == AVSEEK_SIZE)
    return source_size(skim->source);
  switch (whence & ~AVSEEK_FORCE) {
  case SEEK_SET:
    break;
  case SEEK_CUR:
    offset += skim->position;
    break;
  case SEEK_END:
    offset += source_size(skim->source);
    break;
  default:
    return AVERROR(EINVAL);
  }
  if (offset < 0)
    return AVERROR(EINVAL);
  return skim->position = offset;
}

static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options) {
  (void)format, (void)io, (void)url, (void)flags, (void)options;
  return AVERROR(EPERM);
}

static bool open_tables(PacketSkim *skim) {
  uint8_t *buffer = av_malloc(IO_BUFFER_BYTES);
  skim->io = avio_alloc_context(buffer, IO_BUFFER_BYTES, 0, skim, read_bytes, NULL, seek_bytes);
  skim->format = avformat_alloc_context();
  skim->packet = av_packet_alloc();
  if (buffer == NULL || skim->io == NULL || skim->format == NULL || skim->packet == NULL)
    return false;
  skim->format->pb = skim->io;
  skim->format->io_open = refuse_open;
  skim->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE;
  skim->format->max_streams = (int)source_format(skim->source)->max_streams;
  const AVInputFormat *input = source_format(skim->source)->iformat;
  return avformat_open_input(&skim->format, "", input, NULL) >= 0;
}

PacketSkim *packet_skim_new(Source *source, int stream) {
  if (strstr(source_format(source)->iformat->name, "mp4") == NULL)
    return NULL;
  g_autoptr(PacketSkim) skim = g_new0(PacketSkim, 1);
  skim->source = source;
  skim->stream = stream;
  if (!open_tables(skim) || stream >= (int)skim->format->nb_streams)
    return NULL;
  for (int i = 0; i < (int)skim->format->nb_streams; i++)
    skim->format->streams[i]->discard = i == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  skim->left = avformat_index_get_entries_count(skim->format->streams[stream]);
  skim->is_open = true;
  return g_steal_pointer(&skim);
}

void packet_skim_free(PacketSkim *skim) {
  if (skim == NULL)
    return;
  avformat_close_input(&skim->format);
  if (skim->io != NULL) {
    av_freep(&skim->io->buffer);
    avio_context_free(&skim->io);
  }
  av_packet_free(&skim->packet);
  g_free(skim);
}

bool packet_skim_is_clean(const AVPacket *packet) {
  return packet->pts != AV_NOPTS_VALUE && packet->size > 0 &&
         (packet->flags & (AV_PKT_FLAG_CORRUPT | AV_PKT_FLAG_DISCARD)) == 0 &&
         av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, NULL) == NULL;
}

bool packet_skim_next(PacketSkim *skim, SkimPacket *ret_packet) {
  AVPacket *packet = skim->packet;
  do {
    av_packet_unref(packet);
    if (skim->left <= 0 || av_read_frame(skim->format, packet) < 0)
      return false;
  } while (packet->stream_index != skim->stream);
  skim->left--;
  *ret_packet = (SkimPacket){
      .pts = packet->pts,
      .position = packet->pos,
      .size_bytes = packet->size,
      .is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0,
      .is_damaged = (packet->flags & AV_PKT_FLAG_CORRUPT) != 0,
      .is_clean = packet_skim_is_clean(packet),
  };
  av_packet_unref(packet);
  return true;
}

bool packet_skim_is_whole(const PacketSkim *skim) {
  return skim->left == 0;
}
