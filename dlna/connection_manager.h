/** ConnectionManager:1 of a media server without connections of its own: everything goes over HTTP, whenever. */
#pragma once

#include <libgupnp/gupnp.h>

void connection_manager_attach(GUPnPService *service);
