#include "transcoder/h264_encoder.h"

#include "transcoder/error.h"
#include "transcoder/h264_avcc.h"

#include <x264.h>

/** x264 gives a picture the more bits the longer it stands: right up to here, a waste beyond. docs/notes/engine.md has
 * the measurements. */
#define LONGEST_US (300 * 1000)

struct H264Encoder {
  x264_t *x264;
  GBytes *avcc;
  int64_t first_tick, last_tick; /**< of the pictures put in; -1 before the first */
  int64_t clock;                 /**< of the last picture, as x264 is told: long ones count as shorter */
  int64_t longest_ticks;
  char *complaint; /**< x264's last */
};

static void keep_complaint(void *user_data, int level, const char *format, va_list arguments) {
  H264Encoder *encoder = user_data;
  if (level > X264_LOG_ERROR)
    return;
  g_free(encoder->complaint);
  encoder->complaint = g_strchomp(g_strdup_vprintf(format, arguments));
}

static bool fail(const H264Encoder *encoder, GError **error) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "x264: %s",
              encoder->complaint != NULL ? encoder->complaint : "failed without a word");
  return false;
}

/** Rec. ITU-T H.273 numbers. */
static void set_colours(x264_param_t *param, bool is_hd) {
  enum { BT709 = 1, BT601_525 = 6 };
  int number = is_hd ? BT709 : BT601_525;
  param->vui.b_fullrange = 0;
  param->vui.i_colorprim = number;
  param->vui.i_transfer = number;
  param->vui.i_colmatrix = number;
  param->vui.i_chroma_loc = 0; /* left */
}

static void set_rate_control(x264_param_t *param, const LadderRung *rung) {
  param->rc.i_rc_method = X264_RC_CRF;
  param->rc.f_rf_constant = (float)rung->crf;
  param->rc.i_vbv_max_bitrate = (int)(rung->bitrate_bps / 1000);
  param->rc.i_vbv_buffer_size = (int)(rung->bitrate_bps / 1000 * rung->vbv_ms / 1000);
}

/** The analysis of x264's "veryfast", dealt out anew: a fifth to a quarter less CPU for the same bytes at the same SSIM.
 * Less of what earns next to nothing on filmed people, rooms and slides (a hexagon around the best vector, small
 * partitions of B-frames and of the largest pictures, a third B-frame in a row of large pictures); quantizers that follow
 * the texture by themselves earn it back. docs/notes/transcode-speed.md has the measurements. */
static void set_analysis(x264_param_t *param, const LadderRung *rung) {
  enum { FINE_SIDE_MAX = 720, LARGE_SIDE_MIN = 720, LARGE_BFRAMES = 2 };
  int32_t side = MIN(rung->width, rung->height);
  param->analyse.i_me_method = X264_ME_DIA;
  param->analyse.inter &= ~X264_ANALYSE_BSUB16x16;
  if (side > FINE_SIDE_MAX)
    param->analyse.inter &= ~X264_ANALYSE_PSUB16x16;
  if (side >= LARGE_SIDE_MIN)
    param->i_bframe = LARGE_BFRAMES;
  param->rc.i_aq_mode = X264_AQ_AUTOVARIANCE;
}

static void set_groups(x264_param_t *param) {
  param->i_keyint_max = X264_KEYINT_MAX_INFINITE; /* the caller says where */
  param->i_keyint_min = 1;
  param->i_scenecut_threshold = 0;
  param->b_open_gop = 0;
  param->b_stitchable = 1;
}

static bool set_param(x264_param_t *param, const H264EncoderConfig *config, H264Encoder *encoder) {
  if (x264_param_default_preset(param, config->preset, NULL) < 0) {
    encoder->complaint = g_strdup_printf("there is no preset \"%s\"", config->preset);
    return false;
  }
  param->pf_log = keep_complaint;
  param->p_log_private = encoder;
  param->i_log_level = X264_LOG_ERROR;
  param->i_threads = MAX(config->threads, 1);
  param->b_sliced_threads = 0;
  param->i_width = config->rung->width;
  param->i_height = config->rung->height;
  param->i_csp = X264_CSP_I420;
  param->vui.i_sar_width = param->vui.i_sar_height = 1;
  param->i_fps_num = (uint32_t)config->frame_rate.num;
  param->i_fps_den = (uint32_t)config->frame_rate.den;
  param->i_timebase_num = param->i_fps_den;
  param->i_timebase_den = param->i_fps_num;
  param->b_vfr_input = 1;
  param->b_repeat_headers = 0;
  param->b_annexb = 0;
  set_colours(param, config->is_hd);
  set_rate_control(param, config->rung);
  set_groups(param);
  if (g_str_equal(config->preset, "veryfast"))
    set_analysis(param, config->rung);
  return x264_param_apply_profile(param, "high") == 0;
}

static H264ParameterSet parameter_set(const x264_nal_t *nal) {
  return (H264ParameterSet){nal->p_payload + H264_AVCC_LENGTH_BYTES,
                            (size_t)nal->i_payload - H264_AVCC_LENGTH_BYTES};
}

static bool read_headers(H264Encoder *encoder, GError **error) {
  x264_nal_t *nals;
  int count;
  const x264_nal_t *sps = NULL, *pps = NULL;
  if (x264_encoder_headers(encoder->x264, &nals, &count) < 0)
    return fail(encoder, error);
  for (int i = 0; i < count; i++) {
    if (nals[i].i_type == NAL_SPS && nals[i].i_payload >= H264_AVCC_LENGTH_BYTES + 4)
      sps = &nals[i];
    if (nals[i].i_type == NAL_PPS && nals[i].i_payload > H264_AVCC_LENGTH_BYTES)
      pps = &nals[i];
  }
  if (sps == NULL || pps == NULL)
    return fail(encoder, error);
  H264ParameterSet sps_set = parameter_set(sps), pps_set = parameter_set(pps);
  encoder->avcc = h264_avcc_new(&sps_set, &pps_set, 1);
  return true;
}

H264Encoder *h264_encoder_new(const H264EncoderConfig *config, GError **error) {
  g_autoptr(H264Encoder) encoder = g_new0(H264Encoder, 1);
  x264_param_t param;
  encoder->first_tick = -1;
  encoder->longest_ticks =
      MAX(1, rescale_i64(LONGEST_US, config->frame_rate.num, (int64_t)config->frame_rate.den * G_USEC_PER_SEC));
  if (set_param(&param, config, encoder))
    encoder->x264 = x264_encoder_open(&param);
  if (encoder->x264 == NULL) {
    fail(encoder, error);
    return NULL;
  }
  return read_headers(encoder, error) ? g_steal_pointer(&encoder) : NULL;
}

void h264_encoder_free(H264Encoder *encoder) {
  if (encoder == NULL)
    return;
  if (encoder->x264 != NULL)
    x264_encoder_close(encoder->x264);
  g_clear_pointer(&encoder->avcc, g_bytes_unref);
  g_free(encoder->complaint);
  g_free(encoder);
}

GBytes *h264_encoder_avcc(const H264Encoder *encoder) {
  return encoder->avcc;
}

static bool run_x264(H264Encoder *encoder, x264_picture_t *input, H264Sample *ret_sample, GError **error) {
  x264_nal_t *nals = NULL;
  x264_picture_t output;
  int count = 0, size = x264_encoder_encode(encoder->x264, &nals, &count, input, &output);
  if (size < 0)
    return fail(encoder, error);
  *ret_sample = (H264Sample){0};
  if (size > 0) /* the payloads of a picture lie one after the other */
    *ret_sample = (H264Sample){
        .data = nals[0].p_payload,
        .size = (size_t)size,
        .tick = encoder->first_tick + (int64_t)GPOINTER_TO_SIZE(output.opaque),
        .is_sync = output.b_keyframe != 0,
    };
  return true;
}

bool h264_encoder_encode(H264Encoder *encoder, const AVFrame *frame, int64_t tick, bool is_key,
                         H264Sample *ret_sample, GError **error) {
  if (encoder->first_tick < 0)
    encoder->first_tick = tick;
  else
    encoder->clock += MIN(tick - encoder->last_tick, encoder->longest_ticks);
  encoder->last_tick = tick;
  x264_picture_t input;
  x264_picture_init(&input);
  input.i_type = is_key ? X264_TYPE_IDR : X264_TYPE_AUTO;
  input.i_pts = encoder->clock;
  input.opaque = GSIZE_TO_POINTER((gsize)(tick - encoder->first_tick));
  input.img.i_csp = X264_CSP_I420;
  input.img.i_plane = 3;
  for (int plane = 0; plane < 3; plane++) {
    input.img.plane[plane] = frame->data[plane]; /* x264 makes its own copy */
    input.img.i_stride[plane] = frame->linesize[plane];
  }
  return run_x264(encoder, &input, ret_sample, error);
}

bool h264_encoder_drain(H264Encoder *encoder, H264Sample *ret_sample, GError **error) {
  *ret_sample = (H264Sample){0};
  while (ret_sample->size == 0 && x264_encoder_delayed_frames(encoder->x264) > 0) {
    if (!run_x264(encoder, NULL, ret_sample, error))
      return false;
  }
  return true;
}
