/** Many records from a file: a table (CSV) or JSON lines. Two steps: reading the file gives rows and what is wrong with them
 * (pure, no catalog); taking them into the catalog makes new records or changes those whose `id` is there. */
#pragma once

#include "catalog/record.h"

#define IMPORT_FILE_BYTES_MAX (256 << 20)
#define IMPORT_ROWS_MAX 200000

/** What is wrong with a row. */
typedef struct {
  int64_t line;
  char *message_zh, *message_en;
} ImportFault;
/** An array of ImportFault that frees what they hold. */
GArray *import_faults_new(void);

typedef struct {
  int64_t line;
  CatalogRecord *record;
  char *institution; /**< by name, found or made; NULL: not given */
  char *lecturers;   /**< names of lecturers, joined by RECORD_LIST_SEPARATOR, found or made; NULL: not given */
} ImportRow;

typedef struct {
  GArray *rows;        /**< ImportRow, in the order of the file */
  GArray *divisions;   /**< DivisionRow (catalog/division.h), by code */
  GArray *faults;      /**< ImportFault */
  int64_t passed_over; /**< lines of kinds that files do not bring: lessons and attachments */
} ImportFile;
ImportFile *import_file_new(void);
void import_file_free(ImportFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportFile, import_file_free)

/** Read a table of records of one kind: UTF-8 or GBK; the first line names fields, in English or Chinese, and maybe `id`,
 * `institution` (机构名称) and `lecturers` (讲师姓名) by name. Entries of a list are separated by '|', ';', '、' or '；', or
 * the cell is a JSON array of texts. Empty cells leave a field as it is. Rows that are wrong become faults. INVALID when
 * it is no table at all, or names a column that is no field. */
bool import_table_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error);

/** Read JSON lines: an object each, as record_json_parse() takes them; `kind_of` names its kind when it is not `kind`.
 * Empty lines are passed over; wrong ones become faults. INVALID when the bytes are no text. */
bool import_lines_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error);

typedef struct {
  int64_t created, updated, unchanged, failed;
} ImportCounts;

/** Take the file's rows into the catalog, `actor` does it. Each row stands for itself: what is wrong with one is added to
 * `file->faults` and the others go in, in transactions of IMPORT_BATCH rows. With `is_dry_run` the same is done and then
 * undone, holding the write lock meanwhile. `progress` (may be NULL) is called after each batch with the rows done. */
#define IMPORT_BATCH 200
typedef void (*ImportProgressFunc)(int64_t done, int64_t total, gpointer user_data);
bool catalog_import(Catalog *catalog, const char *actor, ImportFile *file, bool is_dry_run,
                    ImportProgressFunc progress, gpointer user_data, ImportCounts *ret_counts, GError **error);

/** internal to catalog/ */
void import_file_add_fault(ImportFile *file, int64_t line, const char *message_zh, const char *message_en);
void import_file_add_record_fault(ImportFile *file, int64_t line, const RecordFault *fault);
