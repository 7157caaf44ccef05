#include "transcoder/worker.h"

#include "base/log.h"
#include "base/path.h"
#include "base/supervisor.h"
#include "catalog/owner.h"
#include "transcoder/error.h"
#include "transcoder/job_run.h"
#include "transcoder/worker_slots.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define IDLE_MS 100
#define TROUBLE_MS 2000
#define BEAT_INTERVAL_US (5 * G_TIME_SPAN_SECOND)

typedef struct {
  JobContext context;
  gint64 last_beat_us;
  bool is_short_of_space; /**< said once, not at every look */
  WorkerSlots *slots;
} Worker;

/** SIGTERM and SIGINT as a descriptor. */
static int open_stop_fd(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/** Wait until told to stop (true), until a job ends, or for some time. */
static bool wait_for_stop(const Worker *worker, int timeout_ms) {
  struct pollfd fds[] = {{worker->context.stop_fd, POLLIN, 0}, {worker_slots_fd(worker->slots), POLLIN, 0}};
  if (poll(fds, G_N_ELEMENTS(fds), timeout_ms) <= 0)
    return false;
  if (fds[1].revents != 0)
    worker_slots_settle(worker->slots);
  return fds[0].revents != 0;
}

static void beat(Worker *worker) {
  gint64 now_us = g_get_monotonic_time();
  if (worker->last_beat_us != 0 && now_us - worker->last_beat_us < BEAT_INTERVAL_US)
    return;
  worker->last_beat_us = now_us;
  catalog_worker_beat(worker->context.catalog, worker->context.owner, g_get_real_time(), NULL);
}

static bool has_space(Worker *worker) {
  int64_t free_bytes;
  if (!blob_store_free_space(worker->context.store, &free_bytes, NULL))
    return true;
  bool is_short = free_bytes < worker->context.settings->min_free_space_bytes;
  if (is_short && !worker->is_short_of_space)
    log_error("no job is taken: %" G_GINT64_FORMAT " MiB are free, min-free-space asks for %" G_GINT64_FORMAT
              " MiB",
              free_bytes >> 20, worker->context.settings->min_free_space_bytes >> 20);
  if (!is_short && worker->is_short_of_space)
    log_info("there is space again: jobs are taken");
  if (is_short != worker->is_short_of_space)
    catalog_worker_set_short(worker->context.catalog, worker->context.owner, is_short, NULL);
  worker->is_short_of_space = is_short;
  return !is_short;
}

/** Record how a job ended that did not end well. */
static void end_badly(const Worker *worker, const CatalogJob *job, const GError *error) {
  const JobContext *context = &worker->context;
  g_autofree char *what = job_describe(job);
  g_autoptr(GError) problem = NULL;
  bool recorded;
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_FENCED)) {
    log_warning("%s is not this worker's any more: given to another, paused or cancelled", what);
    return;
  }
  if (g_error_matches(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED)) {
    recorded = catalog_release_job(context->catalog, job, context->owner, &problem);
  } else {
    bool is_storage = error->domain == BLOB_ERROR || g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_IO) ||
                      g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_STORAGE);
    const char *code = is_storage ? "storage" : transcoder_error_code(error);
    log_warning("%s failed (%s): %s", what, code, error->message);
    recorded = catalog_fail_job(context->catalog, job, context->owner, code, error->message,
                                transcoder_error_may_retry(error), &problem);
    bool is_given_up = !transcoder_error_may_retry(error) || job->failures + 1 >= JOB_FAILURES_MAX;
    if (is_given_up && job->kind == JOB_KIND_AUDIO && job->span_index > 0)
      log_warning("a sound beside the main one that cannot be made is left out of the lesson");
  }
  if (!recorded)
    log_error("how %s ended was not recorded: %s", what, problem->message);
}

/** Runs on a thread of the slots. */
static void do_job(const CatalogJob *job, gpointer user_data) {
  const Worker *worker = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogJob) failed = NULL;
  if (job_run(&worker->context, job, &failed, &error))
    return;
  job_log_context_push(failed != NULL ? failed : job);
  end_badly(worker, failed != NULL ? failed : job, error);
  job_log_context_pop();
}

static bool claim(const Worker *worker, int64_t priority_min, int64_t priority_max, CatalogJob **ret_job,
                  GError **error) {
  const JobContext *context = &worker->context;
  return catalog_claim_job_between(context->catalog, context->owner, g_get_real_time(),
                                   context->settings->job_lease_us, priority_min, priority_max, ret_job, error);
}

/** An urgent job. Sound is urgent too, but with the sound slots full it is passed over, so that it does not take the
 * urgent slot for long. */
static bool claim_urgent(const Worker *worker, CatalogJob **ret_job, GError **error) {
  if (!worker_slots_has_room(worker->slots, WORKER_SLOT_URGENT))
    return true;
  if (worker_slots_has_room(worker->slots, WORKER_SLOT_SOUND))
    return claim(worker, JOB_PRIORITY_URGENT, INT64_MAX, ret_job, error);
  return claim(worker, JOB_PRIORITY_AUDIO + 1, INT64_MAX, ret_job, error) &&
         (*ret_job != NULL || claim(worker, JOB_PRIORITY_URGENT, JOB_PRIORITY_AUDIO - 1, ret_job, error));
}

/** Nothing light is done beside pictures and a sound: that keeps both cores busy, and a third child would make the peak
 * of memory. */
static bool has_room_for_light(const Worker *worker) {
  return worker_slots_has_room(worker->slots, WORKER_SLOT_LIGHT) &&
         worker_slots_is_empty(worker->slots, WORKER_SLOT_SOUND);
}

/** A poster; or a storyboard, when nothing else is to be done. */
static bool claim_light(const Worker *worker, CatalogJob **ret_job, GError **error) {
  bool has_other = false;
  if (!has_room_for_light(worker))
    return true;
  if (!claim(worker, JOB_PRIORITY_POSTER, JOB_PRIORITY_POSTER, ret_job, error) ||
      !catalog_has_ready_job(worker->context.catalog, g_get_real_time(), JOB_PRIORITY_STORYBOARD + 1, INT64_MAX,
                             &has_other, error))
    return false;
  return *ret_job != NULL || has_other ||
         claim(worker, JOB_PRIORITY_STORYBOARD, JOB_PRIORITY_STORYBOARD, ret_job, error);
}

/** A job for which there is room: any while nothing runs in the main slot, else an urgent or a light one. */
static bool claim_fitting(const Worker *worker, CatalogJob **ret_job, GError **error) {
  *ret_job = NULL;
  if (worker_slots_has_room(worker->slots, WORKER_SLOT_MAIN))
    return claim(worker, INT64_MIN, INT64_MAX, ret_job, error);
  return claim_urgent(worker, ret_job, error) && (*ret_job != NULL || claim_light(worker, ret_job, error));
}

static WorkerSlot choose_slot(const Worker *worker, const CatalogJob *job) {
  bool is_light = job->kind == JOB_KIND_POSTER || job->kind == JOB_KIND_STORYBOARD;
  if (job->kind == JOB_KIND_AUDIO && worker_slots_has_room(worker->slots, WORKER_SLOT_SOUND))
    return WORKER_SLOT_SOUND;
  if (is_light && has_room_for_light(worker))
    return WORKER_SLOT_LIGHT;
  return worker_slots_has_room(worker->slots, WORKER_SLOT_MAIN) ? WORKER_SLOT_MAIN : WORKER_SLOT_URGENT;
}

/** Look for a job and start it. Returns how long to wait before the next look, in milliseconds. */
static int take_turn(Worker *worker) {
  beat(worker);
  if (!has_space(worker))
    return TROUBLE_MS;
  g_autoptr(GError) error = NULL;
  CatalogJob *job = NULL;
  if (!claim_fitting(worker, &job, &error)) {
    log_error("no job could be claimed: %s", error->message);
    return TROUBLE_MS;
  }
  if (job == NULL)
    return IDLE_MS;
  worker_slots_start(worker->slots, choose_slot(worker, job), job);
  return 0;
}

/** Say in the log what is not installed. In a process of its own: this one opens no media library. */
static bool report_missing(GError **error) {
  const char *argv[] = {"/proc/self/exe", "kapok-transcoder", "check", NULL};
  g_autofree char *report = NULL;
  int status;
  if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_FILE_AND_ARGV_ZERO, NULL, NULL, &report, NULL, &status,
                    error))
    return false;
  g_auto(GStrv) lines = g_strsplit(report, "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix(lines[i], "missing"))
      log_error("%s", lines[i]);
  }
  return true;
}

int worker_run(const Settings *settings) {
  signal(SIGPIPE, SIG_IGN);
  g_autoptr(GError) error = NULL;
  g_autofree char *catalog_path = g_build_filename(settings->data_dir, "catalog.sqlite3", NULL);
  g_autofree char *owner = owner_of_this_process();
  g_autoptr(BlobStore) store = blob_store_open_files(settings->data_dir, &error);
  g_autoptr(Catalog) catalog = store != NULL ? catalog_open(catalog_path, &error) : NULL;
  if (catalog == NULL || !report_missing(&error)) {
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  Worker worker = {
      .context = {
          .catalog = catalog, .store = store, .settings = settings, .owner = owner, .stop_fd = open_stop_fd()}};
  worker.slots = worker_slots_new(do_job, &worker, &error);
  if (worker.slots == NULL) {
    log_error("%s", error->message);
    return SUPERVISOR_EXIT_FATAL;
  }
  log_info("worker ready");
  int wait_ms = 0;
  while (!wait_for_stop(&worker, wait_ms))
    wait_ms = take_turn(&worker);
  worker_slots_free(worker.slots); /* each job sees the stop by itself */
  catalog_worker_leave(catalog, owner, NULL);
  close(worker.context.stop_fd);
  log_info("worker stopped");
  return 0;
}
