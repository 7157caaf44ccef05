#include "catalog/statements.h"

/* Every record's columns begin so; its fields follow in the order of its RecordSpec. */
#define HEAD "id, row_version, created_us, updated_us, "

#define COURSE_RECORD                                                                                              \
  HEAD "title, summary, kind, category, level, language, licence, term, COALESCE(institution_id, ''), division,"   \
       " state, visibility, visible_to,"                                                                           \
       " COALESCE((SELECT group_concat(audience, char(31)) FROM (SELECT audience FROM course_audience"             \
       "  WHERE course_id = course.id ORDER BY audience)), ''),"                                                   \
       " COALESCE((SELECT group_concat(tag, char(31)) FROM (SELECT tag FROM course_tag"                            \
       "  WHERE course_id = course.id ORDER BY tag)), ''),"                                                        \
       " COALESCE((SELECT group_concat(lecturer_id, char(31)) FROM (SELECT lecturer_id FROM course_lecturer"       \
       "  WHERE course_id = course.id ORDER BY position)), '')"
#define INSTITUTION_RECORD HEAD "name, division, kind"
#define LECTURER_RECORD HEAD "name, title, COALESCE(institution_id, ''), bio"
#define ROOM_RECORD HEAD "name, division, COALESCE(institution_id, '')"
#define COLLECTION_RECORD                                                                                          \
  HEAD "kind, title, summary, division, COALESCE((SELECT group_concat(course_id, char(31)) FROM"                   \
       " (SELECT course_id FROM collection_course WHERE collection_id = collection.id ORDER BY position)), '')"
#define ATTACHMENT_RECORD HEAD "course_id, title, name, position, size_bytes, blob_key"

#define CHANNEL_RECORD                                                                                             \
  HEAD "title, number, summary, logo, division, COALESCE(institution_id, ''), visibility, visible_to"

/* A page of records by name: ?1 LIKE pattern of the name, ?2 first digits of the division's code, ?3 the owner (NULL
 * takes any), ?4 name and ?5 id of the last one before the page (NULL: first page), ?6 limit. */
#define PAGE(table, columns, name, division, owner)                                                                \
  "SELECT " columns " FROM " table " WHERE (?1 IS NULL OR " name " LIKE ?1 ESCAPE '\\')"                           \
  " AND (?2 IS NULL OR substr(" division ", 1, length(?2)) = ?2) AND (?3 IS NULL OR " owner " = ?3)"               \
  " AND (?5 IS NULL OR (" name ", id) > (?4, ?5)) ORDER BY " name ", id LIMIT ?6"

/* The course gets a number of change when its popularity comes to another number of octal digits. */
#define NUMBER_IF_STEP(after)                                                                                      \
  " change_seq = iif(length(printf('%o', popularity)) <> length(printf('%o', " after ")), -1, change_seq)"

const StatementSpec statement_model_specs[STATEMENT_PEOPLE_FIRST - STATEMENT_MODEL_FIRST] = {
    STATEMENT_READ(LOAD_DIVISION,
                   "SELECT code, parent, level, name, name_en,"
                   " (SELECT COUNT(*) FROM division AS child WHERE child.parent = division.code), updated_us"
                   " FROM division WHERE code = ?1"),
    /* ?1 the parent, NULL: the roots */
    STATEMENT_READ(LIST_DIVISIONS,
                   "SELECT code, parent, level, name, name_en,"
                   " (SELECT COUNT(*) FROM division AS child WHERE child.parent = division.code), updated_us"
                   " FROM division WHERE parent IS ?1 ORDER BY code"),
    STATEMENT_READ(LIST_ALL_DIVISIONS,
                   "SELECT code, parent, level, name, name_en,"
                   " (SELECT COUNT(*) FROM division AS child WHERE child.parent = division.code), updated_us"
                   " FROM division WHERE code > ?1 ORDER BY code LIMIT ?2"),
    STATEMENT_WRITE(INSERT_DIVISION, "INSERT INTO division (code, parent, level, name, name_en, created_us,"
                                     " updated_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)"),
    STATEMENT_WRITE(RENAME_DIVISION, "UPDATE division SET name = ?2, name_en = ?3, updated_us = ?4,"
                                     " row_version = row_version + 1 WHERE code = ?1"),
    STATEMENT_READ(HAS_DIVISION, "SELECT 1 FROM division WHERE code = ?1"),
    /* of several the one that was made of a name alone, else the oldest */
    STATEMENT_READ(FIND_INSTITUTION,
                   "SELECT id FROM institution WHERE name = ?1 ORDER BY division <> '', created_us,"
                   " id LIMIT 1"),
    /* another institution of that name in that division: ?3 the own id, or NULL */
    STATEMENT_READ(FIND_NAMESAKE, "SELECT 1 FROM institution WHERE name = ?1 AND division = ?2"
                                  " AND id IS NOT ?3"),
    STATEMENT_READ(FIND_LECTURER, "SELECT id FROM lecturer WHERE name = ?1 ORDER BY created_us, id LIMIT 1"),
    STATEMENT_WRITE(INSERT_NAMED_INSTITUTION, "INSERT INTO institution (id, name, created_us, updated_us)"
                                              " VALUES (?1, ?2, ?3, ?3)"),

    STATEMENT_READ(LOAD_COURSE_RECORD, "SELECT " COURSE_RECORD " FROM course WHERE id = ?1 AND state <> 'deleted'"),
    /* in the order of ids, for whole walks; ?4 is not looked at */
    STATEMENT_READ(LIST_COURSE_RECORDS,
                   "SELECT " COURSE_RECORD " FROM course WHERE (?1 IS NULL OR title LIKE ?1 ESCAPE '\\')"
                   " AND (?2 IS NULL OR substr(division, 1, length(?2)) = ?2)"
                   " AND (?3 IS NULL OR institution_id = ?3) AND (?5 IS NULL OR id > COALESCE(?5, ?4))"
                   " AND state <> 'deleted' ORDER BY id LIMIT ?6"),
    STATEMENT_WRITE(
        INSERT_COURSE_RECORD,
        "INSERT INTO course (id, created_us, updated_us, title, summary, kind, category, level, language,"
        " licence, term, institution_id, division, state, visibility, visible_to, institution)"
        " VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
        " COALESCE((SELECT name FROM institution WHERE id = ?11), ''))"),
    STATEMENT_WRITE(UPDATE_COURSE_RECORD,
                    "UPDATE course SET updated_us = ?2, title = ?3, summary = ?4, kind = ?5, category = ?6,"
                    " level = ?7, language = ?8, licence = ?9, term = ?10, institution_id = ?11, division = ?12,"
                    " state = ?13, visibility = ?14, visible_to = ?15, row_version = row_version + 1,"
                    " institution = COALESCE((SELECT name FROM institution WHERE id = ?11), '') WHERE id = ?1"),
    /* A tombstone: what is left tells followers that it is gone. ?2 now */
    STATEMENT_WRITE(DELETE_COURSE_RECORD,
                    "UPDATE course SET state = 'deleted', title = id, summary = '', kind = 'micro', category = '',"
                    " level = '', licence = '', term = '', institution = '', institution_id = NULL, division = '',"
                    " visibility = 'public', visible_to = '', popularity = 0, row_version = row_version + 1,"
                    " updated_us = ?2 WHERE id = ?1"),
    STATEMENT_READ(HAS_COURSE, "SELECT 1 FROM course WHERE id = ?1 AND state <> 'deleted'"),

    STATEMENT_READ(LOAD_INSTITUTION, "SELECT " INSTITUTION_RECORD " FROM institution WHERE id = ?1"),
    STATEMENT_READ(LIST_INSTITUTIONS, PAGE("institution", INSTITUTION_RECORD, "name", "division", "id")),
    STATEMENT_WRITE(INSERT_INSTITUTION, "INSERT INTO institution (id, created_us, updated_us, name, division, kind)"
                                        " VALUES (?1, ?2, ?2, ?3, ?4, ?5)"),
    STATEMENT_WRITE(UPDATE_INSTITUTION,
                    "UPDATE institution SET updated_us = ?2, name = ?3, division = ?4, kind = ?5,"
                    " row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(DELETE_INSTITUTION, "DELETE FROM institution WHERE id = ?1 AND ?2 > 0"),
    STATEMENT_READ(HAS_INSTITUTION, "SELECT 1 FROM institution WHERE id = ?1"),

    STATEMENT_READ(LOAD_LECTURER, "SELECT " LECTURER_RECORD " FROM lecturer WHERE id = ?1"),
    STATEMENT_READ(LIST_LECTURERS, PAGE("lecturer", LECTURER_RECORD, "name", "''", "institution_id")),
    STATEMENT_WRITE(INSERT_LECTURER,
                    "INSERT INTO lecturer (id, created_us, updated_us, name, title, institution_id, bio)"
                    " VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6)"),
    STATEMENT_WRITE(UPDATE_LECTURER, "UPDATE lecturer SET updated_us = ?2, name = ?3, title = ?4,"
                                     " institution_id = ?5, bio = ?6, row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(DELETE_LECTURER, "DELETE FROM lecturer WHERE id = ?1 AND ?2 > 0"),
    STATEMENT_READ(HAS_LECTURER, "SELECT 1 FROM lecturer WHERE id = ?1"),

    STATEMENT_READ(LOAD_ROOM, "SELECT " ROOM_RECORD " FROM room WHERE id = ?1"),
    STATEMENT_READ(LIST_ROOMS, PAGE("room", ROOM_RECORD, "name", "division", "institution_id")),
    STATEMENT_WRITE(INSERT_ROOM, "INSERT INTO room (id, created_us, updated_us, name, division, institution_id)"
                                 " VALUES (?1, ?2, ?2, ?3, ?4, ?5)"),
    STATEMENT_WRITE(UPDATE_ROOM, "UPDATE room SET updated_us = ?2, name = ?3, division = ?4, institution_id = ?5,"
                                 " row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(DELETE_ROOM, "DELETE FROM room WHERE id = ?1 AND ?2 > 0"),
    STATEMENT_READ(HAS_ROOM, "SELECT 1 FROM room WHERE id = ?1"),

    STATEMENT_READ(LOAD_COLLECTION, "SELECT " COLLECTION_RECORD " FROM collection WHERE id = ?1"),
    STATEMENT_READ(LIST_COLLECTIONS, PAGE("collection", COLLECTION_RECORD, "title", "division", "kind")),
    STATEMENT_WRITE(INSERT_COLLECTION,
                    "INSERT INTO collection (id, created_us, updated_us, kind, title, summary, division)"
                    " VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6)"),
    STATEMENT_WRITE(UPDATE_COLLECTION, "UPDATE collection SET updated_us = ?2, kind = ?3, title = ?4, summary = ?5,"
                                       " division = ?6, row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(DELETE_COLLECTION, "DELETE FROM collection WHERE id = ?1 AND ?2 > 0"),
    STATEMENT_READ(HAS_COLLECTION, "SELECT 1 FROM collection WHERE id = ?1"),

    STATEMENT_READ(LOAD_ATTACHMENT, "SELECT " ATTACHMENT_RECORD " FROM attachment WHERE id = ?1"),
    /* by course: in its own order when there is one */
    STATEMENT_READ(LIST_ATTACHMENTS,
                   PAGE("attachment", ATTACHMENT_RECORD, "printf('%010d', position)", "''", "course_id")),
    STATEMENT_WRITE(INSERT_ATTACHMENT,
                    "INSERT INTO attachment (id, created_us, updated_us, course_id, title, name, position,"
                    " size_bytes, blob_key) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
    STATEMENT_WRITE(UPDATE_ATTACHMENT,
                    "UPDATE attachment SET updated_us = ?2, course_id = ?3, title = ?4, name = ?5, position = ?6,"
                    " size_bytes = ?7, blob_key = ?8, row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(DELETE_ATTACHMENT, "DELETE FROM attachment WHERE id = ?1 AND ?2 > 0"),
    STATEMENT_READ(HAS_ATTACHMENT, "SELECT 1 FROM attachment WHERE id = ?1"),

    STATEMENT_READ(LOAD_CHANNEL, "SELECT " CHANNEL_RECORD " FROM channel WHERE id = ?1"),
    STATEMENT_READ(LIST_CHANNELS, PAGE("channel", CHANNEL_RECORD, "title", "division", "institution_id")),
    STATEMENT_WRITE(INSERT_CHANNEL, "INSERT INTO channel (id, created_us, updated_us, title, number, summary, logo,"
                                    " division, institution_id, visibility, visible_to)"
                                    " VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
    STATEMENT_WRITE(UPDATE_CHANNEL, "UPDATE channel SET updated_us = ?2, title = ?3, number = ?4, summary = ?5,"
                                    " logo = ?6, division = ?7, institution_id = ?8, visibility = ?9,"
                                    " visible_to = ?10, row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(DELETE_CHANNEL, "DELETE FROM channel WHERE id = ?1 AND ?2 > 0"),
    STATEMENT_READ(HAS_CHANNEL, "SELECT 1 FROM channel WHERE id = ?1"),
    STATEMENT_READ(FIND_CHANNEL_NUMBER, "SELECT 1 FROM channel WHERE number = ?1 AND id <> ?2"),
    STATEMENT_WRITE(TOUCH_CHANNEL,
                    "UPDATE channel SET updated_us = ?2, row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_READ(LIST_CHANNEL_SCHEDULES,
                   "SELECT from_us, document FROM channel_schedule WHERE channel_id = ?1 ORDER BY from_us"),
    STATEMENT_WRITE(INSERT_CHANNEL_SCHEDULE,
                    "INSERT OR REPLACE INTO channel_schedule (channel_id, from_us, document)"
                    " VALUES (?1, ?2, ?3)"),
    STATEMENT_WRITE(DROP_PENDING_SCHEDULES, "DELETE FROM channel_schedule WHERE channel_id = ?1 AND from_us >= ?2"),
    /* ?2: nobody asks for what was before; ?3: how many stay at most */
    STATEMENT_WRITE(DROP_OLD_SCHEDULES,
                    "DELETE FROM channel_schedule WHERE channel_id = ?1 AND (from_us <"
                    " (SELECT MAX(from_us) FROM channel_schedule WHERE channel_id = ?1 AND from_us <= ?2)"
                    " OR from_us < (SELECT MIN(from_us) FROM (SELECT from_us FROM channel_schedule"
                    "  WHERE channel_id = ?1 ORDER BY from_us DESC LIMIT ?3)))"),
    /* ?1: of a course, in order, or ?2: one */
    STATEMENT_READ(
        LIST_CHANNEL_LESSONS,
        "SELECT lesson.id, lesson.title, course.id, course.title, course.category, course.summary,"
        " asset.id, asset.state, asset.duration_us, asset.target_duration_s,"
        " asset.poster_key IS NOT NULL, course.state, course.visibility, course.visible_to"
        " FROM lesson JOIN course ON course.id = lesson.course_id JOIN asset ON asset.id = lesson.asset_id"
        " WHERE lesson.course_id = ?1 OR lesson.id = ?2 ORDER BY lesson.position"),
    STATEMENT_READ(HAS_LESSON, "SELECT 1 FROM lesson WHERE id = ?1"),

    /* lists of a record: ?1 its id, ?2 position, ?3 value */
    STATEMENT_WRITE(CLEAR_COURSE_AUDIENCES, "DELETE FROM course_audience WHERE course_id = ?1"),
    STATEMENT_WRITE(ADD_COURSE_AUDIENCE, "INSERT INTO course_audience (course_id, audience) VALUES (?1, ?3)"),
    STATEMENT_WRITE(CLEAR_COURSE_TAGS, "DELETE FROM course_tag WHERE course_id = ?1"),
    STATEMENT_WRITE(ADD_COURSE_TAG, "INSERT INTO course_tag (course_id, tag) VALUES (?1, ?3)"),
    STATEMENT_WRITE(CLEAR_COURSE_LECTURERS, "DELETE FROM course_lecturer WHERE course_id = ?1"),
    STATEMENT_WRITE(ADD_COURSE_LECTURER, "INSERT INTO course_lecturer (course_id, position, lecturer_id)"
                                         " VALUES (?1, ?2, ?3)"),
    STATEMENT_WRITE(CLEAR_COLLECTION_COURSES, "DELETE FROM collection_course WHERE collection_id = ?1"),
    STATEMENT_WRITE(ADD_COLLECTION_COURSE, "INSERT INTO collection_course (collection_id, position, course_id)"
                                           " VALUES (?1, ?2, ?3)"),
    STATEMENT_WRITE(CLEAR_COURSE_LESSONS, "DELETE FROM lesson WHERE course_id = ?1"),
    STATEMENT_WRITE(CLEAR_COURSE_ATTACHMENTS, "DELETE FROM attachment WHERE course_id = ?1"),
    STATEMENT_WRITE(CLEAR_COURSE_COLLECTIONS, "DELETE FROM collection_course WHERE course_id = ?1"),
    STATEMENT_WRITE(TOUCH_COURSE, "UPDATE course SET row_version = row_version + 1, updated_us = ?2 WHERE id = ?1"),
    /* A new order of lessons: all are parked below zero, those that stay are placed, the others go. */
    STATEMENT_WRITE(PARK_LESSONS, "UPDATE lesson SET position = -position WHERE course_id = ?1"),
    STATEMENT_WRITE(PLACE_LESSON, "UPDATE lesson SET position = ?3, title = ?4 WHERE course_id = ?1 AND id = ?2"
                                  " AND position < 0"),
    STATEMENT_WRITE(ADD_LESSON, "INSERT INTO lesson (id, course_id, position, title, asset_id, sign_asset_id)"
                                " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
    STATEMENT_WRITE(SET_LESSON_SIGN, "UPDATE lesson SET sign_asset_id = ?2 WHERE id = ?1"),
    STATEMENT_READ(FIND_SOURCE_NAME, "SELECT source_name FROM asset WHERE id = ?1 AND source_key <> ''"),
    STATEMENT_WRITE(DELETE_PARKED_LESSONS, "DELETE FROM lesson WHERE course_id = ?1 AND position < 0"),

    STATEMENT_READ(IS_COURSE_VISIBLE, "SELECT 1 FROM course WHERE id = ?1 AND " STATEMENT_COURSE_IS_VISIBLE("?2")),
    STATEMENT_READ(LIST_COURSE_CHANGES, "SELECT id, change_seq, state FROM course WHERE change_seq > ?1"
                                        " ORDER BY change_seq LIMIT ?2"),
    STATEMENT_READ(LOAD_LAST_CHANGE, "SELECT MAX(change_seq) FROM course"),
    STATEMENT_WRITE(ADD_PLAYS, "UPDATE course SET popularity = popularity + ?2," NUMBER_IF_STEP(
                                   "popularity + ?2") " WHERE id = ?1 AND state <> 'deleted'"),
    STATEMENT_READ(FIND_COURSE_BATCH,
                   "SELECT MAX(id) FROM (SELECT id FROM course WHERE id > ?1 ORDER BY id LIMIT ?2)"),
    STATEMENT_WRITE(FADE_POPULARITY,
                    "UPDATE course SET popularity = popularity * ?3 / 1000," NUMBER_IF_STEP(
                        "popularity * ?3 / 1000") " WHERE id > ?1 AND id <= ?2 AND popularity > 0"),
    STATEMENT_READ(LOAD_UPKEEP, "SELECT done_us, position FROM upkeep WHERE name = ?1"),
    STATEMENT_WRITE(SAVE_UPKEEP, "INSERT INTO upkeep (name, done_us, position) VALUES (?1, ?2, ?3)"
                                 " ON CONFLICT (name) DO UPDATE SET done_us = ?2, position = ?3"),
    STATEMENT_READ(LOAD_MARK, "SELECT mark FROM catalog_mark"),
    STATEMENT_WRITE(MAKE_MARK,
                    "INSERT OR IGNORE INTO catalog_mark (id, mark) VALUES (1, lower(hex(randomblob(16))))"),
    STATEMENT_WRITE(RENEW_MARK,
                    "INSERT OR REPLACE INTO catalog_mark (id, mark) VALUES (1, lower(hex(randomblob(16))))"),

    STATEMENT_WRITE(INSERT_AUDIT, "INSERT INTO audit (at_us, actor, kind, record_id, action, changes)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
    /* newest first: ?1 kind, ?2 id (NULL: any), ?3 before this entry, ?4 limit */
    STATEMENT_READ(LIST_AUDIT, "SELECT id, at_us, actor, kind, record_id, action, changes FROM audit"
                               " WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR record_id = ?2)"
                               " AND (?3 = 0 OR id < ?3) AND (?5 IS NULL OR actor IN (?5, 'person:' || ?5))"
                               " AND (?6 IS NULL OR action = ?6) AND (?7 = 0 OR at_us >= ?7)"
                               " AND (?8 = 0 OR at_us < ?8) ORDER BY id DESC LIMIT ?4"),
    /* entries are in the order of time: none behind the first that stays is looked at */
    STATEMENT_WRITE(PRUNE_AUDIT,
                    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < COALESCE("
                    "(SELECT id FROM audit WHERE at_us >= ?1 ORDER BY id LIMIT 1), 9223372036854775807)"
                    " AND id < (SELECT MAX(id) FROM audit) ORDER BY id LIMIT ?2)"),
    STATEMENT_WRITE(FORGET_IDEMPOTENCY, "DELETE FROM idempotency WHERE created_us < ?1"),
    STATEMENT_WRITE(FIND_IDEMPOTENCY, "SELECT request_hash, kind, record_id, answer, tag FROM idempotency"
                                      " WHERE actor = ?1 AND key = ?2"),
    STATEMENT_WRITE(INSERT_IDEMPOTENCY,
                    "INSERT INTO idempotency (actor, key, request_hash, kind, record_id, created_us)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
    STATEMENT_WRITE(KEEP_ANSWER, "UPDATE idempotency SET answer = ?3, tag = ?4"
                                 " WHERE actor = ?1 AND key = ?2 AND answer IS NULL"),
};
