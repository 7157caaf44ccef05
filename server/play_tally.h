/** Counts plays, which pages tell of, and writes them into the catalog together, every few seconds.
 *
 * The same device plays a course once in half an hour, and one network address so many in all: reloading a page, or
 * a script that asks in a loop, does not make a course popular. Who played what is kept as salted hashes in memory, for an
 * hour at most, and written nowhere. What has not been written yet is lost in a crash: a few plays.
 *
 * Threads: any. */
#pragma once

#include "catalog/catalog.h"

#include <stdbool.h>

typedef struct PlayTally PlayTally;

#define PLAY_TALLY_AGAIN_US                                                                                        \
  (30 * G_TIME_SPAN_MINUTE)        /**< the same device and course count again after this, at most twice it */
#define PLAY_TALLY_ADDRESS_MAX 200 /**< plays of one address in that time: a village may stand behind one */

/** Starts writing; `catalog` is borrowed. NULL: nothing is written, for tests. */
PlayTally *play_tally_new(Catalog *catalog);
/** Writes what is left and frees. */
void play_tally_free(PlayTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlayTally, play_tally_free)

/** Somebody plays a course. False when the address has played too many. */
bool play_tally_count(PlayTally *tally, const char *address, const char *device, const char *course_id,
                      int64_t now_us);

/** The plays of a course that are not written yet; for tests. */
int64_t play_tally_waiting(PlayTally *tally, const char *course_id);
