/* Lessons of JSON lines. */
#include "catalog/import_take.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/record_place.h"
#include "catalog/record_statements.h"

#include <string.h>

#define TITLE_CHARACTERS_MAX 200
#define POSITION_MAX 100000

/* As the catalog has it. */
typedef struct {
  char *course_id, *title, *asset_id, *sign_asset_id;
  int64_t position;
} Stored;
static void stored_clear(Stored *stored) {
  g_free(stored->course_id);
  g_free(stored->title);
  g_free(stored->asset_id);
  g_free(stored->sign_asset_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stored, stored_clear)

static bool refuse(RecordFault *fault, RecordFaultReason reason, const char *field, const char *given) {
  record_fault_set(fault, reason, field, given);
  return false;
}

static bool check_form(const ImportLesson *lesson, RecordFault *fault) {
  const struct {
    const char *field, *id;
  } ids[] = {{"id", lesson->id}, {"course_id", lesson->course_id}, {"asset_id", lesson->asset_id}};
  for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
    if (!ids[i].id || !id_is_valid(ids[i].id))
      return refuse(fault, ids[i].id ? RECORD_FAULT_FORM : RECORD_FAULT_MISSING, ids[i].field, ids[i].id);
  if (lesson->sign_asset_id && !id_is_valid(lesson->sign_asset_id))
    return refuse(fault, RECORD_FAULT_FORM, "sign_asset_id", lesson->sign_asset_id);
  if (!lesson->title || !*lesson->title)
    return refuse(fault, RECORD_FAULT_MISSING, "title", NULL);
  if (g_utf8_strlen(lesson->title, -1) > TITLE_CHARACTERS_MAX)
    return refuse(fault, RECORD_FAULT_TOO_LONG, "title", lesson->title);
  g_autofree char *position = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)lesson->position);
  return (lesson->position >= 1 && lesson->position <= POSITION_MAX) ||
         refuse(fault, RECORD_FAULT_FORM, "position", position);
}

static bool check_course(const ImportTake *take, const ImportLesson *lesson, RecordFault *fault, GError **error) {
  int64_t is_there = 0, is_taken = 0;
  g_autofree char *position = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)lesson->position);
  if (!connection_number(take->connection, STATEMENT_HAS_COURSE, &is_there, error,
                         argument_text(lesson->course_id)))
    return false;
  if (!is_there)
    return refuse(fault, RECORD_FAULT_NO_RECORD, "course_id", lesson->course_id);
  if (!import_rights_check_course(take, lesson->course_id, fault, error) ||
      !connection_number(take->connection, STATEMENT_HAS_LESSON_AT, &is_taken, error,
                         argument_text(lesson->course_id), argument_int(lesson->position),
                         argument_text(lesson->id)))
    return false;
  return !is_taken || refuse(fault, RECORD_FAULT_TWICE, "position", position);
}

static bool find_stored(Connection *connection, const char *id, bool *ret_found, Stored *stored, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_LESSON);
  statement_bind(&statement, argument_text(id));
  if (!statement_find_row(&statement, ret_found, error))
    return false;
  if (*ret_found)
    *stored = (Stored){statement_dup_text(&statement, 0), statement_dup_text(&statement, 2),
                       statement_dup_text(&statement, 3), statement_dup_text(&statement, 4),
                       statement_int(&statement, 1)};
  return true;
}

/* Media of others are theirs to give. */
static bool check_asset(const ImportTake *take, const char *field, const char *asset_id, bool *ret_found,
                        RecordFault *fault, GError **error) {
  int64_t is_there = 0;
  g_auto(Place) place = {0};
  if (!connection_number(take->connection, STATEMENT_HAS_ASSET, &is_there, error, argument_text(asset_id)))
    return false;
  *ret_found = is_there != 0;
  if (!is_there || !take->rights)
    return true;
  if (!place_load(take->connection, "asset", asset_id, &place, NULL))
    place = (Place){0}; /* of no lesson: only those who may do so everywhere */
  return import_may(take, RIGHT_EDIT, &place) || refuse(fault, RECORD_FAULT_RIGHT, field, asset_id);
}

/* What is not here gets a place, until its source comes. NULL needs none. */
static bool take_asset(const ImportTake *take, const ImportLesson *lesson, const char *field, const char *asset_id,
                       RecordFault *fault, GError **error) {
  bool has_asset = false;
  if (!asset_id)
    return true;
  if (!check_asset(take, field, asset_id, &has_asset, fault, error))
    return false;
  return has_asset ||
         connection_run(take->connection, STATEMENT_INSERT_ABSENT_ASSET, error, argument_text(asset_id),
                        argument_text(lesson->title), argument_text(lesson->course_id), argument_int(take->now_us));
}

static bool note(const ImportTake *take, const ImportLesson *lesson, const char *before, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("course", lesson->course_id, "lessons");
  g_autofree char *after = g_strdup_printf("%s %s", lesson->id, lesson->title);
  audit_entry_add(&entry, "lessons", before, after);
  return connection_run(take->connection, STATEMENT_TOUCH_COURSE, error, argument_text(lesson->course_id),
                        argument_int(take->now_us)) &&
         audit_entry_record(&entry, take->connection, take->actor, take->now_us, error);
}

static bool add(const ImportTake *take, const ImportLesson *lesson, RecordFault *fault, GError **error) {
  return take_asset(take, lesson, "asset_id", lesson->asset_id, fault, error) &&
         take_asset(take, lesson, "sign_asset_id", lesson->sign_asset_id, fault, error) &&
         connection_run(take->connection, STATEMENT_ADD_LESSON, error, argument_text(lesson->id),
                        argument_text(lesson->course_id), argument_int(lesson->position),
                        argument_text(lesson->title), argument_text(lesson->asset_id),
                        argument_text(lesson->sign_asset_id)) &&
         note(take, lesson, NULL, error);
}

/* A line without one leaves the sign-language video that there is. */
static bool has_same_sign(const ImportLesson *lesson, const Stored *stored) {
  return !lesson->sign_asset_id || g_strcmp0(lesson->sign_asset_id, stored->sign_asset_id) == 0;
}

static bool set_sign(const ImportTake *take, const ImportLesson *lesson, const Stored *stored, RecordFault *fault,
                     GError **error) {
  return has_same_sign(lesson, stored) ||
         (take_asset(take, lesson, "sign_asset_id", lesson->sign_asset_id, fault, error) &&
          connection_run(take->connection, STATEMENT_SET_LESSON_SIGN, error, argument_text(lesson->id),
                         argument_text(lesson->sign_asset_id)));
}

static bool change(const ImportTake *take, const ImportLesson *lesson, const Stored *stored, RecordFault *fault,
                   GError **error) {
  g_autofree char *before = g_strdup_printf("%s %s", lesson->id, stored->title);
  return connection_run(take->connection, STATEMENT_MOVE_LESSON, error, argument_text(lesson->id),
                        argument_int(lesson->position), argument_text(lesson->title)) &&
         set_sign(take, lesson, stored, fault, error) && note(take, lesson, before, error);
}

bool import_take_lesson(ImportTake *take, const ImportLesson *lesson, ImportResult *ret_result, RecordFault *fault,
                        GError **error) {
  bool is_there = false;
  g_auto(Stored) stored = {0};
  if (!check_form(lesson, fault) || !check_course(take, lesson, fault, error) ||
      !find_stored(take->connection, lesson->id, &is_there, &stored, error))
    return false;
  if (!is_there) {
    *ret_result = IMPORT_RESULT_CREATED;
    return add(take, lesson, fault, error);
  }
  if (strcmp(stored.course_id, lesson->course_id) != 0)
    return refuse(fault, RECORD_FAULT_FIXED, "course_id", lesson->course_id);
  if (strcmp(stored.asset_id, lesson->asset_id) != 0)
    return refuse(fault, RECORD_FAULT_FIXED, "asset_id", lesson->asset_id);
  bool is_same = stored.position == lesson->position && strcmp(stored.title, lesson->title) == 0 &&
                 has_same_sign(lesson, &stored);
  *ret_result = is_same ? IMPORT_RESULT_UNCHANGED : IMPORT_RESULT_UPDATED;
  return is_same || change(take, lesson, &stored, fault, error);
}
