#include "cli/watch.h"

#include "base/log.h"
#include "cli/watch_folder.h"

#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/** Without an event, folders are looked through so often: file systems of other machines give none. */
#define SCAN_US (30 * G_TIME_SPAN_SECOND)
/** And so often while files are there that may still grow. */
#define TICK_MS 500
/** What could not be taken for a passing reason is tried again after it. */
#define RETRY_US (30 * G_TIME_SPAN_SECOND)
#define FILES_MAX 10000

#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

typedef struct {
  struct stat status;
  int64_t since_us;      /**< it has been like that */
  int64_t not_before_us; /**< tried in vain before */
  bool is_stuck;         /**< never again, as long as it stays like that */
  bool is_seen;          /**< in the scan under way */
} Candidate;

struct Watch {
  WatchIntake intake;
  GArray *folders;        /**< WatchFolder */
  GHashTable *candidates; /**< path -> Candidate */
  int64_t settle_us;
  int inotify;
  GThread *thread;
  int is_stopping; /**< atomic */
};

static bool is_same(const struct stat *a, const struct stat *b) {
  return a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
         a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void try_file(Watch *watch, const WatchFolder *home, const char *path, Candidate *candidate,
                     int64_t now_us) {
  if (candidate->is_stuck || now_us < candidate->not_before_us || now_us - candidate->since_us < watch->settle_us ||
      !watch_file_is_closed(path))
    return;
  switch (watch_take(&watch->intake, home, path, &candidate->status)) {
  case WATCH_TAKEN:
    break;
  case WATCH_LATER:
    candidate->not_before_us = g_get_monotonic_time() + RETRY_US;
    break;
  case WATCH_STUCK:
    candidate->is_stuck = true;
    break;
  }
}

static void look_at_file(Watch *watch, const WatchFolder *home, const char *path, const struct stat *status) {
  int64_t now_us = g_get_monotonic_time();
  Candidate *candidate = g_hash_table_lookup(watch->candidates, path);
  if (!candidate) {
    if (g_hash_table_size(watch->candidates) >= FILES_MAX)
      return;
    candidate = g_new0(Candidate, 1);
    g_hash_table_insert(watch->candidates, g_strdup(path), candidate);
  }
  candidate->is_seen = true;
  if (!is_same(&candidate->status, status))
    *candidate = (Candidate){.status = *status, .since_us = now_us, .is_seen = true};
  else
    try_file(watch, home, path, candidate, now_us);
}

/** Files of a folder, and of its sub-folders when it is `home` itself. */
static void scan(Watch *watch, const WatchFolder *home, const char *folder) {
  bool is_home = g_str_equal(folder, home->path);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  if (!dir)
    return;
  inotify_add_watch(watch->inotify, folder, EVENTS);
  while ((name = g_dir_read_name(dir)) && !g_atomic_int_get(&watch->is_stopping)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    struct stat status;
    if (!watch_name_is_source(name) || lstat(path, &status) != 0)
      continue;
    if (S_ISREG(status.st_mode))
      look_at_file(watch, home, path, &status);
    else if (S_ISDIR(status.st_mode) && is_home && !g_str_equal(name, "done") && !g_str_equal(name, "failed"))
      scan(watch, home, path);
  }
}

static gboolean is_gone(gpointer path, gpointer value, gpointer user_data) {
  (void)path;
  (void)user_data;
  Candidate *candidate = value;
  bool was_seen = candidate->is_seen;
  candidate->is_seen = false;
  return !was_seen;
}

static bool has_open_candidates(const Watch *watch) {
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, watch->candidates);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Candidate *candidate = value;
    if (!candidate->is_stuck && candidate->not_before_us <= g_get_monotonic_time())
      return true;
  }
  return false;
}

/** True when something happened in a folder. */
static bool wait_for_event(const Watch *watch) {
  char events[4096];
  struct pollfd poll_fd = {.fd = watch->inotify, .events = POLLIN};
  if (poll(&poll_fd, 1, TICK_MS) <= 0)
    return false;
  while (read(watch->inotify, events, sizeof events) > 0)
    ; /* which files they are about is seen in the scan */
  return true;
}

static gpointer watch_thread(gpointer data) {
  Watch *watch = data;
  int64_t scanned_us = 0;
  while (!g_atomic_int_get(&watch->is_stopping)) {
    bool is_due = g_get_monotonic_time() - scanned_us > SCAN_US || scanned_us == 0;
    if (!wait_for_event(watch) && !is_due && !has_open_candidates(watch))
      continue;
    for (guint i = 0; i < watch->folders->len; i++) {
      const WatchFolder *home = &g_array_index(watch->folders, WatchFolder, i);
      scan(watch, home, home->path);
    }
    g_hash_table_foreach_remove(watch->candidates, is_gone, NULL);
    scanned_us = g_get_monotonic_time();
  }
  return NULL;
}

Watch *watch_start(const DataFolder *folder, const Settings *settings) {
  GArray *folders = watch_folders_parse(settings->watch_folder);
  if (folders->len == 0) {
    g_array_unref(folders);
    return NULL;
  }
  Watch *watch = g_new0(Watch, 1);
  watch->intake = (WatchIntake){.folder = folder,
                                .limits = {.max_source_bytes = settings->max_source_bytes,
                                           .quota = {settings->quota_bytes, settings->quota_lessons}},
                                .upload_folder = upload_folder(settings->data_dir),
                                .min_free_bytes = settings->min_free_space_bytes};
  watch->folders = folders;
  watch->candidates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  watch->settle_us = settings->watch_settle_us;
  watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  watch->thread = g_thread_new("watch", watch_thread, watch);
  return watch;
}

void watch_stop(Watch *watch) {
  if (!watch)
    return;
  g_atomic_int_set(&watch->is_stopping, 1);
  g_thread_join(watch->thread);
  if (watch->inotify >= 0)
    close(watch->inotify);
  g_hash_table_unref(watch->candidates);
  g_array_unref(watch->folders);
  g_free(watch->intake.upload_folder);
  g_free(watch);
}
