#include "transcoder/media_allow_list.h"

#include <glib.h>
#include <libavutil/avstring.h>

/** Demuxers that read one file of media and nothing else: none of these opens another file, a device or an address. */
static const char containers[] =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,live_flv,dv,mxf,rm,wtv,"
    "ogg,dhav,ivf,gif,apng,h264,hevc,m4v,mpegvideo,mjpeg,obu,vc1,jpeg_pipe,png_pipe,"
    "webp_pipe,bmp_pipe,wav,w64,aiff,au,caf,flac,mp3,aac,loas,ac3,eac3,dts,amr,amrnb,amrwb,"
    "ape,wv,tta";

static const enum AVCodecID codecs[] = {
    /* Cameras, recorders, air and disc */
    AV_CODEC_ID_H264,
    AV_CODEC_ID_HEVC,
    AV_CODEC_ID_VP8,
    AV_CODEC_ID_VP9,
    AV_CODEC_ID_AV1,
    AV_CODEC_ID_MPEG1VIDEO,
    AV_CODEC_ID_MPEG2VIDEO,
    AV_CODEC_ID_MPEG4,
    AV_CODEC_ID_H261,
    AV_CODEC_ID_H263,
    AV_CODEC_ID_H263I,
    AV_CODEC_ID_H263P,
    AV_CODEC_ID_MJPEG,
    AV_CODEC_ID_MJPEGB,
    AV_CODEC_ID_DVVIDEO,
    AV_CODEC_ID_THEORA,
    /* Studios */
    AV_CODEC_ID_PRORES,
    AV_CODEC_ID_DNXHD,
    AV_CODEC_ID_CFHD,
    AV_CODEC_ID_JPEG2000,
    AV_CODEC_ID_HUFFYUV,
    AV_CODEC_ID_FFVHUFF,
    AV_CODEC_ID_FFV1,
    AV_CODEC_ID_UTVIDEO,
    AV_CODEC_ID_LAGARITH,
    AV_CODEC_ID_RAWVIDEO,
    AV_CODEC_ID_V210,
    AV_CODEC_ID_QTRLE,
    /* Computers of their time */
    AV_CODEC_ID_WMV1,
    AV_CODEC_ID_WMV2,
    AV_CODEC_ID_WMV3,
    AV_CODEC_ID_VC1,
    AV_CODEC_ID_MSMPEG4V1,
    AV_CODEC_ID_MSMPEG4V2,
    AV_CODEC_ID_MSMPEG4V3,
    AV_CODEC_ID_MSVIDEO1,
    AV_CODEC_ID_MSRLE,
    AV_CODEC_ID_FLV1,
    AV_CODEC_ID_VP6,
    AV_CODEC_ID_VP6A,
    AV_CODEC_ID_VP6F,
    AV_CODEC_ID_RV10,
    AV_CODEC_ID_RV20,
    AV_CODEC_ID_RV30,
    AV_CODEC_ID_RV40,
    AV_CODEC_ID_CINEPAK,
    AV_CODEC_ID_INDEO3,
    AV_CODEC_ID_INDEO4,
    AV_CODEC_ID_INDEO5,
    AV_CODEC_ID_SVQ1,
    AV_CODEC_ID_SVQ3,
    AV_CODEC_ID_RPZA,
    /* Recordings of screens */
    AV_CODEC_ID_MSS1,
    AV_CODEC_ID_MSS2,
    AV_CODEC_ID_TSCC,
    AV_CODEC_ID_TSCC2,
    AV_CODEC_ID_G2M,
    AV_CODEC_ID_ZMBV,
    AV_CODEC_ID_FLASHSV,
    AV_CODEC_ID_FLASHSV2,
    AV_CODEC_ID_FRAPS,
    /* Pictures */
    AV_CODEC_ID_PNG,
    AV_CODEC_ID_APNG,
    AV_CODEC_ID_GIF,
    AV_CODEC_ID_BMP,
    AV_CODEC_ID_WEBP,
    /* Sound */
    AV_CODEC_ID_AAC,
    AV_CODEC_ID_AAC_LATM,
    AV_CODEC_ID_MP1,
    AV_CODEC_ID_MP2,
    AV_CODEC_ID_MP3,
    AV_CODEC_ID_AC3,
    AV_CODEC_ID_EAC3,
    AV_CODEC_ID_DTS,
    AV_CODEC_ID_TRUEHD,
    AV_CODEC_ID_OPUS,
    AV_CODEC_ID_VORBIS,
    AV_CODEC_ID_FLAC,
    AV_CODEC_ID_ALAC,
    AV_CODEC_ID_APE,
    AV_CODEC_ID_WAVPACK,
    AV_CODEC_ID_TTA,
    AV_CODEC_ID_WMAV1,
    AV_CODEC_ID_WMAV2,
    AV_CODEC_ID_WMAPRO,
    AV_CODEC_ID_WMALOSSLESS,
    AV_CODEC_ID_WMAVOICE,
    AV_CODEC_ID_AMR_NB,
    AV_CODEC_ID_AMR_WB,
    AV_CODEC_ID_GSM,
    AV_CODEC_ID_GSM_MS,
    AV_CODEC_ID_SPEEX,
    AV_CODEC_ID_NELLYMOSER,
    AV_CODEC_ID_COOK,
    AV_CODEC_ID_SIPR,
    AV_CODEC_ID_RA_144,
    AV_CODEC_ID_RA_288,
    AV_CODEC_ID_QDM2,
    AV_CODEC_ID_ADPCM_IMA_WAV,
    AV_CODEC_ID_ADPCM_IMA_QT,
    AV_CODEC_ID_ADPCM_MS,
    AV_CODEC_ID_ADPCM_SWF,
    AV_CODEC_ID_ADPCM_G722,
    AV_CODEC_ID_ADPCM_G726,
    AV_CODEC_ID_PCM_S16LE,
    AV_CODEC_ID_PCM_S16BE,
    AV_CODEC_ID_PCM_U16LE,
    AV_CODEC_ID_PCM_S8,
    AV_CODEC_ID_PCM_U8,
    AV_CODEC_ID_PCM_MULAW,
    AV_CODEC_ID_PCM_ALAW,
    AV_CODEC_ID_PCM_S32LE,
    AV_CODEC_ID_PCM_S32BE,
    AV_CODEC_ID_PCM_S24LE,
    AV_CODEC_ID_PCM_S24BE,
    AV_CODEC_ID_PCM_F32LE,
    AV_CODEC_ID_PCM_F32BE,
    AV_CODEC_ID_PCM_F64LE,
    AV_CODEC_ID_PCM_F64BE,
    AV_CODEC_ID_PCM_DVD,
    AV_CODEC_ID_PCM_BLURAY,
    AV_CODEC_ID_PCM_S16LE_PLANAR,
    /* Captions */
    AV_CODEC_ID_MOV_TEXT,
    AV_CODEC_ID_SUBRIP,
    AV_CODEC_ID_ASS,
    AV_CODEC_ID_WEBVTT,
    AV_CODEC_ID_TEXT,
};

const char *media_allow_list_containers(void) {
  return containers;
}

static gpointer list_decoders(gpointer data) {
  (void)data;
  GString *names = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
    const AVCodec *decoder = avcodec_find_decoder(codecs[i]);
    if (decoder != NULL)
      g_string_append_printf(names, "%s%s", names->len > 0 ? "," : "", decoder->name);
  }
  return g_string_free(names, FALSE);
}

const char *media_allow_list_decoders(void) {
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, list_decoders, NULL);
}

bool media_allow_list_has_container(const AVInputFormat *container) {
  return av_match_list(container->name, containers, ',') != 0;
}

const AVCodec *media_allow_list_find_decoder(enum AVCodecID codec) {
  for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
    if (codecs[i] == codec)
      return avcodec_find_decoder(codec);
  }
  return NULL;
}
