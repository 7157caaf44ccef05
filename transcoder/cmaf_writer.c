#include "transcoder/cmaf_writer.h"

#include "media/decode_time.h"
#include "transcoder/error.h"

#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <libavutil/intreadwrite.h>
#include <unistd.h>

#define IO_BUFFER_BYTES (256 * 1024)
/** One moof+mdat per flush, no sidx or mfra, decode times as given, no edit list. */
#define MOVFLAGS "+cmaf+frag_custom+skip_trailer+frag_discont+empty_moov"

struct CmafWriter {
  AVFormatContext *format;
  AVIOContext *io;
  AVPacket *packet;
  int fd;
  int64_t position; /**< bytes in the file */
  bool header_done; /**< bytes go to the file, not to the init segment */
  GByteArray *header;
  GBytes *init;
  GArray *segments; /**< CatalogSegment */
};

static int write_bytes(void *opaque, uint8_t *bytes, int size) {
  CmafWriter *writer = opaque;
  if (!writer->header_done) {
    g_byte_array_append(writer->header, bytes, (guint)size);
    return size;
  }
  for (int done = 0; done < size;) {
    ssize_t wrote = write(writer->fd, bytes + done, (size_t)(size - done));
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return AVERROR(errno);
    done += (int)wrote;
  }
  writer->position += size;
  return size;
}

static bool set_codec(AVStream *stream, const CmafTrackConfig *config) {
  AVCodecParameters *codec = stream->codecpar;
  if (config->kind == TRACK_KIND_VIDEO) {
    codec->codec_type = AVMEDIA_TYPE_VIDEO;
    codec->codec_id = AV_CODEC_ID_H264;
    codec->width = config->width;
    codec->height = config->height;
    stream->avg_frame_rate = (AVRational){config->frame_rate.num, config->frame_rate.den};
    stream->sample_aspect_ratio = codec->sample_aspect_ratio = (AVRational){1, 1};
  } else {
    codec->codec_type = AVMEDIA_TYPE_AUDIO;
    codec->codec_id = AV_CODEC_ID_AAC;
    codec->sample_rate = config->timescale_hz;
    codec->frame_size = 1024;
    av_channel_layout_default(&codec->ch_layout, config->channels);
  }
  codec->bit_rate = config->bitrate_bps;
  codec->extradata = av_mallocz(config->config_size + AV_INPUT_BUFFER_PADDING_SIZE);
  if (codec->extradata == NULL)
    return false;
  memcpy(codec->extradata, config->config, config->config_size);
  codec->extradata_size = (int)config->config_size;
  stream->time_base = (AVRational){1, config->timescale_hz};
  if (config->language != NULL && *config->language != '\0')
    av_dict_set(&stream->metadata, "language", config->language, 0);
  return true;
}

static bool write_header(CmafWriter *writer, const CmafTrackConfig *config, GError **error) {
  AVStream *stream = avformat_new_stream(writer->format, NULL);
  if (stream == NULL || !set_codec(stream, config)) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
    return false;
  }
  AVDictionary *options = NULL;
  av_dict_set(&options, "movflags", MOVFLAGS, 0);
  av_dict_set(&options, "use_editlist", "0", 0);
  av_dict_set_int(&options, "video_track_timescale", config->timescale_hz, 0);
  av_dict_set(&options, "fflags", "+bitexact", 0); /* no version or time in the bytes: equal for every span */
  int result = avformat_write_header(writer->format, &options);
  av_dict_free(&options);
  if (result < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_INTERNAL, result, "the muxer does not start");
    return false;
  }
  avio_flush(writer->io);
  writer->header_done = true;
  writer->init = g_bytes_new(writer->header->data, writer->header->len);
  return true;
}

CmafWriter *cmaf_writer_new(const char *path, const CmafTrackConfig *config, GError **error) {
  g_autoptr(CmafWriter) writer = g_new0(CmafWriter, 1);
  writer->header = g_byte_array_new();
  writer->segments = g_array_new(FALSE, TRUE, sizeof(CatalogSegment));
  writer->packet = av_packet_alloc();
  writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (writer->fd < 0) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  uint8_t *buffer = av_malloc(IO_BUFFER_BYTES);
  writer->io = avio_alloc_context(buffer, IO_BUFFER_BYTES, 1, writer, NULL, write_bytes, NULL);
  int result = avformat_alloc_output_context2(&writer->format, NULL, "mp4", NULL);
  if (writer->io == NULL || result < 0) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "no mp4 muxer");
    return NULL;
  }
  writer->format->pb = writer->io;
  writer->format->flags |= AVFMT_FLAG_CUSTOM_IO;
  writer->io->seekable = 0;
  if (!write_header(writer, config, error))
    return NULL;
  return g_steal_pointer(&writer);
}

void cmaf_writer_free(CmafWriter *writer) {
  if (writer == NULL)
    return;
  if (writer->format != NULL)
    avformat_free_context(writer->format);
  if (writer->io != NULL) {
    av_freep(&writer->io->buffer);
    avio_context_free(&writer->io);
  }
  av_packet_free(&writer->packet);
  if (writer->fd >= 0)
    close(writer->fd);
  g_byte_array_unref(writer->header);
  g_clear_pointer(&writer->init, g_bytes_unref);
  g_array_unref(writer->segments);
  g_free(writer);
}

static void clear_sample(gpointer sample) {
  g_clear_pointer(&((CmafSample *)sample)->data, g_bytes_unref);
}

GArray *cmaf_samples_new(void) {
  GArray *samples = g_array_new(FALSE, TRUE, sizeof(CmafSample));
  g_array_set_clear_func(samples, clear_sample);
  return samples;
}

static bool assign_decode_times(const GArray *samples, int64_t *ret_dts, GError **error) {
  g_autofree int64_t *pts = g_new(int64_t, samples->len);
  int64_t shortest = INT64_MAX;
  for (guint i = 0; i < samples->len; i++) {
    pts[i] = g_array_index(samples, CmafSample, i).pts;
    shortest = MIN(shortest, g_array_index(samples, CmafSample, i).duration);
  }
  if (decode_time_assign(pts, samples->len, shortest, ret_dts))
    return true;
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                      "a segment is not a closed group of pictures");
  return false;
}

static bool write_samples(CmafWriter *writer, const GArray *samples, const int64_t *dts, int64_t end,
                          GError **error) {
  for (guint i = 0; i < samples->len; i++) {
    const CmafSample *sample = &g_array_index(samples, CmafSample, i);
    AVPacket *packet = writer->packet;
    gsize size;
    const void *data = g_bytes_get_data(sample->data, &size);
    av_packet_unref(packet);
    packet->data = (uint8_t *)data; /* the muxer makes its own copy */
    packet->size = (int)size;
    packet->pts = sample->pts;
    packet->dts = dts[i];
    packet->duration = (i + 1 < samples->len ? dts[i + 1] : end) - dts[i];
    packet->flags = sample->is_sync ? AV_PKT_FLAG_KEY : 0;
    int result = av_write_frame(writer->format, packet);
    if (result < 0) {
      transcoder_set_av_error(error, TRANSCODER_ERROR_STORAGE, result, "writing a segment");
      return false;
    }
  }
  return true;
}

bool cmaf_writer_write_segment(CmafWriter *writer, GArray *samples, GError **error) {
  g_return_val_if_fail(samples->len > 0, false);
  g_autofree int64_t *dts = g_new(int64_t, samples->len);
  int64_t start = g_array_index(samples, CmafSample, 0).pts, end = start, before = writer->position;
  for (guint i = 0; i < samples->len; i++) {
    const CmafSample *sample = &g_array_index(samples, CmafSample, i);
    end = MAX(end, sample->pts + sample->duration);
  }
  bool ok = assign_decode_times(samples, dts, error) && write_samples(writer, samples, dts, end, error);
  g_array_set_size(samples, 0);
  if (!ok)
    return false;
  int result = av_write_frame(writer->format, NULL);
  avio_flush(writer->io);
  if (result < 0 || writer->io->error < 0) {
    transcoder_set_av_error(error, TRANSCODER_ERROR_STORAGE, MIN(result, writer->io->error), "writing a segment");
    return false;
  }
  CatalogSegment segment = {
      .offset = before, .length = writer->position - before, .decode_time = start, .duration = end - start};
  g_array_append_val(writer->segments, segment);
  return true;
}

bool cmaf_writer_close(CmafWriter *writer, GError **error) {
  int fd = writer->fd;
  writer->fd = -1;
  if (close(fd) < 0) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STORAGE, "closing a span file: %s", g_strerror(errno));
    return false;
  }
  return true;
}

const GArray *cmaf_writer_segments(const CmafWriter *writer) {
  return writer->segments;
}

GBytes *cmaf_writer_init_segment(const CmafWriter *writer) {
  return writer->init;
}
