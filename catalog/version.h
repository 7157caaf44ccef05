/** The version of the catalog's content, so that what was made from it can be kept until it changes. */
#pragma once

#include "catalog/catalog.h"

/** A number that is another one after anything was committed, by whichever process or thread: two calls that give the
 * same had no commit between them. Costs no system call, so it can be asked at every request. When it cannot be told,
 * every call gives another number. */
uint64_t catalog_version(Catalog *catalog);
