#include "transcoder/error.h"

#include <libavutil/error.h>

G_DEFINE_QUARK(kapok - transcoder - error - quark, transcoder_error)

static const struct {
  const char *code;
  bool may_retry;
} errors[] = {
    [TRANSCODER_ERROR_NOT_MEDIA] = {"not_media", false},
    [TRANSCODER_ERROR_EMPTY] = {"empty", false},
    [TRANSCODER_ERROR_NO_TRACKS] = {"no_tracks", false},
    [TRANSCODER_ERROR_BAD_PICTURE] = {"bad_picture", false},
    [TRANSCODER_ERROR_TOO_LONG] = {"too_long", false},
    [TRANSCODER_ERROR_TOO_LARGE] = {"too_large", false},
    [TRANSCODER_ERROR_TOO_SHORT] = {"too_short", false},
    [TRANSCODER_ERROR_UNSUPPORTED] = {"unsupported", false},
    [TRANSCODER_ERROR_DAMAGED] = {"damaged", false},
    [TRANSCODER_ERROR_ENCODER] = {"encoder", true},
    [TRANSCODER_ERROR_CRASHED] = {"crashed", true},
    [TRANSCODER_ERROR_TIMEOUT] = {"timeout", true},
    [TRANSCODER_ERROR_STORAGE] = {"storage", true},
    [TRANSCODER_ERROR_SOURCE_MISSING] = {"source_missing", false},
    [TRANSCODER_ERROR_INTERNAL] = {"internal", true},
    [TRANSCODER_ERROR_NOT_COPYABLE] = {"not_copyable", true},
    [TRANSCODER_ERROR_STOPPED] = {"stopped", true},
};

static bool is_ours(const GError *error) {
  return error->domain == TRANSCODER_ERROR && error->code >= 0 && (size_t)error->code < G_N_ELEMENTS(errors);
}

const char *transcoder_error_code(const GError *error) {
  return is_ours(error) ? errors[error->code].code : "internal";
}

TranscoderError transcoder_error_from_code(const char *code) {
  for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
    if (g_strcmp0(errors[i].code, code) == 0)
      return (TranscoderError)i;
  }
  return TRANSCODER_ERROR_INTERNAL;
}

bool transcoder_error_may_retry(const GError *error) {
  return is_ours(error) ? errors[error->code].may_retry : true;
}

void transcoder_set_av_error(GError **error, TranscoderError code, int av_result, const char *what) {
  char text[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(av_result, text, sizeof text);
  g_set_error(error, TRANSCODER_ERROR, (gint)code, "%s: %s", what, text);
}
