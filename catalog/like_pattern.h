/** Patterns of SQL's LIKE ... ESCAPE '\' for what people type. Pure; threads: any. */
#pragma once

#include <glib.h>

/** What holds `text` literally; NULL for NULL or "", which hold no condition. Caller frees. */
char *like_pattern_new(const char *text);

/** Append `size` bytes of `text` so that they stand for themselves. */
void like_pattern_append(GString *pattern, const char *text, size_t size);
