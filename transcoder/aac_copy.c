#include "transcoder/aac_copy.h"

#include "media/adts_header.h"
#include "media/rational.h"
#include "transcoder/aac_encoder.h"

#include <libavcodec/packet.h>

/** Frames may be this far from their place. */
#define STEP_MAX (AAC_FRAME_SAMPLES / 2)
/** Two channels of 6,144 bits (ISO/IEC 14496-3 §4.5.3.2), and some bytes of padding. */
#define FRAME_BYTES_MAX 2048
/** Of a lesson that begins long before its sound: beyond it something is wrong. */
#define SILENT_PLACES_MAX (INT64_C(48) * 3600 * 48)

struct AacCopy {
  Source *source;
  int stream;
  AVRational time_base; /**< of the stream */
  int32_t rate_hz;
  int64_t start; /**< the lesson's time 0 in samples of the source's clock */
  AVPacket *packet;
  GBytes *silence;
  GBytes *held;     /**< read, and not yet given */
  int64_t held_at;  /**< its place */
  int64_t next;     /**< the place to give next */
  bool has_headers; /**< ADTS, each frame */
  bool has_any, is_broken, is_at_end;
};

static GBytes *make_silence(int32_t rate_hz, GError **error) {
  static float zeros[AAC_FRAME_SAMPLES];
  float *planes[SOUND_CHANNELS] = {zeros, zeros};
  g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autoptr(AacEncoder) encoder = aac_encoder_new(rate_hz, LADDER_AUDIO_BITRATE_BPS, error);
  while (encoder != NULL && frames->len == 0) {
    if (!aac_encoder_encode(encoder, planes, frames, error))
      return NULL;
  }
  return encoder != NULL ? g_bytes_ref(g_ptr_array_index(frames, 0)) : NULL;
}

AacCopy *aac_copy_new(Source *source, const SourceInfo *info, int32_t rate_hz, GError **error) {
  g_autoptr(AacCopy) copy = g_new0(AacCopy, 1);
  copy->source = source;
  copy->stream = info->audio_stream;
  copy->rate_hz = rate_hz;
  copy->start = rescale_i64(info->start_us, rate_hz, G_USEC_PER_SEC);
  copy->packet = av_packet_alloc();
  source_choose_stream(source, copy->stream);
  source_rewind(source, copy->stream);
  const AVStream *from = source_format(source)->streams[copy->stream];
  copy->time_base = from->time_base;
  copy->has_headers = from->codecpar->extradata_size <= 0;
  copy->silence = make_silence(rate_hz, error);
  return copy->silence != NULL ? g_steal_pointer(&copy) : NULL;
}

void aac_copy_free(AacCopy *copy) {
  if (copy == NULL)
    return;
  av_packet_free(&copy->packet);
  g_clear_pointer(&copy->silence, g_bytes_unref);
  g_clear_pointer(&copy->held, g_bytes_unref);
  g_free(copy);
}

/** The place of a frame that begins at `sample`. */
static int64_t nearest_place(int64_t sample) {
  int64_t shifted = sample + AAC_FRAME_SAMPLES / 2;
  return shifted / AAC_FRAME_SAMPLES - (shifted % AAC_FRAME_SAMPLES < 0 ? 1 : 0);
}

/** The frame in a packet, without its header. NULL when it is none of ours (probe_audio_aac_config). */
static GBytes *take_frame(const AacCopy *copy) {
  enum { PROFILE_LC = 1, RATE_48000 = 3 };
  const uint8_t *data = copy->packet->data;
  size_t size = (size_t)MAX(copy->packet->size, 0), header_bytes = 0;
  AdtsConfig config;
  if (copy->has_headers && (!adts_header_read(data, size, &config, &header_bytes) || config.profile != PROFILE_LC ||
                            config.rate_index != RATE_48000 || config.channels != SOUND_CHANNELS))
    return NULL;
  size -= header_bytes;
  return size > 0 && size <= FRAME_BYTES_MAX ? g_bytes_new(data + header_bytes, size) : NULL;
}

/** Frames follow one another without a gap, each near its place. */
static bool place_packet(AacCopy *copy) {
  const AVPacket *packet = copy->packet;
  if (packet->pts == AV_NOPTS_VALUE)
    return false;
  AVRational samples = {1, copy->rate_hz};
  int64_t sample = av_rescale_q(packet->pts, copy->time_base, samples) - copy->start;
  int64_t place = copy->has_any ? copy->held_at + 1 : nearest_place(sample);
  if (ABS(sample - place * AAC_FRAME_SAMPLES) > STEP_MAX || ABS(place) > SILENT_PLACES_MAX)
    return false;
  copy->has_any = true;
  copy->held_at = place;
  copy->held = take_frame(copy);
  return copy->held != NULL;
}

static void read_frame(AacCopy *copy) {
  copy->is_at_end = !source_read(copy->source, copy->packet);
  copy->is_broken = !copy->is_at_end && !place_packet(copy);
  av_packet_unref(copy->packet);
}

GBytes *aac_copy_next(AacCopy *copy) {
  while (!copy->is_broken && !copy->is_at_end && (copy->held == NULL || copy->held_at < copy->next)) {
    g_clear_pointer(&copy->held, g_bytes_unref);
    read_frame(copy);
  }
  if (copy->is_broken)
    return NULL;
  bool is_here = copy->held != NULL && copy->held_at == copy->next;
  copy->next++;
  return is_here ? g_steal_pointer(&copy->held) : g_bytes_ref(copy->silence);
}

bool aac_copy_check(AacCopy *copy, int64_t place_count, int64_t bitrate_bps) {
  int64_t total_bytes = 0;
  for (int64_t i = 0; i < place_count; i++) {
    g_autoptr(GBytes) frame = aac_copy_next(copy);
    if (frame == NULL)
      return false;
    total_bytes += (int64_t)g_bytes_get_size(frame);
  }
  int64_t samples = place_count * AAC_FRAME_SAMPLES;
  return copy->has_any && samples > 0 &&
         rescale_i64(total_bytes, 8 * (int64_t)copy->rate_hz, samples) <= bitrate_bps;
}
