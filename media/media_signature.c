#include "media/media_signature.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  MediaSignature kind;
  uint16_t offset;
  uint16_t size;
  const char *bytes;
} Pattern;

#define MEDIA(offset, text)                                                                                        \
  { MEDIA_SIGNATURE_MEDIA, offset, sizeof(text) - 1, text }
#define OTHER(offset, text)                                                                                        \
  { MEDIA_SIGNATURE_OTHER, offset, sizeof(text) - 1, text }

static const Pattern patterns[] = {
    MEDIA(4, "ftyp"), /* ISO/IEC 14496-12, and QuickTime before it: */
    MEDIA(4, "moov"),
    MEDIA(4, "mdat"),
    MEDIA(4, "wide"),
    MEDIA(4, "free"),
    MEDIA(4, "skip"),
    MEDIA(4, "pnot"),
    MEDIA(0, "\x1a\x45\xdf\xa3"), /* Matroska, WebM */
    MEDIA(8, "AVI "),
    MEDIA(8, "WAVE"),
    MEDIA(0, "RF64"),
    MEDIA(0, "FLV\x01"),
    MEDIA(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"), /* ASF: WMV, WMA */
    MEDIA(0, "OggS"),
    MEDIA(0, "fLaC"),
    MEDIA(0, "ID3"),
    MEDIA(0, ".RMF"),
    MEDIA(0, "#!AMR"),
    MEDIA(0, "\x00\x00\x01\xba"), /* MPEG program stream */
    MEDIA(0, "\x06\x0e\x2b\x34"), /* MXF */
    {MEDIA_SIGNATURE_PDF, 0, 5, "%PDF-"},
    OTHER(0, "PK\x03\x04"), /* ZIP: also of the office programs */
    OTHER(0, "PK\x05\x06"),
    OTHER(0, "Rar!\x1a"),
    OTHER(0, "7z\xbc\xaf\x27\x1c"),
    OTHER(0, "\x1f\x8b\x08"),
    OTHER(0, "BZh"),
    OTHER(0, "\xfd"
             "7zXZ"),
    OTHER(257, "ustar"),
    OTHER(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), /* older office documents */
    OTHER(0, "\x89PNG\r\n\x1a\n"),
    OTHER(0, "\xff\xd8\xff"),
    OTHER(0, "GIF8"),
    OTHER(0, "II*\x00"),
    OTHER(0, "MM\x00*"),
    OTHER(8, "WEBP"),
    OTHER(0, "\x7f"
             "ELF"),
    OTHER(0, "MZ"),
    OTHER(0, "{\\rtf"),
    OTHER(0, "<!DOCTYPE"),
    OTHER(0, "<!doctype"),
    OTHER(0, "<html"),
    OTHER(0, "<HTML"),
    OTHER(0, "<?xml"),
    OTHER(0, "<svg"),
    OTHER(0, "#!/"),
    OTHER(0, "SQLite format 3"),
};

/** Packets of 188 bytes (192 with a time stamp before each), each beginning with 0x47. */
static bool is_transport_stream(const uint8_t *data, size_t size) {
  static const size_t packets[][2] = {{188, 0}, {192, 4}, {204, 0}};
  for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
    size_t length = packets[i][0], first = packets[i][1];
    if (first + 2 * length < size && data[first] == 0x47 && data[first + length] == 0x47 &&
        data[first + 2 * length] == 0x47)
      return true;
  }
  return false;
}

MediaSignature media_signature_guess(const void *data, size_t size) {
  const uint8_t *bytes = data;
  if (size > MEDIA_SIGNATURE_BYTES)
    size = MEDIA_SIGNATURE_BYTES;
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    const Pattern *pattern = &patterns[i];
    if ((size_t)pattern->offset + pattern->size <= size &&
        memcmp(bytes + pattern->offset, pattern->bytes, pattern->size) == 0)
      return pattern->kind;
  }
  return is_transport_stream(bytes, size) ? MEDIA_SIGNATURE_MEDIA : MEDIA_SIGNATURE_UNKNOWN;
}
