/** HTTP dates (RFC 9110 §5.6.7). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HTTP_DATE_SIZE 30 /**< bytes of an IMF-fixdate with its final NUL */

/** Seconds since 1970 as IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT". */
void http_date_write(int64_t time_s, char ret_text[HTTP_DATE_SIZE]);

/** Read IMF-fixdate and the two obsolete forms (RFC 850, asctime). */
bool http_date_parse(const char *text, int64_t *ret_time_s);
