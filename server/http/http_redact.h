/** Addresses for logs, without what would let a reader of the log in: values of query parameters that hold secrets. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** Append `address` (a request target or an absolute URL), with `-` in place of the values of parameters that are secret: tokens,
 * signatures, codes, keys, passwords; names are compared without regard to case and after undoing %XX. At most `size_max` bytes
 * of it are looked at; what is cut off is not written. */
void http_redact_append(GString *out, const char *address, size_t size_max);

/** Whether the value of a parameter of that name is secret. */
bool http_redact_is_secret(const char *name, size_t length);
