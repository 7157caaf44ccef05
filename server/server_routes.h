/** Every address that Kapok answers, in one table. */
#pragma once

#include "server/http/http_router.h"

#include <stddef.h>

/** The table; handlers expect a ServerContext as their context. */
const HttpRoute *server_routes(size_t *ret_count);
