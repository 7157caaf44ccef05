/** The search index, for as long as this process has it. One process at a time may have it open: a server that takes over
 * from another gets it a moment after that one has let go; until then courses are looked for in the catalog itself.
 *
 * Threads: any, but for open and free.
 */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"
#include "catalog/course_index.h"

#include <glib.h>

typedef struct IndexSlot IndexSlot;

/** Open the index of `folder`, now or, when another process has it, as soon as it is free; never fails, and says in the log
 * why there is no index. `catalog` and `store` are borrowed. `memory_bytes`: see course_index_open(). */
IndexSlot *index_slot_open(Catalog *catalog, const BlobStore *store, const char *folder, int64_t memory_bytes);
/** Nobody uses it any more. NULL is accepted. */
void index_slot_free(IndexSlot *slot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IndexSlot, index_slot_free)

/** The index, NULL while there is none; good until index_slot_release(), which is called in either case. */
CourseIndex *index_slot_acquire(IndexSlot *slot);
void index_slot_release(IndexSlot *slot);

/** Close the index for another process, once nobody uses it, and open it no more. */
void index_slot_let_go(IndexSlot *slot);
