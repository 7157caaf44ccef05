/** Divisions (行政区划): the tree of city, county, township and village, by the statistical codes of 12 digits.
 * Two digits each for province, city and county, three each for township and village; zeros after the own level. */
#pragma once

#include "catalog/catalog.h"

#define DIVISION_CODE_LENGTH 12
#define DIVISION_CODE_SIZE (DIVISION_CODE_LENGTH + 1)
#define DIVISION_LEVEL_CITY 1
#define DIVISION_LEVEL_VILLAGE 4

/** 1 city, 2 county or district, 3 township or street, 4 village or neighbourhood; 0 when `code` is none of them. */
int division_level(const char *code);

/** How many leading digits all codes of its subtree share: 4, 6, 9, 12; 0 when it is no code. */
size_t division_prefix_length(const char *code);

/** The code one level above; false for a city and for what is no code. `ret_parent` may be `code` itself. */
bool division_parent(const char *code, char ret_parent[DIVISION_CODE_SIZE]);

/** Is `code` the division `ancestor` or below it? */
bool division_is_within(const char *code, const char *ancestor);

typedef struct {
  char code[DIVISION_CODE_SIZE];
  char parent[DIVISION_CODE_SIZE]; /**< empty for a city */
  int level;
  char *name;    /**< Chinese */
  char *name_en; /**< may be empty */
  int64_t child_count;
  int64_t updated_us;
} CatalogDivision;
/** An array of CatalogDivision that frees what they hold. */
GArray *catalog_divisions_new(void);

/** NOT_FOUND when there is none. `ret_division`: an array of one. */
bool catalog_load_division(Catalog *catalog, const char *code, GArray **ret_division, GError **error);
/** The divisions right below `parent` by code; `parent` NULL: the cities. */
bool catalog_list_divisions(Catalog *catalog, const char *parent, GArray **ret_divisions, GError **error);
/** Up to `limit` of the whole tree by code, those after `after` ("": from the start). */
bool catalog_walk_divisions(Catalog *catalog, const char *after, int64_t limit, GArray **ret_divisions,
                            GError **error);

/** One row for the tree. */
typedef struct {
  int64_t line; /**< in the file, for messages */
  char code[DIVISION_CODE_SIZE];
  char *name, *name_en;
} DivisionRow;
typedef struct {
  int64_t added, renamed, unchanged;
} DivisionCounts;
typedef struct {
  int64_t line;
  char *message_zh, *message_en;
} DivisionFault;

/** Read a table of divisions: CSV in UTF-8 or GBK, a head line naming the columns `code`, `name` and, if wanted,
 * `name_en` (or 代码, 名称, 英文名称). Rows that are wrong are told in `ret_faults` (array of DivisionFault); the others
 * come in `ret_rows` (array of DivisionRow), by code. INVALID when the bytes are no such table at all. */
bool division_table_parse(const char *data, size_t size, GArray **ret_rows, GArray **ret_faults, GError **error);

/** Take the rows into the tree in one transaction: new ones are added, others renamed; nothing is taken away. INVALID,
 * and nothing is changed, when the one above is neither in the tree nor among the rows. `actor` is who does it. */
bool catalog_put_divisions(Catalog *catalog, const char *actor, const GArray *rows, DivisionCounts *ret_counts,
                           GError **error);
