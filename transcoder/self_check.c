#include "transcoder/self_check.h"

#include "transcoder/sandbox.h"

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>
#include <x264.h>

/** Those of transcoder/picture_filter.c. */
static const char *const filters[] = {"bwdif", "idet", "zscale", "tonemap", "transpose", "hflip", "vflip"};

static int report(bool is_there, const char *what, const char *package) {
  if (is_there)
    printf("ok       %s\n", what);
  else
    printf("missing  %s (Debian package %s)\n", what, package);
  return is_there ? 0 : 1;
}

/** Whether the library that is installed encodes the 8-bit pictures that it is given. */
static bool has_x264(void) {
  x264_param_t param;
  if (x264_param_default_preset(&param, "ultrafast", NULL) < 0)
    return false;
  param.i_width = param.i_height = 64;
  param.i_log_level = X264_LOG_NONE;
  x264_t *encoder = x264_encoder_open(&param);
  if (encoder != NULL)
    x264_encoder_close(encoder);
  return encoder != NULL;
}

int self_check_run(void) {
  int missing = 0;
  missing += report(has_x264(), "x264", "libx264-164");
  missing += report(avcodec_find_encoder_by_name("aac") != NULL, "AAC encoder", "libavcodec59");
  missing += report(avcodec_find_encoder(AV_CODEC_ID_MJPEG) != NULL, "JPEG encoder", "libavcodec59");
  missing += report(avcodec_find_decoder(AV_CODEC_ID_H264) != NULL, "H.264 decoder", "libavcodec59");
  for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
    missing += report(avfilter_get_by_name(filters[i]) != NULL, filters[i], "libavfilter8");
  missing += report(av_guess_format("mp4", NULL, NULL) != NULL, "mp4 muxer", "libavformat59");
  if (!sandbox_has_file_wall())
    puts("note     this kernel has no Landlock: children that read outside files are not kept from other files");
  return missing > 0 ? 1 : 0;
}
