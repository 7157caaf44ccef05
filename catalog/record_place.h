/** Which rights an edit of a record needs, and where: what the table of routes cannot know. Pure, but for place_load(). */
#pragma once

#include "catalog/place.h"
#include "catalog/record.h"

/** The right that editing records of a kind needs: RIGHT_EDIT for courses and attachments, else RIGHT_MANAGE. */
Right record_right(RecordKind kind);

/** Where the record will belong after the edit, as its own fields say: borrowed, "" where they say nothing. What has an
 * institution and no division belongs to that institution's. `current` NULL: a new record. */
Place record_place_after(const CatalogRecord *current, const CatalogRecord *patch);

/** Whether the edit makes a course seen by others, or takes it away from them: RIGHT_PUBLISH. */
bool record_publishes(const CatalogRecord *current, const CatalogRecord *patch);

struct Connection;
/** catalog_load_place() in a transaction. Internal to catalog/. */
bool place_load(struct Connection *connection, const char *kind, const char *id, Place *ret_place, GError **error);
