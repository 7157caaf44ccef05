/** The caption tracks inside a source as WebVTT documents. Runs in a transcoder's child. */
#pragma once

#include "media/webvtt.h"
#include "transcoder/probe.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>

/** Called now and then with 0 to 1. */
typedef void (*CaptionProgressFunc)(double progress, gpointer user_data);

/** Read all caption tracks of `info` in one pass. `ret_documents`: as many as info->text_count (free each with
 * webvtt_free()), NULL in the place of a track that holds no caption or that cannot be decoded. Times are the lesson's;
 * a caption that tells no end stays until the next, five seconds at most. A track's captions beyond what a
 * document may hold are left out. Error: INTERNAL. */
bool caption_reader_read(Source *source, const SourceInfo *info, CaptionProgressFunc progress, gpointer user_data,
                         GPtrArray **ret_documents, GError **error);

/** The language of captions whose container does not tell: "zh", "ja", "ko" or "en" when most of their letters are of its
 * writing, else NULL. */
const char *caption_reader_guess_language(const WebvttDocument *document);
