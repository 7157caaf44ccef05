#include "server/http/http_date.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char day_names[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void http_date_write(int64_t time_s, char ret_text[HTTP_DATE_SIZE]) {
  struct tm tm;
  time_t time = (time_t)CLAMP(time_s, 0, INT64_C(253402300799)); /* the last second of year 9999 */
  gmtime_r(&time, &tm);
  char text[80];
  snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[tm.tm_wday], tm.tm_mday,
           month_names[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
  g_strlcpy(ret_text, text, HTTP_DATE_SIZE);
}

/** The forms by letters: w and W a short or long day name, D a day of two digits, d one padded with a space, N a month
 * name, Y and y a year of four or two digits, H M S the time, Z "GMT"; all else stands for itself. */
static const char *const forms[] = {"w, D N Y H:M:S Z", "W, D-N-y H:M:S Z", "w N d H:M:S Y"};

/** `count` digits at `*text` (the first may be a space when `is_padded`); moves `*text` past them. */
static bool read_digits(const char **text, int count, bool is_padded, int *ret_value) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    char c = (*text)[i];
    if (i == 0 && is_padded && c == ' ')
      c = '0';
    if (!g_ascii_isdigit(c))
      return false;
    value = value * 10 + (c - '0');
  }
  *text += count;
  *ret_value = value;
  return true;
}

static bool read_letters(const char **text, size_t least, size_t most) {
  size_t count = 0;
  while (g_ascii_isalpha((*text)[count]))
    count++;
  *text += count;
  return count >= least && count <= most;
}

static bool read_month(const char **text, int *ret_month) {
  for (int i = 0; i < 12; i++)
    if (strncmp(*text, month_names[i], 3) == 0) {
      *text += 3;
      *ret_month = i;
      return true;
    }
  return false;
}

/** One letter of a form. */
static bool read_field(char field, const char **text, struct tm *tm) {
  int year = 0;
  switch (field) {
  case 'w':
    return read_letters(text, 3, 3);
  case 'W':
    return read_letters(text, 6, 9);
  case 'D':
  case 'd':
    return read_digits(text, 2, field == 'd', &tm->tm_mday);
  case 'N':
    return read_month(text, &tm->tm_mon);
  case 'Y':
  case 'y':
    if (!read_digits(text, field == 'Y' ? 4 : 2, false, &year))
      return false;
    tm->tm_year = field == 'Y' ? year - 1900 : year + (year < 70 ? 100 : 0);
    return true;
  case 'H':
    return read_digits(text, 2, false, &tm->tm_hour);
  case 'M':
    return read_digits(text, 2, false, &tm->tm_min);
  case 'S':
    return read_digits(text, 2, false, &tm->tm_sec);
  case 'Z':
    if (strncmp(*text, "GMT", 3) != 0)
      return false;
    *text += 3;
    return true;
  default:
    if (**text != field)
      return false;
    ++*text;
    return true;
  }
}

static bool read_form(const char *form, const char *text, struct tm *ret_tm) {
  struct tm tm = {0};
  for (; *form != '\0'; form++)
    if (!read_field(*form, &text, &tm))
      return false;
  if (*text != '\0')
    return false;
  *ret_tm = tm;
  return true;
}

bool http_date_parse(const char *text, int64_t *ret_time_s) {
  struct tm tm = {0};
  size_t form = 0;
  while (form < G_N_ELEMENTS(forms) && !read_form(forms[form], text, &tm))
    form++;
  if (form == G_N_ELEMENTS(forms) || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
      tm.tm_sec > 60 || tm.tm_year < 70)
    return false;
  *ret_time_s = (int64_t)timegm(&tm);
  return true;
}
