/** Makes one segment of several. Internal to catalog/search. */
#pragma once

#include "catalog/search/search_snapshot.h"

#include <stdbool.h>

#define MERGE_GONE UINT32_MAX

/** Write the documents of the parts that are not deleted as a new file at `path`. `ret_maps`: of each part an array of the
 * new ordinals, MERGE_GONE for deleted ones; the arrays and their array are the caller's. Memory: about 100 bytes for each
 * document. */
bool search_merge(const SearchPart *parts, uint32_t part_count, const char *path, uint32_t ***ret_maps,
                  GError **error);
void search_merge_free_maps(uint32_t **maps, uint32_t part_count);
