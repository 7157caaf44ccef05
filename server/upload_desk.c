#include "server/upload_desk.h"

/** Checksums of uploads that pause, at most; what goes beyond is taken again from the file. */
#define HASHES_MAX 256
#define SETTLE_US (2 * G_TIME_SPAN_SECOND)

typedef struct {
  char *owner;
  HttpBody *body;
} Line;

struct UploadDesk {
  char *folder;
  UploadLimits limits;
  int64_t keep_us, min_free_bytes, per_person;
  GMutex lock; /**< of all that follows */
  GCond changed;
  GHashTable *lines;  /**< id -> Line */
  GHashTable *hashes; /**< id -> UploadHash */
  UploadDeskFigures figures;
};

static void free_line(gpointer data) {
  Line *line = data;
  g_free(line->owner);
  g_free(line);
}

static void free_hash(gpointer data) {
  upload_hash_free(data);
}

UploadDesk *upload_desk_new(const Settings *settings) {
  UploadDesk *desk = g_new0(UploadDesk, 1);
  desk->folder = upload_folder(settings->data_dir);
  desk->limits = (UploadLimits){.max_source_bytes = settings->max_source_bytes,
                                .quota = {settings->quota_bytes, settings->quota_lessons}};
  desk->keep_us = settings->upload_keep_us;
  desk->min_free_bytes = settings->min_free_space_bytes;
  desk->per_person = settings->uploads_per_person;
  g_mutex_init(&desk->lock);
  g_cond_init(&desk->changed);
  desk->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_line);
  desk->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_hash);
  return desk;
}

void upload_desk_free(UploadDesk *desk) {
  if (desk == NULL)
    return;
  g_hash_table_unref(desk->lines);
  g_hash_table_unref(desk->hashes);
  g_mutex_clear(&desk->lock);
  g_cond_clear(&desk->changed);
  g_free(desk->folder);
  g_free(desk);
}

const char *upload_desk_folder(const UploadDesk *desk) {
  return desk->folder;
}

const UploadLimits *upload_desk_limits(const UploadDesk *desk) {
  return &desk->limits;
}

int64_t upload_desk_keep_us(const UploadDesk *desk) {
  return desk->keep_us;
}

int64_t upload_desk_min_free_bytes(const UploadDesk *desk) {
  return desk->min_free_bytes;
}

int64_t upload_desk_max_bytes(const UploadDesk *desk) {
  return desk->limits.max_source_bytes;
}

/* --- lines --- */

/** Interrupt a silent line of the upload and wait until it has left; false when one is busy (still). */
static bool settle_locked(UploadDesk *desk, const char *id) {
  int64_t until_us = g_get_monotonic_time() + SETTLE_US;
  const Line *line;
  while ((line = g_hash_table_lookup(desk->lines, id)) != NULL) {
    if (http_body_silent_us(line->body) < UPLOAD_DESK_SILENT_US)
      return false;
    http_body_interrupt(line->body);
    if (!g_cond_wait_until(&desk->changed, &desk->lock, until_us))
      return false;
  }
  return true;
}

static int64_t count_locked(const UploadDesk *desk, const char *owner) {
  GHashTableIter iter;
  gpointer value;
  int64_t count = 0;
  g_hash_table_iter_init(&iter, desk->lines);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    count += g_str_equal(((const Line *)value)->owner, owner) ? 1 : 0;
  return count;
}

UploadDeskResult upload_desk_enter(UploadDesk *desk, const char *owner, const char *id, HttpBody *body) {
  UploadDeskResult result = UPLOAD_DESK_ENTERED;
  g_mutex_lock(&desk->lock);
  if (!settle_locked(desk, id)) {
    result = UPLOAD_DESK_LOCKED;
  } else if (count_locked(desk, owner) >= desk->per_person) {
    result = UPLOAD_DESK_FULL;
  } else {
    Line *line = g_new0(Line, 1);
    line->owner = g_strdup(owner);
    line->body = body;
    g_hash_table_insert(desk->lines, g_strdup(id), line);
  }
  g_mutex_unlock(&desk->lock);
  return result;
}

void upload_desk_leave(UploadDesk *desk, const char *id) {
  g_mutex_lock(&desk->lock);
  g_hash_table_remove(desk->lines, id);
  g_cond_broadcast(&desk->changed);
  g_mutex_unlock(&desk->lock);
}

void upload_desk_settle(UploadDesk *desk, const char *id) {
  g_mutex_lock(&desk->lock);
  settle_locked(desk, id);
  g_mutex_unlock(&desk->lock);
}

/* --- checksums --- */

UploadHash *upload_desk_take_hash(UploadDesk *desk, const char *id, int64_t offset_bytes) {
  g_autofree char *key = NULL;
  UploadHash *hash = NULL;
  g_mutex_lock(&desk->lock);
  g_hash_table_steal_extended(desk->hashes, id, (gpointer *)&key, (gpointer *)&hash);
  g_mutex_unlock(&desk->lock);
  if (hash != NULL && upload_hash_size(hash) == offset_bytes)
    return hash;
  upload_hash_free(hash);
  return offset_bytes == 0 ? upload_hash_new("sha256") : NULL;
}

void upload_desk_keep_hash(UploadDesk *desk, const char *id, UploadHash *hash) {
  g_mutex_lock(&desk->lock);
  if (hash == NULL)
    g_hash_table_remove(desk->hashes, id);
  else if (g_hash_table_size(desk->hashes) < HASHES_MAX)
    g_hash_table_replace(desk->hashes, g_strdup(id), g_steal_pointer(&hash));
  g_mutex_unlock(&desk->lock);
  upload_hash_free(hash);
}

/* --- figures --- */

void upload_desk_count(UploadDesk *desk, int64_t received_bytes, bool is_finished) {
  g_mutex_lock(&desk->lock);
  desk->figures.received_bytes += (uint64_t)received_bytes;
  desk->figures.finished += is_finished ? 1 : 0;
  g_mutex_unlock(&desk->lock);
}

void upload_desk_get_figures(UploadDesk *desk, UploadDeskFigures *ret_figures) {
  g_mutex_lock(&desk->lock);
  *ret_figures = desk->figures;
  ret_figures->active = g_hash_table_size(desk->lines);
  g_mutex_unlock(&desk->lock);
}
