/** Writing one record inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"
#include "catalog/record.h"

/** What only the catalog can tell of `new`, in place of `old` (without id when it is new): references that lead
 * somewhere, fixed fields, the way between states, a name that is taken, what visibility needs. Fills in what follows from other fields (the
 * secret of a link, whom a course is visible to). False with `fault` set, or with `error` alone. */
bool record_write_check(Connection *connection, const CatalogRecord *old, CatalogRecord *new, RecordFault *fault,
                        GError **error);

/** Run the kind's insert or update statement, and write the lists that differ. */
bool record_write(Connection *connection, StatementId statement, const CatalogRecord *old, const CatalogRecord *new,
                  int64_t now_us, GError **error);

/** Record the values that differ. */
bool record_write_audit(Connection *connection, const char *actor, const char *action, const CatalogRecord *old,
                        const CatalogRecord *new, int64_t now_us, GError **error);
