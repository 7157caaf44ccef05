#include "transcoder/copy_fitness.h"

#include "media/h264_sps.h"
#include "transcoder/h264_avcc.h"
#include "transcoder/h264_packet.h"
#include "transcoder/h264_stream.h"
#include "transcoder/packet_skim.h"

#include <stdlib.h>

/* Of other files than MP4, that are read whole. What is not fit is mostly told by its first groups. */
#define FULL_SCAN_BYTES (INT64_C(1) << 30)
/* After so much of a lesson its bit rate is judged, so that no gigabyte is read for nothing. */
#define RATE_KNOWN_US (60 * G_TIME_SPAN_SECOND)
/* Where the first slice of a key frame must begin. */
#define KEY_START_BYTES 16384
/* Key frames nearer than this to the one before are no place to cut: the list stays short. */
#define KEY_DISTANCE_US (G_TIME_SPAN_SECOND / 2)
#define LEVEL_MAX 42
#define RATE_MAX_FPS 61

enum { PROFILE_BASELINE = 66, PROFILE_MAIN = 77, PROFILE_HIGH = 100 };
enum { COLOUR_BT709 = 1, COLOUR_UNSPECIFIED = 2, COLOUR_BT470BG = 5, COLOUR_BT601 = 6 };

/** The frames of a stream as they go by. */
typedef struct {
  Source *source;
  const SourceInfo *info;
  AVRational time_base;
  Rational frame_rate;
  int64_t frame_count;
  H264Stream stream;
  CopyPlan *found;
  GArray *ticks; /**< int64_t: of the frames of the open group */
  int64_t group_bytes, all_bytes;
  int64_t bitrate_max_bps; /**< on average; the plan looks at it more closely */
  int64_t frames;
} Scan;

static bool refuse(Scan *scan, CopyReason reason) {
  copy_plan_refuse(scan->found, reason);
  return false;
}

/** Colours as the encoder tags its own, or untagged: switching rungs changes nothing on the screen. */
static bool is_colour_ours(const H264Sps *sps, bool is_hd) {
  const uint8_t values[] = {sps->colour_primaries, sps->transfer, sps->matrix};
  for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
    bool is_601 = values[i] == COLOUR_BT470BG || values[i] == COLOUR_BT601;
    /* The transfer of BT.709 is that of BT.601. */
    bool is_709 = values[i] == COLOUR_BT709 && (is_hd || i == 1);
    if (values[i] != COLOUR_UNSPECIFIED && !is_709 && (is_hd || !is_601))
      return false;
  }
  return !sps->is_full_range;
}

static bool is_profile_fit(const H264Sps *sps) {
  bool is_constrained = (sps->constraint_flags & 0x40) != 0; /* constraint_set1_flag: decodable as Main */
  return sps->profile_idc == PROFILE_MAIN || sps->profile_idc == PROFILE_HIGH ||
         (sps->profile_idc == PROFILE_BASELINE && is_constrained);
}

static bool check_headers(Scan *scan, const AVCodecParameters *codec, const LadderRung *rung) {
  H264Sps sps;
  if (codec->codec_id != AV_CODEC_ID_H264)
    return refuse(scan, COPY_REASON_NO_H264);
  if (!h264_stream_open(&scan->stream, codec->extradata, (size_t)MAX(codec->extradata_size, 0)) ||
      scan->stream.config.length_bytes != H264_AVCC_LENGTH_BYTES ||
      !h264_sps_parse(scan->stream.config.sps.nal, scan->stream.config.sps.size_bytes, &sps))
    return refuse(scan, COPY_REASON_HEADERS);
  const uint8_t *avcc = g_bytes_get_data(scan->stream.avcc, NULL);
  if (avcc[1] != sps.profile_idc || avcc[2] != sps.constraint_flags || avcc[3] != sps.level_idc)
    return refuse(scan, COPY_REASON_HEADERS);
  if (!is_profile_fit(&sps) || sps.level_idc > LEVEL_MAX || sps.chroma_format_idc != 1 || sps.bit_depth != 8)
    return refuse(scan, COPY_REASON_PROFILE);
  if (!sps.is_frame_only)
    return refuse(scan, COPY_REASON_PROFILE);
  Rational container_aspect = scan->info->picture.sample_aspect;
  if (sps.sample_aspect_num != sps.sample_aspect_den ||
      (rational_is_valid(container_aspect) && container_aspect.num != container_aspect.den))
    return refuse(scan, COPY_REASON_SIZE);
  if (sps.width != rung->width || sps.height != rung->height || sps.width != codec->width ||
      sps.height != codec->height)
    return refuse(scan, COPY_REASON_SIZE);
  if (!is_colour_ours(&sps, MIN(rung->width, rung->height) >= 720))
    return refuse(scan, COPY_REASON_CONVERTED);
  return true;
}

static int compare_ticks(gconstpointer a, gconstpointer b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static int64_t ticks_of(const Scan *scan, int64_t duration_us) {
  return rescale_i64(duration_us, scan->frame_rate.num, (int64_t)scan->frame_rate.den * G_USEC_PER_SEC);
}

/** How long a group may be, with the one tick that rounding moves its ends: the first frame and the last may stand for
 * longer. */
static int64_t longest_group(const Scan *scan, int64_t key, int64_t next_key) {
  int64_t longest = ticks_of(scan, COPY_GOP_MAX_US) + 1;
  if (key == 0)
    longest += ticks_of(scan, COPY_LATE_MAX_US);
  if (next_key == scan->frame_count)
    longest += ticks_of(scan, COPY_LATE_MAX_US);
  return longest;
}

static void add_key(Scan *scan, int64_t tick) {
  GArray *keys = scan->found->keys;
  CopyKey *before = keys->len > 0 ? &g_array_index(keys, CopyKey, keys->len - 1) : NULL;
  CopyKey added = {tick, scan->group_bytes};
  if (before != NULL && tick - before->tick < ticks_of(scan, KEY_DISTANCE_US))
    before->size_bytes += scan->group_bytes;
  else
    g_array_append_val(keys, added);
}

/** The open group of pictures ends: every frame has a tick of its own, after the groups before. */
static bool close_group(Scan *scan, int64_t next_key) {
  if (scan->ticks->len == 0)
    return true;
  int64_t key = g_array_index(scan->ticks, int64_t, 0);
  g_array_sort(scan->ticks, compare_ticks);
  if (g_array_index(scan->ticks, int64_t, 0) != key)
    return refuse(scan, COPY_REASON_GOP);
  for (guint i = 1; i < scan->ticks->len; i++)
    if (g_array_index(scan->ticks, int64_t, i) == g_array_index(scan->ticks, int64_t, i - 1))
      return refuse(scan, COPY_REASON_FRAME_RATE);
  int64_t last = g_array_index(scan->ticks, int64_t, scan->ticks->len - 1);
  if (last >= next_key)
    return refuse(scan, COPY_REASON_GOP);
  if (next_key - key > longest_group(scan, key, next_key))
    return refuse(scan, COPY_REASON_GOP);
  add_key(scan, key);
  scan->all_bytes += scan->group_bytes;
  g_array_set_size(scan->ticks, 0);
  scan->group_bytes = 0;
  int64_t known_us = rescale_i64(next_key, (int64_t)scan->frame_rate.den * G_USEC_PER_SEC, scan->frame_rate.num);
  if (known_us > RATE_KNOWN_US && rescale_i64(scan->all_bytes, 8 * G_USEC_PER_SEC, known_us) >
                                      scan->bitrate_max_bps + scan->bitrate_max_bps / 2)
    return refuse(scan, COPY_REASON_BIT_RATE);
  return true;
}

/** Whether a key frame of the container is an IDR, which nothing after it looks behind. */
static bool look_at_key(Scan *scan, const SkimPacket *packet, const uint8_t *data, bool *ret_is_idr) {
  uint8_t start[KEY_START_BYTES];
  int size = (int)MIN(packet->size_bytes, KEY_START_BYTES);
  if (data == NULL && source_read_at(scan->source, packet->position, start, size) != size)
    return refuse(scan, COPY_REASON_DAMAGED);
  h264_stream_take(&scan->stream, data != NULL ? data : start, (size_t)size);
  return h264_packet_find_idr(&scan->stream.config, scan->stream.data, scan->stream.size_bytes, ret_is_idr) ||
         refuse(scan, COPY_REASON_HEADERS);
}

/** `data`: the packet's bytes, or NULL when they were not read. */
static bool add_packet(Scan *scan, const SkimPacket *packet, const uint8_t *data) {
  int64_t time_us = av_rescale_q(packet->pts, scan->time_base, AV_TIME_BASE_Q) - scan->info->start_us;
  bool is_first = scan->frames++ == 0, is_idr = false;
  if (packet->is_damaged || packet->position > source_size(scan->source) - packet->size_bytes)
    return refuse(scan, COPY_REASON_DAMAGED);
  if (!packet->is_clean)
    return refuse(scan, COPY_REASON_EDGES);
  if (packet->is_key && !look_at_key(scan, packet, data, &is_idr))
    return false;
  int64_t tick = segment_plan_tick_at(scan->frame_rate, time_us);
  if (is_first && (!is_idr || tick < 0 || time_us > COPY_LATE_MAX_US))
    return refuse(scan, COPY_REASON_EDGES);
  if (is_first)
    tick = 0;
  if (tick < 0 || tick >= scan->frame_count)
    return refuse(scan, COPY_REASON_EDGES);
  if (is_idr && !close_group(scan, tick))
    return false;
  if (scan->ticks->len > ticks_of(scan, COPY_GOP_MAX_US) + 1)
    return refuse(scan, COPY_REASON_GOP);
  g_array_append_val(scan->ticks, tick);
  scan->group_bytes += packet->size_bytes;
  return true;
}

static bool scan_tables(Scan *scan, PacketSkim *skim) {
  SkimPacket packet;
  while (packet_skim_next(skim, &packet)) {
    if (!add_packet(scan, &packet, NULL))
      return false;
  }
  return packet_skim_is_whole(skim) || refuse(scan, COPY_REASON_DAMAGED);
}

static bool scan_file(Scan *scan) {
  AVFormatContext *format = source_format(scan->source);
  int stream = scan->info->video_stream;
  if (source_size(scan->source) > FULL_SCAN_BYTES)
    return refuse(scan, COPY_REASON_NO_INDEX);
  if (!source_rewind(scan->source, stream))
    return refuse(scan, COPY_REASON_NO_INDEX);
  source_choose_stream(scan->source, stream);
  AVPacket *data = av_packet_alloc();
  bool ok = true;
  int result = 0;
  while (ok && (result = av_read_frame(format, data)) >= 0) {
    SkimPacket packet = {
        .pts = data->pts,
        .size_bytes = data->size,
        .is_key = (data->flags & AV_PKT_FLAG_KEY) != 0,
        .is_damaged = (data->flags & AV_PKT_FLAG_CORRUPT) != 0,
        .is_clean = packet_skim_is_clean(data),
    };
    ok = data->stream_index != stream || add_packet(scan, &packet, data->data);
    av_packet_unref(data);
  }
  av_packet_free(&data);
  return ok && (result == AVERROR_EOF || refuse(scan, COPY_REASON_DAMAGED));
}

static bool scan_frames(Scan *scan) {
  g_autoptr(PacketSkim) skim = packet_skim_new(scan->source, scan->info->video_stream);
  if (!(skim != NULL ? scan_tables(scan, skim) : scan_file(scan)) || !close_group(scan, scan->frame_count))
    return false;
  return scan->frames > 0 || refuse(scan, COPY_REASON_DAMAGED);
}

void copy_fitness_check(Source *source, const SourceInfo *info, CopyPlan *ret_found) {
  Scan scan = {.source = source, .info = info, .found = ret_found};
  LadderRung rungs[LADDER_RUNGS_MAX];
  LadderSource picture = info->picture;
  if (!info->has_video) {
    refuse(&scan, COPY_REASON_NO_H264);
    return;
  }
  if (source_timing(source)->is_linear) {
    refuse(&scan, COPY_REASON_NO_INDEX);
    return;
  }
  scan.frame_rate = picture.frame_rate = segment_plan_choose_frame_rate(info->grid_rate, info->average_rate);
  size_t rung_count = ladder_fit(&picture, rungs);
  if (rung_count == 0 || picture.rotation_deg != 0 || picture_filter_is_needed(&info->filter)) {
    refuse(&scan, COPY_REASON_CONVERTED);
    return;
  }
  if (rational_to_double(scan.frame_rate) > RATE_MAX_FPS) {
    refuse(&scan, COPY_REASON_FRAME_RATE);
    return;
  }
  scan.frame_count =
      segment_plan_new(scan.frame_rate, info->video_duration_us, info->audio_duration_us, 0, 0).frame_count;
  AVStream *stream = source_format(source)->streams[info->video_stream];
  scan.time_base = stream->time_base;
  scan.bitrate_max_bps = rungs[rung_count - 1].bitrate_bps;
  if (check_headers(&scan, stream->codecpar, &rungs[rung_count - 1])) {
    scan.ticks = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ret_found->keys = g_array_new(FALSE, FALSE, sizeof(CopyKey));
    ret_found->is_fit = scan_frames(&scan);
    g_array_unref(scan.ticks);
  }
  h264_stream_clear(&scan.stream);
}
