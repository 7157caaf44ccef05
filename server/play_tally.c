#include "server/play_tally.h"

#include "base/log.h"
#include "catalog/popularity.h"

#include <string.h>

#define WRITE_US (5 * G_TIME_SPAN_SECOND)
#define SEEN_MAX 200000    /**< of a half hour; then nobody new is counted until the next */
#define COURSES_MAX 100000 /**< that wait to be written */

struct PlayTally {
  Catalog *catalog;
  GThread *writer;
  GMutex mutex; /**< guards what follows */
  GCond changed;
  bool is_stopping;
  guint64 salt;
  int64_t since_us;         /**< of the half hour `seen` belongs to */
  GHashTable *seen, *older; /**< hashes of device and course, as a set, of this half hour and the one before */
  GHashTable *addresses;    /**< hash of an address to its plays in this half hour */
  GHashTable *plays;        /**< id of a course to plays that are not written */
};

static void mix(GChecksum *checksum, const char *text) {
  g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text) + 1);
}

/** Salted, so that it tells nothing to who finds it in memory. */
static gint64 hash_of(const PlayTally *tally, const char *address, const char *device, const char *course_id) {
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;
  gint64 hash = 0;
  g_checksum_update(checksum, (const guchar *)&tally->salt, sizeof tally->salt);
  mix(checksum, address);
  mix(checksum, device);
  mix(checksum, course_id);
  g_checksum_get_digest(checksum, digest, &size);
  memcpy(&hash, digest, sizeof hash);
  return hash;
}

static GHashTable *new_set(void) {
  return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

static void turn_locked(PlayTally *tally, int64_t now_us) {
  if (now_us - tally->since_us < PLAY_TALLY_AGAIN_US)
    return;
  bool is_long_ago = now_us - tally->since_us >= 2 * PLAY_TALLY_AGAIN_US;
  g_hash_table_unref(tally->older);
  tally->older = is_long_ago ? new_set() : g_hash_table_ref(tally->seen);
  g_hash_table_unref(tally->seen);
  tally->seen = new_set();
  g_hash_table_remove_all(tally->addresses);
  tally->since_us = now_us;
}

static void add_play_locked(PlayTally *tally, const char *course_id) {
  gint64 count = (gint64)(gintptr)g_hash_table_lookup(tally->plays, course_id) + 1;
  if (count > 1 || g_hash_table_size(tally->plays) < COURSES_MAX)
    g_hash_table_insert(tally->plays, g_strdup(course_id), (gpointer)(gintptr)count);
}

static bool count_locked(PlayTally *tally, gint64 address, gint64 play, const char *course_id) {
  if (g_hash_table_contains(tally->seen, &play) || g_hash_table_contains(tally->older, &play))
    return true;
  guint plays = GPOINTER_TO_UINT(g_hash_table_lookup(tally->addresses, &address));
  if (plays >= PLAY_TALLY_ADDRESS_MAX || g_hash_table_size(tally->seen) >= SEEN_MAX)
    return false;
  g_hash_table_add(tally->seen, g_memdup2(&play, sizeof play));
  g_hash_table_insert(tally->addresses, g_memdup2(&address, sizeof address), GUINT_TO_POINTER(plays + 1));
  add_play_locked(tally, course_id);
  return true;
}

bool play_tally_count(PlayTally *tally, const char *address, const char *device, const char *course_id,
                      int64_t now_us) {
  gint64 from = hash_of(tally, address, "", ""), play = hash_of(tally, address, device, course_id);
  g_mutex_lock(&tally->mutex);
  turn_locked(tally, now_us);
  bool is_counted = count_locked(tally, from, play, course_id);
  g_mutex_unlock(&tally->mutex);
  return is_counted;
}

int64_t play_tally_waiting(PlayTally *tally, const char *course_id) {
  g_mutex_lock(&tally->mutex);
  int64_t count = (int64_t)(gintptr)g_hash_table_lookup(tally->plays, course_id);
  g_mutex_unlock(&tally->mutex);
  return count;
}

static GHashTable *new_plays(void) {
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void write_plays(PlayTally *tally) {
  g_mutex_lock(&tally->mutex);
  g_autoptr(GHashTable) plays = g_steal_pointer(&tally->plays);
  tally->plays = new_plays();
  g_mutex_unlock(&tally->mutex);
  if (g_hash_table_size(plays) == 0)
    return;
  g_autoptr(GArray) courses = g_array_new(FALSE, FALSE, sizeof(CoursePlays));
  g_autoptr(GError) error = NULL;
  GHashTableIter iter;
  gpointer id, count;
  g_hash_table_iter_init(&iter, plays);
  while (g_hash_table_iter_next(&iter, &id, &count)) {
    CoursePlays course = {id, (int64_t)(gintptr)count};
    g_array_append_val(courses, course);
  }
  if (!catalog_add_plays(tally->catalog, (const CoursePlays *)(const void *)courses->data, courses->len, &error))
    log_warning("plays of %u courses are not counted: %s", courses->len, error->message);
}

static gpointer write_on(gpointer data) {
  PlayTally *tally = data;
  bool is_over = false;
  while (!is_over) {
    int64_t end_us = g_get_monotonic_time() + WRITE_US;
    g_mutex_lock(&tally->mutex);
    while (!tally->is_stopping && g_cond_wait_until(&tally->changed, &tally->mutex, end_us))
      ;
    is_over = tally->is_stopping;
    g_mutex_unlock(&tally->mutex);
    write_plays(tally);
  }
  return NULL;
}

PlayTally *play_tally_new(Catalog *catalog) {
  PlayTally *tally = g_new0(PlayTally, 1);
  g_mutex_init(&tally->mutex);
  g_cond_init(&tally->changed);
  tally->catalog = catalog;
  tally->salt = (guint64)g_random_int() << 32 | g_random_int();
  tally->seen = new_set();
  tally->older = new_set();
  tally->addresses = new_set();
  tally->plays = new_plays();
  if (catalog != NULL)
    tally->writer = g_thread_new("plays", write_on, tally);
  return tally;
}

void play_tally_free(PlayTally *tally) {
  if (tally == NULL)
    return;
  g_mutex_lock(&tally->mutex);
  tally->is_stopping = true;
  g_cond_broadcast(&tally->changed);
  g_mutex_unlock(&tally->mutex);
  g_clear_pointer(&tally->writer, g_thread_join);
  g_hash_table_unref(tally->seen);
  g_hash_table_unref(tally->older);
  g_hash_table_unref(tally->addresses);
  g_hash_table_unref(tally->plays);
  g_cond_clear(&tally->changed);
  g_mutex_clear(&tally->mutex);
  g_free(tally);
}
