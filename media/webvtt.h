/** WebVTT (W3C) parsing and writing, and reading of SubRip files into the same cues. Parser of outside bytes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define WEBVTT_ERROR (webvtt_error_quark())
GQuark webvtt_error_quark(void);
typedef enum { WEBVTT_ERROR_SYNTAX, WEBVTT_ERROR_TOO_LARGE, WEBVTT_ERROR_ENCODING } WebvttError;

#define WEBVTT_BYTES_MAX (8 * 1024 * 1024)
#define WEBVTT_CUES_MAX 100000

typedef struct {
  int64_t start_us, end_us;
  char *settings; /**< cue settings as written, or NULL */
  char *text;     /**< cue payload, lines joined by '\n', still with its markup */
} WebvttCue;

typedef struct {
  GArray *cues; /**< WebvttCue, by start time */
} WebvttDocument;

/** Parse WebVTT or SubRip (told apart by the WEBVTT signature); UTF-8 with or without BOM, any line ends.
 * Lenient as players are: a cue whose times cannot be read, that does not end after it starts or that has no text is
 * dropped; NOTE, STYLE and REGION blocks, cue identifiers and SubRip coordinates are skipped. SubRip text becomes
 * WebVTT text: <i>, <b> and <u> stay, other tags and {\...} go, the rest is escaped.
 * NULL with `error` set when nothing can be read: WEBVTT_ERROR_SYNTAX names the first bad line, _TOO_LARGE is past
 * WEBVTT_BYTES_MAX or WEBVTT_CUES_MAX, _ENCODING is not UTF-8. A WebVTT file with no cue at all is a document. */
WebvttDocument *webvtt_parse(const char *text, size_t size_bytes, GError **error);
/** A document without cues, to be filled with webvtt_take_cue(). */
WebvttDocument *webvtt_new(void);
/** Add a cue at the end; takes `text`. */
void webvtt_take_cue(WebvttDocument *document, int64_t start_us, int64_t end_us, char *text);
void webvtt_free(WebvttDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebvttDocument, webvtt_free)

/** Write as WebVTT. With `mpegts_offset` >= 0 an X-TIMESTAMP-MAP header (RFC 8216 §3.5) maps local time 0 to it: 0 for
 * the fMP4 view, 900000 for the TS view; -1 for none. Whatever the cues hold, the result is well-formed: empty lines are
 * left out, "-->" in a text is escaped, and a cue lasts at least 1 ms. Appends to `out`. */
void webvtt_write(GString *out, const WebvttDocument *document, int64_t mpegts_offset);
