#include "media/subrip.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static void append_timestamp(GString *out, int64_t time_ms) {
  int64_t seconds = time_ms / 1000;
  g_string_append_printf(out, "%02" G_GINT64_FORMAT ":%02d:%02d,%03d", seconds / 3600, (int)(seconds / 60 % 60),
                         (int)(seconds % 60), (int)(time_ms % 1000));
}

/** The length of the reference at `text`, and what it stands for; 0: it is none. */
static size_t find_reference(const char *text, const char **ret_character) {
  static const char *const references[][2] = {
      {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", "\xC2\xA0"}, {"&lrm;", ""}, {"&rlm;", ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(references); i++)
    if (g_str_has_prefix(text, references[i][0])) {
      *ret_character = references[i][1];
      return strlen(references[i][0]);
    }
  return 0;
}

/** <i>, </b>, <u.loud>: written without classes. */
static void append_tag(GString *out, const char *tag, size_t length) {
  bool is_end = length > 1 && tag[1] == '/';
  const char *name = tag + 1 + is_end;
  if (name < tag + length && strchr("ibu", *name) != NULL && !g_ascii_isalnum(name[1]))
    g_string_append_printf(out, is_end ? "</%c>" : "<%c>", *name);
}

static void append_line(GString *out, const char *line) {
  while (*line != '\0') {
    const char *character = NULL, *end = *line == '<' ? strchr(line, '>') : NULL;
    size_t length = *line == '&' ? find_reference(line, &character) : 0;
    if (end != NULL) {
      append_tag(out, line, (size_t)(end - line));
      line = end + 1;
    } else if (length > 0) {
      g_string_append(out, character);
      line += length;
    } else {
      g_string_append_c(out, *line++);
    }
  }
}

/** Lines with something on them: an empty one would end the cue. */
static void append_text(GString *out, const char *text) {
  g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    gsize before = out->len;
    append_line(out, *line);
    if (out->len > before)
      g_string_append(out, "\r\n");
  }
}

void subrip_write(GString *out, const WebvttDocument *document) {
  guint number = 0;
  g_string_append(out, BYTE_ORDER_MARK);
  for (guint i = 0; i < document->cues->len; i++) {
    const WebvttCue *cue = &g_array_index(document->cues, WebvttCue, i);
    g_autoptr(GString) text = g_string_new(NULL);
    append_text(text, cue->text != NULL ? cue->text : "");
    if (text->len == 0)
      continue;
    int64_t start_ms = (MAX(cue->start_us, 0) + 500) / 1000;
    g_string_append_printf(out, "%u\r\n", ++number);
    append_timestamp(out, start_ms);
    g_string_append(out, " --> ");
    append_timestamp(out, MAX((cue->end_us + 500) / 1000, start_ms + 1));
    g_string_append_printf(out, "\r\n%s\r\n", text->str);
  }
}
