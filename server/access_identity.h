/** Building an AccessIdentity. Internal to access.c. */
#pragma once

#include "server/access.h"

/** `person` and `credential` (each may be NULL) are taken over. `scopes`: rights that may be used. */
AccessIdentity *access_identity_new(AccessKind kind, CatalogPerson *person, CatalogCredential *credential,
                                    unsigned scopes);
/** They are in that room too. */
void access_identity_join(AccessIdentity *identity, const char *room_id);
/** NULL is accepted. */
void access_identity_free(AccessIdentity *identity);
