/** Which statements keep which records. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"
#include "catalog/record.h"

typedef struct {
  StatementId load, list, insert, update, delete, has;
} RecordStatements;
const RecordStatements *record_statements(RecordKind kind);

/** The current row of a load or list statement. */
CatalogRecord *record_row_read(Statement *statement, RecordKind kind);

/** NULL in `*ret_record` when there is none. */
bool record_find(Connection *connection, RecordKind kind, const char *id, CatalogRecord **ret_record,
                 GError **error);
/** The same where there must be one: NOT_FOUND. */
bool record_load(Connection *connection, RecordKind kind, const char *id, CatalogRecord **ret_record,
                 GError **error);
