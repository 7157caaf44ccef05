/** A channel's schedule as JSON, as the API takes it and the catalog keeps it. Pure; outside bytes.
 *
 *     {"entries": [{"days": [1,2,3,4,5], "from": "2026-12-01", "until": "2026-12-31", "start": "08:00",
 *                   "end": "09:30", "course_id": "...", "order": "whole"},
 *                  {"date": "2026-12-24", "start": "19:00:30", "lesson_id": "..."}],
 *      "filler": [{"course_id": "..."}]}
 *
 * Times are those of China. `days` counts from Monday, 1. An `end` that is not after `start` is of the next day. `order` is
 * whole, loop (which needs an end) or serial (of a course); see media/channel_schedule.h. */
#pragma once

#include "catalog/record.h"
#include "media/channel_schedule.h"

#define CHANNEL_ENTRIES_MAX 500
#define CHANNEL_FILLER_MAX 50
#define CHANNEL_DOCUMENT_BYTES_MAX (256 * 1024)

/** A course or one lesson; the other is NULL. */
typedef struct {
  char *course_id, *lesson_id;
} ChannelItem;

/** `rule` has no lessons yet. */
typedef struct {
  ChannelEntry rule;
  ChannelItem item;
} ChannelDocumentEntry;

typedef struct {
  GArray *entries; /**< ChannelDocumentEntry */
  GArray *filler;  /**< ChannelItem */
} ChannelDocument;
void channel_document_free(ChannelDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChannelDocument, channel_document_free)

/** NULL with INVALID: `ret_fault` tells the member ("entries[3].start"), or has no reason when the text is no JSON object. */
ChannelDocument *channel_document_parse(const char *text, size_t size, RecordFault *ret_fault, GError **error);

/** The document in its one form; parsed and written again it is the same. Caller frees. */
char *channel_document_write(const ChannelDocument *document);
