#include "catalog/statements.h"

#include <assert.h>

const char statement_setup_every[] = "PRAGMA foreign_keys = ON;"
                                     "PRAGMA trusted_schema = OFF;"
                                     "PRAGMA cell_size_check = ON;"
                                     "PRAGMA temp_store = MEMORY;";
const char statement_setup_reader[] = "PRAGMA query_only = ON;";
/* FULL: a commit survives a power cut. The limit cuts the log file after a checkpoint. */
const char statement_setup_writer[] = "PRAGMA synchronous = FULL;"
                                      "PRAGMA journal_size_limit = 67108864;";

/* Share of an asset's work that is done, of its jobs by weight. 0 until the probe has planned them. */
#define ASSET_PROGRESS                                                                                             \
  "CASE WHEN asset.state = 'ready' THEN 1.0 WHEN asset.plan IS NULL THEN 0.0 ELSE"                                 \
  " COALESCE((SELECT SUM(job.weight * CASE job.state WHEN 'done' THEN 1.0 ELSE job.progress END) / "               \
  "SUM(job.weight)"                                                                                                \
  " FROM job WHERE job.asset_id = asset.id), 0.0) END"

#define TRACK_COLUMNS                                                                                              \
  "id, name, kind, codec, bitrate_bps, width, height, frame_rate_num, frame_rate_den, channels, language,"         \
  " timescale_hz, segment_total, segment_count, is_complete, role, label, sound_index"

#define STORED_FILE_COLUMNS "blob_key, asset_id, size_bytes, checksum FROM stored_file"

/* Bytes of sources, bytes made of them, lessons. */
#define INSTITUTION_USAGE(name)                                                                                    \
  "(SELECT COALESCE(SUM(source_bytes), 0) FROM asset JOIN asset_usage ON asset_id = asset.id"                      \
  "  WHERE asset.institution = " name "),"                                                                         \
  " (SELECT COALESCE(SUM(derived_bytes), 0) FROM asset JOIN asset_usage ON asset_id = asset.id"                    \
  "  WHERE asset.institution = " name "),"                                                                         \
  " (SELECT COUNT(*) FROM asset JOIN lesson ON lesson.asset_id = asset.id WHERE asset.institution = " name ")"

#define JOB_IS_READY "state = 'ready' AND is_paused = 0"

#define NO_LESSON_HAS_IT                                                                                           \
  "NOT EXISTS (SELECT 1 FROM lesson WHERE lesson.asset_id = asset.id OR lesson.sign_asset_id = asset.id)"

/* It has jobs that wait or run. */
#define INSTITUTION_IS_ACTIVE(name)                                                                                \
  "(EXISTS (SELECT 1 FROM job INDEXED BY job_open WHERE state = 'ready' AND job.institution = " name               \
  "  AND is_paused = 0) OR EXISTS (SELECT 1 FROM job INDEXED BY job_open WHERE state = 'running'"                  \
  "  AND job.institution = " name "))"

#define COURSE_DURATION                                                                                            \
  "(SELECT COALESCE(SUM(a.duration_us), 0) FROM lesson AS l JOIN asset AS a ON a.id = l.asset_id"                  \
  " WHERE l.course_id = course.id)"

/* What a course shows; lists are joined by the unit separator. Needs COURSE_ASSET. */
#define COURSE_COLUMNS                                                                                             \
  "course.id, course.title, course.summary, course.kind, course.category, course.language, course.institution,"    \
  " course.division, course.created_us, course.updated_us,"                                                        \
  " (SELECT group_concat(audience, char(31)) FROM (SELECT audience FROM course_audience"                           \
  "  WHERE course_id = course.id ORDER BY audience)),"                                                             \
  " (SELECT group_concat(tag, char(31)) FROM (SELECT tag FROM course_tag"                                          \
  "  WHERE course_id = course.id ORDER BY tag)),"                                                                  \
  " (SELECT COUNT(*) FROM lesson AS l WHERE l.course_id = course.id), " COURSE_DURATION ","                        \
  " asset.id, asset.state, " ASSET_PROGRESS ", asset.poster_key IS NOT NULL, course.institution_id,"               \
  " (SELECT name FROM division WHERE code = course.division), course.level, course.licence, course.term,"          \
  " course.state, course.visibility, course.visible_to, course.popularity, course.row_version,"                    \
  " course.change_seq, (SELECT group_concat(name, char(31)) FROM (SELECT lecturer.name FROM course_lecturer AS cl" \
  "  JOIN lecturer ON lecturer.id = cl.lecturer_id WHERE cl.course_id = course.id ORDER BY cl.position)),"         \
  " (SELECT group_concat(lecturer_id, char(31)) FROM (SELECT lecturer_id FROM course_lecturer"                     \
  "  WHERE course_id = course.id ORDER BY position))"
#define COURSE_ASSET                                                                                               \
  " LEFT JOIN asset ON asset.id = (SELECT l.asset_id FROM lesson AS l WHERE l.course_id = course.id"               \
  " ORDER BY l.position LIMIT 1) "

/* Filters of a course query: ?1 JSON array of LIKE patterns, ?2 category, ?3 audience, ?4 kind, ?5 LIKE pattern of the
 * division; NULL takes every course. ?6 the viewer. */
#define COURSE_FILTER                                                                                              \
  STATEMENT_COURSE_IS_VISIBLE("?6")                                                                                \
  " AND (?2 IS NULL OR course.category = ?2)"                                                                      \
  " AND (?3 IS NULL OR EXISTS (SELECT 1 FROM course_audience AS ca WHERE ca.course_id = course.id"                 \
  "  AND ca.audience = ?3))"                                                                                       \
  " AND (?4 IS NULL OR course.kind = ?4)"                                                                          \
  " AND (?5 IS NULL OR course.division LIKE ?5 ESCAPE '\\')"                                                       \
  " AND (?1 IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(?1) AS word WHERE"                                      \
  "  course.title NOT LIKE word.value ESCAPE '\\'"                                                                 \
  "  AND course.summary NOT LIKE word.value ESCAPE '\\'"                                                           \
  "  AND course.institution NOT LIKE word.value ESCAPE '\\'"                                                       \
  "  AND NOT EXISTS (SELECT 1 FROM course_tag AS ct WHERE ct.course_id = course.id"                                \
  "   AND ct.tag LIKE word.value ESCAPE '\\')))"

/* Pages: ?7 the key and ?8 the id of the last course of the page before (NULL: first page), ?9 the limit. The page is
 * found first, so that only its courses are looked at closely. */
#define COURSE_PAGE(key, after, order)                                                                             \
  "WITH page AS MATERIALIZED (SELECT course.id, " key " AS sort_key FROM course WHERE " COURSE_FILTER              \
  " AND (?8 IS NULL OR " key " " after " ?7 OR (" key " = ?7 AND course.id > ?8)) ORDER BY " key " " order         \
  ", course.id LIMIT ?9)"                                                                                          \
  " SELECT " COURSE_COLUMNS " FROM page JOIN course ON course.id = page.id" COURSE_ASSET                           \
  " ORDER BY page.sort_key " order ", course.id"

/* A page of the studio: ?1 the viewer, ?2 state and ?3 LIKE pattern of the title (NULL: any), ?4 time and ?5 id of the last
 * course of the page before (NULL: first page), ?6 the limit. */
#define DESK_PAGE                                                                                                  \
  "WITH page AS MATERIALIZED (SELECT course.id FROM course WHERE course.state <> 'deleted'"                        \
  " AND (?2 IS NULL OR course.state = ?2) AND (?3 IS NULL OR course.title LIKE ?3 ESCAPE '\\')"                    \
  " AND (?5 IS NULL OR course.updated_us < ?4 OR (course.updated_us = ?4 AND course.id > ?5))"                     \
  " AND " STATEMENT_COURSE_IS_STAFFED("?1") " ORDER BY course.updated_us DESC, course.id LIMIT ?6)"
#define DESK_END                                                                                                   \
  " FROM page JOIN course ON course.id = page.id" COURSE_ASSET "ORDER BY course.updated_us DESC, course.id"
/* How many lessons of the course have an asset in one of these states. */
#define LESSONS_IN(states)                                                                                         \
  "(SELECT COUNT(*) FROM lesson AS l JOIN asset AS a ON a.id = l.asset_id WHERE l.course_id = course.id"           \
  " AND a.state IN (" states "))"

#define BARE(name, text) [STATEMENT_##name] = {STATEMENT_##name, STATEMENT_CLASS_BARE, text}
#define READ(name, text) [STATEMENT_##name] = {STATEMENT_##name, STATEMENT_CLASS_READ, text}
#define WRITE(name, text) [STATEMENT_##name] = {STATEMENT_##name, STATEMENT_CLASS_WRITE, text}

static const StatementSpec specs[] = {
    BARE(BEGIN_READ, "BEGIN DEFERRED"),
    BARE(BEGIN_WRITE, "BEGIN IMMEDIATE"),
    BARE(COMMIT, "COMMIT"),
    BARE(ROLLBACK, "ROLLBACK"),
    /* a write that joins the open transaction of others */
    BARE(BEGIN_MEMBER, "SAVEPOINT member"),
    BARE(KEEP_MEMBER, "RELEASE member"),
    BARE(UNDO_MEMBER, "ROLLBACK TO member"),
    BARE(ENABLE_WAL, "PRAGMA journal_mode = WAL"),
    /* one statement, so that the three are of one moment */
    BARE(LOAD_IDENTITY, "SELECT (SELECT application_id FROM pragma_application_id),"
                        " (SELECT user_version FROM pragma_user_version), (SELECT COUNT(*) FROM sqlite_schema)"),
    BARE(QUICK_CHECK, "PRAGMA quick_check(1)"),
    BARE(INTEGRITY_CHECK, "PRAGMA integrity_check(100)"),
    BARE(FOREIGN_KEY_CHECK, "PRAGMA foreign_key_check"),

    /* stored files */
    READ(LIST_STORED_FILES, "SELECT " STORED_FILE_COLUMNS " WHERE blob_key > ?1 ORDER BY blob_key LIMIT ?2"),
    READ(LIST_UNSEALED_FILES, "SELECT " STORED_FILE_COLUMNS " INDEXED BY stored_file_unsealed"
                              " WHERE checksum IS NULL AND blob_key > ?1 ORDER BY blob_key LIMIT ?2"),
    READ(HAS_STORED_FILE, "SELECT 1 FROM stored_file WHERE blob_key = ?1"),
    READ(COUNT_STORED_FILES, "SELECT COUNT(*), COALESCE(SUM(size_bytes), 0) FROM stored_file"),
    WRITE(SEAL_STORED_FILE, "UPDATE stored_file SET size_bytes = ?2, checksum = ?3"
                            " WHERE blob_key = ?1 AND checksum IS NULL"),
    /* Quotas: a lesson counts while it plays an asset of the institution. */
    READ(
        LIST_USAGE,
        "WITH name (institution) AS (SELECT institution FROM asset UNION SELECT institution FROM institution_quota)"
        " SELECT name.institution, " INSTITUTION_USAGE(
            "name.institution") ", quota.bytes_max, quota.lessons_max"
                                " FROM name LEFT JOIN institution_quota AS quota ON quota.institution = "
                                "name.institution"
                                " ORDER BY 1"),
    READ(LOAD_USAGE,
         "SELECT " INSTITUTION_USAGE("?1") ","
                                           " (SELECT bytes_max FROM institution_quota WHERE institution = ?1),"
                                           " (SELECT lessons_max FROM institution_quota WHERE institution = ?1)"),
    READ(FIND_QUOTA, "SELECT bytes_max, lessons_max FROM institution_quota WHERE institution = ?1"),
    WRITE(SET_QUOTA, "INSERT INTO institution_quota VALUES (?1, ?2, ?3) ON CONFLICT (institution)"
                     " DO UPDATE SET bytes_max = excluded.bytes_max, lessons_max = excluded.lessons_max"),
    WRITE(DELETE_QUOTA, "DELETE FROM institution_quota WHERE institution = ?1"),

    WRITE(INSERT_ASSET,
          "INSERT INTO asset (id, source_key, source_name, source_size_bytes, institution, replaces_id,"
          " created_us, updated_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"),
    READ(LOAD_ASSET,
         "SELECT id, state, " ASSET_PROGRESS ", error_code, error_detail, source_key, source_name,"
         " source_size_bytes, has_video, has_audio, duration_us, target_duration_s, poster_key,"
         " created_us, updated_us, ready_us, playable_us, is_paused, replaces_id, replaced_by, retired_us"
         " FROM asset WHERE id = ?1"),
    READ(HAS_ASSET, "SELECT 1 FROM asset WHERE id = ?1"),
    WRITE(PLAN_ASSET, "UPDATE asset SET has_video = ?2, has_audio = ?3, duration_us = ?4, target_duration_s = ?5,"
                      " plan = ?6, segment_frames = ?8, updated_us = ?7 WHERE id = ?1"),
    READ(LOAD_SEGMENT_FRAMES, "SELECT segment_frames FROM asset WHERE id = ?1"),
    WRITE(FAIL_ASSET, "UPDATE asset SET state = 'failed', error_code = ?2, error_detail = ?3, updated_us = ?4"
                      " WHERE id = ?1 AND state <> 'ready'"),
    WRITE(MAKE_ASSET_PLAYABLE,
          "UPDATE asset SET state = 'playable', updated_us = ?2,"
          " playable_us = CASE playable_us WHEN 0 THEN ?2 ELSE playable_us END WHERE id = ?1 AND state = 'queued'"
          " AND (has_video = 1 OR has_audio = 1)"
          " AND (has_video = 0 OR EXISTS (SELECT 1 FROM track WHERE track.asset_id = asset.id AND kind = 'video'"
          "  AND segment_count > 0))"
          " AND (has_audio = 0 OR EXISTS (SELECT 1 FROM track WHERE track.asset_id = asset.id AND kind = 'audio'"
          "  AND role = 'main' AND segment_count > 0))"),
    WRITE(MAKE_ASSET_READY, "UPDATE asset SET state = 'ready', ready_us = ?2, updated_us = ?2,"
                            " playable_us = CASE playable_us WHEN 0 THEN ?2 ELSE playable_us END WHERE id = ?1 AND "
                            "state IN ('queued', 'playable')"),
    /* an operator's hand */
    READ(LOAD_CONTROL, "SELECT state, is_paused, institution FROM asset WHERE id = ?1"),
    READ(LIST_PAUSABLE, "SELECT id FROM asset WHERE state IN ('queued', 'playable') AND is_paused = 0 ORDER BY id"),
    READ(LIST_PAUSED, "SELECT id FROM asset WHERE state IN ('queued', 'playable') AND is_paused = 1 ORDER BY id"),
    WRITE(SET_ASSET_PAUSED, "UPDATE asset SET is_paused = ?2, updated_us = ?3 WHERE id = ?1"),
    WRITE(PAUSE_JOBS, "UPDATE job SET state = 'ready', is_paused = 1, owner = NULL, lease_until_us = 0"
                      " WHERE asset_id = ?1 AND state IN ('ready', 'running')"),
    WRITE(RESUME_JOBS, "UPDATE job SET is_paused = 0 WHERE asset_id = ?1 AND is_paused = 1"),
    WRITE(REOPEN_JOBS, "UPDATE job SET state = 'ready', is_paused = 0, progress = 0, failures = 0, losses = 0,"
                       " not_before_us = 0, finished_us = 0, error_code = NULL, error_detail = NULL"
                       " WHERE asset_id = ?1 AND state IN ('failed', 'cancelled')"),
    WRITE(REOPEN_ASSET, "UPDATE asset SET state = 'queued', is_paused = 0, error_code = NULL, error_detail = NULL,"
                        " updated_us = ?2 WHERE id = ?1"),
    /* replacement */
    READ(LOAD_REPLACEABLE, "SELECT institution, retired_us, EXISTS (SELECT 1 FROM lesson WHERE asset_id = asset.id "
                           "OR sign_asset_id = asset.id),"
                           " (SELECT next.id FROM asset AS next INDEXED BY asset_by_replaced"
                           "  WHERE next.replaces_id = asset.id AND next.state IN ('queued', 'playable') LIMIT 1)"
                           " FROM asset WHERE id = ?1"),
    READ(LOAD_DURATION, "SELECT duration_us FROM asset WHERE id = ?1"),
    READ(FIND_LESSON_OF_ASSET, "SELECT course_id, title FROM lesson WHERE asset_id = ?1 OR sign_asset_id = ?1"
                               " ORDER BY id LIMIT 1"),
    /* Whose place the asset takes now: when it is whole, or when it can be played and the other cannot. */
    READ(
        FIND_REPLACED,
        "SELECT old.id, old.state FROM asset AS new JOIN asset AS old ON old.id = new.replaces_id WHERE new.id = ?1"
        " AND old.retired_us = 0 AND (new.state = 'ready' OR (new.state = 'playable' AND old.state IN ('queued',"
        " 'failed') AND NOT EXISTS (SELECT 1 FROM track WHERE track.asset_id = old.id AND segment_count > 0)))"),
    WRITE(MOVE_LESSONS, "UPDATE lesson SET asset_id = iif(asset_id = ?1, ?2, asset_id),"
                        " sign_asset_id = iif(sign_asset_id = ?1, ?2, sign_asset_id)"
                        " WHERE asset_id = ?1 OR sign_asset_id = ?1"),
    WRITE(RETIRE_ASSET, "UPDATE asset SET replaced_by = ?2, retired_us = ?3, updated_us = ?3 WHERE id = ?1"),
    /* Assets that were replaced, or should have replaced another and failed, some time ago. */
    READ(LIST_RETIRED, "SELECT id FROM asset WHERE source_key <> '' AND ((retired_us > 0 AND retired_us <= ?1)"
                       " OR (replaces_id IS NOT NULL AND state = 'failed' AND updated_us <= ?1"
                       "  AND " NO_LESSON_HAS_IT "))"),
    /* Assets that no lesson has named for some time, and replacements whose lesson went before they could take it. */
    READ(LIST_ORPHANS,
         "SELECT id FROM asset WHERE orphaned_us > 0 AND orphaned_us <= ?1 AND source_key <> '' AND retired_us = 0"
         "  AND NOT EXISTS (SELECT 1 FROM asset AS next INDEXED BY asset_by_replaced"
         "   WHERE next.replaces_id = asset.id AND next.state IN ('queued', 'playable'))"
         " UNION ALL SELECT id FROM asset WHERE replaces_id IS NOT NULL AND state = 'ready' AND updated_us <= ?1"
         "  AND source_key <> '' AND retired_us = 0 AND orphaned_us = 0"
         "  AND " NO_LESSON_HAS_IT " ORDER BY 1"),
    WRITE(PURGE_TRACKS, "DELETE FROM track WHERE asset_id = ?1"),
    WRITE(PURGE_CAPTIONS, "DELETE FROM caption WHERE asset_id = ?1"),
    WRITE(PURGE_JOBS, "DELETE FROM job WHERE asset_id = ?1"),
    WRITE(PURGE_STORYBOARD, "DELETE FROM storyboard WHERE asset_id = ?1"),
    WRITE(PURGE_CHAPTERS, "DELETE FROM chapter WHERE asset_id = ?1"),
    WRITE(PURGE_SLIDE_CHANGES, "DELETE FROM slide_change WHERE asset_id = ?1"),
    WRITE(PURGE_ASSET, "UPDATE asset SET state = 'failed', source_key = '', poster_key = NULL, plan = NULL,"
                       " error_code = COALESCE(error_code, 'replaced'), segment_frames = NULL WHERE id = ?1"),
    WRITE(PURGE_ORPHAN, "UPDATE asset SET state = 'failed', source_key = '', poster_key = NULL, plan = NULL,"
                        " error_code = 'removed', error_detail = NULL, segment_frames = NULL WHERE id = ?1"),
    /* of the poster job: what an editor has chosen stays */
    WRITE(SET_POSTER, "UPDATE asset SET poster_key = ?2, updated_us = ?3 WHERE id = ?1"
                      " AND (poster_key IS NULL OR poster_key NOT LIKE '%/poster-hand-%')"),
    WRITE(SET_EDITED_POSTER, "UPDATE asset SET poster_key = ?2, updated_us = ?3 WHERE id = ?1"),
    READ(LOAD_EDITABLE_ASSET, "SELECT duration_us FROM asset WHERE id = ?1 AND source_key <> ''"),
    READ(LIST_BLOB_KEYS, "SELECT source_key FROM asset WHERE id = ?1 AND source_key <> ''"
                         " UNION ALL SELECT poster_key FROM asset WHERE id = ?1 AND poster_key IS NOT NULL"
                         " UNION ALL SELECT blob_key FROM caption WHERE asset_id = ?1"
                         " UNION ALL SELECT blob_key FROM storyboard_sheet WHERE asset_id = ?1"
                         " UNION ALL SELECT span.blob_key FROM track JOIN span ON span.track_id = track.id"
                         "  WHERE track.asset_id = ?1"),
    WRITE(INSERT_CAPTION, "INSERT INTO caption (asset_id, language, label, blob_key) VALUES (?1, ?2, ?3, ?4)"),
    WRITE(UPDATE_CAPTION, "UPDATE caption SET label = ?3, blob_key = ?4 WHERE asset_id = ?1 AND language = ?2"),
    WRITE(DELETE_CAPTION, "DELETE FROM caption WHERE asset_id = ?1 AND language = ?2"),
    READ(LIST_CAPTIONS, "SELECT language, label, blob_key FROM caption WHERE asset_id = ?1 ORDER BY"
                        " language NOT LIKE 'zh%', language"),
    WRITE(DELETE_STORYBOARD, "DELETE FROM storyboard WHERE asset_id = ?1"),
    WRITE(INSERT_STORYBOARD,
          "INSERT INTO storyboard (asset_id, interval_us, tile_width, tile_height, columns, rows,"
          " tile_count) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
    WRITE(INSERT_STORYBOARD_SHEET,
          "INSERT INTO storyboard_sheet (asset_id, sheet_index, blob_key) VALUES (?1, ?2, ?3)"),
    READ(LOAD_STORYBOARD, "SELECT interval_us, tile_width, tile_height, columns, rows, tile_count FROM storyboard"
                          " WHERE asset_id = ?1"),
    READ(LIST_STORYBOARD_SHEETS, "SELECT blob_key FROM storyboard_sheet WHERE asset_id = ?1 ORDER BY sheet_index"),
    WRITE(INSERT_CHAPTER, "INSERT INTO chapter (asset_id, start_us, title) VALUES (?1, ?2, ?3)"),
    READ(LIST_CHAPTERS, "SELECT start_us, title FROM chapter WHERE asset_id = ?1 ORDER BY start_us"),
    WRITE(INSERT_SLIDE_CHANGE, "INSERT OR IGNORE INTO slide_change (asset_id, time_us) VALUES (?1, ?2)"),
    READ(LIST_SLIDE_CHANGES, "SELECT time_us FROM slide_change WHERE asset_id = ?1 ORDER BY time_us"),

    WRITE(INSERT_TRACK,
          "INSERT INTO track (asset_id, name, kind, bitrate_bps, width, height, frame_rate_num,"
          " frame_rate_den, channels, language, timescale_hz, segment_total, role, label, sound_index)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"),
    READ(HAS_VIDEO_TRACK, "SELECT 1 FROM track WHERE asset_id = ?1 AND name = ?2 AND kind = 'video'"),
    WRITE(DELETE_TRACK, "DELETE FROM track WHERE asset_id = ?1 AND name = ?2"),
    WRITE(REPLAN_ASSET,
          "UPDATE asset SET plan = ?2, updated_us = ?3, state = CASE WHEN state = 'playable' AND NOT EXISTS"
          " (SELECT 1 FROM track WHERE track.asset_id = asset.id AND kind = 'video' AND segment_count > 0)"
          " THEN 'queued' ELSE state END WHERE id = ?1"),
    WRITE(REPEAT_PICTURE_JOBS,
          "UPDATE job SET state = 'ready', owner = NULL, lease_until_us = 0, not_before_us = 0, progress = 0,"
          " finished_us = 0 WHERE asset_id = ?1 AND kind IN ('span', 'video') AND state IN ('running', 'done')"),
    READ(LIST_TRACKS, "SELECT " TRACK_COLUMNS " FROM track WHERE asset_id = ?1"
                      " ORDER BY kind = 'audio', bitrate_bps, name"),
    READ(FIND_TRACK, "SELECT " TRACK_COLUMNS ", init FROM track WHERE asset_id = ?1 AND name = ?2"),
    WRITE(SET_TRACK_INIT, "UPDATE track SET codec = ?2, init = ?3 WHERE id = ?1"),
    WRITE(UPDATE_TRACK_COUNT,
          "UPDATE track SET segment_count = ?2, segment_total = ?3, is_complete = ?4 WHERE id = ?1"),
    READ(FIND_INCOMPLETE_TRACK,
         "SELECT name, segment_count, segment_total FROM track WHERE asset_id = ?1 AND is_complete = 0 LIMIT 1"),
    READ(FIND_TRACK_WITHOUT_SPAN,
         "SELECT name FROM track WHERE asset_id = ?1 AND kind = 'video' AND NOT EXISTS (SELECT 1 FROM span"
         " WHERE span.track_id = track.id AND span.span_index = ?2) LIMIT 1"),
    READ(FIND_INCOMPLETE_VIDEO,
         "SELECT name FROM track WHERE asset_id = ?1 AND kind = 'video' AND is_complete = 0 LIMIT 1"),
    READ(FIND_INCOMPLETE_AUDIO, "SELECT name FROM track WHERE asset_id = ?1 AND kind = 'audio' AND sound_index = ?2"
                                " AND is_complete = 0 LIMIT 1"),
    /* spans and segments go with it; files are left to the sweep */
    WRITE(DELETE_SOUND, "DELETE FROM track WHERE asset_id = ?1 AND kind = 'audio' AND sound_index = ?2"),
    READ(LOAD_INIT, "SELECT init FROM track WHERE asset_id = ?1 AND name = ?2 AND init IS NOT NULL"),
    WRITE(INSERT_SPAN, "INSERT INTO span (track_id, span_index, blob_key) VALUES (?1, ?2, ?3)"),
    READ(COUNT_SPANS, "SELECT (SELECT COUNT(*) FROM span WHERE span.track_id = track.id) FROM track"
                      " WHERE asset_id = ?1 AND name = ?2"),
    WRITE(INSERT_SEGMENT, "INSERT INTO segment (track_id, segment_index, span_index, offset, length, decode_time,"
                          " duration) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
    READ(LIST_SEGMENTS, "SELECT offset, length, decode_time, duration FROM segment WHERE track_id = ?1"
                        " AND segment_index < (SELECT segment_count FROM track WHERE id = ?1)"
                        " ORDER BY segment_index"),
    READ(LIST_PLACED_SEGMENTS,
         "SELECT span.blob_key, segment.offset, segment.length, segment.decode_time, segment.duration"
         " FROM segment JOIN span ON span.track_id = segment.track_id AND span.span_index = segment.span_index"
         " WHERE segment.track_id = ?1 AND segment_index < (SELECT segment_count FROM track WHERE id = ?1)"
         " ORDER BY segment_index"),
    READ(LIST_SEGMENT_INDEXES, "SELECT segment_index FROM segment WHERE track_id = ?1 AND segment_index >= ?2"
                               " ORDER BY segment_index"),
    READ(FIND_SEGMENT, "SELECT span.blob_key, segment.offset, segment.length, segment.decode_time, segment.duration"
                       " FROM track JOIN segment ON segment.track_id = track.id AND segment.segment_index = ?3"
                       " JOIN span ON span.track_id = segment.track_id AND span.span_index = segment.span_index"
                       " WHERE track.asset_id = ?1 AND track.name = ?2"),
    READ(LOAD_PLAYABLE_US,
         "SELECT MIN((last.decode_time + last.duration - first.decode_time) * 1000000.0 / track.timescale_hz)"
         " FROM asset JOIN track ON track.asset_id = asset.id AND track.role = 'main' AND track.segment_count > 0"
         " JOIN segment AS first ON first.track_id = track.id AND first.segment_index = 0"
         " JOIN segment AS last ON last.track_id = track.id AND last.segment_index = track.segment_count - 1"
         " WHERE asset.id = ?1 AND asset.state <> 'queued'"),

    /* institution and pause as its asset */
    WRITE(INSERT_JOB, "INSERT INTO job (asset_id, kind, span_index, priority, weight, first_segment, segment_count,"
                      " created_us, institution, is_paused) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, institution,"
                      " is_paused FROM asset WHERE id = ?1"),
    READ(HAS_READY_JOB, "SELECT 1 FROM job INDEXED BY job_ready WHERE " JOB_IS_READY
                        " AND priority BETWEEN ?2 AND ?3 AND not_before_us <= ?1 LIMIT 1"),
    /* The highest priority there is; its institutions, hopping from one to the next in the index; of each the oldest
     * job; of these the one whose institution had least. ?1 now, ?2 and ?3 the range of priorities. */
    WRITE(FIND_READY_JOB,
          "WITH RECURSIVE top (priority) AS MATERIALIZED (SELECT priority FROM job INDEXED BY job_ready "
          "WHERE " JOB_IS_READY
          " AND priority BETWEEN ?2 AND ?3 AND not_before_us <= ?1 ORDER BY priority DESC LIMIT 1),"
          " turn (institution) AS ("
          "  SELECT (SELECT institution FROM job INDEXED BY job_ready WHERE " JOB_IS_READY
          "   AND priority = (SELECT priority FROM top) ORDER BY institution LIMIT 1)"
          "  UNION ALL SELECT (SELECT institution FROM job INDEXED BY job_ready WHERE " JOB_IS_READY
          "   AND priority = (SELECT priority FROM top) AND institution > turn.institution"
          "   ORDER BY institution LIMIT 1) FROM turn WHERE turn.institution IS NOT NULL),"
          " head (institution, id) AS (SELECT institution, (SELECT id FROM job INDEXED BY job_ready "
          "WHERE " JOB_IS_READY
          "   AND priority = (SELECT priority FROM top) AND institution = turn.institution AND not_before_us <= ?1"
          "   ORDER BY id LIMIT 1) FROM turn WHERE institution IS NOT NULL)"
          " SELECT head.id FROM head LEFT JOIN institution_share AS share ON share.institution = head.institution"
          " WHERE head.id IS NOT NULL ORDER BY COALESCE(share.served, 0), head.id LIMIT 1"),
    WRITE(TAKE_JOB, "UPDATE job SET state = 'running', attempt = attempt + 1, owner = ?2, started_us = ?3,"
                    " lease_until_us = ?4, progress = 0 WHERE id = ?1"),
    WRITE(SERVE_INSTITUTION, "INSERT INTO institution_share SELECT institution, weight FROM job WHERE id = ?1"
                             " ON CONFLICT (institution) DO UPDATE SET served = served + excluded.served"),
    READ(HAS_OPEN_JOB_OF_INSTITUTION, "SELECT 1 WHERE " INSTITUTION_IS_ACTIVE("?1")),
    /* no row: nobody has open jobs */
    READ(LOAD_LEAST_SHARE, "SELECT served FROM institution_share AS share WHERE " INSTITUTION_IS_ACTIVE(
                               "share.institution") " ORDER BY served LIMIT 1"),
    WRITE(DELETE_SHARES, "DELETE FROM institution_share"),
    WRITE(ENTER_INSTITUTION, "INSERT INTO institution_share VALUES (?1, ?2)"
                             " ON CONFLICT (institution) DO UPDATE SET served = MAX(served, excluded.served)"),
    READ(FIND_SPAN_JOB, "SELECT id, state, priority, is_paused, span_index FROM job WHERE asset_id = ?1"
                        " AND kind = 'span' AND first_segment <= ?2 AND ?2 < first_segment + segment_count"),
    READ(FIND_NEXT_SPAN_JOB, "SELECT id, priority FROM job WHERE asset_id = ?1 AND kind = 'span'"
                             " AND span_index = ?2 AND state = 'ready' AND is_paused = 0"),
    READ(HAS_OPEN_VIDEO_JOB, "SELECT 1 FROM job WHERE asset_id = ?1 AND kind = 'video' AND is_paused = 0"
                             " AND state IN ('ready', 'running')"),
    READ(COUNT_TRACKS_WITHOUT_SEGMENT,
         "SELECT COUNT(*), SUM(NOT EXISTS (SELECT 1 FROM segment WHERE segment.track_id = track.id"
         "  AND segment.segment_index = ?2)), SUM(?2 < segment_total)"
         " FROM track WHERE asset_id = ?1 AND kind = 'video'"),
    WRITE(RAISE_JOB, "UPDATE job SET priority = ?2 WHERE id = ?1 AND priority < ?2 AND state = 'ready'"),
    READ(LOAD_JOB, "SELECT job.id, job.attempt, job.kind, job.span_index, job.failures, job.asset_id,"
                   " asset.source_key, asset.plan, job.priority FROM job JOIN asset ON asset.id = job.asset_id "
                   "WHERE job.id = ?1"),
    READ(FIND_LEASE, "SELECT asset_id, kind, span_index, failures, lease_until_us FROM job"
                     " WHERE id = ?1 AND attempt = ?2 AND owner = ?3 AND state = 'running'"),
    WRITE(RENEW_JOB, "UPDATE job SET lease_until_us = ?4, progress = MAX(progress, ?5)"
                     " WHERE id = ?1 AND attempt = ?2 AND owner = ?3 AND state = 'running'"),
    WRITE(FINISH_JOB, "UPDATE job SET state = 'done', progress = 1, owner = NULL, lease_until_us = 0,"
                      " error_code = ?2, error_detail = ?3, finished_us = ?4 WHERE id = ?1"),
    WRITE(FAIL_JOB, "UPDATE job SET state = 'failed', owner = NULL, lease_until_us = 0, failures = ?5,"
                    " error_code = ?2, error_detail = ?3, finished_us = ?4 WHERE id = ?1"),
    WRITE(RETRY_JOB, "UPDATE job SET state = 'ready', owner = NULL, lease_until_us = 0, failures = ?5,"
                     " error_code = ?2, error_detail = ?3, not_before_us = ?4 WHERE id = ?1"),
    WRITE(RELEASE_JOB, "UPDATE job SET state = 'ready', owner = NULL, lease_until_us = 0, not_before_us = 0"
                       " WHERE id = ?1"),
    WRITE(LOSE_JOB, "UPDATE job SET state = 'ready', owner = NULL, lease_until_us = 0, not_before_us = 0,"
                    " losses = losses + 1 WHERE id = ?1"),
    WRITE(CANCEL_JOBS, "UPDATE job SET state = 'cancelled', owner = NULL, lease_until_us = 0, finished_us = ?2"
                       " WHERE asset_id = ?1 AND state IN ('ready', 'running')"),
    READ(COUNT_OPEN_JOBS, "SELECT COUNT(*) FROM job WHERE asset_id = ?1 AND state <> 'done'"),
    READ(COUNT_JOBS,
         "SELECT SUM(state = 'ready'), SUM(state = 'running'), SUM(state = 'done'), SUM(state = 'failed')"
         " FROM job WHERE asset_id = ?1"),
    READ(LIST_RUNNING_JOBS, "SELECT id, attempt, owner, lease_until_us, losses FROM job WHERE state = 'running'"),
    READ(LIST_RUNNING_OWNERS, "SELECT owner FROM job WHERE asset_id = ?1 AND state = 'running'"),
    WRITE(BEAT_WORKER, "INSERT INTO worker (owner, beat_us) VALUES (?1, ?2)"
                       " ON CONFLICT (owner) DO UPDATE SET beat_us = MAX(beat_us, excluded.beat_us)"),
    WRITE(FORGET_WORKERS, "DELETE FROM worker WHERE beat_us < ?1"),
    WRITE(DELETE_WORKER, "DELETE FROM worker WHERE owner = ?1"),
    READ(HAS_WORKER, "SELECT 1 FROM worker WHERE beat_us >= ?1 LIMIT 1"),

    WRITE(SET_WORKER_SHORT, "UPDATE worker SET is_short_of_space = ?2 WHERE owner = ?1"),
    READ(COUNT_WORKERS, "SELECT COUNT(*), COALESCE(SUM(is_short_of_space), 0) FROM worker WHERE beat_us >= ?1"),
    READ(LIST_OPEN_JOB_COUNTS, "SELECT kind, state, is_paused, COUNT(*) FROM job INDEXED BY job_open"
                               " WHERE state = 'ready' OR state = 'running' GROUP BY kind, state, is_paused"),
    READ(LIST_JOB_TALLY, "SELECT kind, state, jobs, weight FROM job_tally"),
    READ(SUM_FIRST_SEGMENT, "SELECT COUNT(*), COALESCE(SUM(playable_us - created_us), 0)"
                            " FROM asset INDEXED BY asset_by_playable WHERE playable_us > 0"),
    READ(LIST_FIRST_SEGMENT, "SELECT playable_us - created_us FROM asset INDEXED BY asset_by_playable"
                             " WHERE playable_us > 0 ORDER BY playable_us DESC LIMIT ?1"),
    READ(LIST_TRACK_PROGRESS, "SELECT name, kind, (SELECT COUNT(*) FROM segment WHERE segment.track_id = track.id),"
                              " segment_total FROM track WHERE asset_id = ?1"
                              " ORDER BY kind = 'audio', bitrate_bps, name"),
    /* Running jobs; lesson made per second by them; lesson that is not made; ?2 now. Weights are milliseconds. */
    READ(LOAD_ASSET_PACE,
         "SELECT COUNT(CASE state WHEN 'running' THEN 1 END),"
         " SUM(CASE WHEN state = 'running' AND started_us < ?2 THEN weight * progress * 1000 / (?2 - started_us) "
         "END),"
         " SUM(weight * CASE state WHEN 'ready' THEN 1 WHEN 'running' THEN 1 - progress ELSE 0 END)"
         " FROM job WHERE asset_id = ?1 AND kind IN ('span', 'video')"),
    /* The same of the spans that ended last, one job at a time. */
    READ(LOAD_ASSET_LAST_PACE,
         "SELECT SUM(weight) * 1000.0 / MAX(SUM(finished_us - started_us), 1) FROM (SELECT weight, started_us,"
         " finished_us FROM job WHERE asset_id = ?1 AND kind IN ('span', 'video') AND state = 'done'"
         " AND started_us > 0 ORDER BY finished_us DESC LIMIT 3)"),

    WRITE(INSERT_COURSE,
          "INSERT INTO course (id, title, summary, category, institution, institution_id, created_us,"
          " updated_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"),
    WRITE(INSERT_LESSON, "INSERT INTO lesson (id, course_id, position, title, asset_id)"
                         " SELECT ?1, ?2, COALESCE(MAX(position), 0) + 1, ?3, ?4 FROM lesson WHERE course_id = ?2"),
    /* only courses that nobody has edited */
    WRITE(SUIT_COURSE_KIND, "UPDATE course SET kind = 'hd' WHERE kind = 'micro' AND updated_us = created_us"
                            " AND id IN (SELECT course_id FROM lesson WHERE asset_id = ?1)"),
    READ(LOAD_COURSES,
         "SELECT " COURSE_COLUMNS " FROM json_each(?1) AS wanted"
         " CROSS JOIN course ON course.id = wanted.value" COURSE_ASSET "WHERE course.state <> 'deleted'"),
    READ(LOAD_COURSE, "SELECT " COURSE_COLUMNS " FROM course" COURSE_ASSET "WHERE course.id = ?1"
                      " AND course.state <> 'deleted'"),
    READ(LOAD_COURSE_CHANGE, "SELECT change_seq FROM course WHERE id = ?1 AND state <> 'deleted'"),
    READ(LIST_LESSONS, "SELECT id, title, position, asset_id, sign_asset_id FROM lesson WHERE course_id = ?1"
                       " ORDER BY position"),
    READ(COUNT_COURSES,
         "WITH hit AS MATERIALIZED (SELECT id, category, kind FROM course WHERE " COURSE_FILTER ")"
         " SELECT 'total', '', COUNT(*) AS n FROM hit"
         " UNION ALL SELECT 'category', category, COUNT(*) FROM hit WHERE category <> '' GROUP BY category"
         " UNION ALL SELECT 'audience', ca.audience, COUNT(*) FROM hit"
         "  JOIN course_audience AS ca ON ca.course_id = hit.id GROUP BY ca.audience"
         " UNION ALL SELECT 'kind', kind, COUNT(*) FROM hit GROUP BY kind"
         " ORDER BY 1, n DESC, 2"),
    READ(QUERY_COURSES_NEWEST, COURSE_PAGE("course.created_us", "<", "DESC")),
    READ(QUERY_COURSES_TITLE, COURSE_PAGE("course.title", ">", "ASC")),
    READ(QUERY_COURSES_DURATION, COURSE_PAGE(COURSE_DURATION, ">", "ASC")),
    READ(LIST_EDITABLE_COURSES, DESK_PAGE
         " SELECT " COURSE_COLUMNS ", " LESSONS_IN("'queued', 'playable'") ", " LESSONS_IN("'failed'") DESK_END),
    /* whole lessons, those of the newest course first: ?1 the viewer, ?2 limit */
    READ(
        LIST_SHELF,
        "SELECT lesson.id, lesson.title, lesson.position, course.id, course.title, course.summary, course.category,"
        " COALESCE(course.institution_id, ''), course.institution, course.created_us,"
        " COALESCE((SELECT group_concat(name, '、') FROM (SELECT lecturer.name FROM course_lecturer"
        "  JOIN lecturer ON lecturer.id = course_lecturer.lecturer_id WHERE course_lecturer.course_id = course.id"
        "  ORDER BY course_lecturer.position)), ''),"
        " asset.id, asset.has_video, asset.duration_us, asset.poster_key IS NOT NULL"
        " FROM course JOIN lesson ON lesson.course_id = course.id JOIN asset ON asset.id = lesson.asset_id"
        " WHERE asset.state = 'ready' AND asset.duration_us > 0 AND " STATEMENT_COURSE_IS_VISIBLE(
            "?1") " ORDER BY course.created_us DESC, course.id, lesson.position LIMIT ?2"),
};
static_assert(sizeof specs / sizeof specs[0] == STATEMENT_UPLOAD_FIRST, "every statement has its text");

const StatementSpec *statement_spec(StatementId id) {
  if (id >= STATEMENT_UPLOAD_FIRST && id < STATEMENT_IMPORT_FIRST)
    return &statement_upload_specs[id - STATEMENT_UPLOAD_FIRST];
  if (id >= STATEMENT_IMPORT_FIRST && id < STATEMENT_MODEL_FIRST)
    return &statement_import_specs[id - STATEMENT_IMPORT_FIRST];
  return id < STATEMENT_MODEL_FIRST    ? &specs[id]
         : id < STATEMENT_PEOPLE_FIRST ? &statement_model_specs[id - STATEMENT_MODEL_FIRST]
                                       : &statement_people_specs[id - STATEMENT_PEOPLE_FIRST];
}
