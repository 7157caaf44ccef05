/** Caption files beside a source: "NAME.vtt", "NAME.LANG.vtt", "NAME.srt", "NAME.LANG.srt" beside "NAME.mp4".
 * Internal to catalog/. */
#pragma once

#include "media/webvtt.h"

#include <glib.h>

#define SIDE_CAPTIONS_MAX 32
#define SIDE_CAPTION_DEFAULT_LANGUAGE "zh-CN"

typedef struct {
  char language[36]; /**< BCP 47 */
  char *label;       /**< differs from the others' */
  WebvttDocument *document;
} SideCaption;

/** Read all that belong to `source_path`, one per language (.vtt before .srt), by language. One that cannot be read is
 * left out with a line in `warnings` (array of char *; may be NULL). Array of SideCaption with its clear function. */
GArray *side_captions_load(const char *source_path, GPtrArray *warnings);

/** None yet: array of SideCaption with its clear function. */
GArray *side_captions_new(void);

/** The tag in its usual case ("zh-cn" gives "zh-CN"), or NULL when `tag` is no language tag that we take. */
char *side_caption_language(const char *tag);
