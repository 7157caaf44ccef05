/** Text inside a source: its caption tracks and its chapters. Runs in a transcoder's child. */
#pragma once

#include "catalog/chapter.h"

#include <glib.h>
#include <jansson.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

/** More are left out. */
#define SOURCE_TEXTS_MAX 16
#define SOURCE_CHAPTERS_MAX 500

/** One caption track of the source. */
typedef struct {
  int stream;        /**< index in the container */
  char language[36]; /**< BCP 47, unique among the source's ("zh", "zh-x-2"); "und" when nothing is said */
  char label[64];    /**< the container's title, valid UTF-8, or empty */
} SourceText;

/** Caption tracks of text (mov_text, SubRip, ASS, WebVTT), in the container's order; forced ones, which say only what
 * is said in a foreign language, are left out. Returns how many. */
size_t probe_text(const AVFormatContext *format, SourceText ret_texts[SOURCE_TEXTS_MAX]);

/** The chapters that begin within the lesson, in order, with titles; array of CatalogChapter with its clear function
 * set. `start_us` of the source's clock is the lesson's time 0. One chapter alone says nothing: then it is empty. */
GArray *probe_chapters(const AVFormatContext *format, int64_t start_us, int64_t duration_us);

/** Into and out of the plan's "text" array. `json` NULL: no text. */
json_t *probe_text_pack(const SourceText *texts, size_t count);
bool probe_text_unpack(json_t *json, SourceText ret_texts[SOURCE_TEXTS_MAX], size_t *ret_count, json_error_t *why);
