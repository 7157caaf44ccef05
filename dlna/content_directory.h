/** ContentDirectory:1 and ConnectionManager:1 over a tree of folders, for any number of devices (one for each network
 * interface).
 *
 * The catalog is looked at again every CONTENT_DIRECTORY_LOOK_MS, and the tree built anew when a course changed; receivers
 * that subscribed are told (SystemUpdateID, ContainerUpdateIDs). A browse whose files have sizes that are not known yet waits
 * CONTENT_DIRECTORY_PATIENCE_US for them; what is not known then is left out. Sizes of all lessons are asked for in the
 * background, one lesson after the other.
 *
 * Threads: one, running its default GMainContext. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/viewer.h"
#include "dlna/content_tree.h"

#include <libgupnp/gupnp.h>

#define CONTENT_DIRECTORY_LOOK_MS 2000
#define CONTENT_DIRECTORY_PATIENCE_US (2 * G_TIME_SPAN_SECOND)
/** Objects of one answer at most, also when all are asked for: a receiver asks again for the rest. */
#define CONTENT_DIRECTORY_PAGE_MAX 500
/** Answers that wait for sizes at most; what comes beyond is answered without them. */
#define CONTENT_DIRECTORY_WAITING_MAX 64

typedef struct ContentDirectory ContentDirectory;

/** What `viewer` (NULL: somebody unknown; copied as far as its one room) may see of `catalog` is shown. */
ContentDirectory *content_directory_new(Catalog *catalog, const char *room_id, ContentLanguage language);
/** Answers what waits. NULL is accepted. */
void content_directory_free(ContentDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentDirectory, content_directory_free)

/** Answer for the services of `device`, whose receivers reach our HTTP server at `base_url`. */
void content_directory_attach(ContentDirectory *directory, GUPnPDevice *device, const char *base_url);
/** The device goes. */
void content_directory_detach(ContentDirectory *directory, GUPnPDevice *device);
