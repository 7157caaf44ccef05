#include "catalog/course_index_internal.h"

#include "catalog/course_change.h"
#include "catalog/course_document.h"
#include "catalog/version.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define POLL_US (100 * G_TIME_SPAN_MILLISECOND)
#define BATCH_PAUSE_US (150 * G_TIME_SPAN_MILLISECOND) /* between batches, so that segments do not get too small */
#define BATCH_CHANGES_MAX 20000
#define BATCH_TEXT_SIZE_MAX (16u << 20)
#define RETRY_US (5 * G_TIME_SPAN_SECOND)
#define FRESH_WAIT_US (250 * G_TIME_SPAN_MILLISECOND)
#define BUSY_US G_TIME_SPAN_SECOND
#define VERIFY_AFTER_US (60 * G_TIME_SPAN_SECOND)
#define MEMORY_CHECK_US G_TIME_SPAN_SECOND
/* Of the memory for the index: what is kept of results, of courses that were shown, and of whole pages. */
#define RESULTS_SHARE 16
#define COURSES_SHARE 16
#define PAGES_SHARE 16
#define KEPT_DOCUMENTS_MIN 2048
#define MARK_FILE "catalog-mark"

static bool is_stopping(CourseIndex *index) {
  g_mutex_lock(&index->mutex);
  bool is = index->is_stopping;
  g_mutex_unlock(&index->mutex);
  return is;
}

/* Sleep; wakes early when the index is closed or, with `for_changes`, when somebody waits for the newest changes. */
static void rest(CourseIndex *index, int64_t duration_us, bool for_changes) {
  int64_t end_us = g_get_monotonic_time() + duration_us;
  g_mutex_lock(&index->mutex);
  while (!index->is_stopping && !(for_changes && index->is_wanted))
    if (!g_cond_wait_until(&index->changed, &index->mutex, end_us))
      break;
  g_mutex_unlock(&index->mutex);
}

static void tell(CourseIndex *index, bool is_error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void tell(CourseIndex *index, bool is_error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  if (index->log)
    index->log(is_error, message);
}

static void note_applied(CourseIndex *index, int64_t change_seq) {
  g_mutex_lock(&index->mutex);
  index->change_seq = change_seq;
  index->applied_us[index->applied_count++ % COURSE_INDEX_BUSY_COUNT] = g_get_monotonic_time();
  index->is_wanted = false;
  g_cond_broadcast(&index->changed);
  g_mutex_unlock(&index->mutex);
}

/* Put the courses of the first changes into `builder` or `removed`, as many as a batch takes. */
static bool load_batch(CourseIndex *index, const GArray *changes, SearchBuilder *builder, GPtrArray *removed,
                       int64_t *ret_seq, GError **error) {
  for (guint i = 0; i < changes->len; i++) {
    const CatalogCourseChange *change = &g_array_index(changes, CatalogCourseChange, i);
    SearchDocument *document = NULL;
    if (search_builder_text_size(builder) > BATCH_TEXT_SIZE_MAX || is_stopping(index))
      break;
    if (!change->is_deleted &&
        !course_document_load(index->catalog, index->store, change->course_id, &document, error))
      return false;
    if (document)
      search_builder_take(builder, document);
    else
      g_ptr_array_add(removed, g_strdup(change->course_id));
    *ret_seq = change->change_seq;
  }
  return true;
}

/* `*ret_done`: there was nothing to do. */
static bool apply_batch(CourseIndex *index, bool *ret_done, GError **error) {
  g_autoptr(GArray) changes = NULL;
  g_autoptr(SearchBuilder) builder = search_builder_new();
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);
  int64_t seq = index->change_seq;
  if (!catalog_list_course_changes(index->catalog, seq, BATCH_CHANGES_MAX, &changes, error))
    return false;
  *ret_done = changes->len == 0;
  if (*ret_done) {
    g_mutex_lock(&index->mutex);
    index->is_wanted = false;
    g_cond_broadcast(&index->changed);
    g_mutex_unlock(&index->mutex);
    return true;
  }
  if (!load_batch(index, changes, builder, removed, &seq, error))
    return false;
  g_ptr_array_add(removed, NULL);
  if (!search_index_apply(index->search, builder, (const char *const *)removed->pdata, seq, error))
    return false;
  note_applied(index, seq);
  return true;
}

/* Bytes of mapped files in this process's memory; 0 when the kernel does not tell. */
static int64_t mapped_bytes(void) {
  g_autofree char *text = NULL;
  long long total = 0, resident = 0, shared = 0;
  if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL) ||
      sscanf(text, "%lld %lld %lld", &total, &resident, &shared) != 3)
    return 0;
  return shared * sysconf(_SC_PAGESIZE);
}

static void limit_memory(CourseIndex *index) {
  const int64_t kept =
      index->memory_bytes / RESULTS_SHARE + index->memory_bytes / COURSES_SHARE + index->memory_bytes / PAGES_SHARE;
  if (mapped_bytes() <= index->memory_bytes - kept)
    return;
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index->search);
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    segment_release_memory(snapshot->parts[i].segment);
}

static void follow_once(CourseIndex *index) {
  g_autoptr(GError) error = NULL;
  bool is_done = false;
  if (!apply_batch(index, &is_done, &error)) {
    tell(index, true, "the search index is not up to date: %s", error->message);
    rest(index, RETRY_US, false);
  } else {
    rest(index, is_done ? POLL_US : BATCH_PAUSE_US, true);
  }
}

static gpointer follow(gpointer data) {
  CourseIndex *index = data;
  int64_t checked_us = 0;
  while (!is_stopping(index)) {
    follow_once(index);
    if (g_get_monotonic_time() - checked_us > MEMORY_CHECK_US) {
      limit_memory(index);
      checked_us = g_get_monotonic_time();
    }
  }
  return NULL;
}

/* Look through the files once; begin anew when one is damaged. */
static void verify(CourseIndex *index) {
  g_autoptr(GError) error = NULL;
  if (search_index_verify(index->search, &error))
    return;
  tell(index, true, "the search index is built again: %s", error->message);
  g_clear_error(&error);
  if (search_index_reset(index->search, &error))
    note_applied(index, 0);
  else
    tell(index, true, "the search index cannot be built again: %s", error->message);
}

static gpointer merge(gpointer data) {
  CourseIndex *index = data;
  int64_t verify_us = g_get_monotonic_time() + VERIFY_AFTER_US;
  while (!is_stopping(index)) {
    g_autoptr(GError) error = NULL;
    bool is_merged = false;
    if (!search_index_merge(index->search, false, &is_merged, &error))
      tell(index, true, "the search index cannot be merged: %s", error->message);
    if (verify_us > 0 && g_get_monotonic_time() > verify_us) {
      verify(index);
      verify_us = 0;
    }
    rest(index, is_merged ? POLL_US : error ? RETRY_US : 5 * POLL_US, false);
  }
  return NULL;
}

/* The mark of the catalog that the index was made of stands beside it. */
static bool has_mark(const char *path, const char *mark) {
  g_autofree char *held = NULL;
  return !g_file_get_contents(path, &held, NULL, NULL) || g_str_equal(held, mark); /* older ones have none */
}

static bool write_mark(const char *path, const char *mark, GError **error) {
  g_autoptr(GError) cause = NULL;
  if (has_mark(path, mark) && g_file_test(path, G_FILE_TEST_EXISTS))
    return true;
  if (g_file_set_contents(path, mark, -1, &cause))
    return true;
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_IO, cause->message);
  return false;
}

/* An index with another mark, or one that is ahead of its catalog, is of another one, or from before a restore. */
static bool check_catalog(CourseIndex *index, const char *folder, GError **error) {
  g_autofree char *path = g_build_filename(folder, MARK_FILE, NULL), *mark = NULL;
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index->search);
  int64_t last = 0;
  if (!catalog_load_last_change(index->catalog, &last, error) || !catalog_load_mark(index->catalog, &mark, error))
    return false;
  index->change_seq = snapshot->change_seq;
  if (snapshot->change_seq > last || !has_mark(path, mark)) {
    tell(index, false, "the search index is of another catalog: it is built again");
    index->change_seq = 0;
    if (!search_index_reset(index->search, error))
      return false;
  }
  return write_mark(path, mark, error);
}

CourseIndex *course_index_open(Catalog *catalog, const BlobStore *store, const char *folder, int64_t memory_bytes,
                               CourseIndexLogFunc log, GError **error) {
  g_autofree char *damage = NULL;
  SearchIndex *search = search_index_open(folder, &damage, error);
  if (!search)
    return NULL;
  CourseIndex *index = g_new0(CourseIndex, 1);
  g_mutex_init(&index->mutex);
  g_cond_init(&index->changed);
  index->catalog = catalog;
  index->store = store;
  index->search = search;
  index->log = log;
  index->memory_bytes = memory_bytes;
  index->results = search_cache_new((size_t)memory_bytes / RESULTS_SHARE, KEPT_DOCUMENTS_MIN);
  index->courses = course_cache_new(catalog, (size_t)memory_bytes / COURSES_SHARE);
  index->pages = lru_cache_new((size_t)memory_bytes / PAGES_SHARE, (LruCacheRefFunc)course_page_ref,
                               (GDestroyNotify)course_page_free);
  if (damage)
    tell(index, false, "the search index is built again: %s", damage);
  if (!check_catalog(index, folder, error)) {
    course_index_close(index);
    return NULL;
  }
  index->follower = g_thread_new("search-follow", follow, index);
  index->merger = g_thread_new("search-merge", merge, index);
  return index;
}

void course_index_close(CourseIndex *index) {
  if (!index)
    return;
  g_mutex_lock(&index->mutex);
  index->is_stopping = true;
  g_cond_broadcast(&index->changed);
  g_mutex_unlock(&index->mutex);
  g_clear_pointer(&index->follower, g_thread_join);
  g_clear_pointer(&index->merger, g_thread_join);
  search_index_close(index->search);
  search_cache_free(index->results);
  course_cache_free(index->courses);
  lru_cache_free(index->pages);
  g_cond_clear(&index->changed);
  g_mutex_clear(&index->mutex);
  g_free(index);
}

static bool wait_for(CourseIndex *index, int64_t seq, int64_t timeout_us) {
  int64_t end_us = g_get_monotonic_time() + timeout_us;
  g_mutex_lock(&index->mutex);
  while (index->change_seq < seq && !index->is_stopping) {
    index->is_wanted = true;
    g_cond_broadcast(&index->changed);
    if (!g_cond_wait_until(&index->changed, &index->mutex, end_us))
      break;
  }
  bool is_there = index->change_seq >= seq;
  g_mutex_unlock(&index->mutex);
  return is_there;
}

bool course_index_wait(CourseIndex *index, int64_t timeout_us) {
  int64_t last = 0;
  return catalog_load_last_change(index->catalog, &last, NULL) && wait_for(index, last, timeout_us);
}

/* The catalog's last change; it is asked again only after something was committed. */
static bool load_last_change(CourseIndex *index, int64_t *ret_last) {
  uint64_t version = catalog_version(index->catalog);
  int64_t last = 0;
  g_mutex_lock(&index->mutex);
  bool is_seen = index->seen_last > 0 && index->seen_version == version;
  *ret_last = index->seen_last;
  g_mutex_unlock(&index->mutex);
  if (is_seen)
    return true;
  if (!catalog_load_last_change(index->catalog, &last, NULL))
    return false;
  g_mutex_lock(&index->mutex);
  index->seen_version = version;
  index->seen_last = last;
  g_mutex_unlock(&index->mutex);
  *ret_last = last;
  return true;
}

bool course_index_is_current(CourseIndex *index, const SearchSnapshot *snapshot) {
  int64_t last = 0;
  return load_last_change(index, &last) && snapshot->change_seq >= last;
}

/* Whoever asks right after a change sees it; while changes keep coming nobody waits for them. */
SearchSnapshot *course_index_snapshot(CourseIndex *index) {
  int64_t last = 0;
  g_mutex_lock(&index->mutex);
  int64_t seq = index->change_seq;
  int64_t oldest_us = index->applied_us[index->applied_count % COURSE_INDEX_BUSY_COUNT];
  bool is_calm = oldest_us == 0 || g_get_monotonic_time() - oldest_us > BUSY_US;
  g_mutex_unlock(&index->mutex);
  if (is_calm && load_last_change(index, &last) && last > seq)
    wait_for(index, last, FRESH_WAIT_US);
  return search_index_snapshot(index->search);
}

bool course_index_load_status(CourseIndex *index, CourseIndexStatus *ret_status, GError **error) {
  g_autoptr(SearchSnapshot) snapshot = search_index_snapshot(index->search);
  CourseIndexStatus status = {.segments = snapshot->part_count, .change_seq = snapshot->change_seq};
  if (!catalog_load_last_change(index->catalog, &status.last_change, error))
    return false;
  for (uint32_t i = 0; i < snapshot->part_count; i++)
    status.courses += snapshot->parts[i].segment->count - snapshot->parts[i].deleted_count;
  *ret_status = status;
  return true;
}
