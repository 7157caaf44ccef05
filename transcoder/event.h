/** What a child tells its worker: one JSON object per line.
 *   {"event":"progress","value":0.42}
 *   {"event":"probed","plan":{...}}
 *   {"event":"span","track":"v360","span":3,"first":7,"file":"v360-3.m4s","codec":"avc1...","init":"BASE64","last":false,
 *    "segments":[[offset,length,decode_time,duration],...]}
 *   {"event":"poster","file":"poster.jpg"}
 *   {"event":"failed","code":"damaged","detail":"..."}
 *   {"event":"done"}
 * Files are names inside the work folder. The worker trusts nothing of it: every field is checked. */
#pragma once

#include "catalog/asset.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  EVENT_PROGRESS,
  EVENT_PROBED,
  EVENT_SPAN,
  EVENT_POSTER,
  EVENT_FAILED,
  EVENT_DONE,
} EventType;

/** A span file that the child has closed. */
typedef struct {
  char track[16];
  int64_t span_index, first_segment;
  char *file; /**< name in the work folder */
  char codec[16];
  GBytes *init;
  GArray *segments; /**< CatalogSegment */
  bool is_last;
} EventSpan;
void event_span_clear(EventSpan *span);
/** An array of EventSpan that frees what it holds. */
GArray *event_spans_new(void);

typedef struct {
  EventType type;
  double progress;
  char *text;    /**< PROBED: plan JSON; POSTER: file name; FAILED: detail */
  char code[24]; /**< FAILED */
  EventSpan span;
} Event;
void event_clear(Event *event);

/** Parse one line. Error: INTERNAL. */
bool event_parse(const char *line, Event *ret_event, GError **error);

/** Write one line to `fd`. False when the worker is gone. */
bool event_send_progress(int fd, double value);
bool event_send_probed(int fd, const char *plan_json);
bool event_send_span(int fd, const EventSpan *span);
bool event_send_poster(int fd, const char *file);
bool event_send_failed(int fd, const GError *error);
bool event_send_done(int fd);
