#include "transcoder/stream_tags.h"

#include <glib.h>
#include <string.h>

/** BCP 47 wants the shortest code of a language; containers write ISO 639-2. */
static const struct {
  char long_code[4], short_code[3];
} language_codes[] = {
    {"zho", "zh"}, {"chi", "zh"}, {"eng", "en"}, {"iii", "ii"}, {"bod", "bo"}, {"tib", "bo"}, {"uig", "ug"},
    {"mon", "mn"}, {"zha", "za"}, {"jpn", "ja"}, {"kor", "ko"}, {"rus", "ru"}, {"fra", "fr"}, {"fre", "fr"},
    {"deu", "de"}, {"ger", "de"}, {"spa", "es"}, {"por", "pt"}, {"ita", "it"}, {"vie", "vi"}, {"tha", "th"},
};

static const char *shortest_code(const char *code) {
  for (size_t i = 0; i < G_N_ELEMENTS(language_codes); i++) {
    if (g_ascii_strcasecmp(code, language_codes[i].long_code) == 0)
      return language_codes[i].short_code;
  }
  return code;
}

void stream_tags_language(const AVStream *stream, char *ret_language, size_t size) {
  ret_language[0] = '\0';
  const AVDictionaryEntry *entry = av_dict_get(stream->metadata, "language", NULL, 0);
  if (entry == NULL || g_ascii_strcasecmp(entry->value, "und") == 0)
    return;
  for (const char *c = entry->value; *c != '\0'; c++) {
    if (!g_ascii_isalnum(*c) && *c != '-')
      return;
  }
  g_strlcpy(ret_language, shortest_code(entry->value), size);
}

void stream_tags_label(const AVDictionary *metadata, char *ret_label, size_t size) {
  ret_label[0] = '\0';
  const AVDictionaryEntry *entry = av_dict_get(metadata, "title", NULL, 0);
  if (entry == NULL)
    return;
  g_autofree char *valid = g_utf8_make_valid(entry->value, -1);
  g_strstrip(valid);
  gsize length = strlen(valid);
  while (length >= size)
    length = (gsize)(g_utf8_find_prev_char(valid, valid + length) - valid);
  valid[length] = '\0';
  g_strlcpy(ret_label, valid, size);
}
