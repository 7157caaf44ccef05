#include "catalog/like_pattern.h"

#include <string.h>

void like_pattern_append(GString *pattern, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (strchr("%_\\", text[i]))
      g_string_append_c(pattern, '\\');
    g_string_append_c(pattern, text[i]);
  }
}

char *like_pattern_new(const char *text) {
  if (text == NULL || text[0] == '\0')
    return NULL;
  GString *pattern = g_string_new("%");
  like_pattern_append(pattern, text, strlen(text));
  g_string_append_c(pattern, '%');
  return g_string_free(pattern, FALSE);
}
