#include "catalog/statements.h"

/* A course without a division of its own belongs where its institution is. */
#define COURSE_PLACE                                                                                               \
  "COALESCE(NULLIF(course.division, ''), (SELECT division FROM institution WHERE id = course.institution_id), "    \
  "''),"                                                                                                           \
  " COALESCE(course.institution_id, '') FROM course"

#define PERSON_COLUMNS                                                                                             \
  "id, login, name, division, password IS NOT NULL, totp_secret IS NOT NULL, is_disabled, row_version, "           \
  "created_us,"                                                                                                    \
  " updated_us"
#define CREDENTIAL_COLUMNS                                                                                         \
  "id, kind, COALESCE(person_id, ''), COALESCE(room_id, ''), label, scopes, is_strong, created_us, rotated_us,"    \
  " expires_us"

/* Where a course belongs, for rights over it: see COURSE_PLACE. */
#define COURSE_IS_REACHED(reach)                                                                                   \
  STATEMENT_IS_REACHED(reach,                                                                                      \
                       "COALESCE(NULLIF(course.division, ''), (SELECT division FROM institution WHERE id ="        \
                       " course.institution_id), '')",                                                             \
                       "COALESCE(course.institution_id, '')")

/* A lesson shows the asset ?n, or the one that this takes the place of or that took its place. */
#define LESSON_SHOWS(id)                                                                                           \
  "(lesson.asset_id IN (" id ", " ASSET_KIN(id) ") OR lesson.sign_asset_id IN (" id ", " ASSET_KIN(id) "))"
#define ASSET_KIN(id)                                                                                              \
  "(SELECT replaces_id FROM asset WHERE id = " id "), (SELECT replaced_by FROM asset WHERE id = " id ")"

/* Media that are not retired, with the lesson that has them or will have them. */
#define WORK(reach)                                                                                                \
  "asset LEFT JOIN lesson ON lesson.id = COALESCE("                                                                \
  "  (SELECT id FROM lesson WHERE asset_id = asset.id ORDER BY id LIMIT 1),"                                       \
  "  (SELECT id FROM lesson WHERE sign_asset_id = asset.id ORDER BY id LIMIT 1),"                                  \
  "  (SELECT id FROM lesson WHERE asset_id = asset.replaces_id OR sign_asset_id = asset.replaces_id"               \
  "   ORDER BY id LIMIT 1))"                                                                                       \
  " LEFT JOIN course ON course.id = lesson.course_id"                                                              \
  " WHERE asset.retired_us = 0 AND " COURSE_IS_REACHED(reach)
/* "+state": its jobs are few, those in a state may be all there are. */
#define WORK_STATE                                                                                                 \
  "CASE WHEN asset.state IN ('failed', 'ready') THEN asset.state WHEN asset.is_paused THEN 'paused'"               \
  " WHEN EXISTS (SELECT 1 FROM job WHERE asset_id = asset.id AND +state = 'running') THEN 'making'"                \
  " ELSE 'waiting' END"
#define WORK_JOBS(of) "(SELECT COUNT(*) FROM job WHERE asset_id = asset.id AND +state = '" of "')"

const StatementSpec statement_people_specs[STATEMENT_COUNT - STATEMENT_PEOPLE_FIRST] = {
    /* ?1 what, ?2 its id: division and institution where it belongs */
    STATEMENT_READ(LOAD_PLACE,
                   "SELECT " COURSE_PLACE " WHERE ?1 = 'course' AND id = ?2 AND state <> 'deleted'"
                   " UNION ALL SELECT division, id FROM institution WHERE ?1 = 'institution' AND id = ?2"
                   " UNION ALL SELECT COALESCE((SELECT division FROM institution WHERE id = institution_id), ''),"
                   "  COALESCE(institution_id, '') FROM lecturer WHERE ?1 = 'lecturer' AND id = ?2"
                   " UNION ALL SELECT COALESCE(NULLIF(division, ''), (SELECT division FROM institution WHERE id = "
                   "institution_id),"
                   "  ''), COALESCE(institution_id, '') FROM room WHERE ?1 = 'room' AND id = ?2"
                   " UNION ALL SELECT COALESCE(NULLIF(division, ''), (SELECT division FROM institution WHERE id = "
                   "institution_id),"
                   "  ''), COALESCE(institution_id, '') FROM channel WHERE ?1 = 'channel' AND id = ?2"
                   " UNION ALL SELECT division, '' FROM collection WHERE ?1 = 'collection' AND id = ?2"
                   " UNION ALL SELECT " COURSE_PLACE " WHERE ?1 = 'attachment' AND id ="
                   "  (SELECT course_id FROM attachment WHERE id = ?2)"
                   " UNION ALL SELECT * FROM (SELECT " COURSE_PLACE
                   " WHERE ?1 = 'asset' AND state <> 'deleted' AND id IN"
                   "  (SELECT course_id FROM lesson WHERE " LESSON_SHOWS("?2") ") ORDER BY id LIMIT 1)"
                                                                               " LIMIT 1"),

    STATEMENT_READ(LOAD_PERSON, "SELECT " PERSON_COLUMNS " FROM person WHERE id = ?1"),
    STATEMENT_READ(FIND_PERSON, "SELECT " PERSON_COLUMNS " FROM person WHERE login = ?1"),
    STATEMENT_READ(FIND_PERSON_BY_SUBJECT, "SELECT " PERSON_COLUMNS " FROM person WHERE subject = ?1"),
    /* ?1 after this login, ?2 limit, ?3 LIKE pattern, ?4 first digits of the division, ?5 role; NULL: any */
    STATEMENT_READ(
        LIST_PERSONS,
        "SELECT " PERSON_COLUMNS " FROM person WHERE login > ?1"
        " AND (?3 IS NULL OR login LIKE ?3 ESCAPE '\\' OR name LIKE ?3 ESCAPE '\\')"
        " AND (?4 IS NULL OR substr(division, 1, length(?4)) = ?4)"
        " AND (?5 IS NULL OR EXISTS (SELECT 1 FROM person_role WHERE person_id = person.id AND role = ?5))"
        " ORDER BY login LIMIT ?2"),
    STATEMENT_WRITE(INSERT_PERSON, "INSERT INTO person (id, login, name, division, password, subject, created_us,"
                                   " updated_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"),
    STATEMENT_WRITE(UPDATE_PERSON, "UPDATE person SET name = ?2, division = ?3, is_disabled = ?4, updated_us = ?5,"
                                   " row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(SET_PASSWORD, "UPDATE person SET password = ?2, updated_us = ?3, row_version = row_version + 1"
                                  " WHERE id = ?1"),
    STATEMENT_WRITE(SET_TOTP, "UPDATE person SET totp_secret = ?2, totp_step = ?3, updated_us = ?4,"
                              " row_version = row_version + 1 WHERE id = ?1"),
    STATEMENT_WRITE(TAKE_TOTP_STEP, "UPDATE person SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2"),
    STATEMENT_READ(LOAD_SECRETS, "SELECT password, totp_secret, totp_step FROM person WHERE id = ?1"),
    STATEMENT_READ(LIST_ROLES, "SELECT role, division, institution_id FROM person_role WHERE person_id = ?1"
                               " ORDER BY role, division, institution_id"),
    STATEMENT_WRITE(ADD_ROLE, "INSERT OR IGNORE INTO person_role (person_id, role, division, institution_id)"
                              " VALUES (?1, ?2, ?3, ?4)"),
    STATEMENT_WRITE(REMOVE_ROLE, "DELETE FROM person_role WHERE person_id = ?1 AND role = ?2 AND division = ?3"
                                 " AND institution_id = ?4"),
    STATEMENT_READ(COUNT_ROLES, "SELECT COUNT(*) FROM person_role WHERE person_id = ?1"),
    /* over everything, able to sign in, besides ?1 */
    STATEMENT_READ(COUNT_ADMINISTRATORS,
                   "SELECT COUNT(*) FROM person_role JOIN person ON person.id = person_id WHERE role ="
                   " 'administrator' AND person_role.division = '' AND institution_id = '' AND is_disabled = 0"
                   " AND person_id <> ?1"),

    STATEMENT_WRITE(
        INSERT_CREDENTIAL,
        "INSERT INTO credential (id, kind, hash, person_id, room_id, label, scopes, is_strong, created_us,"
        " rotated_us, expires_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)"),
    /* ?1 kind, ?2 hash, ?3 now */
    STATEMENT_READ(FIND_CREDENTIAL,
                   "SELECT " CREDENTIAL_COLUMNS ", hash = ?2, old_hash IS NOT NULL AND old_until_us = 0"
                   " FROM credential WHERE kind = ?1 AND expires_us > ?3"
                   " AND (hash = ?2 OR (old_hash = ?2 AND (old_until_us = 0 OR old_until_us > ?3)))"),
    STATEMENT_READ(LIST_CREDENTIALS, "SELECT " CREDENTIAL_COLUMNS ", 1, 0 FROM credential WHERE person_id = ?1"
                                     " AND kind = ?2 AND expires_us > ?3 ORDER BY created_us DESC, id"),
    STATEMENT_WRITE(ROTATE_CREDENTIAL, "UPDATE credential SET old_hash = hash, old_until_us = 0, hash = ?2,"
                                       " rotated_us = ?3, expires_us = ?4 WHERE id = ?1"),
    /* the new secret is in use: the old one goes at ?2 */
    STATEMENT_WRITE(SETTLE_CREDENTIAL,
                    "UPDATE credential SET old_until_us = ?2 WHERE id = ?1 AND old_until_us = 0"),
    STATEMENT_WRITE(DELETE_CREDENTIAL, "DELETE FROM credential WHERE id = ?1 AND person_id IS ?2"),
    STATEMENT_WRITE(DELETE_CREDENTIALS,
                    "DELETE FROM credential WHERE person_id = ?1 AND kind = ?2 AND id IS NOT ?3"),
    STATEMENT_WRITE(DELETE_ROOM_CREDENTIALS,
                    "DELETE FROM credential WHERE kind = 'room' AND room_id = ?1 AND label = ?2"),
    STATEMENT_READ(COUNT_ROOM, "SELECT COUNT(*) FROM room WHERE id = ?1"),
    /* all by which a person is known, but for session ?2 */
    STATEMENT_WRITE(DELETE_SIGN_INS, "DELETE FROM credential WHERE person_id = ?1 AND id IS NOT ?2"
                                     " AND kind IN ('session', 'token', 'device')"),
    STATEMENT_WRITE(FORGET_CREDENTIALS, "DELETE FROM credential WHERE expires_us <= ?1"),
    STATEMENT_READ(COUNT_CREDENTIALS, "SELECT COUNT(*) FROM credential WHERE person_id = ?1 AND kind = ?2"),

    STATEMENT_WRITE(INSERT_DEVICE_GRANT, "INSERT INTO device_grant (hash, user_code, label, expires_us)"
                                         " VALUES (?1, ?2, ?3, ?4)"),
    STATEMENT_READ(FIND_DEVICE_GRANT,
                   "SELECT state, person_id, label, expires_us FROM device_grant WHERE hash = ?1"),
    STATEMENT_READ(FIND_USER_CODE,
                   "SELECT state, label FROM device_grant WHERE user_code = ?1 AND expires_us > ?2"),
    STATEMENT_WRITE(DECIDE_DEVICE_GRANT, "UPDATE device_grant SET state = ?2, person_id = ?3 WHERE user_code = ?1"
                                         " AND state = 'pending' AND expires_us > ?4"),
    STATEMENT_WRITE(DELETE_DEVICE_GRANT, "DELETE FROM device_grant WHERE hash = ?1"),
    STATEMENT_WRITE(FORGET_DEVICE_GRANTS, "DELETE FROM device_grant WHERE expires_us <= ?1"),
    STATEMENT_READ(COUNT_DEVICE_GRANTS, "SELECT COUNT(*) FROM device_grant WHERE expires_us > ?1"),

    STATEMENT_WRITE(SET_ROOM_CODE, "INSERT OR REPLACE INTO room_code (code, room_id, expires_us)"
                                   " VALUES (?1, ?2, ?3)"),
    STATEMENT_READ(FIND_ROOM_CODE, "SELECT room.id, room.name FROM room_code JOIN room ON room.id = room_id"
                                   " WHERE code = ?1 AND expires_us > ?2"),
    STATEMENT_WRITE(CLEAR_ROOM_CODE, "DELETE FROM room_code WHERE room_id = ?1"),
    STATEMENT_WRITE(FORGET_ROOM_CODES, "DELETE FROM room_code WHERE expires_us <= ?1"),

    /* The courses of an asset, of the one that it takes the place of and of the one that took its place: what their
     * viewers are shown. */
    STATEMENT_READ(LIST_ASSET_COURSES,
                   "SELECT course.state, course.visibility, course.visible_to, course.division,"
                   " COALESCE(course.institution_id, '') FROM lesson JOIN course ON course.id = lesson.course_id"
                   " WHERE " LESSON_SHOWS("?1")),

    /* ?1 the lesson, ?2 who sees it */
    STATEMENT_READ(IS_LESSON_VISIBLE, "SELECT 1 FROM lesson JOIN course ON course.id = lesson.course_id"
                                      " WHERE lesson.id = ?1 AND " STATEMENT_COURSE_IS_VISIBLE("?2")),
    /* ?1 whose, ?2 who sees them, ?3 limit */
    STATEMENT_READ(LIST_WATCH_POSITIONS,
                   "SELECT lesson.id, lesson.title, course.id, course.title,"
                   " (SELECT COUNT(*) FROM lesson AS each WHERE each.course_id = course.id), asset.id,"
                   " asset.poster_key IS NOT NULL, position_us, watch_position.duration_us, saved_us"
                   " FROM watch_position JOIN lesson ON lesson.id = lesson_id"
                   " JOIN course ON course.id = lesson.course_id JOIN asset ON asset.id = lesson.asset_id"
                   " WHERE person_id = ?1 AND " STATEMENT_COURSE_IS_VISIBLE(
                       "?2") " ORDER BY saved_us DESC, lesson.id LIMIT ?3"),
    STATEMENT_WRITE(SAVE_WATCH_POSITION,
                    "INSERT INTO watch_position (person_id, lesson_id, position_us, duration_us, saved_us)"
                    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (person_id, lesson_id) DO UPDATE SET"
                    " position_us = excluded.position_us, duration_us = excluded.duration_us,"
                    " saved_us = excluded.saved_us WHERE excluded.saved_us >= watch_position.saved_us"),
    /* ?1 whose, ?2 how many stay */
    STATEMENT_WRITE(TRIM_WATCH_POSITIONS,
                    "DELETE FROM watch_position WHERE person_id = ?1 AND lesson_id IN"
                    " (SELECT lesson_id FROM watch_position WHERE person_id = ?1 ORDER BY saved_us DESC, lesson_id"
                    "  LIMIT -1 OFFSET ?2)"),
    STATEMENT_WRITE(DELETE_WATCH_POSITION, "DELETE FROM watch_position WHERE person_id = ?1 AND lesson_id = ?2"),

    /* ?1 reach, ?2 state, ?3 LIKE pattern (NULL: any), ?4 created_us and ?5 id of the last one before the page (NULL: first
     * page), ?6 limit */
    STATEMENT_READ(QUERY_WORK,
                   "SELECT asset.id, asset.source_name, asset.institution, COALESCE(course.id, ''),"
                   " COALESCE(course.title, ''), COALESCE(lesson.title, ''), " WORK_STATE ","
                   " CASE WHEN asset.state = 'ready' THEN 1.0 WHEN asset.plan IS NULL THEN 0.0 ELSE COALESCE("
                   "  (SELECT SUM(weight * CASE state WHEN 'done' THEN 1.0 ELSE progress END) / SUM(weight)"
                   "   FROM job WHERE asset_id = asset.id), 0.0) END, asset.error_code, asset.error_detail,"
                   " " WORK_JOBS("ready") ", " WORK_JOBS("running") ", " WORK_JOBS("done") ", " WORK_JOBS(
                       "failed") ","
                                 " asset.source_size_bytes, asset.duration_us, asset.created_us, asset.updated_us"
                                 " FROM " WORK("?1") " AND (?2 IS NULL OR " WORK_STATE " = ?2)"
                                                     " AND (?3 IS NULL OR course.title LIKE ?3 ESCAPE '\\' OR "
                                                     "lesson.title LIKE ?3 ESCAPE '\\'"
                                                     "  OR asset.source_name LIKE ?3 ESCAPE '\\')"
                                                     " AND (?5 IS NULL OR (asset.created_us, asset.id) < (?4, ?5))"
                                                     " ORDER BY asset.created_us DESC, asset.id DESC LIMIT ?6"),
    STATEMENT_READ(COUNT_WORK, "SELECT " WORK_STATE " AS s, COUNT(*) FROM " WORK("?1") " GROUP BY s"),
    STATEMENT_WRITE(RAISE_JOBS, "UPDATE job SET priority = ?2 WHERE asset_id = ?1 AND priority < ?2"
                                " AND state = 'ready'"),
    STATEMENT_READ(LIST_REACHED_INSTITUTIONS,
                   "SELECT name FROM institution WHERE " STATEMENT_IS_REACHED("?1", "division", "id")),
    STATEMENT_READ(LIST_REVIEWS, "SELECT at_us, actor, is_approved, remark FROM course_review WHERE course_id = ?1"
                                 " ORDER BY id DESC LIMIT ?2"),
    STATEMENT_READ(COUNT_REVIEWS_DUE,
                   "SELECT COUNT(*) FROM course WHERE state = 'review' AND " COURSE_IS_REACHED("?1")),
    STATEMENT_READ(IS_COURSE_IN_REVIEW, "SELECT 1 FROM course WHERE id = ?1 AND state = 'review'"),
    STATEMENT_WRITE(INSERT_REVIEW, "INSERT INTO course_review (course_id, at_us, actor, is_approved, remark)"
                                   " VALUES (?1, ?2, ?3, ?4, ?5)"),
    /* ?1 whose, ?2 how many stay */
    STATEMENT_WRITE(TRIM_REVIEWS, "DELETE FROM course_review WHERE course_id = ?1 AND id NOT IN"
                                  " (SELECT id FROM course_review WHERE course_id = ?1 ORDER BY id DESC LIMIT ?2)"),
};
