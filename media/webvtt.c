#include "media/webvtt.h"

#include <string.h>

#define ARROW "-->"
#define MICROSECONDS G_GINT64_CONSTANT(1000000)
#define HOUR_DIGITS_MAX 6
/* Longer ones are text; also keeps the search for their end from being quadratic. */
#define TAG_BYTES_MAX 256

G_DEFINE_QUARK(kapok - webvtt - error - quark, webvtt_error)

typedef struct {
  const char *next; /* unread bytes; UTF-8 without NUL */
  const char *end;
  guint line_number; /* of the line read last */
  bool is_srt;
  guint bad_line; /* first line with an arrow and no readable times; 0 for none */
  GArray *cues;
} Parser;

typedef struct {
  const char *start;
  const char *end;
} Slice;

static void clear_cue(gpointer data) {
  WebvttCue *cue = data;
  g_free(cue->settings);
  g_free(cue->text);
}

WebvttDocument *webvtt_new(void) {
  WebvttDocument *document = g_new(WebvttDocument, 1);
  document->cues = g_array_new(FALSE, FALSE, sizeof(WebvttCue));
  g_array_set_clear_func(document->cues, clear_cue);
  return document;
}

void webvtt_take_cue(WebvttDocument *document, int64_t start_us, int64_t end_us, char *text) {
  WebvttCue cue = {.start_us = start_us, .end_us = end_us, .text = text};
  g_array_append_val(document->cues, cue);
}

void webvtt_free(WebvttDocument *document) {
  if (document == NULL)
    return;
  g_array_unref(document->cues);
  g_free(document);
}

/* The next line without its end: LF, CR LF or CR. False at the end of the text. */
static bool read_line(Parser *parser, Slice *ret_line) {
  if (parser->next == parser->end)
    return false;
  const char *start = parser->next, *end = start;
  while (end < parser->end && *end != '\n' && *end != '\r')
    end++;
  parser->next = end;
  if (end < parser->end)
    parser->next += *end == '\r' && end + 1 < parser->end && end[1] == '\n' ? 2 : 1;
  parser->line_number++;
  *ret_line = (Slice){start, end};
  return true;
}

static const char *find_in_slice(Slice slice, const char *needle) {
  return g_strstr_len(slice.start, slice.end - slice.start, needle);
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\f';
}

static Slice trim(Slice slice) {
  while (slice.start < slice.end && is_space(*slice.start))
    slice.start++;
  while (slice.end > slice.start && is_space(slice.end[-1]))
    slice.end--;
  return slice;
}

/* One to `digits_max` digits at `slice->start`, which moves past them. */
static bool read_number(Slice *slice, int digits_max, int64_t *ret_value, int *ret_digits) {
  int64_t value = 0;
  int digits = 0;
  while (slice->start < slice->end && g_ascii_isdigit(*slice->start) && digits < digits_max) {
    value = value * 10 + (*slice->start++ - '0');
    digits++;
  }
  if (digits == 0 || (slice->start < slice->end && g_ascii_isdigit(*slice->start)))
    return false;
  *ret_value = value;
  *ret_digits = digits;
  return true;
}

/* [hours:]minutes:seconds[.,]fraction with 1 to 3 digits of fraction; `slice` moves past it. */
static bool read_timestamp(Slice *slice, int64_t *ret_time_us) {
  int64_t parts[3], fraction;
  int count = 0, digits;
  do {
    if (!read_number(slice, count == 0 ? HOUR_DIGITS_MAX : 2, &parts[count], &digits))
      return false;
    count++;
  } while (count < 3 && slice->start < slice->end && *slice->start == ':' && slice->start++ != NULL);
  if (count < 2 || slice->start == slice->end || (*slice->start != '.' && *slice->start != ','))
    return false;
  slice->start++;
  if (!read_number(slice, 3, &fraction, &digits))
    return false;
  for (; digits < 3; digits++)
    fraction *= 10;
  int64_t hours = count == 3 ? parts[0] : 0, minutes = parts[count - 2], seconds = parts[count - 1];
  if (minutes > 59 || seconds > 59)
    return false;
  *ret_time_us = ((hours * 60 + minutes) * 60 + seconds) * MICROSECONDS + fraction * 1000;
  return true;
}

/* "start --> end settings"; `ret_settings` is what follows, trimmed. */
static bool parse_timing(Slice line, int64_t *ret_start_us, int64_t *ret_end_us, Slice *ret_settings) {
  Slice rest = trim(line);
  int64_t start_us, end_us;
  if (!read_timestamp(&rest, &start_us))
    return false;
  rest = trim(rest);
  if (rest.end - rest.start < 3 || memcmp(rest.start, ARROW, 3) != 0)
    return false;
  rest.start += 3;
  rest = trim(rest);
  if (!read_timestamp(&rest, &end_us) || (rest.start < rest.end && !is_space(*rest.start)))
    return false;
  *ret_start_us = start_us;
  *ret_end_us = end_us;
  *ret_settings = trim(rest);
  return true;
}

static const char *find_tag_end(const char *start, Slice slice, char closer) {
  return memchr(start, closer, (size_t)MIN(slice.end - start, TAG_BYTES_MAX));
}

/* The tags of SubRip that WebVTT has too. Appends one without attributes, drops any other; false when `slice` does
 * not start with a tag. */
static bool convert_srt_tag(Slice *slice, GString *text) {
  const char *name = slice->start + 1;
  bool is_closing = name < slice->end && *name == '/';
  if (is_closing)
    name++;
  if (name == slice->end || !g_ascii_isalpha(*name))
    return false;
  const char *close = find_tag_end(name, *slice, '>');
  if (close == NULL)
    return false;
  char letter = g_ascii_tolower(*name);
  if (close == name + 1 && (letter == 'i' || letter == 'b' || letter == 'u'))
    g_string_append_printf(text, is_closing ? "</%c>" : "<%c>", letter);
  slice->start = close + 1;
  return true;
}

/* "{\an8}" and the like: positions and colours of other subtitle formats. */
static bool skip_srt_override(Slice *slice) {
  if (slice->end - slice->start < 2 || slice->start[1] != '\\')
    return false;
  const char *close = find_tag_end(slice->start, *slice, '}');
  if (close == NULL)
    return false;
  slice->start = close + 1;
  return true;
}

/* Escapes that careless converters leave in SubRip files stay what they mean. */
static bool is_entity(Slice slice) {
  static const char *const ENTITIES[] = {"&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"};
  for (size_t i = 0; i < G_N_ELEMENTS(ENTITIES); i++) {
    size_t length = strlen(ENTITIES[i]);
    if ((size_t)(slice.end - slice.start) >= length && memcmp(slice.start, ENTITIES[i], length) == 0)
      return true;
  }
  return false;
}

static void append_srt_line(GString *text, Slice line) {
  while (line.start < line.end) {
    char c = *line.start;
    if (c == '<' && convert_srt_tag(&line, text))
      continue;
    if (c == '{' && skip_srt_override(&line))
      continue;
    if (c == '<')
      g_string_append(text, "&lt;");
    else if (c == '>')
      g_string_append(text, "&gt;");
    else if (c == '&' && !is_entity(line))
      g_string_append(text, "&amp;");
    else
      g_string_append_c(text, c);
    line.start++;
  }
}

static bool is_all_digits(Slice slice) {
  for (const char *c = slice.start; c < slice.end; c++)
    if (!g_ascii_isdigit(*c))
      return false;
  return slice.start < slice.end;
}

static bool is_timing(Slice line) {
  int64_t start_us, end_us;
  Slice settings;
  return parse_timing(line, &start_us, &end_us, &settings);
}

/* Does a cue's text end before this line? In WebVTT any line with an arrow ends it; in SubRip, whose texts may hold
 * arrows, only the times of the next cue, or its number when they follow. */
static bool ends_text(const Parser *parser, Slice line) {
  if (line.start == line.end)
    return true;
  if (!parser->is_srt)
    return find_in_slice(line, ARROW) != NULL;
  if (is_timing(line) || trim(line).start == trim(line).end)
    return true;
  Parser ahead = *parser;
  Slice following;
  return is_all_digits(trim(line)) && read_line(&ahead, &following) && is_timing(following);
}

/* The lines of a cue's text; leaves the line after it unread. */
static char *read_text(Parser *parser) {
  g_autoptr(GString) text = g_string_new(NULL);
  for (;;) {
    Parser before = *parser;
    Slice line;
    if (!read_line(parser, &line))
      break;
    if (ends_text(parser, line)) {
      *parser = before;
      break;
    }
    gsize length = text->len;
    if (length > 0)
      g_string_append_c(text, '\n');
    gsize line_start = text->len;
    if (parser->is_srt)
      append_srt_line(text, trim(line));
    else
      g_string_append_len(text, line.start, line.end - line.start);
    if (text->len == line_start) /* nothing but dropped tags: an empty line would end the cue */
      g_string_truncate(text, length);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void read_cue(Parser *parser, Slice timing) {
  WebvttCue cue = {0};
  Slice settings;
  if (!parse_timing(timing, &cue.start_us, &cue.end_us, &settings)) {
    if (parser->bad_line == 0)
      parser->bad_line = parser->line_number;
    return;
  }
  cue.text = read_text(parser);
  if (cue.end_us <= cue.start_us || *cue.text == '\0') {
    clear_cue(&cue);
    return;
  }
  if (!parser->is_srt && settings.start < settings.end && find_in_slice(settings, ARROW) == NULL)
    cue.settings = g_strndup(settings.start, (gsize)(settings.end - settings.start));
  g_array_append_val(parser->cues, cue);
}

static bool has_signature(Slice text) {
  const size_t length = strlen("WEBVTT");
  if ((size_t)(text.end - text.start) < length || memcmp(text.start, "WEBVTT", length) != 0)
    return false;
  const char *after = text.start + length;
  return after == text.end || strchr(" \t\r\n", *after) != NULL;
}

/* Everything but cues is lines without an arrow, so it needs no rule of its own. */
static bool read_cues(Parser *parser, GError **error) {
  Slice line;
  while (read_line(parser, &line)) {
    if (find_in_slice(line, ARROW) == NULL)
      continue;
    if (parser->cues->len >= WEBVTT_CUES_MAX) {
      g_set_error(error, WEBVTT_ERROR, WEBVTT_ERROR_TOO_LARGE, "line %u: more than %d cues", parser->line_number,
                  WEBVTT_CUES_MAX);
      return false;
    }
    read_cue(parser, line);
  }
  if (parser->cues->len > 0)
    return true;
  if (parser->bad_line != 0) {
    g_set_error(error, WEBVTT_ERROR, WEBVTT_ERROR_SYNTAX, "line %u: not the times of a cue", parser->bad_line);
    return false;
  }
  if (parser->is_srt)
    g_set_error(error, WEBVTT_ERROR, WEBVTT_ERROR_SYNTAX, "line %u: the file ends without a cue",
                MAX(parser->line_number, 1));
  return !parser->is_srt;
}

static guint line_number_at(const char *text, const char *position) {
  guint number = 1;
  for (const char *c = text; c < position; c++)
    if (*c == '\n' || (*c == '\r' && c[1] != '\n'))
      number++;
  return number;
}

static int compare_by_start(gconstpointer a, gconstpointer b) {
  const WebvttCue *first = a, *second = b;
  return (first->start_us > second->start_us) - (first->start_us < second->start_us);
}

WebvttDocument *webvtt_parse(const char *text, size_t size_bytes, GError **error) {
  static const char BYTE_ORDER_MARK[] = {'\xEF', '\xBB', '\xBF'};
  if (size_bytes > WEBVTT_BYTES_MAX) {
    g_set_error(error, WEBVTT_ERROR, WEBVTT_ERROR_TOO_LARGE, "larger than %d bytes", WEBVTT_BYTES_MAX);
    return NULL;
  }
  const char *invalid = NULL;
  if (size_bytes > 0 && !g_utf8_validate_len(text, size_bytes, &invalid)) {
    g_set_error(error, WEBVTT_ERROR, WEBVTT_ERROR_ENCODING, "line %u: not UTF-8", line_number_at(text, invalid));
    return NULL;
  }
  Slice all = {text, text + size_bytes};
  if (size_bytes >= sizeof BYTE_ORDER_MARK && memcmp(text, BYTE_ORDER_MARK, sizeof BYTE_ORDER_MARK) == 0)
    all.start += sizeof BYTE_ORDER_MARK;
  g_autoptr(GArray) cues = g_array_new(FALSE, FALSE, sizeof(WebvttCue));
  g_array_set_clear_func(cues, clear_cue);
  Parser parser = {.next = all.start, .end = all.end, .is_srt = !has_signature(all), .cues = cues};
  if (!read_cues(&parser, error))
    return NULL;
  g_array_sort(cues, compare_by_start); /* stable */
  WebvttDocument *document = g_new(WebvttDocument, 1);
  document->cues = g_steal_pointer(&cues);
  return document;
}

static void append_timestamp(GString *out, int64_t time_ms) {
  int64_t seconds = time_ms / 1000;
  g_string_append_printf(out, "%02" G_GINT64_FORMAT ":%02d:%02d.%03d", seconds / 3600, (int)(seconds / 60 % 60),
                         (int)(seconds % 60), (int)(time_ms % 1000));
}

/* Settings stay on the line of the times, so they hold no line end and no arrow. */
static bool are_settings_writable(const char *settings) {
  return settings != NULL && *settings != '\0' && strpbrk(settings, "\r\n") == NULL &&
         strstr(settings, ARROW) == NULL;
}

static void append_text(GString *out, const char *text) {
  g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (**line == '\0')
      continue;
    for (const char *c = *line; *c != '\0'; c++) {
      if (g_str_has_prefix(c, ARROW)) {
        g_string_append(out, "--&gt;");
        c += strlen(ARROW) - 1;
      } else {
        g_string_append_c(out, *c);
      }
    }
    g_string_append_c(out, '\n');
  }
}

void webvtt_write(GString *out, const WebvttDocument *document, int64_t mpegts_offset) {
  g_string_append(out, "WEBVTT\n");
  if (mpegts_offset >= 0)
    g_string_append_printf(out, "X-TIMESTAMP-MAP=MPEGTS:%" G_GINT64_FORMAT ",LOCAL:00:00:00.000\n", mpegts_offset);
  for (guint i = 0; i < document->cues->len; i++) {
    const WebvttCue *cue = &g_array_index(document->cues, WebvttCue, i);
    if (cue->text == NULL || cue->text[strspn(cue->text, "\r\n")] == '\0')
      continue;
    int64_t start_ms = (MAX(cue->start_us, 0) + 500) / 1000;
    int64_t end_ms = MAX((cue->end_us + 500) / 1000, start_ms + 1);
    g_string_append_c(out, '\n');
    append_timestamp(out, start_ms);
    g_string_append(out, " " ARROW " ");
    append_timestamp(out, end_ms);
    if (are_settings_writable(cue->settings))
      g_string_append_printf(out, " %s", cue->settings);
    g_string_append_c(out, '\n');
    append_text(out, cue->text);
  }
}
