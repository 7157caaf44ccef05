/** Writes the configuration of H.264 as MP4 stores it. */
#pragma once

#include "media/h264_sps.h"

#include <glib.h>

/** Bytes of the size before each NAL unit of what we write. */
#define H264_AVCC_LENGTH_BYTES 4

/** An AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1.2) of one SPS of at least 4 bytes and of `pps_count`
 * PPS, at most H264_PPS_MAX, for 4:2:0 of 8 bits. Caller frees. */
GBytes *h264_avcc_new(const H264ParameterSet *sps, const H264ParameterSet *pps, size_t pps_count);
