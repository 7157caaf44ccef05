/* Fuzz target: the frame header of a JPEG file. */
#include "media/jpeg_header.h"

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  JpegHeader header;
  if (!jpeg_header_parse(data, size_bytes, &header))
    return 0;
  if (header.width <= 0 || header.height <= 0 || (header.component_count != 1 && header.component_count != 3))
    g_error("no picture: %dx%d, %d components", header.width, header.height, header.component_count);
  JpegHeader again;
  if (!jpeg_header_parse(data, size_bytes, &again) || again.width != header.width)
    g_error("read twice, it differs");
  return 0;
}
