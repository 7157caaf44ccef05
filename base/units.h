/** Parsing and formatting of quantities with units. Parsers take the whole string or fail (G_NUMBER_PARSER_ERROR)
 * and never overflow silently. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** "10", "4K", "4k", "8MiB", "1.5GB": K, M, G, T with or without iB are powers of 1024; KB, MB, GB, TB powers of
 * 1000. At most six decimals, rounded to whole bytes; so in the other parsers. */
bool units_parse_size(const char *text, int64_t *ret_size_bytes, GError **error);
/** "40us", "250ms", "6s", "6", "5min", "2h", "1d": a bare number is seconds. */
bool units_parse_duration(const char *text, int64_t *ret_duration_us, GError **error);
/** "64k", "4.5M", "800000": k, M, G are powers of 1000. */
bool units_parse_bitrate(const char *text, int64_t *ret_bitrate_bps, GError **error);

/** The shortest exact text that its parser reads back; caller frees. */
char *units_format_size(int64_t size_bytes);
char *units_format_duration(int64_t duration_us);
char *units_format_bitrate(int64_t bitrate_bps);

/** For people: "1:02:03" or "2:03"; caller frees. */
char *units_format_clock(int64_t duration_us);
/** For people, one decimal: "3.4 MB"; caller frees. */
char *units_format_size_short(int64_t size_bytes);
