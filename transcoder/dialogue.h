/** Captions as libavcodec's decoders of text give them: lines of Advanced SubStation Alpha. Parser of outside text. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** The text of a dialogue line ("ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text") as WebVTT cue text:
 * what is between braces (styles, positions; comments when the format itself `is_ass`) goes, line breaks and hard spaces become such, "&", "<" and ">" are
 * escaped, lines trimmed and empty ones left out. Drawings have no text. NULL when nothing is left; caller frees. */
char *dialogue_to_webvtt(const char *line, bool is_ass);
