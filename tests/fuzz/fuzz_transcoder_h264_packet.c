/* Fuzz target: stored H.264 packets as they are looked at for copying and for passing over pictures. The first byte is
 * the length of sizes, modulo 3 (start codes, 2 or 4 bytes). */
#include "transcoder/h264_packet.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static const uint8_t sps[] = {0x67, 0x64, 0, 0x28, 0xAC}, pps[] = {0x68, 0xEE, 0x3C, 0x80};

static void check_copy(const H264Config *config, const uint8_t *data, size_t size_bytes, bool is_idr) {
  g_autoptr(GBytes) copy = h264_packet_copy(config, data, size_bytes, is_idr);
  bool is_copy_idr = !is_idr;
  if (copy == NULL)
    return;
  gsize copy_size;
  const uint8_t *bytes = g_bytes_get_data(copy, &copy_size);
  if (copy_size > size_bytes)
    g_error("a copy is larger than the packet");
  if (!h264_packet_find_idr(config, bytes, copy_size, &is_copy_idr) || is_copy_idr != is_idr)
    g_error("a copy is another kind of picture");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  static const size_t LENGTHS[] = {0, 2, 4};
  if (size_bytes == 0)
    return 0;
  H264Config config = {
      .length_bytes = LENGTHS[data[0] % 3], .sps = {sps, sizeof sps}, .pps = {{pps, sizeof pps}}, .pps_count = 1};
  /* A block of its own, so that a byte past its end is noticed. */
  g_autofree uint8_t *packet = g_memdup2(data + 1, size_bytes - 1);
  bool is_idr;
  h264_packet_is_reference(packet, size_bytes - 1, config.length_bytes);
  if (config.length_bytes == 0)
    return 0;
  h264_packet_find_idr(&config, packet, size_bytes - 1, &is_idr);
  check_copy(&config, packet, size_bytes - 1, true);
  check_copy(&config, packet, size_bytes - 1, false);
  return 0;
}
