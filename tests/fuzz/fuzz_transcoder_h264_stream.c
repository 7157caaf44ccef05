/* Fuzz target: the header of an H.264 stream and a packet of it, as they are made ready for copying. The first byte is the
 * length of the header, the rest the packet. */
#include "transcoder/h264_packet.h"
#include "transcoder/h264_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_copy(const H264Stream *stream, bool is_idr) {
  g_autoptr(GBytes) copy = h264_packet_copy(&stream->config, stream->data, stream->size_bytes, is_idr);
  if (copy != NULL && g_bytes_get_size(copy) > stream->size_bytes)
    g_error("a copy is larger than the packet");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes == 0)
    return 0;
  size_t header_bytes = MIN(data[0], size_bytes - 1), packet_bytes = size_bytes - 1 - header_bytes;
  /* Blocks of their own, so that a byte past their end is noticed. */
  g_autofree uint8_t *header = g_memdup2(data + 1, header_bytes);
  g_autofree uint8_t *packet = g_memdup2(data + 1 + header_bytes, packet_bytes);
  g_auto(H264Stream) stream = {0};
  if (!h264_stream_open(&stream, header, header_bytes))
    return 0;
  bool is_idr;
  h264_stream_take(&stream, packet, packet_bytes);
  h264_packet_find_idr(&stream.config, stream.data, stream.size_bytes, &is_idr);
  check_copy(&stream, true);
  check_copy(&stream, false);
  return 0;
}
