/** Imports as jobs: a file that came over the network is kept in the folder `imports` of the data folder, waits for its turn,
 * and is taken in batch by batch. How far it is stands in the catalog in the transaction of each batch, so whoever goes on
 * with it after a crash does nothing twice and leaves nothing out. One job of a data folder runs at a time.
 *
 * Rights are those that the person has while it runs. Threads: any. */
#pragma once

#include "catalog/import.h"

#define IMPORT_JOB_BYTES_MAX ((int64_t)64 << 20)
/** Waiting and running jobs of one owner, at most. */
#define IMPORT_JOBS_OPEN_MAX 20
/** Of those that have ended the newest of each owner are kept, for so long. */
#define IMPORT_JOBS_KEPT_MAX 50
#define IMPORT_JOBS_KEPT_US (30 * G_TIME_SPAN_DAY)
/** A dry run holds the write lock as long as it lasts: of a longer file only a part can be tried. */
#define IMPORT_DRY_RUN_ROWS_MAX 10000

typedef enum {
  IMPORT_STATE_WAITING,
  IMPORT_STATE_RUNNING,
  IMPORT_STATE_DONE,
  IMPORT_STATE_FAILED,    /**< the file could not be read, or the catalog could not go on: `error` says why */
  IMPORT_STATE_CANCELLED, /**< what was taken until then stays */
} ImportState;
const char *import_state_name(ImportState state);

typedef struct {
  char *id, *owner;
  char *person_id; /**< whose rights count; NULL: the operator's, who may do everything */
  unsigned scopes; /**< rights that may be used at all */
  char *name;      /**< of the file */
  RecordKind kind;
  ImportFormat format;
  char *institution_id; /**< of new records that name none; "" for none */
  bool is_dry_run;
  int64_t size_bytes;
  ImportState state;
  char *runner;     /**< the process that works on it, or NULL */
  int64_t position; /**< rows of the file that were taken; -1: not begun */
  int64_t rows_total;
  ImportCounts counts;
  char *error; /**< in Chinese and English, between which " · " stands; or NULL */
  int64_t created_us, started_us, finished_us;
} CatalogImport;
void catalog_import_free(CatalogImport *import);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogImport, catalog_import_free)

/** The folder of the files, and the file of one import. Callers free. */
char *import_job_folder(const char *data_dir);
char *import_job_path(const char *folder, const char *id);

/** Record a job whose file is there already, whole and safe; state, counts and times of `import` are not looked at. With the
 * `idempotency_key` (or NULL) of an earlier one of the same owner nothing is made: `*ret_id` is then that one's, and not
 * `import->id`. Old ones go. CONFLICT when the owner has IMPORT_JOBS_OPEN_MAX. */
bool catalog_create_import(Catalog *catalog, const CatalogImport *import, const char *idempotency_key,
                           char **ret_id, GError **error);
/** NOT_FOUND when there is none. */
bool catalog_load_import(Catalog *catalog, const char *id, CatalogImport **ret_import, GError **error);
/** Newest first; `owner` NULL: of all. Array of CatalogImport *. */
bool catalog_list_imports(Catalog *catalog, const char *owner, int limit, GPtrArray **ret_imports, GError **error);
/** One that waits or runs is cancelled, which shows at the end of its batch; one that has ended is forgotten with its report. */
bool catalog_delete_import(Catalog *catalog, const char *folder, const char *id, GError **error);

/** A row of the report. */
typedef struct {
  int64_t line;
  const char *result; /**< "created", "updated", "unchanged" or "failed" */
  char *kind, *record_id, *title, *message_zh, *message_en;
} ImportReportRow;
#define IMPORT_REPORT_LIMIT_MAX 1000
/** The rows after line `after` (0: from the start), at most `limit`, only those that failed if so wanted. Array of ImportReportRow that
 * frees what they hold. */
bool catalog_list_import_rows(Catalog *catalog, const char *id, int64_t after, int64_t limit, bool is_failed_only,
                              GArray **ret_rows, GError **error);

/** Work on the oldest job that waits, or whose process has ended, to its end, or until `should_stop` (asked after each batch)
 * leaves it for later. `*ret_found` false when there is none. False
 * with `error` when the catalog cannot be reached; what is wrong with the job is told in the job. */
bool import_jobs_run_next(Catalog *catalog, const char *folder, ImportStopFunc should_stop, gpointer user_data,
                          bool *ret_found, GError **error);
/** Remove files that belong to no open job. */
bool import_jobs_tidy(Catalog *catalog, const char *folder, GError **error);
