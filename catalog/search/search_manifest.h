/** The file that names what counts in the folder of the index. Internal to catalog/search. Text:
 *
 *   kapok-search 1
 *   change 1234                          the last change of the catalog that is in it
 *   segment 00000007.segment 3 00000007-3.deleted    file, documents deleted, their bitmap ("-" with 0)
 *   crc 89abcdef                         CRC-32 of all before this line
 */
#pragma once

#include "catalog/search/search_snapshot.h"

#include <stdbool.h>

#define SEARCH_SEGMENT_FORMAT "%08" G_GUINT64_FORMAT ".segment"
#define SEARCH_PARTS_MAX 4096

/** Open what the manifest names. A folder without one is an empty index. NULL with CATALOG_ERROR_DAMAGED otherwise.
 * Files that the
 * manifest does not name are removed; `ret_next_number` is above the numbers of all others. */
SearchSnapshot *search_manifest_load(const char *folder, uint64_t *ret_next_number, GError **error);
/** Write bitmaps that have no file yet, then the manifest, all of it synced. */
bool search_manifest_save(const char *folder, SearchSnapshot *snapshot, GError **error);
/** Remove the files that `before` names and `now` does not. */
void search_manifest_sweep(const char *folder, const SearchSnapshot *before, const SearchSnapshot *now);
