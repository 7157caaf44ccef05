#include "catalog/search/search_merge.h"

#include "catalog/search/search_columns.h"
#include "catalog/search/search_segment_writer.h"
#include "catalog/search/search_summary.h"
#include "catalog/search/search_title.h"
#include "catalog/search/search_values.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  uint32_t part, ordinal;
} Origin;

typedef struct {
  const SearchPart *parts;
  uint32_t part_count, count;
  Origin *origins; /* of each new ordinal */
  uint32_t **maps;
  char *ids;
  SegmentWriter *writer;
} Merge;

static const SearchSegment *segment_of(const Merge *merge, uint32_t ordinal) {
  return merge->parts[merge->origins[ordinal].part].segment;
}

static const char *id_of(const SearchPart *parts, const Origin *origin) {
  return parts[origin->part].segment->ids + (size_t)origin->ordinal * SEARCH_ID_SIZE_MAX;
}

/* As compare_documents() of search_builder.c. */
static int compare_origins(const void *a, const void *b, void *data) {
  const SearchPart *parts = data;
  const Origin *left = a, *right = b;
  const SearchSegment *left_segment = parts[left->part].segment, *right_segment = parts[right->part].segment;
  uint32_t popularity = left_segment->popularities[left->ordinal];
  uint32_t other_popularity = right_segment->popularities[right->ordinal];
  int64_t created = left_segment->created[left->ordinal], other_created = right_segment->created[right->ordinal];
  if (popularity != other_popularity)
    return popularity > other_popularity ? -1 : 1;
  if (created != other_created)
    return created > other_created ? -1 : 1;
  return memcmp(id_of(parts, left), id_of(parts, right), SEARCH_ID_SIZE_MAX);
}

static void order_documents(Merge *merge) {
  uint32_t capacity = 0;
  for (uint32_t part = 0; part < merge->part_count; part++)
    capacity += merge->parts[part].segment->count;
  merge->origins = g_new(Origin, MAX(capacity, 1));
  merge->maps = g_new0(uint32_t *, merge->part_count);
  for (uint32_t part = 0; part < merge->part_count; part++) {
    const uint64_t *deleted = search_part_deleted(&merge->parts[part]);
    uint32_t count = merge->parts[part].segment->count;
    merge->maps[part] = g_new(uint32_t, MAX(count, 1));
    for (uint32_t i = 0; i < count; i++) {
      merge->maps[part][i] = MERGE_GONE;
      if (!search_bit(deleted, i))
        merge->origins[merge->count++] = (Origin){part, i};
    }
  }
  qsort_r(merge->origins, merge->count, sizeof *merge->origins, compare_origins, (void *)merge->parts);
  for (uint32_t i = 0; i < merge->count; i++)
    merge->maps[merge->origins[i].part][merge->origins[i].ordinal] = i;
}

/* The new number of each value of a part. */
static uint32_t *renumber(const SearchSegment *segment, ValueId list, SearchValues *values) {
  uint32_t count = segment->value_counts[list];
  uint32_t *numbers = g_new0(uint32_t, count + 1);
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = search_values_number(values, list, segment->values[list][i]);
  return numbers;
}

static uint32_t number_in(const SearchSegment *segment, uint32_t *const *numbers, ValueId list, uint32_t number) {
  return number < segment->value_counts[list] ? numbers[list][number] : 0;
}

static SegmentProfile map_profile(const SearchSegment *segment, uint32_t number, uint32_t *const *numbers) {
  SegmentProfile mapped = {0};
  if (number >= segment->profile_count)
    return mapped;
  const SegmentProfile *profile = &segment->profiles[number];
  mapped.category = (uint8_t)number_in(segment, numbers, VALUE_CATEGORY, profile->category);
  mapped.kind = (uint8_t)number_in(segment, numbers, VALUE_KIND, profile->kind);
  mapped.level = (uint8_t)number_in(segment, numbers, VALUE_LEVEL, profile->level);
  mapped.band = profile->band;
  mapped.visibility = number_in(segment, numbers, VALUE_VISIBILITY, profile->visibility);
  for (unsigned bit = 0; bit < SEARCH_AUDIENCES_MAX; bit++) {
    uint32_t audience = number_in(segment, numbers, VALUE_AUDIENCE, bit + 1);
    if ((profile->audiences >> bit & 1) && audience > 0)
      mapped.audiences |= 1u << (audience - 1);
  }
  return mapped;
}

static SegmentPlace map_place(const SearchSegment *segment, uint32_t number, uint32_t *const *numbers) {
  if (number >= segment->place_count)
    return (SegmentPlace){0, 0};
  const SegmentPlace *place = &segment->places[number];
  return (SegmentPlace){number_in(segment, numbers, VALUE_INSTITUTION, place->institution),
                        number_in(segment, numbers, VALUE_DIVISION, place->division)};
}

static void map_columns(const Merge *merge, uint32_t *(*numbers)[SEGMENT_VALUE_COUNT], SearchColumns *columns) {
  for (uint32_t i = 0; i < merge->count; i++) {
    const Origin *origin = &merge->origins[i];
    const SearchSegment *segment = segment_of(merge, i);
    SegmentProfile profile =
        map_profile(segment, segment_column_at(&segment->profile_numbers, origin->ordinal), numbers[origin->part]);
    SegmentPlace place =
        map_place(segment, segment_column_at(&segment->place_numbers, origin->ordinal), numbers[origin->part]);
    search_columns_add(columns, &profile, &place);
  }
}

/* Returns what summaries have to know of the values. */
static SummaryValues write_columns(Merge *merge, SearchColumns *columns) {
  g_autoptr(SearchValues) values = search_values_new();
  uint32_t *(*numbers)[SEGMENT_VALUE_COUNT] = g_malloc0_n(merge->part_count, sizeof *numbers);
  for (uint32_t part = 0; part < merge->part_count; part++)
    for (int list = 0; list < SEGMENT_VALUE_COUNT; list++)
      numbers[part][list] = renumber(merge->parts[part].segment, (ValueId)list, values);
  map_columns(merge, numbers, columns);
  search_columns_write(columns, merge->writer);
  search_values_write(values, merge->writer);
  for (uint32_t part = 0; part < merge->part_count; part++)
    for (int list = 0; list < SEGMENT_VALUE_COUNT; list++)
      g_free(numbers[part][list]);
  g_free(numbers);
  return search_values_for_summaries(values);
}

static int compare_ids(const void *a, const void *b, void *data) {
  const char *ids = data;
  return memcmp(ids + (size_t) * (const uint32_t *)a * SEARCH_ID_SIZE_MAX,
                ids + (size_t) * (const uint32_t *)b * SEARCH_ID_SIZE_MAX, SEARCH_ID_SIZE_MAX);
}

static const char *get_title(gpointer data, uint32_t ordinal, size_t *ret_size_bytes) {
  const Merge *merge = data;
  SegmentText title = segment_title(segment_of(merge, ordinal), merge->origins[ordinal].ordinal);
  *ret_size_bytes = title.size;
  return title.text;
}

static void write_ids(Merge *merge) {
  g_autofree uint32_t *order = g_new(uint32_t, MAX(merge->count, 1));
  g_autofree char *ids = g_malloc((size_t)merge->count * SEARCH_ID_SIZE_MAX + 1);
  for (uint32_t i = 0; i < merge->count; i++) {
    memcpy(ids + (size_t)i * SEARCH_ID_SIZE_MAX, id_of(merge->parts, &merge->origins[i]), SEARCH_ID_SIZE_MAX);
    order[i] = i;
  }
  qsort_r(order, merge->count, sizeof *order, compare_ids, ids);
  segment_writer_put(merge->writer, SECTION_IDS, ids, (size_t)merge->count * SEARCH_ID_SIZE_MAX);
  segment_writer_put(merge->writer, SECTION_ID_ORDER, order, merge->count * sizeof *order);
  search_title_write(merge->writer, merge->count, get_title, merge, ids);
}

/* A section with `size` bytes for each document. */
static void copy_column(Merge *merge, SectionId section, size_t size) {
  segment_writer_begin(merge->writer, section);
  for (uint32_t i = 0; i < merge->count; i++) {
    size_t section_size = 0;
    const uint8_t *column = segment_section(segment_of(merge, i), section, &section_size);
    segment_writer_append(merge->writer, column + merge->origins[i].ordinal * size, size);
  }
  segment_writer_end(merge->writer);
}

static void copy_records(Merge *merge, SectionId data, SectionId offsets) {
  g_autofree uint64_t *starts = g_new0(uint64_t, merge->count + 1);
  segment_writer_begin(merge->writer, data);
  for (uint32_t i = 0; i < merge->count; i++) {
    SegmentText record = segment_record(segment_of(merge, i), data, offsets, merge->origins[i].ordinal);
    segment_writer_append(merge->writer, record.text, record.size);
    starts[i + 1] = starts[i] + record.size;
  }
  segment_writer_end(merge->writer);
  segment_writer_put(merge->writer, offsets, starts, (merge->count + 1) * sizeof *starts);
}

/* A term's documents in all parts: new ordinal and fields. */
typedef struct {
  PostingsReader reader;
  uint64_t *pairs, *other; /* ordinal << 8 | fields */
  uint32_t count, capacity;
  bool is_sorted;
  uint32_t *ordinals;
  uint8_t *fields;
} Gather;

static void gather_reserve(Gather *gather, uint32_t more) {
  if (gather->count + more <= gather->capacity)
    return;
  gather->capacity = (gather->count + more) * 2;
  gather->pairs = g_renew(uint64_t, gather->pairs, gather->capacity);
  gather->other = g_renew(uint64_t, gather->other, gather->capacity);
  gather->ordinals = g_renew(uint32_t, gather->ordinals, gather->capacity);
  gather->fields = g_renew(uint8_t, gather->fields, gather->capacity);
}

static void gather_add(Gather *gather, const Merge *merge, uint32_t part, const SegmentTerm *term) {
  const SearchSegment *segment = merge->parts[part].segment;
  gather_reserve(gather, term->count);
  postings_reader_init(&gather->reader, term->postings, term->size, term->count, segment->count);
  for (; gather->reader.filled > 0; postings_reader_load_block(&gather->reader, gather->reader.block + 1))
    for (uint32_t i = 0; i < gather->reader.filled; i++) {
      uint32_t ordinal = merge->maps[part][gather->reader.ordinals[i]];
      if (ordinal == MERGE_GONE)
        continue;
      if (gather->count > 0 && gather->pairs[gather->count - 1] >> 8 >= ordinal)
        gather->is_sorted = false;
      gather->pairs[gather->count++] = (uint64_t)ordinal << 8 | gather->reader.fields[i];
    }
}

static int compare_pairs(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

/* By digits of eleven bits; ordinals have at most 26. */
static void sort_pairs(Gather *gather) {
  if (gather->count < 256) {
    qsort(gather->pairs, gather->count, sizeof *gather->pairs, compare_pairs);
    return;
  }
  for (unsigned shift = 8; shift < 8 + 33; shift += 11) {
    uint32_t starts[2049] = {0};
    for (uint32_t i = 0; i < gather->count; i++)
      starts[(gather->pairs[i] >> shift & 2047) + 1]++;
    for (unsigned digit = 1; digit < 2049; digit++)
      starts[digit] += starts[digit - 1];
    for (uint32_t i = 0; i < gather->count; i++)
      gather->other[starts[gather->pairs[i] >> shift & 2047]++] = gather->pairs[i];
    uint64_t *swap = gather->pairs;
    gather->pairs = gather->other;
    gather->other = swap;
  }
}

static void gather_write(Gather *gather, SegmentWriter *writer, const char *key, size_t key_size) {
  if (gather->count == 0)
    return;
  if (!gather->is_sorted)
    sort_pairs(gather);
  for (uint32_t i = 0; i < gather->count; i++) {
    gather->ordinals[i] = (uint32_t)(gather->pairs[i] >> 8);
    gather->fields[i] = (uint8_t)gather->pairs[i];
  }
  segment_writer_add_term(writer, key, key_size, gather->ordinals, gather->fields, gather->count);
}

static int compare_keys(const SegmentTermWalk *left, const SegmentTermWalk *right) {
  int order = memcmp(left->key, right->key, MIN(left->key_size, right->key_size));
  return order ? order : left->key_size < right->key_size ? -1 : left->key_size > right->key_size;
}

/* The walk that stands on the least term; NULL: all are at their end. */
static const SegmentTermWalk *find_least(const SegmentTermWalk *walks, const bool *is_alive, uint32_t count) {
  const SegmentTermWalk *least = NULL;
  for (uint32_t i = 0; i < count; i++)
    if (is_alive[i] && (!least || compare_keys(&walks[i], least) < 0))
      least = &walks[i];
  return least;
}

static void write_terms(Merge *merge) {
  g_autofree SegmentTermWalk *walks = g_new(SegmentTermWalk, merge->part_count);
  g_autofree bool *is_alive = g_new(bool, merge->part_count);
  g_autofree Gather *gather = g_new0(Gather, 1);
  for (uint32_t part = 0; part < merge->part_count; part++) {
    segment_term_walk_init(&walks[part], merge->parts[part].segment, "", 0);
    is_alive[part] = segment_term_walk_next(&walks[part]);
  }
  segment_writer_begin(merge->writer, SECTION_POSTINGS);
  for (const SegmentTermWalk *least; (least = find_least(walks, is_alive, merge->part_count));) {
    char key[SEARCH_KEY_SIZE_MAX];
    size_t key_size = MIN(least->key_size, sizeof key);
    SegmentTermWalk same = {.key_size = least->key_size};
    memcpy(same.key, least->key, least->key_size);
    memcpy(key, least->key, key_size);
    gather->count = 0;
    gather->is_sorted = true;
    for (uint32_t part = 0; part < merge->part_count; part++)
      if (is_alive[part] && compare_keys(&walks[part], &same) == 0) {
        gather_add(gather, merge, part, &walks[part].term);
        is_alive[part] = segment_term_walk_next(&walks[part]);
      }
    gather_write(gather, merge->writer, key, key_size);
  }
  segment_writer_end(merge->writer);
  g_free(gather->pairs);
  g_free(gather->other);
  g_free(gather->ordinals);
  g_free(gather->fields);
}

static uint64_t text_size_of(const Merge *merge) {
  uint64_t size = 0;
  for (uint32_t part = 0; part < merge->part_count; part++)
    size += merge->parts[part].segment->header->text_size;
  return size;
}

bool search_merge(const SearchPart *parts, uint32_t part_count, const char *path, uint32_t ***ret_maps,
                  GError **error) {
  g_autoptr(SegmentWriter) writer = segment_writer_new(path, error);
  if (!writer)
    return false;
  Merge merge = {.parts = parts, .part_count = part_count, .writer = writer};
  order_documents(&merge);
  g_autoptr(SearchColumns) columns = search_columns_new();
  g_autoptr(SummaryWriter) summaries = summary_writer_new(columns, write_columns(&merge, columns));
  write_ids(&merge);
  copy_column(&merge, SECTION_CREATED, sizeof(int64_t));
  copy_column(&merge, SECTION_DURATION, sizeof(uint32_t));
  copy_column(&merge, SECTION_POPULARITY, sizeof(uint32_t));
  copy_column(&merge, SECTION_STANDING, sizeof(uint32_t));
  copy_records(&merge, SECTION_TEXTS, SECTION_TEXT_OFFSETS);
  copy_records(&merge, SECTION_CUES, SECTION_CUE_OFFSETS);
  copy_records(&merge, SECTION_CARDS, SECTION_CARD_OFFSETS);
  segment_writer_set_summaries(writer, summaries);
  write_terms(&merge);
  g_free(merge.origins);
  if (segment_writer_finish(writer, merge.count, text_size_of(&merge), error)) {
    *ret_maps = merge.maps;
    return true;
  }
  search_merge_free_maps(merge.maps, part_count);
  return false;
}

void search_merge_free_maps(uint32_t **maps, uint32_t part_count) {
  for (uint32_t i = 0; maps && i < part_count; i++)
    g_free(maps[i]);
  g_free(maps);
}
