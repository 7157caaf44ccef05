/** Records as JSON objects: the bodies of the API, and the lines of import and export. */
#pragma once

#include "base/json_writer.h"
#include "catalog/record.h"

/** Read an object whose members are fields: texts, whole numbers and arrays of texts; null takes a value away. Members
 * that the catalog keeps itself (id, kind_of, version, created_at, updated_at) are passed over, but `id` is taken into the
 * record. NULL with INVALID: `ret_fault` tells the field, or has no reason when the text is no JSON object (`error` then
 * says where). */
CatalogRecord *record_json_parse(RecordKind kind, const char *text, size_t size, RecordFault *ret_fault,
                                 GError **error);

/** The members of a record, without the braces: id, version, created_at, updated_at and its fields; internal ones are
 * left out, and secrets too unless `shows_secrets`. */
void record_json_write_members(JsonWriter *writer, const CatalogRecord *record, bool shows_secrets);

/** `text` with only the members that `fields` (separated by commas) names; of a page ({"items":[...]}) the members of its
 * items. NULL when a member is named that is not there, told in `ret_unknown` (caller frees both). */
GString *record_json_select(const GString *text, const char *fields, char **ret_unknown);
