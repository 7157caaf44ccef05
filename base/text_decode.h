/** Texts from outside whose encoding nobody tells: Unicode or what Chinese Windows programs write. */
#pragma once

#include <glib.h>

#define TEXT_DECODE_ERROR (text_decode_error_quark())
GQuark text_decode_error_quark(void);
typedef enum {
  TEXT_DECODE_ERROR_UNKNOWN, /**< the bytes are no text in UTF-8, UTF-16 with a byte order mark, or GB18030 */
} TextDecodeError;

/** `data` as UTF-8 without a byte order mark; GB18030 (which holds GBK and GB2312) is taken when it is not UTF-8. NUL
 * characters are refused. `ret_encoding` (static, may be NULL): "UTF-8", "UTF-16" or "GB18030". NULL with `error` set
 * when it is none of them. */
GString *text_decode(const char *data, gsize size, const char **ret_encoding, GError **error);
