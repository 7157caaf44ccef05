#include "catalog/search/search_segment.h"

#include "catalog/catalog.h"
#include "catalog/search/search_varint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static bool complain(const SearchSegment *segment, const char *what, GError **error) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED, "search index %s: %s",
              segment->path ? segment->path : "in memory", what);
  return false;
}

/* Bytes of a document in the sections of fixed size; 0: another kind of section. */
static size_t entry_size(SectionId section) {
  static const uint8_t sizes[SECTION_COUNT] = {
      [SECTION_STANDING] = 4,    [SECTION_IDS] = SEARCH_ID_SIZE_MAX,
      [SECTION_ID_ORDER] = 4,    [SECTION_CREATED] = 8,
      [SECTION_DURATION] = 4,    [SECTION_POPULARITY] = 4,
      [SECTION_TITLE_ORDER] = 4, [SECTION_TITLE_RANK] = 4,
  };
  return sizes[section];
}

static bool check_section(const SearchSegment *segment, SectionId section, GError **error) {
  const SectionEntry *entry = &segment->header->sections[section];
  if (entry->offset % 8 != 0 || entry->offset < SEGMENT_HEADER_SIZE || entry->offset > segment->map_size ||
      entry->size > segment->map_size - entry->offset ||
      segment->map_size - entry->offset - entry->size < SEGMENT_SLACK)
    return complain(segment, "a section lies outside the file", error);
  size_t count = segment->count, each = entry_size(section);
  if (section == SECTION_TEXT_OFFSETS || section == SECTION_CUE_OFFSETS || section == SECTION_CARD_OFFSETS) {
    each = sizeof(uint64_t);
    count++;
  } else if (section == SECTION_TERM_BLOCKS) {
    each = sizeof(uint64_t);
    count = (size_t)((segment->header->term_count + SEGMENT_TERM_BLOCK - 1) / SEGMENT_TERM_BLOCK);
  }
  return each == 0 || entry->size == each * count || complain(segment, "a section has a wrong size", error);
}

/* Records and the column of their numbers. */
static bool load_column(const SearchSegment *segment, SectionId records, size_t record_size, SectionId numbers,
                        uint32_t *ret_count, SegmentColumn *ret_column, GError **error) {
  size_t records_size = segment->header->sections[records].size, numbers_size = 0;
  const void *data = segment_section(segment, numbers, &numbers_size);
  size_t count = records_size / record_size;
  bool is_wide = count > SEGMENT_COLUMN_NARROW_MAX;
  if (records_size % record_size != 0 || count > SEGMENT_DOCUMENTS_MAX ||
      numbers_size != (size_t)segment->count * (is_wide ? sizeof(uint32_t) : sizeof(uint16_t)))
    return complain(segment, "a column has a wrong size", error);
  *ret_count = (uint32_t)count;
  *ret_column = (SegmentColumn){is_wide ? NULL : data, is_wide ? data : NULL};
  return true;
}

static bool check_header(const SearchSegment *segment, GError **error) {
  const SegmentHeader *header = segment->header;
  if (memcmp(header->magic, SEGMENT_MAGIC, sizeof header->magic) != 0)
    return complain(segment, "is no segment", error);
  if (header->version != SEGMENT_VERSION)
    return complain(segment, "is of another version", error);
  if (header->crc != crc32_z(crc32(0, NULL, 0), (const Bytef *)header, offsetof(SegmentHeader, crc)))
    return complain(segment, "has a damaged header", error);
  if (header->document_count > SEGMENT_DOCUMENTS_MAX || header->term_count > segment->map_size)
    return complain(segment, "has an impossible header", error);
  return true;
}

static bool load_values(SearchSegment *segment, GError **error) {
  size_t size = 0;
  const uint8_t *at = segment_section(segment, SECTION_VALUES, &size), *end = at + size;
  for (int list = 0; list < SEGMENT_VALUE_COUNT; list++) {
    uint32_t count = 0;
    if (end - at < (ptrdiff_t)sizeof count)
      return complain(segment, "its values end early", error);
    memcpy(&count, at, sizeof count);
    at += sizeof count;
    if (count > (size_t)(end - at))
      return complain(segment, "it has too many values", error);
    segment->values[list] = g_new0(const char *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
      const uint8_t *stop = memchr(at, '\0', (size_t)(end - at));
      if (stop == NULL)
        return complain(segment, "its values end early", error);
      segment->values[list][segment->value_counts[list]++] = (const char *)at;
      at = stop + 1;
    }
  }
  return true;
}

static bool read_map(SearchSegment *segment, GError **error) {
  size_t size = 0;
  if (segment->map_size < SEGMENT_HEADER_SIZE)
    return complain(segment, "is too short", error);
  segment->header = (const SegmentHeader *)(const void *)segment->map;
  if (!check_header(segment, error))
    return false;
  segment->count = segment->header->document_count;
  for (int i = 0; i < SECTION_COUNT; i++)
    if (!check_section(segment, (SectionId)i, error))
      return false;
  if (!load_column(segment, SECTION_PROFILES, sizeof(SegmentProfile), SECTION_PROFILE, &segment->profile_count,
                   &segment->profile_numbers, error) ||
      !load_column(segment, SECTION_PLACES, sizeof(SegmentPlace), SECTION_PLACE, &segment->place_count,
                   &segment->place_numbers, error))
    return false;
  segment->profiles = (const void *)segment_section(segment, SECTION_PROFILES, &size);
  segment->places = (const void *)segment_section(segment, SECTION_PLACES, &size);
  segment->standings = (const void *)segment_section(segment, SECTION_STANDING, &size);
  segment->ids = (const void *)segment_section(segment, SECTION_IDS, &size);
  segment->id_order = (const void *)segment_section(segment, SECTION_ID_ORDER, &size);
  segment->created = (const void *)segment_section(segment, SECTION_CREATED, &size);
  segment->durations = (const void *)segment_section(segment, SECTION_DURATION, &size);
  segment->popularities = (const void *)segment_section(segment, SECTION_POPULARITY, &size);
  segment->title_order = (const void *)segment_section(segment, SECTION_TITLE_ORDER, &size);
  segment->title_ranks = (const void *)segment_section(segment, SECTION_TITLE_RANK, &size);
  return load_values(segment, error);
}

static bool map_file(SearchSegment *segment, const char *path, GError **error) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status = {0};
  void *map = MAP_FAILED;
  if (descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_size > 0)
    map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
  int reason = errno;
  if (descriptor >= 0)
    close(descriptor);
  if (map == MAP_FAILED) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED, "cannot map %s: %s", path, g_strerror(reason));
    return false;
  }
  segment->map = map;
  segment->map_size = (size_t)status.st_size;
  segment->is_mapped = true;
  return true;
}

static SearchSegment *new_segment(void) {
  static uint64_t last_serial;
  SearchSegment *segment = g_new0(SearchSegment, 1);
  segment->references = 1;
  segment->serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
  return segment;
}

SearchSegment *segment_open(const char *path, GError **error) {
  g_autoptr(SearchSegment) segment = new_segment();
  segment->path = g_strdup(path);
  if (!map_file(segment, path, error) || !read_map(segment, error))
    return NULL;
  return g_steal_pointer(&segment);
}

SearchSegment *segment_open_bytes(const uint8_t *bytes, size_t size, GError **error) {
  g_autoptr(SearchSegment) segment = new_segment();
  segment->map = bytes;
  segment->map_size = size;
  return read_map(segment, error) ? g_steal_pointer(&segment) : NULL;
}

SearchSegment *segment_ref(SearchSegment *segment) {
  g_atomic_int_inc(&segment->references);
  return segment;
}

void segment_unref(SearchSegment *segment) {
  if (!segment || !g_atomic_int_dec_and_test(&segment->references))
    return;
  if (segment->is_mapped)
    munmap((void *)segment->map, segment->map_size);
  for (int i = 0; i < SEGMENT_VALUE_COUNT; i++)
    g_free(segment->values[i]);
  g_free(segment->path);
  g_free(segment);
}

bool segment_verify(const SearchSegment *segment, GError **error) {
  for (int i = 0; i < SECTION_COUNT; i++) {
    size_t size = 0;
    const uint8_t *data = segment_section(segment, (SectionId)i, &size);
    if (crc32_z(crc32(0, NULL, 0), data, size) != segment->header->sections[i].crc)
      return complain(segment, "a section is damaged", error);
  }
  return true;
}

void segment_release_memory(const SearchSegment *segment) {
  if (segment->is_mapped)
    madvise((void *)segment->map, segment->map_size, MADV_DONTNEED);
}

const char *segment_value(const SearchSegment *segment, ValueId list, uint32_t number) {
  return number < segment->value_counts[list] ? segment->values[list][number] : "";
}

uint32_t segment_find_value(const SearchSegment *segment, ValueId list, const char *text) {
  for (uint32_t i = 1; i < segment->value_counts[list]; i++)
    if (g_str_equal(segment->values[list][i], text))
      return i;
  return 0;
}

void segment_copy_id(const SearchSegment *segment, uint32_t ordinal, char ret_id[SEARCH_ID_SIZE_MAX + 1]) {
  memset(ret_id, 0, SEARCH_ID_SIZE_MAX + 1);
  if (ordinal < segment->count)
    memcpy(ret_id, segment->ids + (size_t)ordinal * SEARCH_ID_SIZE_MAX, SEARCH_ID_SIZE_MAX);
}

bool segment_find_id(const SearchSegment *segment, const char *id, uint32_t *ret_ordinal) {
  uint32_t low = 0, high = segment->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2, ordinal = segment->id_order[middle];
    if (ordinal >= segment->count)
      return false;
    int order = strncmp(segment->ids + (size_t)ordinal * SEARCH_ID_SIZE_MAX, id, SEARCH_ID_SIZE_MAX);
    if (order == 0) {
      *ret_ordinal = ordinal;
      return strlen(id) <= SEARCH_ID_SIZE_MAX;
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

static int compare_keys(const char *key, size_t size, const char *other, size_t other_size) {
  int order = memcmp(key, other, MIN(size, other_size));
  return order ? order : size < other_size ? -1 : size > other_size;
}

static bool is_exhausted(const SegmentTermWalk *walk) {
  return walk->number >= walk->segment->header->term_count;
}

/* The offset of a block of terms; false when there is none. */
static bool go_to_block(SegmentTermWalk *walk, uint64_t block) {
  size_t blocks_size = 0, terms_size = 0;
  const uint8_t *blocks = segment_section(walk->segment, SECTION_TERM_BLOCKS, &blocks_size);
  const uint8_t *terms = segment_section(walk->segment, SECTION_TERMS, &terms_size);
  uint64_t offset = 0;
  walk->number = block * SEGMENT_TERM_BLOCK;
  if (is_exhausted(walk) || (block + 1) * sizeof offset > blocks_size)
    return false;
  memcpy(&offset, blocks + block * sizeof offset, sizeof offset);
  if (offset > terms_size)
    return false;
  walk->at = terms + offset;
  walk->end = terms + terms_size;
  walk->key_size = 0;
  return true;
}

static bool read_postings(SegmentTermWalk *walk) {
  uint64_t count = 0, size = 0;
  size_t section_size = 0;
  const uint8_t *postings = segment_section(walk->segment, SECTION_POSTINGS, &section_size);
  if (!varint_read(&walk->at, walk->end, &count) || !varint_read(&walk->at, walk->end, &size) ||
      walk->offset > section_size || size > section_size - walk->offset || count > walk->segment->count)
    return false;
  walk->term = (SegmentTerm){postings + walk->offset, (size_t)size, (uint32_t)count, walk->number - 1};
  walk->offset += size;
  return true;
}

static bool read_term(SegmentTermWalk *walk) {
  if (walk->number % SEGMENT_TERM_BLOCK == 0 && !varint_read(&walk->at, walk->end, &walk->offset))
    return false;
  if (walk->end - walk->at < 2)
    return false;
  size_t shared = walk->at[0], rest = walk->at[1];
  walk->at += 2;
  if (shared > walk->key_size || shared + rest > sizeof walk->key || rest > (size_t)(walk->end - walk->at))
    return false;
  memcpy(walk->key + shared, walk->at, rest);
  walk->at += rest;
  walk->key_size = shared + rest;
  walk->number++;
  return read_postings(walk);
}

bool segment_term_walk_next(SegmentTermWalk *walk) {
  if (!is_exhausted(walk) && read_term(walk))
    return true;
  walk->number = UINT64_MAX;
  return false;
}

void segment_term_walk_init(SegmentTermWalk *walk, const SearchSegment *segment, const char *key, size_t key_size) {
  uint64_t low = 0, high = (segment->header->term_count + SEGMENT_TERM_BLOCK - 1) / SEGMENT_TERM_BLOCK;
  walk->segment = segment;
  while (low + 1 < high) { /* the last block that does not begin behind the key */
    uint64_t middle = low + (high - low) / 2;
    if (!go_to_block(walk, middle) || !read_term(walk) ||
        compare_keys(walk->key, walk->key_size, key, key_size) > 0)
      high = middle;
    else
      low = middle;
  }
  if (!go_to_block(walk, low))
    walk->number = UINT64_MAX;
  SegmentTermWalk before = *walk;
  while (segment_term_walk_next(walk) && compare_keys(walk->key, walk->key_size, key, key_size) < 0)
    before = *walk;
  *walk = before;
}

bool segment_find_term(const SearchSegment *segment, const char *key, size_t key_size, SegmentTerm *ret_term) {
  SegmentTermWalk walk;
  segment_term_walk_init(&walk, segment, key, key_size);
  if (!segment_term_walk_next(&walk) || compare_keys(walk.key, walk.key_size, key, key_size) != 0)
    return false;
  *ret_term = walk.term;
  return true;
}

SegmentText segment_record(const SearchSegment *segment, SectionId data, SectionId offsets, uint32_t ordinal) {
  size_t data_size = 0, offsets_size = 0;
  const uint8_t *bytes = segment_section(segment, data, &data_size);
  const uint8_t *table = segment_section(segment, offsets, &offsets_size);
  uint64_t limits[2];
  if (ordinal >= segment->count)
    return (SegmentText){"", 0};
  memcpy(limits, table + (size_t)ordinal * sizeof limits[0], sizeof limits);
  if (limits[0] > limits[1] || limits[1] > data_size)
    return (SegmentText){"", 0};
  return (SegmentText){(const char *)bytes + limits[0], (size_t)(limits[1] - limits[0])};
}

static bool read_list(const uint8_t **at, const uint8_t *end, SegmentText *texts, size_t *ret_count) {
  uint64_t count = 0;
  if (!varint_read(at, end, &count) || count > (uint64_t)(end - *at))
    return false;
  for (uint64_t i = 0; i < count; i++) {
    SegmentText text;
    if (!varint_read_string(at, end, &text.text, &text.size))
      return false;
    if (i < SEGMENT_LIST_MAX)
      texts[(*ret_count)++] = text;
  }
  return true;
}

bool segment_load_texts(const SearchSegment *segment, uint32_t ordinal, SegmentTexts *ret_texts) {
  SegmentText record = segment_record(segment, SECTION_TEXTS, SECTION_TEXT_OFFSETS, ordinal);
  const uint8_t *at = (const uint8_t *)record.text, *end = at + record.size;
  SegmentTexts *texts = ret_texts;
  texts->tag_count = texts->lecturer_count = 0;
  if (varint_read_string(&at, end, &texts->title.text, &texts->title.size) &&
      varint_read_string(&at, end, &texts->summary.text, &texts->summary.size) &&
      varint_read_string(&at, end, &texts->institution.text, &texts->institution.size) &&
      read_list(&at, end, texts->tags, &texts->tag_count) &&
      read_list(&at, end, texts->lecturers, &texts->lecturer_count))
    return true;
  texts->title = texts->summary = texts->institution = (SegmentText){"", 0};
  texts->tag_count = texts->lecturer_count = 0;
  return false;
}

SegmentText segment_title(const SearchSegment *segment, uint32_t ordinal) {
  SegmentText record = segment_record(segment, SECTION_TEXTS, SECTION_TEXT_OFFSETS, ordinal), title = {"", 0};
  const uint8_t *at = (const uint8_t *)record.text;
  varint_read_string(&at, at + record.size, &title.text, &title.size);
  return title;
}

void segment_cue_walk_init(SegmentCueWalk *walk, const SearchSegment *segment, uint32_t ordinal) {
  SegmentText record = segment_record(segment, SECTION_CUES, SECTION_CUE_OFFSETS, ordinal);
  walk->at = (const uint8_t *)record.text;
  walk->end = walk->at + record.size;
  walk->lesson_id = (SegmentText){"", 0};
}

bool segment_cue_walk_next(SegmentCueWalk *walk, SegmentCue *ret_cue) {
  SegmentText lesson_id;
  uint64_t start = 0;
  if (!varint_read_string(&walk->at, walk->end, &lesson_id.text, &lesson_id.size) ||
      !varint_read(&walk->at, walk->end, &start) ||
      !varint_read_string(&walk->at, walk->end, &ret_cue->text.text, &ret_cue->text.size))
    return false;
  if (lesson_id.size > 0)
    walk->lesson_id = lesson_id;
  ret_cue->lesson_id = walk->lesson_id;
  ret_cue->start_us = (int64_t)(start / 2 % (UINT64_C(1) << 40)) * 1000;
  ret_cue->is_chapter = start % 2 != 0;
  return true;
}
