/** The search index: a folder with immutable segments, bitmaps of what was deleted in them since, and a manifest that
 * names what counts. It is derived from the catalog: what is lost or damaged is built again.
 *
 * A change is a new segment, new bitmaps and a new manifest, each written aside, synced and renamed; so at every moment
 * the folder is an index that can be read, and a crash loses at most the changes after `change_seq`, which the catalog
 * still knows.
 *
 * Threads: search_index_snapshot() from any; search_index_apply() and search_index_merge() from one thread each, at the
 * same time. Processes: one at a time has it open (a lock on the folder).
 */
#pragma once

#include "catalog/search/search_builder.h"
#include "catalog/search/search_snapshot.h"

#include <stdbool.h>

typedef struct SearchIndex SearchIndex;

/** Open or make. When what is there is damaged or of another version, `*ret_damage` says what (caller frees), and the
 * index begins empty with change_seq 0. CATALOG_ERROR_BUSY when another process has it. */
SearchIndex *search_index_open(const char *folder, char **ret_damage, GError **error);
void search_index_close(SearchIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchIndex, search_index_close)

/** The index as it stands; the caller's reference. */
SearchSnapshot *search_index_snapshot(SearchIndex *index);

/** Put in the builder's documents (used up; may be NULL), in the place of those of the same ids, and take out `removed`
 * (NULL-terminated ids, may be NULL); from then on `change_seq` is in the index. */
bool search_index_apply(SearchIndex *index, SearchBuilder *builder, const char *const *removed, int64_t change_seq,
                        GError **error);

/** Merge what has become too many or too sparse; with `is_all`, everything into one segment. `*ret_merged`: something
 * was. */
bool search_index_merge(SearchIndex *index, bool is_all, bool *ret_merged, GError **error);

/** Read all files and compare their checksums. */
bool search_index_verify(SearchIndex *index, GError **error);
/** Forget everything: begin empty with change_seq 0. */
bool search_index_reset(SearchIndex *index, GError **error);
