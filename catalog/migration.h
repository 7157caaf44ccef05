/** Schema migrations: the numbered .sql files of catalog/migrations, embedded by cmake/KapokSql.cmake.
 * Internal to catalog/. */
#pragma once

#include "catalog/connection.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** "KAPK" in the file's header, set by the first migration. */
#define CATALOG_APPLICATION_ID 0x4B41504B

typedef struct {
  int version; /**< from 1, without gaps */
  const char *name;
  const char *sql;
  const char *version_sql; /**< records `version` in the file */
} Migration;
extern const Migration migration_table[];
extern const size_t migration_table_count;

int migration_newest_version(void);

/** See that the file behind `connection` is a catalog (or new and empty) that this program can use: CATALOG_ERROR_DAMAGED
 * for a file of another program, CATALOG_ERROR_VERSION for a newer Kapok's. Changes nothing. */
bool migration_check(Connection *connection, GError **error);

/** Bring the schema to the newest version in one transaction; nothing is done when it is there already. */
bool migration_apply(Connection *connection, GError **error);
