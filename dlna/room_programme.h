/** What a room's own channels show in the time to come. Threads: any. */
#pragma once

#include "catalog/catalog.h"

#define ROOM_PROGRAMME_US (24 * G_TIME_SPAN_HOUR)
#define ROOM_PROGRAMME_LESSONS_MAX 200

/** Ids (char *) of the lessons that channels which only this room sees show within ROOM_PROGRAMME_US from `now_us` on, in the order of
 * their time, each once; what is on now is the first. */
bool room_programme_load(Catalog *catalog, const char *room_id, int64_t now_us, GPtrArray **ret_lesson_ids,
                         GError **error);
