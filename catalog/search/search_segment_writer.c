#include "catalog/search/search_segment_writer.h"

#include "catalog/catalog.h"
#include "catalog/search/search_analysis.h"
#include "catalog/search/search_postings.h"
#include "catalog/search/search_summary.h"
#include "catalog/search/search_varint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define SECTION_ALIGNMENT 64
#define BUFFER_SIZE (1 << 20)

struct SegmentWriter {
  char *path;
  FILE *file;
  bool is_finished;
  SegmentHeader header;
  uint64_t position;
  SectionId section;
  uint32_t crc;
  GByteArray *terms, *blocks, *postings;
  char last_key[SEARCH_KEY_SIZE_MAX];
  size_t last_key_size;
  uint64_t postings_offset;
  SummaryWriter *summaries; /* NULL: none are made */
};

static void write_zeros(SegmentWriter *writer, size_t size) {
  static const char zeros[SEGMENT_HEADER_SIZE];
  fwrite(zeros, 1, size, writer->file);
  writer->position += size;
}

SegmentWriter *segment_writer_new(const char *path, GError **error) {
  int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot make %s: %s", path, g_strerror(errno));
    return NULL;
  }
  SegmentWriter *writer = g_new0(SegmentWriter, 1);
  writer->path = g_strdup(path);
  writer->file = fdopen(descriptor, "w+");
  setvbuf(writer->file, NULL, _IOFBF, BUFFER_SIZE);
  writer->terms = g_byte_array_new();
  writer->blocks = g_byte_array_new();
  writer->postings = g_byte_array_new();
  write_zeros(writer, SEGMENT_HEADER_SIZE);
  return writer;
}

void segment_writer_free(SegmentWriter *writer) {
  if (!writer)
    return;
  if (writer->file)
    fclose(writer->file);
  if (!writer->is_finished)
    unlink(writer->path);
  g_byte_array_unref(writer->terms);
  g_byte_array_unref(writer->blocks);
  g_byte_array_unref(writer->postings);
  g_free(writer->path);
  g_free(writer);
}

void segment_writer_begin(SegmentWriter *writer, SectionId section) {
  writer->section = section;
  writer->crc = (uint32_t)crc32(0, NULL, 0);
  writer->header.sections[section].offset = writer->position;
}

void segment_writer_append(SegmentWriter *writer, const void *data, size_t size) {
  if (size == 0)
    return;
  fwrite(data, 1, size, writer->file);
  writer->crc = (uint32_t)crc32_z(writer->crc, data, size);
  writer->position += size;
}

void segment_writer_end(SegmentWriter *writer) {
  SectionEntry *entry = &writer->header.sections[writer->section];
  entry->size = writer->position - entry->offset;
  entry->crc = writer->crc;
  size_t padding = SECTION_ALIGNMENT - (size_t)(writer->position % SECTION_ALIGNMENT);
  write_zeros(writer, padding < SEGMENT_SLACK ? padding + SECTION_ALIGNMENT : padding);
}

void segment_writer_put(SegmentWriter *writer, SectionId section, const void *data, size_t size) {
  segment_writer_begin(writer, section);
  segment_writer_append(writer, data, size);
  segment_writer_end(writer);
}

static size_t shared_size(const SegmentWriter *writer, const char *key, size_t size) {
  size_t shared = 0;
  while (shared < MIN(size, writer->last_key_size) && writer->last_key[shared] == key[shared])
    shared++;
  return shared;
}

static void add_key(SegmentWriter *writer, const char *key, size_t key_size) {
  bool begins_block = writer->header.term_count % SEGMENT_TERM_BLOCK == 0;
  size_t shared = begins_block ? 0 : shared_size(writer, key, key_size);
  if (begins_block) {
    uint64_t offset = writer->terms->len;
    g_byte_array_append(writer->blocks, (const guint8 *)&offset, sizeof offset);
    varint_append(writer->terms, writer->postings_offset);
  }
  g_byte_array_append(writer->terms, (const guint8[]){(guint8)shared, (guint8)(key_size - shared)}, 2);
  g_byte_array_append(writer->terms, (const guint8 *)key + shared, (guint)(key_size - shared));
  memcpy(writer->last_key, key, key_size);
  writer->last_key_size = key_size;
}

void segment_writer_set_summaries(SegmentWriter *writer, SummaryWriter *summaries) {
  writer->summaries = summaries;
}

void segment_writer_add_term(SegmentWriter *writer, const char *key, size_t key_size, const uint32_t *ordinals,
                             const uint8_t *fields, uint32_t count) {
  add_key(writer, key, key_size);
  g_byte_array_set_size(writer->postings, 0);
  postings_write(writer->postings, ordinals, fields, count);
  varint_append(writer->terms, count);
  varint_append(writer->terms, writer->postings->len);
  segment_writer_append(writer, writer->postings->data, writer->postings->len);
  writer->postings_offset += writer->postings->len;
  if (writer->summaries)
    summary_writer_add(writer->summaries, writer->header.term_count, ordinals, fields, count);
  writer->header.term_count++;
}

static bool fail(const SegmentWriter *writer, GError **error) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot write %s: %s", writer->path, g_strerror(errno));
  return false;
}

bool segment_writer_finish(SegmentWriter *writer, uint32_t document_count, uint64_t text_size, GError **error) {
  SegmentHeader *header = &writer->header;
  segment_writer_put(writer, SECTION_TERM_BLOCKS, writer->blocks->data, writer->blocks->len);
  segment_writer_put(writer, SECTION_TERMS, writer->terms->data, writer->terms->len);
  if (writer->summaries) {
    summary_writer_write(writer->summaries, writer);
  } else {
    segment_writer_put(writer, SECTION_SUMMARY_TERMS, NULL, 0);
    segment_writer_put(writer, SECTION_SUMMARIES, NULL, 0);
  }
  memcpy(header->magic, SEGMENT_MAGIC, sizeof header->magic);
  header->version = SEGMENT_VERSION;
  header->document_count = document_count;
  header->text_size = text_size;
  header->crc = (uint32_t)crc32_z(crc32(0, NULL, 0), (const Bytef *)header, offsetof(SegmentHeader, crc));
  if (fflush(writer->file) != 0 || ferror(writer->file) || fseek(writer->file, 0, SEEK_SET) != 0 ||
      fwrite(header, sizeof *header, 1, writer->file) != 1 || fflush(writer->file) != 0 ||
      fsync(fileno(writer->file)) != 0)
    return fail(writer, error);
  writer->is_finished = true;
  return true;
}
