/** What the DLNA guidelines (IEC 62481-2) say about a file: the fourth field of UPnP's protocolInfo, which is also the value
 * of the header contentFeatures.dlna.org. The server of files and the DLNA server write it from here, so that both say the
 * same. Pure. */
#pragma once

#include "media/rational.h"

#include <glib.h>
#include <stdint.h>

/** The file's pictures and sound. */
typedef struct {
  const char *video_codec; /**< RFC 6381, "avc1.64001f"; NULL: sound alone */
  const char *audio_codec; /**< RFC 6381, "mp4a.40.2"; NULL: no sound */
  int32_t width, height;
  int32_t channels;
} DlnaMovie;

/** The media format profile (DLNA.ORG_PN) of a progressive MP4 file; NULL when none fits for sure, and then none is named:
 * receivers look at the file instead, while a wrong name makes them refuse it. */
const char *dlna_profile_of_movie(const DlnaMovie *movie);

/** "DLNA.ORG_PN=...;DLNA.ORG_OP=01;DLNA.ORG_FLAGS=...": byte ranges yes, time ranges no, nothing converted for this receiver,
 * streamed or copied in the background. `profile` NULL: without a name. Caller frees. */
char *dlna_features_write(const char *profile);
/** The same of a picture beside the media (a poster): sent interactively or in the background. Caller frees. */
char *dlna_features_write_image(const char *profile);

/** The only header of a request that says how the bytes shall come (transferMode.dlna.org). */
typedef enum { DLNA_TRANSFER_STREAMING, DLNA_TRANSFER_BACKGROUND, DLNA_TRANSFER_REFUSED } DlnaTransfer;
/** `text` NULL: streaming. Pictures and sound are never sent as "Interactive". Parser of outside bytes. */
DlnaTransfer dlna_transfer_parse(const char *text);
const char *dlna_transfer_name(DlnaTransfer transfer);
