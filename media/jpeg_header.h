/** The frame header of a JPEG file (ITU-T T.81 §B.2), as far as it says what picture the file holds. Bytes from outside:
 * everything is bounds-checked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int32_t width, height;   /**< samples, both above 0 */
  int32_t component_count; /**< 1 (grey) or 3 */
} JpegHeader;

/** Read the marker segments up to the first scan. False when that is no baseline or progressive JPEG of 8 bits with one or
 * three components, when it is damaged before its first scan, or when nothing follows that scan's header. The picture itself
 * is not decoded. */
bool jpeg_header_parse(const uint8_t *data, size_t size_bytes, JpegHeader *ret_header);
