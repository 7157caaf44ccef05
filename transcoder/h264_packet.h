/** NAL units of a stored H.264 packet, looked at for copying it. Bytes from outside: everything is bounds-checked. */
#pragma once

#include "media/h264_sps.h"

#include <glib.h>
#include <stdbool.h>

/** Look at the start of a packet (`size` bytes of it are here): is its first picture part of an IDR
 * (`ret_is_idr`)? False when it is no H.264 as `config` tells, or changes the parameter sets. */
bool h264_packet_find_idr(const H264Config *config, const uint8_t *data, size_t size, bool *ret_is_idr);

/** Copy a whole packet without the parameter sets that repeat the configuration's, which are in the init segment.
 * NULL when it is damaged, holds what a copy may not hold, changes the parameter sets, or is an IDR and
 * should not be, or the other way round. Caller frees. */
GBytes *h264_packet_copy(const H264Config *config, const uint8_t *data, size_t size, bool is_idr);

#define H264_START_CODE_BYTES 3

/** Where the next start code (ISO/IEC 14496-10, Annex B) at or after `position` is; `size` when there is none. */
size_t h264_find_start_code(const uint8_t *data, size_t size, size_t position);

/** Whether other pictures may refer to the one of a packet (nal_ref_idc of its first slice, ISO/IEC 14496-10 7.4.1).
 * `length_bytes`: of the size before each NAL unit, 0 for start codes (Annex B). True when no slice is found. */
bool h264_packet_is_reference(const uint8_t *data, size_t size, size_t length_bytes);
