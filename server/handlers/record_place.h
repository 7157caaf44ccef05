/** Whether who asks may make a record, or change it so: the rights that depend on what the body says, where the table of
 * rules cannot know. */
#pragma once

#include "catalog/record.h"
#include "server/handlers/handler.h"

/** `patch` is what the body gives, which is brought to its canonical form; `current` the record as it is, NULL for a new one. The right that the route's rule names
 * is asked for at the place that the record will have, and RIGHT_PUBLISH to publish or withdraw a course. False with 401,
 * 403 or 500 set. */
bool record_place_check(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        const CatalogRecord *current, CatalogRecord *patch);
