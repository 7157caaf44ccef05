#include "server/import_desk.h"

#include "base/log.h"

/** Jobs that another process left are looked for so often. */
#define LOOK_US (2 * G_TIME_SPAN_SECOND)

struct ImportDesk {
  Catalog *catalog;
  char *folder;
  GThread *thread;
  GMutex mutex; /**< guards what follows */
  GCond changed;
  bool is_stopping;
  bool has_news;
};

static bool should_stop(gpointer user_data) {
  ImportDesk *desk = user_data;
  g_mutex_lock(&desk->mutex);
  bool is_stopping = desk->is_stopping;
  g_mutex_unlock(&desk->mutex);
  return is_stopping;
}

/** All that wait. */
static void work(ImportDesk *desk) {
  bool is_found = true;
  while (is_found && !should_stop(desk)) {
    g_autoptr(GError) error = NULL;
    is_found = false;
    if (!import_jobs_run_next(desk->catalog, desk->folder, should_stop, desk, &is_found, &error)) {
      log_warning("imports: %s", error->message);
      return;
    }
  }
}

static void wait(ImportDesk *desk) {
  int64_t end_us = g_get_monotonic_time() + LOOK_US;
  g_mutex_lock(&desk->mutex);
  while (!desk->is_stopping && !desk->has_news && g_cond_wait_until(&desk->changed, &desk->mutex, end_us))
    ;
  desk->has_news = false;
  g_mutex_unlock(&desk->mutex);
}

static gpointer run(gpointer data) {
  ImportDesk *desk = data;
  g_autoptr(GError) error = NULL;
  if (!import_jobs_tidy(desk->catalog, desk->folder, &error))
    log_warning("imports: %s", error->message);
  while (!should_stop(desk)) {
    work(desk);
    wait(desk);
  }
  return NULL;
}

ImportDesk *import_desk_new(Catalog *catalog, const char *data_dir) {
  ImportDesk *desk = g_new0(ImportDesk, 1);
  g_mutex_init(&desk->mutex);
  g_cond_init(&desk->changed);
  desk->catalog = catalog;
  desk->folder = import_job_folder(data_dir);
  desk->thread = g_thread_new("imports", run, desk);
  return desk;
}

static void tell(ImportDesk *desk, bool is_stopping) {
  g_mutex_lock(&desk->mutex);
  desk->is_stopping = desk->is_stopping || is_stopping;
  desk->has_news = true;
  g_cond_broadcast(&desk->changed);
  g_mutex_unlock(&desk->mutex);
}

void import_desk_let_go(ImportDesk *desk) {
  if (desk != NULL)
    tell(desk, true);
}

void import_desk_wake(ImportDesk *desk) {
  tell(desk, false);
}

void import_desk_free(ImportDesk *desk) {
  if (desk == NULL)
    return;
  tell(desk, true);
  g_thread_join(desk->thread);
  g_free(desk->folder);
  g_cond_clear(&desk->changed);
  g_mutex_clear(&desk->mutex);
  g_free(desk);
}

const char *import_desk_folder(const ImportDesk *desk) {
  return desk->folder;
}
