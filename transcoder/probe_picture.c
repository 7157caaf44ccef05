#include "transcoder/probe_picture.h"

#include "transcoder/filter_graph.h"

#include <glib.h>
#include <libavutil/display.h>
#include <math.h>
#include <string.h>

/** One frame in this many that shows woven fields makes a source interlaced: detectors hardly ever err that way. */
#define FIELDS_SHARE 10

void probe_picture_orientation(const AVStream *stream, PictureFilterPlan *plan) {
  const int32_t *matrix =
      (const int32_t *)(gconstpointer)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
  if (matrix == NULL)
    return;
  /* A stored point (x, y) is shown at (a x + c y, b x + d y), y downwards. */
  double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  bool is_mirrored = a * d - b * c < 0;
  double clockwise = is_mirrored ? atan2(-b, -a) : atan2(b, a);
  int quarters = (int)lround(clockwise / G_PI_2);
  if (a == 0 && b == 0)
    return;
  plan->is_mirrored = is_mirrored;
  plan->turn_deg = ((quarters % 4 + 4) % 4) * 90;
}

PictureLight probe_picture_light(const AVCodecParameters *codec) {
  if (codec->color_trc == AVCOL_TRC_SMPTE2084)
    return PICTURE_LIGHT_PQ;
  if (codec->color_trc == AVCOL_TRC_ARIB_STD_B67)
    return PICTURE_LIGHT_HLG;
  bool is_wide = codec->color_primaries == AVCOL_PRI_BT2020 && codec->color_space == AVCOL_SPC_BT2020_NCL;
  return is_wide ? PICTURE_LIGHT_WIDE : PICTURE_LIGHT_SDR;
}

static bool has_television_size(const AVCodecParameters *codec) {
  bool is_sd = codec->height == 480 || codec->height == 486 || codec->height == 512 || codec->height == 576;
  return (is_sd && codec->width >= 640 && codec->width <= 768) || codec->height == 1080 || codec->height == 1088;
}

/** Codecs of tape, disc and air, which say nothing or little about fields. */
static bool is_television_codec(enum AVCodecID codec) {
  static const enum AVCodecID codecs[] = {
      AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_DVVIDEO, AV_CODEC_ID_MPEG4,    AV_CODEC_ID_MJPEG,   AV_CODEC_ID_PRORES,
      AV_CODEC_ID_DNXHD,      AV_CODEC_ID_VC1,     AV_CODEC_ID_WMV3,     AV_CODEC_ID_HUFFYUV, AV_CODEC_ID_FFVHUFF,
      AV_CODEC_ID_FFV1,       AV_CODEC_ID_V210,    AV_CODEC_ID_RAWVIDEO, AV_CODEC_ID_UTVIDEO,
  };
  for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
    if (codecs[i] == codec)
      return true;
  }
  return false;
}

bool probe_picture_may_have_fields(const AVCodecParameters *codec) {
  if (codec->field_order != AV_FIELD_UNKNOWN && codec->field_order != AV_FIELD_PROGRESSIVE)
    return true;
  if (!has_television_size(codec))
    return false;
  return codec->height < 720 || (codec->field_order == AV_FIELD_UNKNOWN && is_television_codec(codec->codec_id));
}

static void take_verdict(FieldCount *count, const AVFrame *judged) {
  const AVDictionaryEntry *entry = av_dict_get(judged->metadata, "lavfi.idet.multiple.current_frame", NULL, 0);
  const char *verdict = entry != NULL ? entry->value : "";
  if (strcmp(verdict, "tff") == 0)
    count->top_first++;
  else if (strcmp(verdict, "bff") == 0)
    count->bottom_first++;
  else if (strcmp(verdict, "progressive") == 0)
    count->progressive++;
  else
    count->undetermined++;
}

void field_count_add(FieldCount *count, const AVFrame *frame, FilterGraph **graph_slot) {
  count->flagged += frame->interlaced_frame != 0;
  if (*graph_slot != NULL && !filter_graph_fits(*graph_slot, frame))
    g_clear_pointer(graph_slot, filter_graph_free);
  if (*graph_slot == NULL)
    *graph_slot = filter_graph_new("idet", frame, NULL);
  int64_t seen = count->top_first + count->bottom_first + count->progressive + count->undetermined + count->flagged;
  if (*graph_slot == NULL || !filter_graph_push(*graph_slot, frame, seen, NULL))
    return;
  AVFrame *judged;
  while ((judged = filter_graph_pull(*graph_slot)) != NULL) {
    take_verdict(count, judged);
    av_frame_free(&judged);
  }
}

PictureFields field_count_decide(const FieldCount *count) {
  int64_t woven = count->top_first + count->bottom_first, clear = woven + count->progressive;
  int64_t frames = clear + count->undetermined;
  bool is_flagged = count->flagged * 2 > frames;
  if (frames == 0)
    return PICTURE_FIELDS_NONE;
  if (clear == 0)
    return is_flagged ? PICTURE_FIELDS_FLAGGED : PICTURE_FIELDS_NONE;
  if (woven < 2 || woven * FIELDS_SHARE < clear)
    return PICTURE_FIELDS_NONE;
  if (is_flagged)
    return PICTURE_FIELDS_FLAGGED;
  return count->bottom_first > count->top_first ? PICTURE_FIELDS_BOTTOM_FIRST : PICTURE_FIELDS_TOP_FIRST;
}
