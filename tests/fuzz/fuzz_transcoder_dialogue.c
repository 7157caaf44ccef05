/** Caption lines of a source: any bytes become valid text for a WebVTT cue, or nothing. */
#include "transcoder/dialogue.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *line, bool is_ass) {
  g_autofree char *text = dialogue_to_webvtt(line, is_ass);
  if (text != NULL)
    g_assert_true(*text != '\0' && g_utf8_validate(text, -1, NULL) && strpbrk(text, "<>") == NULL &&
                  strstr(text, "\n\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *line = g_strndup((const char *)data, size);
  check(line, true);
  check(line, false);
  return 0;
}
