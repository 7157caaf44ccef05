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

static int find_month(const char *name) {
  for (int i = 0; i < 12; i++)
    if (strncmp(name, month_names[i], 3) == 0)
      return i;
  return -1;
}

bool http_date_parse(const char *text, int64_t *ret_time_s) {
  struct tm tm = {0};
  char month[4] = "";
  int end = -1;
  int year = 0;
  if (strlen(text) > 40)
    return false;
  sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &tm.tm_mday, month, &year, &tm.tm_hour,
         &tm.tm_min, &tm.tm_sec, &end);
  if (end < 0) {
    sscanf(text, "%*[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &tm.tm_mday, month, &year, &tm.tm_hour,
           &tm.tm_min, &tm.tm_sec, &end);
    year += year < 70 ? 2000 : 1900;
  }
  if (end < 0)
    sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", month, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
           &tm.tm_sec, &year, &end);
  tm.tm_mon = find_month(month);
  tm.tm_year = year - 1900;
  if (end < 0 || text[end] != '\0' || tm.tm_mon < 0 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 ||
      tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60 || year < 1970)
    return false;
  *ret_time_s = (int64_t)timegm(&tm);
  return true;
}
