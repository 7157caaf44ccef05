/** Many records from a file: a table (CSV) or JSON lines. Two steps: reading the file gives rows and what is wrong with them
 * (pure, no catalog); taking them into the catalog makes new records or changes those whose `id` is there. */
#pragma once

#include "catalog/channel_document.h"
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

/** A lesson as a line gives it: a new one at that place of a course that is there, or one that is there already. */
typedef struct {
  char *id, *course_id, *title, *asset_id;
  char *sign_asset_id; /**< NULL: not given */
  int64_t position;
} ImportLesson;

/** The schedule of a channel that is there. */
typedef struct {
  char *channel_id;
  ChannelDocument *document;
} ImportSchedule;

/** One of the three. */
typedef struct {
  int64_t line;
  CatalogRecord *record;
  ImportLesson *lesson;
  ImportSchedule *schedule;
  char *institution; /**< by name, found or made; NULL: not given */
  char *lecturers;   /**< names of lecturers, joined by RECORD_LIST_SEPARATOR, found or made; NULL: not given */
} ImportRow;

typedef struct {
  GArray *rows;      /**< ImportRow, in the order of the file */
  GArray *divisions; /**< DivisionRow (catalog/division.h), by code */
  GArray *faults;    /**< ImportFault */
} ImportFile;
ImportFile *import_file_new(void);
void import_file_free(ImportFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportFile, import_file_free)

/** Read a table of records of one kind: UTF-8 or GBK; the first line names fields, in English or Chinese, and maybe `id`,
 * `institution` (机构名称) and `lecturers` (讲师姓名) by name. Entries of a list are separated by '|', ';', '、' or '；', or
 * the cell is a JSON array of texts. Empty cells leave a field as it is. Rows that are wrong become faults. INVALID when
 * it is no table at all, or names a column that is no field; its message is in Chinese and English, between which " · " stands. */
bool import_table_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error);

/** Read JSON lines: an object each, as record_json_parse() takes them; `kind_of` names its kind when it is not `kind`: that
 * of a record, "division", "lesson" or "schedule". Empty lines are passed over; wrong ones become faults. INVALID, as above, when the
 * bytes are no text. */
bool import_lines_parse(RecordKind kind, const char *data, size_t size, ImportFile *file, GError **error);

/** How a file is written. */
typedef enum { IMPORT_FORMAT_CSV, IMPORT_FORMAT_XLSX, IMPORT_FORMAT_LINES } ImportFormat;
const char *import_format_name(ImportFormat format); /**< "csv", "xlsx", "jsonl" */
/** By the end of a file's name, or the name of a format; false when it is none. */
bool import_format_find(const char *name, ImportFormat *ret_format);

/** Asked now and then: true to stop for now. */
typedef bool (*ImportStopFunc)(gpointer user_data);

/** Read a file of at most `size_max` bytes; errors as above, and of input and output: G_IO_ERROR_CANCELLED when
 * `should_stop` (may be NULL) said so. */
bool import_file_load(const char *path, ImportFormat format, RecordKind kind, int64_t size_max, ImportFile *file,
                      ImportStopFunc should_stop, gpointer user_data, GError **error);

typedef struct {
  int64_t created, updated, unchanged, failed;
} ImportCounts;

/** Take the file's rows into the catalog, `actor` does it. A lesson whose asset is not there gets one that has failed as
 * "not_here", until its source is uploaded in its place; an attachment gets its file when that is uploaded. Each row stands for itself: what is wrong with one is added to
 * `file->faults` and the others go in, in transactions of IMPORT_BATCH rows. With `is_dry_run` the same is done and then
 * undone, holding the write lock meanwhile. `progress` (may be NULL) is called after each batch with the rows done. */
#define IMPORT_BATCH 200
typedef void (*ImportProgressFunc)(int64_t done, int64_t total, gpointer user_data);
bool catalog_import(Catalog *catalog, const char *actor, ImportFile *file, bool is_dry_run,
                    ImportProgressFunc progress, gpointer user_data, ImportCounts *ret_counts, GError **error);

/** internal to catalog/ */
void import_file_add_fault(ImportFile *file, int64_t line, const char *message_zh, const char *message_en);
void import_file_add_record_fault(ImportFile *file, int64_t line, const RecordFault *fault);
void import_lesson_free(ImportLesson *lesson);
void import_schedule_free(ImportSchedule *schedule);
/** INVALID with both texts; false. */
bool import_refuse(GError **error, const char *message_zh, const char *message_en);
