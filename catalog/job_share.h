/** Fair shares of the workers between institutions. Internal to catalog/.
 *
 * Every claim adds the job's weight to what its institution has had; among jobs of equal priority the institution that
 * had least is served next. One that has had no open jobs for a while comes back level with the one that had least of
 * those at work, so that it neither waits for what it had long ago nor catches up on what it never asked for. When
 * nobody has open jobs, all begin anew. */
#pragma once

#include "catalog/transaction.h"

/** To be called before open jobs of `institution` are added (a new lesson, one retried or resumed). */
bool job_share_enter(Connection *connection, const char *institution, GError **error);
