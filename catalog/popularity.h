/** How often courses are played: what breaks ties between courses that fit a search equally well.
 *
 * A play counts POPULARITY_OF_PLAY; once a day every course's popularity loses POPULARITY_LOSS_PERMILLE, so that a play's
 * weight is halved in 23 days. The search index learns of it in steps of a power of eight: only then the course gets a
 * number of change (catalog/course_change.h), so that a play costs no re-indexing. */
#pragma once

#include "catalog/catalog.h"

/** So much that it still weighs after many losses. */
#define POPULARITY_OF_PLAY 1000
#define POPULARITY_LOSS_PERMILLE 30

typedef struct {
  const char *course_id;
  int64_t plays;
} CoursePlays;
/** In one transaction; courses that are not there (any more) are passed over. */
bool catalog_add_plays(Catalog *catalog, const CoursePlays *courses, size_t count, GError **error);

typedef bool (*PopularityStopFunc)(gpointer user_data);
/** Let popularity fade when a day has passed since the last time, course by course in batches; what was cut off goes on
 * where it was, and no course fades twice. `should_stop` (may be NULL) is asked between batches. `*ret_faded`: courses. */
bool catalog_fade_popularity(Catalog *catalog, int64_t now_us, PopularityStopFunc should_stop, gpointer user_data,
                             int64_t *ret_faded, GError **error);
