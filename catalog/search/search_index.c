#include "catalog/search/search_index.h"

#include "base/path.h"
#include "catalog/catalog.h"
#include "catalog/search/search_manifest.h"
#include "catalog/search/search_merge.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MERGE_WIDTH 6     /* so many segments of a size make one of the next */
#define MERGE_SMALLEST 64 /* documents of the smallest size */
#define MERGE_GROWTH 4
#define SPARSE_SHARE 2 /* a segment is rewritten when one of so many documents is deleted */

struct SearchIndex {
  char *folder;
  int lock;
  GMutex write_mutex; /* who changes the manifest */
  GMutex mutex;       /* guards `snapshot` and `next_number` */
  SearchSnapshot *snapshot;
  uint64_t next_number;
};

static bool fail(GError **error, const char *what, const char *path) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "%s %s: %s", what, path, g_strerror(errno));
  return false;
}

static bool lock_folder(SearchIndex *index, GError **error) {
  g_autofree char *path = g_build_filename(index->folder, "lock", NULL);
  index->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (index->lock < 0)
    return fail(error, "cannot open", path);
  if (flock(index->lock, LOCK_EX | LOCK_NB) == 0)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_BUSY, "another process has the search index %s open",
              index->folder);
  return false;
}

SearchSnapshot *search_index_snapshot(SearchIndex *index) {
  g_mutex_lock(&index->mutex);
  SearchSnapshot *snapshot = search_snapshot_ref(index->snapshot);
  g_mutex_unlock(&index->mutex);
  return snapshot;
}

static char *new_path(SearchIndex *index) {
  g_mutex_lock(&index->mutex);
  uint64_t number = index->next_number++;
  g_mutex_unlock(&index->mutex);
  g_autofree char *name = g_strdup_printf(SEARCH_SEGMENT_FORMAT, number);
  return g_build_filename(index->folder, name, NULL);
}

/* Make `snapshot` (taken) the index: on disk, then for readers. Holds the write mutex. */
static bool commit_locked(SearchIndex *index, SearchSnapshot *snapshot, GError **error) {
  if (!search_manifest_save(index->folder, snapshot, error)) {
    search_snapshot_unref(snapshot);
    return false;
  }
  g_mutex_lock(&index->mutex);
  SearchSnapshot *before = index->snapshot;
  index->snapshot = snapshot;
  g_mutex_unlock(&index->mutex);
  search_manifest_sweep(index->folder, before, snapshot);
  search_snapshot_unref(before);
  return true;
}

SearchIndex *search_index_open(const char *folder, char **ret_damage, GError **error) {
  g_autoptr(SearchIndex) index = g_new0(SearchIndex, 1);
  g_autoptr(GError) damage = NULL;
  g_mutex_init(&index->mutex);
  g_mutex_init(&index->write_mutex);
  index->lock = -1;
  index->folder = g_strdup(folder);
  if (!path_make_dirs(folder, error) || !lock_folder(index, error))
    return NULL;
  index->snapshot = search_manifest_load(folder, &index->next_number, &damage);
  if (!index->snapshot) {
    *ret_damage = g_strdup(damage->message);
    index->snapshot = search_snapshot_new(0);
  }
  return g_steal_pointer(&index);
}

void search_index_close(SearchIndex *index) {
  if (!index)
    return;
  search_snapshot_unref(index->snapshot);
  if (index->lock >= 0)
    close(index->lock);
  g_mutex_clear(&index->mutex);
  g_mutex_clear(&index->write_mutex);
  g_free(index->folder);
  g_free(index);
}

static void copy_part(SearchSnapshot *snapshot, const SearchPart *part) {
  snapshot->parts[snapshot->part_count++] = search_part_copy(part);
}

/* Bits of a part that may be changed; to be given back with end_bits(). */
static uint64_t *begin_bits(const SearchPart *part) {
  size_t size = search_bits_size(part->segment->count);
  uint64_t *bits = g_malloc0(MAX(size, 1));
  if (part->deleted)
    memcpy(bits, search_part_deleted(part), size);
  return bits;
}

static void end_bits(SearchPart *part, uint64_t *bits, uint32_t deleted_count) {
  g_clear_pointer(&part->deleted, g_bytes_unref);
  g_clear_pointer(&part->deleted_name, g_free);
  part->deleted = g_bytes_new_take(bits, search_bits_size(part->segment->count));
  part->deleted_count = deleted_count;
}

static void delete_ids(SearchPart *part, const GPtrArray *ids) {
  uint64_t *bits = NULL;
  uint32_t ordinal = 0, count = part->deleted_count;
  for (guint i = 0; i < ids->len; i++) {
    if (!segment_find_id(part->segment, ids->pdata[i], &ordinal) ||
        search_bit(bits ? bits : search_part_deleted(part), ordinal))
      continue;
    if (!bits)
      bits = begin_bits(part);
    bits[ordinal / 64] |= UINT64_C(1) << ordinal % 64;
    count++;
  }
  if (bits)
    end_bits(part, bits, count);
}

static GPtrArray *list_ids(const SearchSegment *segment, const char *const *removed) {
  GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
  for (uint32_t i = 0; segment && i < segment->count; i++) {
    char id[SEARCH_ID_SIZE_MAX + 1];
    segment_copy_id(segment, i, id);
    g_ptr_array_add(ids, g_strdup(id));
  }
  for (; removed && *removed; removed++)
    g_ptr_array_add(ids, g_strdup(*removed));
  return ids;
}

/* The parts of `before` without what is replaced, and the new segment (taken; may be NULL). */
static SearchSnapshot *change_snapshot(const SearchSnapshot *before, SearchSegment *added, const GPtrArray *ids,
                                       int64_t change_seq) {
  SearchSnapshot *snapshot = search_snapshot_new(before->part_count + 1);
  snapshot->part_count = 0;
  snapshot->change_seq = change_seq;
  for (uint32_t i = 0; i < before->part_count; i++) {
    copy_part(snapshot, &before->parts[i]);
    SearchPart *part = &snapshot->parts[snapshot->part_count - 1];
    delete_ids(part, ids);
    if (part->deleted_count == part->segment->count) {
      search_part_clear(part);
      snapshot->part_count--;
    }
  }
  if (added)
    snapshot->parts[snapshot->part_count++].segment = added;
  return snapshot;
}

static bool build(SearchIndex *index, SearchBuilder *builder, SearchSegment **ret_segment, GError **error) {
  if (!builder || search_builder_count(builder) == 0)
    return true;
  g_autofree char *path = new_path(index);
  if (!search_builder_write(builder, path, error))
    return false;
  *ret_segment = segment_open(path, error);
  return *ret_segment != NULL;
}

bool search_index_apply(SearchIndex *index, SearchBuilder *builder, const char *const *removed, int64_t change_seq,
                        GError **error) {
  SearchSegment *added = NULL;
  if (!build(index, builder, &added, error))
    return false;
  g_autoptr(GPtrArray) ids = list_ids(added, removed);
  g_mutex_lock(&index->write_mutex);
  g_autoptr(SearchSnapshot) before = search_index_snapshot(index);
  bool is_done = commit_locked(index, change_snapshot(before, added, ids, change_seq), error);
  g_mutex_unlock(&index->write_mutex);
  return is_done;
}

static unsigned size_class(const SearchPart *part) {
  uint32_t count = part->segment->count - part->deleted_count;
  unsigned class = 0;
  for (uint64_t limit = MERGE_SMALLEST; count > limit; limit *= MERGE_GROWTH)
    class ++;
  return class;
}

static bool is_sparse(const SearchPart *part) {
  return part->deleted_count >= MERGE_SMALLEST && part->deleted_count >= part->segment->count / SPARSE_SHARE;
}

/* The parts to merge now: all of the smallest size that has enough of them and of smaller ones; or a sparse one. */
static SearchSnapshot *choose(SearchSnapshot *snapshot, bool is_all) {
  unsigned chosen_class = 0;
  bool is_due =
      is_all && (snapshot->part_count > 1 || (snapshot->part_count == 1 && snapshot->parts[0].deleted_count > 0));
  for (unsigned class = 0; class < 32 && !is_all && !is_due; class ++) {
    unsigned count = 0;
    for (uint32_t i = 0; i < snapshot->part_count; i++)
      count += size_class(&snapshot->parts[i]) <= class;
    is_due = count >= MERGE_WIDTH + class * (MERGE_WIDTH / 2);
    chosen_class = class;
  }
  SearchSnapshot *chosen = search_snapshot_new(snapshot->part_count);
  chosen->part_count = 0;
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    if ((is_due && (is_all || size_class(&snapshot->parts[i]) <= chosen_class)) || is_sparse(&snapshot->parts[i]))
      copy_part(chosen, &snapshot->parts[i]);
  return chosen;
}

static const SearchPart *find_part(const SearchSnapshot *snapshot, const SearchSegment *segment) {
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    if (snapshot->parts[i].segment == segment)
      return &snapshot->parts[i];
  return NULL;
}

/* What was deleted in the sources while they were merged is deleted in the result. */
static void carry_deletions(SearchPart *merged, const SearchSnapshot *now, const SearchSnapshot *chosen,
                            uint32_t *const *maps) {
  uint64_t *bits = begin_bits(merged);
  uint32_t count = 0;
  for (uint32_t i = 0; i < chosen->part_count; i++) {
    const SearchSegment *segment = chosen->parts[i].segment;
    const SearchPart *part = find_part(now, segment);
    for (uint32_t n = 0; n < segment->count; n++)
      if (maps[i][n] != MERGE_GONE && (!part || search_bit(search_part_deleted(part), n))) {
        bits[maps[i][n] / 64] |= UINT64_C(1) << maps[i][n] % 64;
        count++;
      }
  }
  if (count > 0)
    end_bits(merged, bits, count);
  else
    g_free(bits);
}

/* The index with the merged segment (taken) in the place of its sources. */
static SearchSnapshot *replace_parts(const SearchSnapshot *now, const SearchSnapshot *chosen, SearchSegment *merged,
                                     uint32_t *const *maps) {
  SearchSnapshot *snapshot = search_snapshot_new(now->part_count + 1);
  snapshot->change_seq = now->change_seq;
  snapshot->part_count = 0;
  if (merged->count > 0) {
    snapshot->part_count = 1;
    snapshot->parts[0].segment = merged;
    carry_deletions(&snapshot->parts[0], now, chosen, maps);
  } else {
    segment_unref(merged);
  }
  for (uint32_t i = 0; i < now->part_count; i++)
    if (!find_part(chosen, now->parts[i].segment))
      copy_part(snapshot, &now->parts[i]);
  return snapshot;
}

bool search_index_merge(SearchIndex *index, bool is_all, bool *ret_merged, GError **error) {
  g_autoptr(SearchSnapshot) before = search_index_snapshot(index);
  g_autoptr(SearchSnapshot) chosen = choose(before, is_all);
  *ret_merged = chosen->part_count > 0;
  if (!*ret_merged)
    return true;
  g_autofree char *path = new_path(index);
  uint32_t **maps = NULL;
  if (!search_merge(chosen->parts, chosen->part_count, path, &maps, error))
    return false;
  SearchSegment *merged = segment_open(path, error);
  bool is_done = merged != NULL;
  if (is_done) {
    g_mutex_lock(&index->write_mutex);
    g_autoptr(SearchSnapshot) now = search_index_snapshot(index);
    is_done = commit_locked(index, replace_parts(now, chosen, merged, maps), error);
    g_mutex_unlock(&index->write_mutex);
  }
  search_merge_free_maps(maps, chosen->part_count);
  return is_done;
}

bool search_index_verify(SearchIndex *index, GError **error) {
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index);
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    if (!segment_verify(snapshot->parts[i].segment, error))
      return false;
  return true;
}

bool search_index_reset(SearchIndex *index, GError **error) {
  g_mutex_lock(&index->write_mutex);
  bool is_done = commit_locked(index, search_snapshot_new(0), error);
  g_mutex_unlock(&index->write_mutex);
  return is_done;
}
