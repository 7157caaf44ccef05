#include "transcoder/dialogue.h"

#include <stdbool.h>
#include <string.h>

#define FIELDS_BEFORE_TEXT 8
#define TEXT_BYTES_MAX 10000

static const char *skip_fields(const char *line) {
  for (int i = 0; i < FIELDS_BEFORE_TEXT && line != NULL; i++) {
    line = strchr(line, ',');
    if (line != NULL)
      line++;
  }
  return line;
}

/** Whether an override block turns drawing on ("\p1") or off ("\p0"); as before when it says nothing of it. */
static bool draws_after(const char *block, size_t length, bool draws) {
  for (size_t i = 0; i + 2 < length; i++) {
    if (block[i] == '\\' && block[i + 1] == 'p' && g_ascii_isdigit(block[i + 2]))
      draws = block[i + 2] != '0';
  }
  return draws;
}

static void append_escaped(GString *out, char c) {
  if (c == '&')
    g_string_append(out, "&amp;");
  else if (c == '<')
    g_string_append(out, "&lt;");
  else if (c == '>')
    g_string_append(out, "&gt;");
  else if (c != '\r')
    g_string_append_c(out, c);
}

/** "\N" and "\n" break lines, "\h" is a hard space; a brace behind a backslash is a
 * brace. Returns how many bytes that took, 0 for anything else. */
static size_t append_escape(GString *out, const char *at) {
  if (at[0] != '\\')
    return 0;
  if (at[1] == 'N' || at[1] == 'n')
    g_string_append_c(out, '\n');
  else if (at[1] == 'h')
    g_string_append(out, "\u00a0");
  else if (at[1] == '{' || at[1] == '}')
    g_string_append_c(out, at[1]);
  else
    return 0;
  return 2;
}

static char *trim_lines(const char *text) {
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autoptr(GString) out = g_string_new(NULL);
  for (size_t i = 0; lines[i] != NULL; i++) {
    g_strstrip(lines[i]);
    if (lines[i][0] != '\0')
      g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", lines[i]);
  }
  return out->len > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/** The end of an override block that begins here, NULL when none does. In ASS words in braces alone are a comment; in
 * what decoders make of other formats they are words. */
static const char *block_end(const char *at, bool is_ass) {
  if (*at != '{' || (!is_ass && at[1] != '\\'))
    return NULL;
  return strchr(at, '}');
}

char *dialogue_to_webvtt(const char *line, bool is_ass) {
  const char *at = skip_fields(line);
  if (at == NULL)
    return NULL;
  g_autofree char *valid = g_utf8_make_valid(at, -1);
  g_autoptr(GString) out = g_string_new(NULL);
  bool draws = false;
  for (const char *c = valid; *c != '\0' && out->len < TEXT_BYTES_MAX;) {
    const char *end = block_end(c, is_ass);
    size_t taken;
    if (end != NULL) {
      draws = draws_after(c, (size_t)(end - c), draws);
      c = end + 1;
    } else if (!draws && (taken = append_escape(out, c)) > 0) {
      c += taken;
    } else {
      if (!draws)
        append_escaped(out, *c);
      c++;
    }
  }
  if (!g_utf8_validate(out->str, (gssize)out->len, NULL)) { /* cut inside a character */
    const char *last;
    g_utf8_validate(out->str, (gssize)out->len, &last);
    g_string_truncate(out, (gsize)(last - out->str));
  }
  return trim_lines(out->str);
}
