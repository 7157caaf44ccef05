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

/** Parse WebVTT or SubRip (told apart by the WEBVTT signature); UTF-8 with or without BOM, any line ends. Cues that
 * end before they start are dropped; errors name the line. NULL with `error` set when nothing can be read. */
WebvttDocument *webvtt_parse(const char *text, size_t size_bytes, GError **error);
void webvtt_free(WebvttDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebvttDocument, webvtt_free)

/** Write as WebVTT. With `mpegts_offset` >= 0 an X-TIMESTAMP-MAP header (RFC 8216 §3.5) maps local time 0 to it: 0 for
 * the fMP4 view, 900000 for the TS view; -1 for none. */
void webvtt_write(GString *out, const WebvttDocument *document, int64_t mpegts_offset);
