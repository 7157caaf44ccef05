/** What editors change beside the media of an asset: captions, chapters, poster. Every edit is one transaction with its entry
 * in the audit log.
 *
 * Captions and chapters have versions: short texts that differ after each edit. An edit names the version that it starts from:
 * CATALOG_ERROR_STALE when there is another one by then. Errors beside that: NOT_FOUND for an asset that is not there or has
 * no files any more, CONFLICT for one of which nothing is known yet (not probed). Threads: any. */
#pragma once

#include "base/blob_store.h"
#include "catalog/asset.h"
#include "catalog/chapter.h"
#include "catalog/record.h"
#include "media/webvtt.h"

#define ASSET_EDIT_VERSION_SIZE 17
/** As the version that an edit starts from: there must be none yet. */
#define ASSET_EDIT_NONE ""

typedef struct {
  const char *actor, *asset_id;
  const char *version; /**< that the edit starts from, ASSET_EDIT_NONE, or NULL: whatever there is */
} AssetEdit;

/** Of a caption track, by the key of its file. */
void caption_version(const char *blob_key, char ret_version[ASSET_EDIT_VERSION_SIZE]);
/** NOT_FOUND when the asset has none in that language. `ret_key` (caller frees) and `ret_version` may be NULL. */
bool catalog_find_caption(Catalog *catalog, const char *asset_id, const char *language, char **ret_key,
                          char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error);
/** Store the captions in `language` (as side_caption_language() writes it), in place of those that there are. At most
 * ASSET_CAPTIONS_MAX tracks: CONFLICT. The file that was there goes with the next sweep. */
#define ASSET_CAPTIONS_MAX 32
bool catalog_put_caption(Catalog *catalog, const BlobStore *store, const AssetEdit *edit, const char *language,
                         const WebvttDocument *document, char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error);
bool catalog_delete_caption(Catalog *catalog, const AssetEdit *edit, const char *language, GError **error);

/** The chapters that were given by the source or by an editor (none: an empty array), and their version. */
bool catalog_load_own_chapters(Catalog *catalog, const char *asset_id, GArray **ret_chapters,
                               char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error);
/** Put these (array of CatalogChapter, in order, each within the asset's duration) in place of those. None: the chapters
 * are made of the slide changes again. INVALID with `ret_fault` for what is wrong with them. */
#define ASSET_CHAPTERS_MAX 500
#define ASSET_CHAPTER_CHARACTERS_MAX 200
bool catalog_put_chapters(Catalog *catalog, const AssetEdit *edit, const GArray *chapters,
                          char ret_version[ASSET_EDIT_VERSION_SIZE], RecordFault *ret_fault, GError **error);

/** Take this JPEG file as the poster; the poster job overwrites it no more. INVALID for what jpeg_header_parse() refuses and
 * for a picture that is smaller or larger than these. The version is not looked at. */
#define ASSET_POSTER_SIDE_MIN 90
#define ASSET_POSTER_SIDE_MAX 4096
bool catalog_put_poster(Catalog *catalog, const BlobStore *store, const AssetEdit *edit, const void *data,
                        size_t size_bytes, GError **error);
