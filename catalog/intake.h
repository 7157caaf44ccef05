/** The one way in for sources: `kapok ingest`, later uploads and watch folders. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"
#include "catalog/quota.h"

typedef struct {
  const char *path;         /**< the file; stays where it is */
  const char *title;        /**< NULL: from the file name */
  const char *summary;      /**< may be NULL */
  const char *category;     /**< slug or name; NULL: none */
  const char *institution;  /**< may be NULL */
  int64_t max_source_bytes; /**< 0: no limit */
  Quota quota;              /**< of institutions without one of their own; zeros: none */
  const char *replaces_id;  /**< NULL, or the asset whose place the file is to take; title, summary, category and
                                 institution are then those of its lesson */
} IntakeRequest;

typedef struct {
  char *asset_id, *course_id, *title;
} IntakeResult;
void intake_result_clear(IntakeResult *result);

/** Copy the source into the store, then record course, lesson, asset, captions and the probe job in one transaction.
 * Caption side files beside it ("NAME.vtt", "NAME.LANG.vtt", also .srt) are parsed and taken too; one that cannot be
 * read is left out with a warning in `ret_warnings` (array of char *, may be NULL).
 * A source that is no regular file or cannot be read fails (IO), one over the limit or an unknown category (INVALID);
 * what it holds is judged by the probe job, also when it is empty.
 * Texts are made valid UTF-8; the title is at most 200 characters.
 * With `replaces_id` no course and no lesson are made: the new asset takes the place of that one in its lesson when it is
 * whole, or as soon as it can be played when that one cannot. Captions that were given to the old one by hand are taken
 * over in the languages for which the file brings none. NOT_FOUND when there is no such asset, CONFLICT when it belongs
 * to no lesson, has been replaced already or is being replaced.
 * QUOTA when the institution may not have so much: looked at before anything is copied, and again when it is recorded.
 * On failure nothing stays. */
bool intake_file(Catalog *catalog, const BlobStore *store, const IntakeRequest *request, BlobProgressFunc progress,
                 gpointer user_data, IntakeResult *ret_result, GPtrArray *ret_warnings, GError **error);
