/** The one way in for sources: `kapok ingest`, `kapok replace`, uploads and watch folders. */
#pragma once

#include "base/blob_store.h"
#include "base/file_checksum.h"
#include "catalog/catalog.h"
#include "catalog/quota.h"

typedef struct {
  const char *path;         /**< the file; stays where it is */
  const char *name;         /**< what people call it; NULL: as the file is called */
  const char *title;        /**< NULL: from the file name */
  const char *summary;      /**< may be NULL */
  const char *category;     /**< slug or name; NULL: none */
  const char *institution;  /**< may be NULL */
  int64_t max_source_bytes; /**< 0: no limit */
  Quota quota;              /**< of institutions without one of their own; zeros: none */
  const char *replaces_id;  /**< NULL, or the asset whose place the file is to take; title, summary, category and
                                 institution are then those of its lesson */
  const char *course_id;    /**< NULL, or the course whose last lesson it becomes; category and institution are then
                                   the course's */
  const char *sign_lesson_id; /**< NULL, or the lesson of `course_id` whose sign-language picture it becomes */
  const char *actor;          /**< for the audit log; NULL: "ingest" */
  bool is_draft;              /**< a new course is not published yet */
  bool is_staged; /**< nobody writes to the file any more and it is on the store's file system: its bytes
                                   are shared, not copied; nothing is looked for beside it */
  const FileMeasure
      *measure;          /**< its length and checksum, or NULL. When the institution has a lesson of the same source
                                   already, the new one plays what was made for that */
  const char *upload_id; /**< the upload that is done with it (catalog/upload.h), or NULL */
} IntakeRequest;

typedef struct {
  char *asset_id, *course_id, *title;
  bool is_known; /**< the asset was there already */
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
 * With `course_id`: NOT_FOUND when there is none, CONFLICT when it has LESSONS_MAX lessons.
 * With `sign_lesson_id` too: no lesson is made, that one shows it in place of the picture that it had; NOT_FOUND when the
 * course has no such lesson.
 * On failure nothing stays. */
bool intake_file(Catalog *catalog, const BlobStore *store, const IntakeRequest *request, BlobProgressFunc progress,
                 gpointer user_data, IntakeResult *ret_result, GPtrArray *ret_warnings, GError **error);
