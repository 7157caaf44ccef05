#include "transcoder/worker_slots.h"

#include <poll.h>
#include <string.h>

/** Jobs that run until they are let go. */
typedef struct {
  GMutex lock;
  GCond changed;
  int running, most, ended;
  gint64 held_id; /**< this job waits until it is 0; -1: all wait */
} Stage;

static void act(const CatalogJob *job, gpointer user_data) {
  Stage *stage = user_data;
  g_mutex_lock(&stage->lock);
  stage->running++;
  stage->most = MAX(stage->most, stage->running);
  g_cond_broadcast(&stage->changed);
  while (stage->held_id == job->id || stage->held_id == -1)
    g_cond_wait(&stage->changed, &stage->lock);
  stage->running--;
  stage->ended++;
  g_cond_broadcast(&stage->changed);
  g_mutex_unlock(&stage->lock);
}

static CatalogJob *new_job(int64_t id) {
  CatalogJob *job = g_new0(CatalogJob, 1);
  job->id = id;
  job->plan = g_strdup("{}");
  return job;
}

static void hold(Stage *stage, gint64 id) {
  g_mutex_lock(&stage->lock);
  stage->held_id = id;
  g_cond_broadcast(&stage->changed);
  g_mutex_unlock(&stage->lock);
}

static void wait_until(Stage *stage, const int *counter, int value) {
  gint64 deadline_us = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
  g_mutex_lock(&stage->lock);
  while (*counter < value)
    if (!g_cond_wait_until(&stage->changed, &stage->lock, deadline_us))
      g_error("nothing happened for 10 s");
  g_mutex_unlock(&stage->lock);
}

static void wait_for_room(const WorkerSlots *slots, WorkerSlot slot) {
  struct pollfd ended = {worker_slots_fd(slots), POLLIN, 0};
  g_assert_cmpint(poll(&ended, 1, 10000), ==, 1);
  for (int i = 0; i < 1000 && !worker_slots_has_room(slots, slot); i++)
    g_usleep(1000);
  g_assert_true(worker_slots_has_room(slots, slot));
}

/* What a viewer waits for runs and ends while the main slot is taken. */
static void test_worker_slots_urgent_beside_main(void) {
  Stage stage = {.held_id = 1};
  g_autoptr(GError) error = NULL;
  g_autoptr(WorkerSlots) slots = worker_slots_new(act, &stage, &error);
  g_assert_no_error(error);
  worker_slots_start(slots, WORKER_SLOT_MAIN, new_job(1));
  wait_until(&stage, &stage.running, 1);
  g_assert_false(worker_slots_has_room(slots, WORKER_SLOT_MAIN));
  g_assert_true(worker_slots_has_room(slots, WORKER_SLOT_URGENT));
  for (int i = 1; i <= 3; i++) {
    worker_slots_start(slots, WORKER_SLOT_URGENT, new_job(10 + i));
    wait_until(&stage, &stage.ended, i);
    wait_for_room(slots, WORKER_SLOT_URGENT);
    worker_slots_settle(slots);
  }
  struct pollfd ended = {worker_slots_fd(slots), POLLIN, 0};
  g_assert_cmpint(poll(&ended, 1, 0), ==, 0);
  g_assert_false(worker_slots_has_room(slots, WORKER_SLOT_MAIN));
  hold(&stage, 0);
  wait_for_room(slots, WORKER_SLOT_MAIN);
}

static void test_worker_slots_are_bounded(void) {
  Stage stage = {.held_id = -1};
  WorkerSlots *slots = worker_slots_new(act, &stage, NULL);
  const WorkerSlot kinds[] = {WORKER_SLOT_MAIN, WORKER_SLOT_URGENT, WORKER_SLOT_SOUND};
  int started = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    while (worker_slots_has_room(slots, kinds[i]))
      worker_slots_start(slots, kinds[i], new_job(++started));
  g_assert_cmpint(started, ==, 6);
  wait_until(&stage, &stage.running, 6);
  hold(&stage, 0);
  worker_slots_free(slots); /* waits for all */
  g_assert_cmpint(stage.ended, ==, 6);
  g_assert_cmpint(stage.most, ==, 6);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/worker-slots/urgent-beside-main", test_worker_slots_urgent_beside_main);
  g_test_add_func("/worker-slots/are-bounded", test_worker_slots_are_bounded);
  return g_test_run();
}
