/** Writes a segment's file (search_format.h), section by section. Internal to catalog/search; one thread. */
#pragma once

#include "catalog/search/search_format.h"

#include <glib.h>
#include <stdbool.h>

typedef struct SegmentWriter SegmentWriter;
struct SummaryWriter;

/** A new file at `path`, which must not exist. */
SegmentWriter *segment_writer_new(const char *path, GError **error);
/** Closes; a file that was not finished is removed. */
void segment_writer_free(SegmentWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SegmentWriter, segment_writer_free)

/** Sections in any order, one at a time, each once. Failures of the disk show at finish. */
void segment_writer_begin(SegmentWriter *writer, SectionId section);
void segment_writer_append(SegmentWriter *writer, const void *data, size_t size);
void segment_writer_end(SegmentWriter *writer);
/** begin, append, end. */
void segment_writer_put(SegmentWriter *writer, SectionId section, const void *data, size_t size);

/** Tell it of every term, and let it write its sections at the end; borrowed. Before the first term. */
void segment_writer_set_summaries(SegmentWriter *writer, struct SummaryWriter *summaries);

/** Terms in byte order, between begin and end of SECTION_POSTINGS; their own sections are written by finish. */
void segment_writer_add_term(SegmentWriter *writer, const char *key, size_t key_size, const uint32_t *ordinals,
                             const uint8_t *fields, uint32_t count);

/** Write header and terms; the file is on the disk when this returns. */
bool segment_writer_finish(SegmentWriter *writer, uint32_t document_count, uint64_t text_size, GError **error);
