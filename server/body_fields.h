/** Small bodies as named fields: a JSON object of texts, truth values, whole numbers and lists of texts, or a form
 * (application/x-www-form-urlencoded). Parser of outside bytes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BODY_FIELDS_BYTES_MAX 16384
#define BODY_FIELDS_MAX 32

typedef struct BodyFields BodyFields;

/** NULL when the bytes are no such object: too long, too many members, nested, a name twice, NUL in a text. */
BodyFields *body_fields_parse_json(const char *text, size_t size);
/** NULL likewise. */
BodyFields *body_fields_parse_form(const char *text, size_t size);
void body_fields_free(BodyFields *fields);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BodyFields, body_fields_free)

/** Borrowed; NULL when it is not there or no text. */
const char *body_fields_find(const BodyFields *fields, const char *name);
/** `fallback` when it is not there or of another type. */
bool body_fields_get_bool(const BodyFields *fields, const char *name, bool fallback);
int64_t body_fields_get_int(const BodyFields *fields, const char *name, int64_t fallback);
/** A list of texts, NULL-terminated, borrowed; NULL when it is not there or no list of texts. */
const char *const *body_fields_find_list(const BodyFields *fields, const char *name);
bool body_fields_has(const BodyFields *fields, const char *name);
