/* Fuzz target: WebVTT and SubRip parsing. What parses is written, and what is written must parse to as many cues. */
#include "media/webvtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  g_autoptr(WebvttDocument) document = webvtt_parse((const char *)data, size_bytes, NULL);
  if (document == NULL)
    return 0;
  g_autoptr(GString) out = g_string_new(NULL);
  webvtt_write(out, document, 0);
  if (out->len > WEBVTT_BYTES_MAX) /* escapes and times may grow it past what is read */
    return 0;
  g_autoptr(WebvttDocument) again = webvtt_parse(out->str, out->len, NULL);
  if (again == NULL || again->cues->len != document->cues->len)
    g_error("%u cues are not read back from:\n%s", document->cues->len, out->str);
  return 0;
}
