/** Taking the rows of a file into the catalog inside a transaction, with the rights of who brings it. Internal to
 * catalog/. */
#pragma once

#include "catalog/connection.h"
#include "catalog/import_job.h"
#include "catalog/role.h"

typedef enum {
  IMPORT_RESULT_CREATED,
  IMPORT_RESULT_UPDATED,
  IMPORT_RESULT_UNCHANGED,
  IMPORT_RESULT_FAILED,
} ImportResult;

/** What became of a row. */
typedef struct {
  int64_t line;
  ImportResult result;
  const char *kind;              /**< "course", ..., "division", "lesson", "schedule"; "": it could not be read */
  char *record_id, *title;       /**< never NULL */
  char *message_zh, *message_en; /**< never NULL; "" where nothing is wrong */
} ImportOutcome;
/** An array of ImportOutcome that frees what they hold. */
GArray *import_outcomes_new(void);

/** What who brings the file may do. */
typedef struct {
  const RoleGrant *grants; /**< borrowed */
  size_t grant_count;
  unsigned scopes;
} ImportRights;

typedef struct {
  Connection *connection;
  const char *actor;
  ImportFile *file;
  const ImportRights *rights; /**< NULL: everything may be done */
  const char *institution_id; /**< of new records that name none; NULL or "": none */
  ImportCounts counts;
  GArray *outcomes; /**< ImportOutcome of each row; NULL: nobody asks */
  int64_t now_us;
} ImportTake;

/** The file's divisions. False with `error` when the catalog cannot go on; what is wrong with a row is no error. */
bool import_take_divisions(ImportTake *take, GError **error);
/** Its rows from `first` on, at most `limit`, each in a savepoint of its own. */
bool import_take_rows(ImportTake *take, guint first, guint limit, GError **error);

/** --- for import_take.c --- */

bool import_may(const ImportTake *take, Right right, const Place *place);
/** Whether the (canonical) record may be made, or changed so; false with `fault`, or with `error`. */
bool import_rights_check(const ImportTake *take, const CatalogRecord *record, bool is_there, RecordFault *fault,
                         GError **error);
/** The same for lines about a course: its lessons and attachments. */
bool import_rights_check_course(const ImportTake *take, const char *course_id, RecordFault *fault, GError **error);
bool import_take_lesson(ImportTake *take, const ImportLesson *lesson, ImportResult *ret_result, RecordFault *fault,
                        GError **error);
bool import_take_schedule(ImportTake *take, const ImportSchedule *schedule, ImportResult *ret_result,
                          RecordFault *fault, GError **error);

/** The current row of a statement that reads import jobs; the caller's. */
CatalogImport *import_job_read_row(Statement *statement);
