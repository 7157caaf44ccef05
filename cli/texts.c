#include "cli/texts.h"

#include <stdio.h>
#include <string.h>

#define PAIR_SEPARATOR " · "
#define ELLIPSIS 0x2026

bool text_locale_is_english(const char *lc_all, const char *lc_messages, const char *lang) {
  const char *candidates[] = {lc_all, lc_messages, lang};
  for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++)
    if (candidates[i] && *candidates[i])
      return g_ascii_strncasecmp(candidates[i], "en", 2) == 0;
  return false;
}

bool text_is_english(void) {
  static gsize choice;
  if (g_once_init_enter(&choice)) {
    bool is_english = text_locale_is_english(g_getenv("LC_ALL"), g_getenv("LC_MESSAGES"), g_getenv("LANG"));
    g_once_init_leave(&choice, is_english ? 1 : 2);
  }
  return choice == 1;
}

const char *text_pick(const char *zh, const char *en) {
  return text_is_english() ? en : zh;
}

const char *text_of(const Text *text) {
  return text_is_english() ? text->en : text->zh;
}

static void print_line(const char *prefix, const char *format, va_list arguments) G_GNUC_PRINTF(2, 0);

static void print_line(const char *prefix, const char *format, va_list arguments) {
  g_autofree char *line = g_strdup_vprintf(format, arguments);
  fprintf(stderr, "%s%s\n", prefix, line);
}

void text_print_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_line("kapok: ", format, arguments);
  va_end(arguments);
}

void text_print_note(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_line("", format, arguments);
  va_end(arguments);
}

char *text_of_pair(const char *message) {
  const char *separator = strstr(message, PAIR_SEPARATOR);
  if (!separator)
    return g_strdup(message);
  return text_is_english() ? g_strdup(separator + strlen(PAIR_SEPARATOR))
                           : g_strndup(message, (gsize)(separator - message));
}

static int cells_of(gunichar character) {
  if (g_unichar_iszerowidth(character))
    return 0;
  return g_unichar_iswide(character) ? 2 : 1;
}

int text_width(const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  int width = 0;
  for (const char *at = valid; *at; at = g_utf8_next_char(at))
    width += cells_of(g_utf8_get_char(at));
  return width;
}

char *text_fit(const char *text, int cells) {
  g_autofree char *valid = text_one_line(text);
  bool is_cut = text_width(valid) > cells;
  int room = is_cut ? cells - 1 : cells;
  int used = 0;
  GString *out = g_string_new(NULL);
  for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
    gunichar character = g_utf8_get_char(at);
    if (used + cells_of(character) > room)
      break;
    g_string_append_unichar(out, character);
    used += cells_of(character);
  }
  if (is_cut && cells > 0) {
    g_string_append_unichar(out, ELLIPSIS);
    used++;
  }
  for (; used < cells; used++)
    g_string_append_c(out, ' ');
  return g_string_free(out, FALSE);
}

char *text_one_line(const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *out = g_string_new(NULL);
  for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
    gunichar character = g_utf8_get_char(at);
    g_string_append_unichar(out, g_unichar_iscntrl(character) ? ' ' : character);
  }
  return g_string_free(out, FALSE);
}
