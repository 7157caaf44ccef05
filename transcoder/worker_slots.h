/** The places in which a worker's jobs run side by side, each on a thread of its own that waits for the job's child:
 * - one MAIN job, of any kind;
 * - one URGENT job beside it, such as a viewer waits for: it does not stand behind the span of another lesson;
 * - a few SOUND jobs, which are long and need little of the machine: they do not keep new lessons waiting;
 * - one LIGHT job, a poster or storyboard: a moment's work for one core, which would stand idle beside it.
 * Threads: all calls from the thread that made it. */
#pragma once

#include "catalog/job.h"

#include <glib.h>
#include <stdbool.h>

typedef enum { WORKER_SLOT_MAIN, WORKER_SLOT_URGENT, WORKER_SLOT_SOUND, WORKER_SLOT_LIGHT } WorkerSlot;

/** Does `job` (borrowed) from start to end; runs on a thread of the slots. */
typedef void (*WorkerSlotFunc)(const CatalogJob *job, gpointer user_data);

typedef struct WorkerSlots WorkerSlots;

/** Returns new slots or NULL (G_FILE_ERROR). */
WorkerSlots *worker_slots_new(WorkerSlotFunc run, gpointer user_data, GError **error);
/** Waits until every job has ended. NULL is fine. */
void worker_slots_free(WorkerSlots *slots);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkerSlots, worker_slots_free)

bool worker_slots_has_room(const WorkerSlots *slots, WorkerSlot slot);
/** No job runs in it. */
bool worker_slots_is_empty(const WorkerSlots *slots, WorkerSlot slot);

/** Start `job`, which is taken over, in a slot that has room. */
void worker_slots_start(WorkerSlots *slots, WorkerSlot slot, CatalogJob *job);

/** A descriptor that is readable once a job has ended, until worker_slots_settle(). */
int worker_slots_fd(const WorkerSlots *slots);
void worker_slots_settle(WorkerSlots *slots);
