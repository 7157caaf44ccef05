#include "server/index_slot.h"

#include "base/log.h"

#define PAUSE_US (200 * G_TIME_SPAN_MILLISECOND)
/** From then on the log says that the index is waited for. */
#define WARNING_US (2 * G_TIME_SPAN_SECOND)

struct IndexSlot {
  Catalog *catalog;
  const BlobStore *store;
  char *folder;
  int64_t memory_bytes;
  GRWLock lock;       /**< held for reading while the index is used */
  CourseIndex *index; /**< written under lock */
  GThread *thread;    /**< waits for another process to let go; NULL: not needed */
  int is_closed;      /**< atomic: the index is not wanted any more */
};

static void log_index(bool is_error, const char *message) {
  if (is_error)
    log_error("%s", message);
  else
    log_info("%s", message);
}

/** False when another process has it. */
static bool try_open(IndexSlot *slot) {
  g_autoptr(GError) error = NULL;
  CourseIndex *index =
      course_index_open(slot->catalog, slot->store, slot->folder, slot->memory_bytes, log_index, &error);
  if (index == NULL && g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_BUSY))
    return false;
  if (index == NULL)
    log_warning("searching without an index, slowly: %s", error->message);
  g_rw_lock_writer_lock(&slot->lock);
  slot->index = index;
  g_rw_lock_writer_unlock(&slot->lock);
  return true;
}

static gpointer wait_for_index(gpointer data) {
  IndexSlot *slot = data;
  int64_t start_us = g_get_monotonic_time();
  bool is_said = false;
  while (!g_atomic_int_get(&slot->is_closed) && !try_open(slot)) {
    g_usleep(PAUSE_US);
    if (!is_said && g_get_monotonic_time() - start_us > WARNING_US) {
      log_warning("searching without an index, slowly, until another process lets go of it");
      is_said = true;
    }
  }
  return NULL;
}

IndexSlot *index_slot_open(Catalog *catalog, const BlobStore *store, const char *folder, int64_t memory_bytes) {
  IndexSlot *slot = g_new0(IndexSlot, 1);
  slot->catalog = catalog;
  slot->store = store;
  slot->folder = g_strdup(folder);
  slot->memory_bytes = memory_bytes;
  g_rw_lock_init(&slot->lock);
  if (!try_open(slot))
    slot->thread = g_thread_new("index", wait_for_index, slot);
  return slot;
}

void index_slot_let_go(IndexSlot *slot) {
  g_atomic_int_set(&slot->is_closed, 1);
  g_clear_pointer(&slot->thread, g_thread_join);
  g_rw_lock_writer_lock(&slot->lock);
  CourseIndex *index = g_steal_pointer(&slot->index);
  g_rw_lock_writer_unlock(&slot->lock);
  course_index_close(index);
}

void index_slot_free(IndexSlot *slot) {
  if (slot == NULL)
    return;
  index_slot_let_go(slot);
  g_rw_lock_clear(&slot->lock);
  g_free(slot->folder);
  g_free(slot);
}

CourseIndex *index_slot_acquire(IndexSlot *slot) {
  g_rw_lock_reader_lock(&slot->lock);
  return slot->index;
}

void index_slot_release(IndexSlot *slot) {
  g_rw_lock_reader_unlock(&slot->lock);
}
