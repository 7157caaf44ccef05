/** What people's handlers share: bodies, JSON, errors. */
#pragma once

#include "catalog/person.h"
#include "server/body_fields.h"
#include "server/handlers/handler.h"

/** The body as fields; NULL with 400 or 415 set. A form is taken only where `takes_forms`. */
BodyFields *person_load_body(const HttpRequest *request, HttpResponse *response, bool takes_forms);

/** The members of a person, without braces: id, login, name, division, is_disabled, has_totp, roles and times. */
void person_json_write_members(JsonWriter *writer, const CatalogPerson *person);

/** Answer with a person. */
void person_take_json(HttpResponse *response, const CatalogPerson *person);

/** Answer with JSON that is nobody else's: no-store. Takes `text`. */
void person_take_private(HttpResponse *response, GString *text);

/** Tell the security log that what `login` may do was changed; `what` in a word or two. */
void person_note_change(const ServerContext *server, const HttpRequest *request, const char *login,
                        const char *what);

/** Answer with what a failed call means; INVALID and CONFLICT bring their own sentence ("中文 · English"). */
void person_set_error(HttpResponse *response, const HttpRequest *request, const GError *error);

/** Answer with 422 and that sentence. */
void person_refuse_field(HttpResponse *response, const HttpRequest *request, const char *zh, const char *en);

/** Answer with 429 and Retry-After. */
void person_refuse_wait(HttpResponse *response, const HttpRequest *request, int64_t wait_us);
