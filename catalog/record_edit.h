/** Making and changing one record inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"
#include "catalog/record.h"

/** STALE when `expected_version` is neither 0 nor the record's. */
bool record_edit_check_version(const CatalogRecord *record, int64_t expected_version, GError **error);

/** Write a checked (record_check()) record and its audit entry; it gets an id when it has none. False with `fault`, or with
 * `error` alone. */
bool record_edit_insert(Connection *connection, const char *actor, CatalogRecord *record, int64_t now_us,
                        RecordFault *fault, GError **error);

/** Change what a checked patch gives of the record `patch->id`. NOT_FOUND, STALE. */
bool record_edit_update(Connection *connection, const char *actor, const CatalogRecord *patch,
                        int64_t expected_version, bool *ret_is_changed, RecordFault *fault, GError **error);
