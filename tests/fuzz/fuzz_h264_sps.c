/* Fuzz target: H.264 parameter sets, and the configuration record around them. */
#include "media/h264_sps.h"

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_sps(const uint8_t *nal, size_t size_bytes) {
  H264Sps sps;
  if (!h264_sps_parse(nal, size_bytes, &sps))
    return;
  if (sps.width <= 0 || sps.height <= 0 || sps.bit_depth < 8 || sps.bit_depth > 14 || sps.chroma_format_idc > 3)
    g_error("no picture: %dx%d", sps.width, sps.height);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  H264Config config;
  check_sps(data, size_bytes);
  if (!h264_config_parse(data, size_bytes, &config))
    return 0;
  for (size_t i = 0; i < config.pps_count; i++)
    if (config.pps[i].nal < data || config.pps[i].nal + config.pps[i].size_bytes > data + size_bytes)
      g_error("a parameter set outside its record");
  check_sps(config.sps.nal, config.sps.size_bytes);
  return 0;
}
