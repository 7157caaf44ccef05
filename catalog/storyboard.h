/** The storyboard of a lesson: thumbnails at even distances, row by row on sheets of columns x rows tiles. */
#pragma once

#include "catalog/catalog.h"

typedef struct {
  int64_t interval_us; /**< tile n shows the lesson from n intervals on */
  int32_t tile_width, tile_height, columns, rows;
  int64_t tile_count;
  GPtrArray *sheet_keys; /**< blobs of JPEG pictures, in order */
} CatalogStoryboard;
void catalog_storyboard_clear(CatalogStoryboard *storyboard);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CatalogStoryboard, catalog_storyboard_clear)

/** NOT_FOUND when there is none (yet). */
bool catalog_load_storyboard(Catalog *catalog, const char *asset_id, CatalogStoryboard *ret_storyboard,
                             GError **error);
