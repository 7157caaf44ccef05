#include "catalog/statements.h"

#define IMPORT_COLUMNS                                                                                             \
  "id, owner, person_id, scopes, name, kind, format, institution_id, is_dry_run, size_bytes, state, runner,"       \
  " position, rows_total, created, updated, unchanged, failed, error, created_us, started_us, finished_us"
#define ROW_COLUMNS "line, result, kind, record_id, title, message_zh, message_en"

const StatementSpec statement_import_specs[STATEMENT_MODEL_FIRST - STATEMENT_IMPORT_FIRST] = {
    /* one row */
    STATEMENT_WRITE(SAVEPOINT, "SAVEPOINT import_row"),
    STATEMENT_WRITE(RELEASE, "RELEASE import_row"),
    STATEMENT_WRITE(ROLLBACK_TO, "ROLLBACK TO import_row"),

    STATEMENT_WRITE(INSERT_IMPORT,
                    "INSERT INTO import (id, owner, person_id, scopes, idempotency_key, name, kind, format,"
                    " institution_id, is_dry_run, size_bytes, created_us)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"),
    STATEMENT_READ(LOAD_IMPORT, "SELECT " IMPORT_COLUMNS " FROM import WHERE id = ?1"),
    STATEMENT_READ(FIND_IMPORT_OF_KEY, "SELECT id FROM import WHERE owner = ?1 AND idempotency_key = ?2"),
    /* newest first; ?1 the owner, NULL: of all */
    STATEMENT_READ(LIST_IMPORTS, "SELECT " IMPORT_COLUMNS " FROM import WHERE ?1 IS NULL OR owner = ?1"
                                 " ORDER BY created_us DESC, id LIMIT ?2"),
    STATEMENT_READ(LIST_OPEN_IMPORTS, "SELECT " IMPORT_COLUMNS " FROM import WHERE state IN ('waiting', 'running')"
                                      " ORDER BY created_us, id"),
    STATEMENT_READ(COUNT_OPEN_IMPORTS,
                   "SELECT COUNT(*) FROM import WHERE owner = ?1 AND state IN ('waiting', 'running')"),
    /* ?2 who works on it now, ?3 who did (NULL: nobody), ?4 now */
    STATEMENT_WRITE(CLAIM_IMPORT, "UPDATE import SET state = 'running', runner = ?2,"
                                  " started_us = IIF(started_us = 0, ?4, started_us)"
                                  " WHERE id = ?1 AND state IN ('waiting', 'running') AND runner IS ?3"),
    STATEMENT_READ(HOLD_IMPORT, "SELECT 1 FROM import WHERE id = ?1 AND state = 'running' AND runner = ?2"),
    /* ?2 rows taken, ?3 rows in all, then the counts */
    STATEMENT_WRITE(ADVANCE_IMPORT, "UPDATE import SET position = ?2, rows_total = ?3, created = ?4, updated = ?5,"
                                    " unchanged = ?6, failed = ?7 WHERE id = ?1"),
    STATEMENT_WRITE(RELEASE_IMPORT, "UPDATE import SET state = 'waiting', runner = NULL"
                                    " WHERE id = ?1 AND state = 'running' AND runner = ?2"),
    STATEMENT_WRITE(FINISH_IMPORT, "UPDATE import SET state = ?3, runner = NULL, error = ?4, finished_us = ?5"
                                   " WHERE id = ?1 AND state = 'running' AND runner = ?2"),
    STATEMENT_WRITE(CANCEL_IMPORT, "UPDATE import SET state = 'cancelled', runner = NULL, finished_us = ?2"
                                   " WHERE id = ?1 AND state IN ('waiting', 'running')"),
    STATEMENT_WRITE(DELETE_IMPORT, "DELETE FROM import WHERE id = ?1 AND finished_us > 0"),
    /* those that ended before ?2, and of the owner's all but the ?3 newest */
    STATEMENT_WRITE(FORGET_IMPORTS, "DELETE FROM import WHERE finished_us > 0 AND (finished_us < ?2 OR id IN"
                                    " (SELECT id FROM import WHERE owner = ?1 AND finished_us > 0"
                                    "  ORDER BY created_us DESC, id LIMIT -1 OFFSET ?3))"),
    /* of two rows of one line (a torn quote) the one that failed stays */
    STATEMENT_WRITE(INSERT_IMPORT_ROW,
                    "INSERT INTO import_row (import_id, " ROW_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                    " ON CONFLICT (import_id, line) DO UPDATE SET result = excluded.result, kind = excluded.kind,"
                    " record_id = excluded.record_id, title = excluded.title, message_zh = excluded.message_zh,"
                    " message_en = excluded.message_en WHERE excluded.result = 'failed'"),
    /* after line ?2 */
    STATEMENT_READ(LIST_IMPORT_ROWS, "SELECT " ROW_COLUMNS " FROM import_row WHERE import_id = ?1 AND line > ?2"
                                     " ORDER BY line LIMIT ?3"),
    STATEMENT_READ(LIST_FAILED_IMPORT_ROWS,
                   "SELECT " ROW_COLUMNS " FROM import_row WHERE import_id = ?1 AND line > ?2"
                   " AND result = 'failed' ORDER BY line LIMIT ?3"),

    STATEMENT_READ(FIND_LESSON,
                   "SELECT course_id, position, title, asset_id, sign_asset_id FROM lesson WHERE id = ?1"),
    /* another lesson at that place */
    STATEMENT_READ(HAS_LESSON_AT, "SELECT 1 FROM lesson WHERE course_id = ?1 AND position = ?2 AND id <> ?3"),
    STATEMENT_WRITE(MOVE_LESSON, "UPDATE lesson SET position = ?2, title = ?3 WHERE id = ?1"),
    /* Media that are elsewhere: ?2 the name, ?3 the course whose institution it is of */
    STATEMENT_WRITE(INSERT_ABSENT_ASSET,
                    "INSERT INTO asset (id, state, error_code, source_key, source_name, source_size_bytes,"
                    " institution, created_us, updated_us) VALUES (?1, 'failed', 'not_here', '', ?2, 0,"
                    " COALESCE((SELECT institution FROM course WHERE id = ?3), ''), ?4, ?4)"),
    STATEMENT_READ(FIND_ABSENT_ATTACHMENT, "SELECT id FROM attachment WHERE course_id = ?1 AND name = ?2"
                                           " AND substr(blob_key, 1, 7) = 'absent/' ORDER BY position, id LIMIT 1"),
    STATEMENT_WRITE(FILL_ATTACHMENT, "UPDATE attachment SET blob_key = ?2, size_bytes = ?3, updated_us = ?4,"
                                     " row_version = row_version + 1"
                                     " WHERE id = ?1 AND substr(blob_key, 1, 7) = 'absent/'"),
};
