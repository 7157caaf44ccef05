/** Reading and editing records. Every edit checks, writes, counts the row's version up and writes the audit log in one
 * transaction. `actor` is who does it, for the audit log.
 *
 * Errors beside the usual: INVALID, and CONFLICT for a way between states that there is not or a name that is taken:
 * `ret_fault` (may be NULL) then tells the field; STALE when the row's version is not the expected one. */
#pragma once

#include "catalog/record.h"

/** NOT_FOUND when there is none; a deleted course is none. */
bool catalog_load_record(Catalog *catalog, RecordKind kind, const char *id, CatalogRecord **ret_record,
                         GError **error);

#define RECORD_PAGE_LIMIT_MAX 500
typedef struct {
  const char *text;     /**< part of the name or title; NULL: any */
  const char *division; /**< leading digits of the division's code; NULL: any */
  const char *owner; /**< id of the institution, of an attachment the course; of a collection its kind; NULL: any */
  int limit;         /**< 1 to RECORD_PAGE_LIMIT_MAX */
  const char *cursor; /**< `next` of the page before; NULL: first page. INVALID when it is not ours */
} RecordQuery;
typedef struct {
  GPtrArray *records; /**< CatalogRecord * by name or title, attachments by position, courses by id */
  char *next;         /**< NULL at the end */
} RecordPage;
void record_page_free(RecordPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordPage, record_page_free)
bool catalog_query_records(Catalog *catalog, RecordKind kind, const RecordQuery *query, RecordPage **ret_page,
                           GError **error);

/** A create that may be sent twice: the second one of the same actor with the same key and hash within a day makes nothing
 * and gives the record that the first one made (`*ret_is_repeat`), with the answer that was kept. REUSED when the hash is
 * another. */
typedef struct {
  const char *key;          /**< 1 to IDEMPOTENCY_KEY_SIZE_MAX bytes */
  const char *request_hash; /**< of what was asked for */
  char *answer, *tag;       /**< out, of a repeat: see catalog_keep_answer(); NULL: none is kept. Caller frees */
} RecordIdempotency;
#define IDEMPOTENCY_KEY_SIZE_MAX 255
/** Frees the answer. */
void record_idempotency_clear(RecordIdempotency *idempotency);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecordIdempotency, record_idempotency_clear)

/** Make a record of `record` (brought to its canonical form). Its `id` is used when it has one that is not taken
 * (import), else a new one. `idempotency` and `ret_is_repeat` may be NULL. Of a repeat whose answer is kept, `ret_record`
 * has its id only: the record may be gone. */
bool catalog_create_record(Catalog *catalog, const char *actor, CatalogRecord *record,
                           RecordIdempotency *idempotency, CatalogRecord **ret_record, bool *ret_is_repeat,
                           RecordFault *ret_fault, GError **error);
/** Keep the answer to the create with that key, for repeats; the first one stays. One over ANSWER_SIZE_MAX is not kept. */
#define ANSWER_SIZE_MAX (256 * 1024)
bool catalog_keep_answer(Catalog *catalog, const char *actor, const char *key, const char *answer, const char *tag,
                         GError **error);

/** Change the fields that `patch` gives (brought to their canonical form) of the record `patch->id`. `expected_version`
 * 0: whatever it is now. What changes nothing is no edit. */
bool catalog_update_record(Catalog *catalog, const char *actor, CatalogRecord *patch, int64_t expected_version,
                           CatalogRecord **ret_record, RecordFault *ret_fault, GError **error);

/** Take the record away. A course leaves a tombstone without content; CONFLICT while it is published, and for others
 * while something refers to them. */
bool catalog_delete_record(Catalog *catalog, const char *actor, RecordKind kind, const char *id,
                           int64_t expected_version, GError **error);

/** A lesson in a new order: `id` of one that stays, or `asset_id` for a new one. */
typedef struct {
  const char *id, *asset_id;
  const char *title;         /**< NULL: as it is; of a new one the asset's file name */
  const char *sign_asset_id; /**< the interpreter's picture in sign language, or NULL: none */
  bool has_sign;             /**< `sign_asset_id` is said; else it stays as it is */
} LessonOrder;
#define LESSONS_MAX 1000
/** Lessons of a course, in this order: those that are not named are taken off it (their assets stay). INVALID for a
 * lesson of another course or an asset that is not there; the versions are the course's. */
bool catalog_order_lessons(Catalog *catalog, const char *actor, const char *course_id, int64_t expected_version,
                           const LessonOrder *lessons, size_t count, RecordFault *ret_fault, GError **error);
