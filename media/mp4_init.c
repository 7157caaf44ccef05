#include "media/mp4_init.h"

#include <string.h>

#define MDHD_BYTES_MIN 24
#define TKHD_BYTES_MIN 84
#define TREX_BYTES 24
/** Fields of a sample entry before its boxes (§12.1.3, §12.2.3), behind the entry's header. */
#define VISUAL_ENTRY_BYTES 78
#define AUDIO_ENTRY_BYTES 28

static bool set_damaged(GError **error, const char *what) {
  g_set_error(error, MP4_ERROR, MP4_ERROR_DAMAGED, "init segment: %s is missing or damaged", what);
  return false;
}

/** The language is three letters of five bits each. */
static bool parse_mdhd(const Mp4Box *mdhd, Mp4Init *init) {
  size_t shift = mdhd->body_bytes > 0 && mdhd->body[0] == 1 ? 12 : 0;
  if (mdhd->body_bytes < MDHD_BYTES_MIN + shift)
    return false;
  uint32_t timescale_hz = mp4_read_u32(mdhd->body + 12 + shift * 2 / 3);
  uint16_t packed = mp4_read_u16(mdhd->body + 20 + shift);
  for (int i = 0; i < 3; i++) {
    char letter = (char)(0x60 + (packed >> (10 - 5 * i) & 0x1F));
    init->language[i] = letter >= 'a' && letter <= 'z' ? letter : '?';
  }
  if (strchr(init->language, '?') != NULL)
    memcpy(init->language, "und", 4);
  init->timescale_hz = (int32_t)timescale_hz;
  return timescale_hz > 0 && timescale_hz <= INT32_MAX;
}

static bool parse_tkhd(const Mp4Box *tkhd, Mp4Init *init) {
  size_t shift = tkhd->body_bytes > 0 && tkhd->body[0] == 1 ? 12 : 0;
  if (tkhd->body_bytes < TKHD_BYTES_MIN + shift)
    return false;
  init->track_id = mp4_read_u32(tkhd->body + 12 + shift * 2 / 3);
  init->width = mp4_read_u32(tkhd->body + 76 + shift);
  init->height = mp4_read_u32(tkhd->body + 80 + shift);
  return true;
}

/** One descriptor (ISO/IEC 14496-1 §8.3.3) at the front of `*data`: its tag and body; the front moves behind it. */
static bool next_descriptor(const uint8_t **data, size_t *size_bytes, uint8_t *ret_tag, const uint8_t **ret_body,
                            size_t *ret_bytes) {
  size_t length = 0, at = 1;
  uint8_t byte = 0x80;
  for (; byte & 0x80 && at < 5; at++) {
    if (at >= *size_bytes)
      return false;
    byte = (*data)[at];
    length = length << 7 | (byte & 0x7F);
  }
  if (length > *size_bytes - at)
    return false;
  *ret_tag = (*data)[0];
  *ret_body = *data + at;
  *ret_bytes = length;
  *data += at + length;
  *size_bytes -= at + length;
  return true;
}

/** The AudioSpecificConfig in an esds: ES_Descriptor, DecoderConfigDescriptor, DecoderSpecificInfo. */
static bool parse_esds(const Mp4Box *esds, Mp4Init *init) {
  enum { TAG_ES = 3, TAG_DECODER_CONFIG = 4, TAG_DECODER_INFO = 5, ES_BYTES = 3, DECODER_CONFIG_BYTES = 13 };
  static const struct {
    uint8_t tag;
    size_t skipped_bytes;
  } levels[] = {{TAG_ES, ES_BYTES}, {TAG_DECODER_CONFIG, DECODER_CONFIG_BYTES}, {TAG_DECODER_INFO, 0}};
  if (esds->body_bytes < 4)
    return false;
  const uint8_t *data = esds->body + 4;
  size_t size = esds->body_bytes - 4;
  for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
    uint8_t tag = 0;
    const uint8_t *body = NULL;
    size_t bytes = 0;
    if (size < 2 || !next_descriptor(&data, &size, &tag, &body, &bytes) || tag != levels[i].tag ||
        bytes < levels[i].skipped_bytes || (tag == TAG_ES && body[2] & 0xE0))
      return false; /* no stream that Kapok writes depends on another, has a URL or a clock of its own */
    data = body + levels[i].skipped_bytes;
    size = bytes - levels[i].skipped_bytes;
  }
  init->config = data;
  init->config_bytes = size;
  return size > 0;
}

/** The one sample entry of the stsd, and the codec's configuration in it. */
static bool parse_stsd(const Mp4Box *stsd, Mp4Init *init, GError **error) {
  Mp4Box entry, config;
  size_t position = 8; /* behind version, flags and entry_count */
  if (stsd->body_bytes < position || mp4_read_u32(stsd->body + 4) != 1 ||
      !mp4_box_next(stsd->body, stsd->body_bytes, &position, &entry))
    return set_damaged(error, "stsd");
  init->is_video = entry.type == MP4_TYPE('a', 'v', 'c', '1');
  if (!init->is_video && entry.type != MP4_TYPE('m', 'p', '4', 'a')) {
    g_set_error(error, MP4_ERROR, MP4_ERROR_UNSUPPORTED, "init segment: neither H.264 nor AAC");
    return false;
  }
  size_t skipped = init->is_video ? VISUAL_ENTRY_BYTES : AUDIO_ENTRY_BYTES;
  uint32_t wanted = init->is_video ? MP4_TYPE('a', 'v', 'c', 'C') : MP4_TYPE('e', 's', 'd', 's');
  if (entry.body_bytes < skipped ||
      !mp4_box_find(entry.body + skipped, entry.body_bytes - skipped, wanted, &config))
    return set_damaged(error, "the codec's configuration");
  init->config = config.body;
  init->config_bytes = config.body_bytes;
  return init->is_video || parse_esds(&config, init) || set_damaged(error, "esds");
}

static bool find_child(const Mp4Box *parent, uint32_t type, Mp4Box *ret_box) {
  return mp4_box_find(parent->body, parent->body_bytes, type, ret_box);
}

bool mp4_init_parse(const uint8_t *data, size_t size_bytes, Mp4Init *ret_init, GError **error) {
  Mp4Init init = {0};
  Mp4Box moov, trak, mdia, minf, stbl, box;
  if (!mp4_box_find(data, size_bytes, MP4_TYPE('m', 'o', 'o', 'v'), &moov) ||
      !find_child(&moov, MP4_TYPE('t', 'r', 'a', 'k'), &trak) ||
      !find_child(&trak, MP4_TYPE('m', 'd', 'i', 'a'), &mdia) ||
      !find_child(&mdia, MP4_TYPE('m', 'i', 'n', 'f'), &minf) ||
      !find_child(&minf, MP4_TYPE('s', 't', 'b', 'l'), &stbl))
    return set_damaged(error, "the track");
  if (!find_child(&trak, MP4_TYPE('t', 'k', 'h', 'd'), &box) || !parse_tkhd(&box, &init))
    return set_damaged(error, "tkhd");
  if (!find_child(&mdia, MP4_TYPE('m', 'd', 'h', 'd'), &box) || !parse_mdhd(&box, &init))
    return set_damaged(error, "mdhd");
  if (!find_child(&stbl, MP4_TYPE('s', 't', 's', 'd'), &init.stsd))
    return set_damaged(error, "stsd");
  if (!parse_stsd(&init.stsd, &init, error))
    return false;
  uint32_t media_header = init.is_video ? MP4_TYPE('v', 'm', 'h', 'd') : MP4_TYPE('s', 'm', 'h', 'd');
  if (!find_child(&mdia, MP4_TYPE('h', 'd', 'l', 'r'), &init.hdlr) ||
      !find_child(&minf, media_header, &init.media_header) ||
      !find_child(&minf, MP4_TYPE('d', 'i', 'n', 'f'), &init.dinf))
    return set_damaged(error, "hdlr, vmhd, smhd or dinf");
  static const uint32_t trex_path[] = {MP4_TYPE('m', 'v', 'e', 'x'), MP4_TYPE('t', 'r', 'e', 'x'), 0};
  if (!mp4_box_find_path(moov.body, moov.body_bytes, trex_path, &box) || box.body_bytes < TREX_BYTES)
    return set_damaged(error, "trex");
  init.default_duration = mp4_read_u32(box.body + 12);
  init.default_size = mp4_read_u32(box.body + 16);
  init.default_flags = mp4_read_u32(box.body + 20);
  *ret_init = init;
  return true;
}
