/** The layout of a segment's file, version SEGMENT_VERSION. Internal to catalog/search.
 *
 * Little-endian. A header of SEGMENT_HEADER_SIZE bytes, then sections, each at a multiple of 64 and followed by at least
 * SEGMENT_SLACK zero bytes, so that a decoder may read a little past its end. Documents are numbered by ordinals from 0,
 * in order of popularity (more first), then age (younger first), then id.
 *
 *   PROFILES      SegmentProfile: the different ones that occur
 *   PROFILE       uint16 of each document, uint32 when there are more than 65,536 profiles: its number in PROFILES
 *   PLACES        SegmentPlace: the different ones that occur
 *   PLACE         as PROFILE: its number in PLACES
 *   STANDING      uint32 of each document: search_standing()
 *   IDS           SEARCH_ID_SIZE_MAX bytes each, padded with NUL
 *   ID_ORDER      uint32: ordinals in the order of ids
 *   CREATED       int64: microseconds
 *   DURATION      uint32: milliseconds
 *   POPULARITY    uint32
 *   TITLE_ORDER   uint32: ordinals in the order of titles (ICU, zh: pinyin), then ids
 *   TITLE_RANK    uint32 of each document: its place in TITLE_ORDER
 *   VALUES        SEGMENT_VALUE_COUNT lists: uint32 count, then the strings, each ended by NUL
 *   TEXT_OFFSETS  uint64: documents + 1
 *   TEXTS         of each document: title, summary, institution; number of tags, tags; number of lecturers, lecturers
 *                 (strings: varint size and bytes)
 *   CUE_OFFSETS   uint64: documents + 1
 *   CUES          of each document its cues: varint size of the lesson's id (0: as before) and its bytes, varint start in
 *                 milliseconds * 2 + is_chapter, string
 *   CARD_OFFSETS  uint64: documents + 1
 *   CARDS         of each document the bytes of its card, as they were given
 *   TERM_BLOCKS   uint64: offset in TERMS of every SEGMENT_TERM_BLOCK-th term
 *   TERMS         in byte order: bytes shared with the term before (0 at the start of a block), bytes that follow and
 *                 these bytes; varint documents, varint size of the postings. At the start of a block, before that, the
 *                 varint offset of the term's postings; those of the others follow.
 *   POSTINGS      see search_postings.h
 *   SUMMARY_TERMS SegmentSummaryTerm of each term that has a summary, in the order of terms
 *   SUMMARIES     see search_summary.h
 */
#pragma once

#include "catalog/search/search_document.h"

#include <stdint.h>

#define SEGMENT_MAGIC "KPKSEARC"
#define SEGMENT_VERSION 2 /* another one also when match_quality() changes: summaries are made with it */
#define SEGMENT_HEADER_SIZE 1024
#define SEGMENT_SLACK 16
#define SEGMENT_TERM_BLOCK 16
#define SEGMENT_DOCUMENTS_MAX (1u << 26)
#define SEGMENT_COLUMN_NARROW_MAX 65536 /* different records that numbers of 16 bits tell apart */

typedef enum {
  SECTION_PROFILES,
  SECTION_PROFILE,
  SECTION_PLACES,
  SECTION_PLACE,
  SECTION_STANDING,
  SECTION_IDS,
  SECTION_ID_ORDER,
  SECTION_CREATED,
  SECTION_DURATION,
  SECTION_POPULARITY,
  SECTION_TITLE_ORDER,
  SECTION_TITLE_RANK,
  SECTION_VALUES,
  SECTION_TEXT_OFFSETS,
  SECTION_TEXTS,
  SECTION_CUE_OFFSETS,
  SECTION_CUES,
  SECTION_CARD_OFFSETS,
  SECTION_CARDS,
  SECTION_TERM_BLOCKS,
  SECTION_TERMS,
  SECTION_POSTINGS,
  SECTION_SUMMARY_TERMS,
  SECTION_SUMMARIES,
  SECTION_COUNT,
} SectionId;

typedef struct {
  uint64_t offset, size;
  uint32_t crc, unused; /**< CRC-32 of the section */
} SectionEntry;

typedef struct {
  char magic[8];
  uint32_t version, document_count;
  uint64_t term_count, text_size; /**< bytes of the texts that were indexed */
  SectionEntry sections[SECTION_COUNT];
  uint32_t crc; /**< CRC-32 of what stands before it */
} SegmentHeader;
G_STATIC_ASSERT(sizeof(SegmentHeader) <= SEGMENT_HEADER_SIZE);

/** What many documents have in common, but for where they are from. Numbers stand for the strings of VALUES; 0 is always "". */
typedef struct {
  uint8_t category, kind, level, band;
  uint32_t audiences; /**< bit n: the audience n + 1 of its list */
  uint32_t visibility;
} SegmentProfile;
G_STATIC_ASSERT(sizeof(SegmentProfile) == 12);

/** Where documents are from. Numbers as above. */
typedef struct {
  uint32_t institution, division;
} SegmentPlace;
G_STATIC_ASSERT(sizeof(SegmentPlace) == 8);

/** A term of TERMS, counted from 0, and where its summary begins; it ends where the next one begins. */
typedef struct {
  uint64_t term, offset;
} SegmentSummaryTerm;

typedef enum {
  VALUE_CATEGORY,
  VALUE_KIND,
  VALUE_LEVEL,
  VALUE_AUDIENCE,
  VALUE_INSTITUTION,
  VALUE_DIVISION,
  VALUE_VISIBILITY,
  SEGMENT_VALUE_COUNT,
} ValueId;

/** Where a term stands in a document: bits of a posting's byte. */
#define FIELD_TITLE 0x01
#define FIELD_TITLE_START 0x02 /**< the title begins with it */
#define FIELD_META 0x04        /**< a tag, a lecturer, the institution */
#define FIELD_SUMMARY 0x08
#define FIELD_CHAPTER 0x10
#define FIELD_CAPTION 0x20
#define FIELD_TITLE_END 0x40 /**< the title ends with it */
#define FIELD_PLACES (FIELD_TITLE | FIELD_META | FIELD_SUMMARY | FIELD_CHAPTER | FIELD_CAPTION)
