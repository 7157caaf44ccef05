/** Edits of channels inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/channel_document.h"
#include "catalog/connection.h"

/** Give a channel that is there another schedule, as catalog_set_channel_schedule() does; the caller commits.
 * `*ret_is_changed` is false when it had the same already. */
bool channel_schedule_set(Connection *connection, const char *actor, const char *id,
                          const ChannelDocument *document, int64_t now_us, int64_t *ret_from_us,
                          bool *ret_is_changed, RecordFault *ret_fault, GError **error);
