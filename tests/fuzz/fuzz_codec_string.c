/* Fuzz target: codec strings from codec configuration records. */
#include "media/codec_string.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  char video[12], audio[16];
  if (codec_string_from_avcc(data, size_bytes, video) && (strlen(video) != 11 || !g_str_has_prefix(video, "avc1.")))
    g_error("not a codec string: %s", video);
  if (codec_string_from_audio_specific_config(data, size_bytes, audio) && !g_str_has_prefix(audio, "mp4a.40."))
    g_error("not a codec string: %s", audio);
  return 0;
}
