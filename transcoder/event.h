/** What a child tells its worker: one JSON object per line.
 *   {"event":"progress","value":0.42}
 *   {"event":"probed","plan":{...}}
 *   {"event":"span","track":"v360","span":3,"first":7,"file":"v360-3.m4s","codec":"avc1...","init":"BASE64","last":false,
 *    "segments":[[offset,length,decode_time,duration],...]}
 *   {"event":"read","span":3}
 *   {"event":"poster","file":"poster.jpg"}
 *   {"event":"slides","times":[12000000,58240000,...]}
 *   {"event":"storyboard","interval":2000000,"tile":[160,90],"grid":[10,10],"count":131,"files":["sheet-0.jpg",...]}
 *   {"event":"caption","language":"zh","label":"...","file":"caption-0.vtt"}
 *   {"event":"chapter","start":90000000,"title":"..."}
 *   {"event":"failed","code":"damaged","detail":"..."}
 *   {"event":"done"}
 * Files are names inside the work folder. The worker trusts nothing of it: every field is checked. */
#pragma once

#include "catalog/asset.h"
#include "catalog/storyboard.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  EVENT_PROGRESS,
  EVENT_PROBED,
  EVENT_SPAN,
  EVENT_READ,
  EVENT_POSTER,
  EVENT_SLIDES,
  EVENT_STORYBOARD,
  EVENT_CAPTION,
  EVENT_CHAPTER,
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
  char *text;    /**< PROBED: plan JSON; POSTER and CAPTION: file name; FAILED: detail */
  char code[24]; /**< FAILED */
  EventSpan span;
  GArray *times;                /**< SLIDES: int64_t, microseconds of the lesson, rising */
  CatalogStoryboard storyboard; /**< STORYBOARD: sheet_keys are names in the work folder */
  char language[36];            /**< CAPTION */
  char *label;                  /**< CAPTION; CHAPTER: its title */
  int64_t start_us;             /**< CHAPTER */
  int64_t span_index;           /**< READ */
} Event;
void event_clear(Event *event);

/** Parse one line. Error: INTERNAL. */
bool event_parse(const char *line, Event *ret_event, GError **error);

/** Write one line to `fd`. False when the worker is gone. */
bool event_send_progress(int fd, double value);
bool event_send_probed(int fd, const char *plan_json);
bool event_send_span(int fd, const EventSpan *span);
/** All of the span has been read; the child waits to be told which one follows. */
bool event_send_read(int fd, int64_t span_index);
bool event_send_poster(int fd, const char *file);
/** Times at which the picture changed at once to another that stays, in microseconds of the lesson, rising, at most
 * EVENT_SLIDES_MAX at once (more are not sent). None (count 0) is no event. */
#define EVENT_SLIDES_MAX 10000
bool event_send_slides(int fd, const int64_t *times_us, size_t count);
bool event_send_storyboard(int fd, const CatalogStoryboard *storyboard);
bool event_send_caption(int fd, const char *language, const char *label, const char *file);
/** A chapter of the source's own. */
bool event_send_chapter(int fd, int64_t start_us, const char *title);
bool event_send_failed(int fd, const GError *error);
bool event_send_done(int fd);
