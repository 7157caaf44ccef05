#include "catalog/statements.h"

#define UPLOAD_COLUMNS                                                                                             \
  "id, owner, kind, parts, length_bytes, metadata, is_done, error, asset_id, course_id, attachment_id, blob_key,"  \
  " created_us, finished_us, is_draft"

const StatementSpec statement_upload_specs[STATEMENT_IMPORT_FIRST - STATEMENT_UPLOAD_FIRST] = {
    STATEMENT_WRITE(INSERT_UPLOAD, "INSERT INTO upload (id, owner, kind, parts, length_bytes, metadata, created_us,"
                                   " is_draft) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
    STATEMENT_READ(LOAD_UPLOAD, "SELECT " UPLOAD_COLUMNS " FROM upload WHERE id = ?1"),
    /* ?1 the owner, NULL: of all */
    STATEMENT_READ(LIST_UPLOADS, "SELECT " UPLOAD_COLUMNS " FROM upload WHERE ?1 IS NULL OR owner = ?1"
                                 " ORDER BY created_us DESC, id LIMIT ?2"),
    STATEMENT_READ(COUNT_OPEN_UPLOADS, "SELECT COUNT(*) FROM upload WHERE owner = ?1 AND is_done = 0"),
    STATEMENT_WRITE(SET_UPLOAD_LENGTH,
                    "UPDATE upload SET length_bytes = ?2 WHERE id = ?1 AND length_bytes IS NULL"),
    STATEMENT_WRITE(SET_UPLOAD_ERROR, "UPDATE upload SET error = ?2 WHERE id = ?1 AND is_done = 0"),
    STATEMENT_WRITE(FINISH_UPLOAD, "UPDATE upload SET is_done = 1, error = NULL, asset_id = ?2, course_id = ?3,"
                                   " attachment_id = ?4, blob_key = ?5, finished_us = ?6"
                                   " WHERE id = ?1 AND is_done = 0"),
    STATEMENT_WRITE(DELETE_UPLOAD, "DELETE FROM upload WHERE id = ?1"),
    /* An asset of the institution with the same source, fit to be shown in another lesson. */
    STATEMENT_READ(FIND_SAME_SOURCE,
                   "SELECT asset.id FROM stored_file AS file INDEXED BY stored_source_by_checksum"
                   " JOIN asset ON asset.id = file.asset_id WHERE file.kind = 'source' AND file.checksum = ?1"
                   " AND file.size_bytes = ?2 AND asset.institution = ?3 AND asset.source_key = file.blob_key"
                   " AND asset.state IN ('queued', 'playable', 'ready') AND asset.retired_us = 0"
                   " AND EXISTS (SELECT 1 FROM lesson WHERE lesson.asset_id = asset.id)"
                   " ORDER BY asset.created_us, asset.id LIMIT 1"),
    STATEMENT_WRITE(MAKE_COURSE_DRAFT, "UPDATE course SET state = 'draft' WHERE id = ?1"),
};
