/** Byte ranges (RFC 9110 §14). Parser of outside bytes; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  HTTP_RANGE_WHOLE,         /**< no usable Range: answer 200 with everything (§14.2: unknown units, several ranges
                                 and syntax errors are ignored) */
  HTTP_RANGE_PART,          /**< answer 206 */
  HTTP_RANGE_UNSATISFIABLE, /**< answer 416 */
} HttpRangeKind;

/** Judge the Range header `text` (NULL: none) for a representation of `size_bytes`. `ret_first` and `ret_last`
 * (inclusive) are set for HTTP_RANGE_PART only. */
HttpRangeKind http_range_parse(const char *text, int64_t size_bytes, int64_t *ret_first, int64_t *ret_last);

/** If-Range (§13.1.5): true when the Range header may be used: no If-Range, the same strong ETag, or exactly the
 * Last-Modified date (`last_modified_s`, 0 for none). */
bool http_range_if_range_holds(const char *if_range, const char *etag, int64_t last_modified_s);
