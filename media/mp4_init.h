/** What an init segment (ftyp and moov of one track) says. Pure; outside bytes. */
#pragma once

#include "media/mp4_box.h"

typedef struct {
  bool is_video; /**< H.264 ("avc1"); else AAC ("mp4a") */
  uint32_t track_id;
  int32_t timescale_hz; /**< more than 0 */
  char language[4];     /**< ISO 639-2 as the mdhd has it, "und" when it has none */
  uint32_t default_duration, default_size, default_flags; /**< trex, §8.8.3 */
  uint32_t width, height;                                 /**< as shown, 16.16 as in tkhd */
  Mp4Box hdlr, media_header, dinf, stsd;                  /**< whole boxes; media_header is vmhd or smhd */
  const uint8_t *config; /**< AVCDecoderConfigurationRecord or AudioSpecificConfig */
  size_t config_bytes;
} Mp4Init;

/** False with MP4_ERROR. `ret_init` borrows from `data`. */
bool mp4_init_parse(const uint8_t *data, size_t size_bytes, Mp4Init *ret_init, GError **error);
