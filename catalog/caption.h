/** Caption tracks of an asset: how they are called, and which languages are the same to a reader. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** What a reader sees: "中文", "繁體中文", "English", "字幕" for "und", else the tag itself. Static, or `language`. */
const char *caption_label(const char *language);

/** Whether captions in `first` make those in `second` needless: the same tag in any case, or one is the other without
 * its region ("en" and "en-GB"). Chinese is two languages by its writing: traditional, and simplified, with which bare
 * "zh" goes. */
bool caption_is_same_language(const char *first, const char *second);

/** `wanted`, or "中文 2", ... when it is among `labels` (char *): an HLS rendition's NAME is unique in its group. Caller
 * frees. */
char *caption_choose_label(const GPtrArray *labels, const char *wanted);
