/** Chapters as a JSON array: [{"start":12.5,"title":"..."}, ...], times in seconds. Bytes from outside. */
#pragma once

#include "catalog/chapter.h"
#include "catalog/record.h"

/** Array of CatalogChapter as they stand, not checked against an asset (catalog_put_chapters() does); white space around a
 * title goes. NULL with INVALID: `ret_fault` tells the member, or has no reason when the text is no array of objects. */
GArray *chapter_json_parse(const char *text, size_t size, RecordFault *ret_fault, GError **error);
