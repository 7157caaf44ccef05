/** Uploads inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/connection.h"

/** The upload has become an asset (with its course) or an attachment; CONFLICT when it is done already or gone. */
bool upload_row_finish(Connection *connection, const char *upload_id, const char *asset_id, const char *course_id,
                       const char *attachment_id, const char *blob_key, int64_t now_us, GError **error);
