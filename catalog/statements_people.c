#include "catalog/statements.h"

/* A course without a division of its own belongs where its institution is. */
#define COURSE_PLACE                                                                                               \
  "COALESCE(NULLIF(course.division, ''), (SELECT division FROM institution WHERE id = course.institution_id), "    \
  "''),"                                                                                                           \
  " COALESCE(course.institution_id, '') FROM course"

const StatementSpec statement_people_specs[STATEMENT_COUNT - STATEMENT_PEOPLE_FIRST] = {
    /* ?1 what, ?2 its id: division and institution where it belongs */
    STATEMENT_READ(
        LOAD_PLACE,
        "SELECT " COURSE_PLACE " WHERE ?1 = 'course' AND id = ?2 AND state <> 'deleted'"
        " UNION ALL SELECT division, id FROM institution WHERE ?1 = 'institution' AND id = ?2"
        " UNION ALL SELECT COALESCE((SELECT division FROM institution WHERE id = institution_id), ''),"
        "  COALESCE(institution_id, '') FROM lecturer WHERE ?1 = 'lecturer' AND id = ?2"
        " UNION ALL SELECT COALESCE(NULLIF(division, ''), (SELECT division FROM institution WHERE id = "
        "institution_id),"
        "  ''), COALESCE(institution_id, '') FROM room WHERE ?1 = 'room' AND id = ?2"
        " UNION ALL SELECT division, '' FROM collection WHERE ?1 = 'collection' AND id = ?2"
        " UNION ALL SELECT " COURSE_PLACE " WHERE ?1 = 'attachment' AND id ="
        "  (SELECT course_id FROM attachment WHERE id = ?2)"
        " UNION ALL SELECT * FROM (SELECT " COURSE_PLACE " WHERE ?1 = 'asset' AND state <> 'deleted' AND id IN"
        "  (SELECT course_id FROM lesson WHERE asset_id IN (?2, (SELECT replaces_id FROM asset WHERE id = ?2),"
        "   (SELECT replaced_by FROM asset WHERE id = ?2))) ORDER BY id LIMIT 1)"
        " LIMIT 1"),
};
