#include "transcoder/worker_slots.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const gint room_of[] = {
    [WORKER_SLOT_MAIN] = 1, [WORKER_SLOT_URGENT] = 1, [WORKER_SLOT_SOUND] = 4, [WORKER_SLOT_LIGHT] = 1};

struct WorkerSlots {
  WorkerSlotFunc run;
  gpointer user_data;
  gint used[G_N_ELEMENTS(room_of)]; /**< atomic */
  GThreadPool *pool;
  int ended_fd;
};

typedef struct {
  WorkerSlot slot;
  CatalogJob *job;
} SlotTask;

/** Runs on a thread of the pool; takes `data` over. */
static void run_task(gpointer data, gpointer user_data) {
  WorkerSlots *slots = user_data;
  SlotTask *task = data;
  slots->run(task->job, slots->user_data);
  g_atomic_int_add(&slots->used[task->slot], -1);
  eventfd_write(slots->ended_fd, 1);
  catalog_job_free(task->job);
  g_free(task);
}

WorkerSlots *worker_slots_new(WorkerSlotFunc run, gpointer user_data, GError **error) {
  int ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (ended_fd < 0) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "eventfd: %s", g_strerror(code));
    return NULL;
  }
  WorkerSlots *slots = g_new0(WorkerSlots, 1);
  slots->run = run;
  slots->user_data = user_data;
  slots->ended_fd = ended_fd;
  slots->pool = g_thread_pool_new(run_task, slots, -1, FALSE, NULL);
  return slots;
}

void worker_slots_free(WorkerSlots *slots) {
  if (slots == NULL)
    return;
  g_thread_pool_free(slots->pool, FALSE, TRUE);
  close(slots->ended_fd);
  g_free(slots);
}

bool worker_slots_has_room(const WorkerSlots *slots, WorkerSlot slot) {
  return g_atomic_int_get(&slots->used[slot]) < room_of[slot];
}

bool worker_slots_is_empty(const WorkerSlots *slots, WorkerSlot slot) {
  return g_atomic_int_get(&slots->used[slot]) == 0;
}

void worker_slots_start(WorkerSlots *slots, WorkerSlot slot, CatalogJob *job) {
  SlotTask *task = g_new(SlotTask, 1);
  *task = (SlotTask){slot, job};
  g_atomic_int_add(&slots->used[slot], 1);
  g_thread_pool_push(slots->pool, task, NULL);
}

int worker_slots_fd(const WorkerSlots *slots) {
  return slots->ended_fd;
}

void worker_slots_settle(WorkerSlots *slots) {
  eventfd_t count;
  eventfd_read(slots->ended_fd, &count);
}
