/** Records: what people edit in the catalog (courses, institutions, lecturers, rooms, collections, attachments, channels), all
 * by one table of fields. The API, import, export and the audit log go by the same table, so a field is declared once.
 *
 * Values are texts: a list is joined by RECORD_LIST_SEPARATOR (which no text may hold), a number is decimal, a reference
 * an id. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/course.h"

typedef enum {
  RECORD_COURSE,
  RECORD_INSTITUTION,
  RECORD_LECTURER,
  RECORD_ROOM,
  RECORD_COLLECTION,
  RECORD_ATTACHMENT,
  RECORD_CHANNEL,
} RecordKind;
#define RECORD_KIND_COUNT (RECORD_CHANNEL + 1)

#define RECORD_LIST_SEPARATOR "\x1f"
#define RECORD_FIELDS_MAX 16
#define RECORD_LIST_MAX 500 /**< entries of a list */

typedef enum {
  RECORD_FIELD_LINE,       /**< a text of one line */
  RECORD_FIELD_PROSE,      /**< a text of lines */
  RECORD_FIELD_WORD,       /**< a slug of a closed list; names are taken for it too */
  RECORD_FIELD_LANGUAGE,   /**< BCP 47 */
  RECORD_FIELD_DIVISION,   /**< the code of a division that is there */
  RECORD_FIELD_REFERENCE,  /**< the id of a record */
  RECORD_FIELD_NUMBER,     /**< 0 to size_max */
  RECORD_FIELD_WORDS,      /**< a set of slugs */
  RECORD_FIELD_LINES,      /**< a set of texts */
  RECORD_FIELD_REFERENCES, /**< ids of records, in order, each once */
} RecordFieldType;

typedef enum {
  RECORD_FIELD_REQUIRED = 1 << 0, /**< not empty */
  RECORD_FIELD_FIXED = 1 << 1,    /**< set when the record is made, never changed */
  RECORD_FIELD_INTERNAL = 1 << 2, /**< not given from outside */
  RECORD_FIELD_SECRET = 1 << 3,   /**< shown only to those who may edit */
} RecordFieldFlags;

typedef const CatalogWord *(*RecordWordsFunc)(size_t *ret_count);

typedef struct {
  const char *name; /**< in JSON and in the first line of tables */
  const char *zh;   /**< in messages and, also understood, in the first line of tables */
  RecordFieldType type;
  unsigned flags;
  int64_t size_max;          /**< characters of a text or of each of its list; of a number the number itself */
  RecordWordsFunc words;     /**< RECORD_FIELD_WORD and _WORDS */
  RecordKind refers_to;      /**< RECORD_FIELD_REFERENCE and _REFERENCES */
  const char *default_value; /**< of a new record; NULL: empty */
} RecordField;

typedef struct {
  const char *name;   /**< "course" */
  const char *plural; /**< "courses", as in the API's addresses */
  const char *zh;
  const RecordField *fields;
  size_t field_count;
} RecordSpec;

const RecordSpec *record_spec(RecordKind kind);
/** By name or plural; false when there is none. */
bool record_spec_find(const char *name, RecordKind *ret_kind);
/** By name or Chinese name; -1 when there is none. */
int record_spec_find_field(const RecordSpec *spec, const char *name);
bool record_field_is_list(const RecordField *field);

typedef struct {
  RecordKind kind;
  char *id;            /**< NULL in one that is not stored */
  int64_t row_version; /**< 1 when new, grows with every edit */
  int64_t created_us, updated_us;
  char *values[RECORD_FIELDS_MAX]; /**< by field; NULL: not given. None is NULL in a stored record */
} CatalogRecord;
CatalogRecord *catalog_record_new(RecordKind kind);
void catalog_record_free(CatalogRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogRecord, catalog_record_free)

/** The field must exist. NULL takes the value away. */
void catalog_record_set(CatalogRecord *record, const char *field, const char *value);
/** "" for one that is not given. The field must exist. */
const char *catalog_record_get(const CatalogRecord *record, const char *field);

/** What is wrong with a field, for people. */
typedef enum {
  RECORD_FAULT_NONE,
  RECORD_FAULT_UNKNOWN_FIELD,
  RECORD_FAULT_TYPE, /**< a number where a text belongs, ... */
  RECORD_FAULT_MISSING,
  RECORD_FAULT_TOO_LONG,
  RECORD_FAULT_TOO_MANY,
  RECORD_FAULT_NO_WORD,   /**< not in the closed list */
  RECORD_FAULT_NO_RECORD, /**< names a record or division that is not there */
  RECORD_FAULT_FORM,      /**< no language tag, number or division code */
  RECORD_FAULT_FIXED,
  RECORD_FAULT_TWICE, /**< in a list, or a name that must be the only one */
  RECORD_FAULT_STATE, /**< no way from the present state to this one */
  RECORD_FAULT_RIGHT, /**< who does it has no right to */
} RecordFaultReason;
typedef struct {
  RecordFaultReason reason;
  char field[40];
  char given[128]; /**< the value, cut */
} RecordFault;
void record_fault_set(RecordFault *fault, RecordFaultReason reason, const char *field, const char *given);
/** A sentence that names the field and the value; caller frees. */
char *record_fault_text_zh(const RecordFault *fault);
char *record_fault_text_en(const RecordFault *fault);

/** Bring the given values to their canonical form (white space, slugs for names) and check them; `is_new` fills in
 * defaults and asks for what is required. False with `fault`; what refers to the catalog is checked when it is written. */
bool record_check(CatalogRecord *record, bool is_new, RecordFault *fault);

/** May a course go from one state to another? The one table of allowed ways. */
bool course_state_may_become(const char *from, const char *to);
