#include "base/option_value.h"

#include "base/units.h"

#include <arpa/inet.h>
#include <string.h>

#define NEAREST_SIZE_MAX 64 /* bytes; longer words have no near name */

static void *field_of(const OptionSpec *spec, void *target) {
  return (char *)target + spec->offset;
}

static bool is_string_like(OptionType type) {
  return type == OPTION_TYPE_STRING || type == OPTION_TYPE_PATH || type == OPTION_TYPE_ADDRESS;
}

/* Insertions, removals, replacements and swaps of neighbours that turn `a` into `b`; both have at most
 * NEAREST_SIZE_MAX bytes. */
static unsigned edit_distance(const char *a, const char *b) {
  unsigned cost[NEAREST_SIZE_MAX + 1][NEAREST_SIZE_MAX + 1];
  size_t a_length = strlen(a), b_length = strlen(b);
  for (size_t i = 0; i <= a_length; i++) {
    for (size_t j = 0; j <= b_length; j++) {
      if (i == 0 || j == 0) {
        cost[i][j] = (unsigned)(i + j);
        continue;
      }
      unsigned replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = MIN(replaced, MIN(cost[i - 1][j], cost[i][j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = MIN(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a_length][b_length];
}

const char *option_value_find_nearest(const char *text, const char *const *names) {
  size_t length = strnlen(text, NEAREST_SIZE_MAX + 1);
  if (length == 0 || length > NEAREST_SIZE_MAX)
    return NULL;
  const char *nearest = NULL;
  unsigned least = MAX((unsigned)length / 3, 1) + 1; /* a typing error or two */
  for (; *names; names++) {
    if (strlen(*names) > NEAREST_SIZE_MAX)
      continue;
    unsigned distance = edit_distance(text, *names);
    if (length >= 3 && g_str_has_prefix(*names, text))
      distance = MIN(distance, 1); /* an abbreviation */
    if (distance < least) {
      least = distance;
      nearest = *names;
    }
  }
  return nearest;
}

G_GNUC_PRINTF(3, 4)
static bool fail(const OptionSpec *spec, GError **error, const char *format, ...) {
  va_list args;
  va_start(args, format);
  g_autofree char *why = g_strdup_vprintf(format, args);
  va_end(args);
  g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "%s: %s", spec->name, why);
  return false;
}

/* The index of `text` in the choices, or -1 with `error` set. */
static int find_choice(const OptionSpec *spec, const char *text, GError **error) {
  for (int i = 0; spec->choices[i]; i++) {
    if (strcmp(spec->choices[i], text) == 0)
      return i;
  }
  g_autofree char *list = g_strjoinv(", ", (char **)spec->choices);
  const char *nearest = option_value_find_nearest(text, spec->choices);
  if (nearest)
    fail(spec, error, "\"%s\" is not one of %s; did you mean \"%s\"?", text, list, nearest);
  else
    fail(spec, error, "\"%s\" is not one of %s", text, list);
  return -1;
}

static bool is_host(const char *host) {
  if (*host == '[') {
    struct in6_addr ignored;
    size_t length = strlen(host);
    g_autofree char *inner = g_strndup(host + 1, length - 1);
    if (host[length - 1] != ']')
      return false;
    inner[length - 2] = '\0';
    return inet_pton(AF_INET6, inner, &ignored) == 1;
  }
  for (; *host; host++) {
    if (!g_ascii_isalnum(*host) && *host != '.' && *host != '-')
      return false;
  }
  return true;
}

static bool is_address(const char *text) {
  const char *colon = strrchr(text, ':');
  guint64 port;
  if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
    return false;
  g_autofree char *host = g_strndup(text, (gsize)(colon - text));
  return is_host(host);
}

static bool parse_string(const OptionSpec *spec, char **field, const char *text, GError **error) {
  if (!*text && *spec->default_text)
    return fail(spec, error, "it must not be empty");
  if (spec->type == OPTION_TYPE_ADDRESS && *text && !is_address(text))
    return fail(spec, error, "\"%s\" is not HOST:PORT, [IPV6]:PORT or :PORT", text);
  if (spec->choices && find_choice(spec, text, error) < 0)
    return false;
  g_free(*field);
  *field = g_strdup(text);
  return true;
}

static bool parse_bool(const OptionSpec *spec, bool *field, const char *text, GError **error) {
  static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (g_ascii_strcasecmp(words[i], text) == 0) {
      *field = i % 2 == 1;
      return true;
    }
  }
  return fail(spec, error, "\"%s\" is not yes or no", text);
}

static bool parse_number_text(const OptionSpec *spec, const char *text, int64_t *ret_value, GError **error) {
  switch (spec->type) {
  case OPTION_TYPE_SIZE:
    return units_parse_size(text, ret_value, error);
  case OPTION_TYPE_DURATION:
    return units_parse_duration(text, ret_value, error);
  case OPTION_TYPE_BITRATE:
    return units_parse_bitrate(text, ret_value, error);
  default:
    return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, ret_value, error);
  }
}

static bool parse_number(const OptionSpec *spec, int64_t *field, const char *text, GError **error) {
  g_autoptr(GError) cause = NULL;
  int64_t value;
  if (!parse_number_text(spec, text, &value, &cause))
    return fail(spec, error, "%s", cause->message);
  if ((spec->min != 0 || spec->max != 0) && (value < spec->min || value > spec->max)) {
    g_autofree char *min = option_value_format_number(spec, spec->min);
    g_autofree char *max = option_value_format_number(spec, spec->max);
    return fail(spec, error, "\"%s\" is out of range, which is %s to %s", text, min, max);
  }
  *field = value;
  return true;
}

bool option_value_parse(const OptionSpec *spec, void *target, const char *text, GError **error) {
  void *field = field_of(spec, target);
  if (is_string_like(spec->type))
    return parse_string(spec, field, text, error);
  if (spec->type == OPTION_TYPE_BOOL)
    return parse_bool(spec, field, text, error);
  if (spec->type != OPTION_TYPE_ENUM)
    return parse_number(spec, field, text, error);
  int choice = find_choice(spec, text, error);
  if (choice < 0)
    return false;
  *(int *)field = choice;
  return true;
}

void option_value_clear(const OptionSpec *spec, void *target) {
  if (is_string_like(spec->type))
    g_clear_pointer((char **)field_of(spec, target), g_free);
}

char *option_value_format_number(const OptionSpec *spec, int64_t value) {
  switch (spec->type) {
  case OPTION_TYPE_SIZE:
    return units_format_size(value);
  case OPTION_TYPE_DURATION:
    return units_format_duration(value);
  case OPTION_TYPE_BITRATE:
    return units_format_bitrate(value);
  default:
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
  }
}

char *option_table_format_value(const OptionSpec *spec, const void *target) {
  const void *field = (const char *)target + spec->offset;
  if (is_string_like(spec->type))
    return g_strdup(*(char *const *)field ? *(char *const *)field : "");
  if (spec->type == OPTION_TYPE_BOOL)
    return g_strdup(*(const bool *)field ? "yes" : "no");
  if (spec->type == OPTION_TYPE_ENUM)
    return g_strdup(spec->choices[*(const int *)field]);
  return option_value_format_number(spec, *(const int64_t *)field);
}
