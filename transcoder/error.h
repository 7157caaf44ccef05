/** Errors of the transcoder: each names the failure code that the catalog keeps (catalog/failure.h) and says whether
 * another try can help. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define TRANSCODER_ERROR (transcoder_error_quark())
GQuark transcoder_error_quark(void);

typedef enum {
  TRANSCODER_ERROR_NOT_MEDIA,
  TRANSCODER_ERROR_EMPTY,
  TRANSCODER_ERROR_NO_TRACKS,
  TRANSCODER_ERROR_BAD_PICTURE,
  TRANSCODER_ERROR_TOO_LONG,
  TRANSCODER_ERROR_TOO_LARGE,
  TRANSCODER_ERROR_TOO_SHORT,
  TRANSCODER_ERROR_UNSUPPORTED,
  TRANSCODER_ERROR_DAMAGED,
  TRANSCODER_ERROR_ENCODER,
  TRANSCODER_ERROR_CRASHED,
  TRANSCODER_ERROR_TIMEOUT,
  TRANSCODER_ERROR_STORAGE,
  TRANSCODER_ERROR_SOURCE_MISSING,
  TRANSCODER_ERROR_INTERNAL,
  TRANSCODER_ERROR_NOT_COPYABLE, /**< a span that was to be copied must be encoded: never kept in the catalog */
  TRANSCODER_ERROR_STOPPED,      /**< the worker was told to stop, or lost its lease: no failure of the source */
} TranscoderError;

/** "not_media", ...: the code in the catalog; "internal" for errors of other domains. */
const char *transcoder_error_code(const GError *error);
/** The error of a code that came over the wire; unknown codes give INTERNAL. */
TranscoderError transcoder_error_from_code(const char *code);
/** Whether another try may end otherwise: crashes, time-outs, storage and encoder trouble. */
bool transcoder_error_may_retry(const GError *error);

/** Set `error` from a libav return value: "WHAT: libav's text". */
void transcoder_set_av_error(GError **error, TranscoderError code, int av_result, const char *what);
