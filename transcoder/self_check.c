#include "transcoder/self_check.h"

#include "transcoder/sandbox.h"

#include <gst/gst.h>
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>

static const struct {
  const char *element, *package;
} elements[] = {
    {"appsrc", "gstreamer1.0-plugins-base"},
    {"videoconvertscale", "gstreamer1.0-plugins-base"},
    {"jpegenc", "gstreamer1.0-plugins-good"},
};

/** Those of transcoder/picture_filter.c. */
static const char *const filters[] = {"bwdif", "idet", "zscale", "tonemap", "transpose", "hflip", "vflip"};

static int report(bool is_there, const char *what, const char *package) {
  if (is_there)
    printf("ok       %s\n", what);
  else
    printf("missing  %s (Debian package %s)\n", what, package);
  return is_there ? 0 : 1;
}

int self_check_run(void) {
  gst_init(NULL, NULL);
  int missing = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
    g_autoptr(GstElementFactory) factory = gst_element_factory_find(elements[i].element);
    missing += report(factory != NULL, elements[i].element, elements[i].package);
  }
  missing += report(avcodec_find_encoder_by_name("aac") != NULL, "AAC encoder", "libavcodec59");
  missing += report(avcodec_find_decoder(AV_CODEC_ID_H264) != NULL, "H.264 decoder", "libavcodec59");
  for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
    missing += report(avfilter_get_by_name(filters[i]) != NULL, filters[i], "libavfilter8");
  missing += report(av_guess_format("mp4", NULL, NULL) != NULL, "mp4 muxer", "libavformat59");
  if (!sandbox_has_file_wall())
    puts("note     this kernel has no Landlock: children that read outside files are not kept from other files");
  return missing > 0 ? 1 : 0;
}
