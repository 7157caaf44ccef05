/** Writing one division inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"
#include "catalog/division.h"

/** Add or rename it, and count that. INVALID when the one above is not there. */
bool division_put(Connection *connection, const char *actor, const DivisionRow *row, int64_t now_us,
                  DivisionCounts *counts, GError **error);
