#include "catalog/course_cache.h"

#include "base/lru_cache.h"
#include "catalog/course_row.h"
#include "catalog/transaction.h"
#include "catalog/version.h"

#include <string.h>

#define TEXT_OVERHEAD 24 /* what the allocator adds */
#define TEXT_COUNT 20

/* A course and when it was looked at. */
typedef struct {
  gint references; /* atomic */
  CatalogCourse *course;
  uint64_t version; /* of the catalog, at which it was known to be right */
} Kept;

struct CourseCache {
  Catalog *catalog;
  LruCache *courses; /* id to Kept * */
};

static Kept *kept_ref(Kept *kept) {
  g_atomic_int_inc(&kept->references);
  return kept;
}

static void kept_unref(Kept *kept) {
  if (!kept || !g_atomic_int_dec_and_test(&kept->references))
    return;
  catalog_course_free(kept->course);
  g_free(kept);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Kept, kept_unref)

CourseCache *course_cache_new(Catalog *catalog, size_t budget_bytes) {
  CourseCache *cache = g_new0(CourseCache, 1);
  cache->catalog = catalog;
  cache->courses = lru_cache_new(budget_bytes, (LruCacheRefFunc)kept_ref, (GDestroyNotify)kept_unref);
  return cache;
}

void course_cache_free(CourseCache *cache) {
  if (!cache)
    return;
  lru_cache_free(cache->courses);
  g_free(cache);
}

static size_t list_size(char *const *texts) {
  size_t size = 0;
  for (; *texts; texts++)
    size += strlen(*texts) + TEXT_OVERHEAD;
  return size;
}

static size_t size_of(const CatalogCourse *course) {
  return sizeof(Kept) + sizeof *course + TEXT_COUNT * TEXT_OVERHEAD + strlen(course->title) +
         strlen(course->summary) + list_size(course->tags) + list_size(course->audiences) +
         list_size(course->lecturers) + list_size(course->lecturer_ids);
}

/* The caller's reference; `*ret_version`: at which it was known to be right. */
static CatalogCourse *find(CourseCache *cache, const char *id, uint64_t *ret_version) {
  g_autoptr(GBytes) key = g_bytes_new_static(id, strlen(id));
  g_autoptr(Kept) kept = lru_cache_find(cache->courses, key);
  if (!kept)
    return NULL;
  *ret_version = kept->version;
  return catalog_course_ref(kept->course);
}

/* Its progress does not change any more. */
static bool is_settled(const CatalogCourse *course) {
  return !course->asset_id || course->asset_state == ASSET_STATE_READY;
}

static void keep(CourseCache *cache, CatalogCourse *course, uint64_t version) {
  if (!is_settled(course))
    return;
  g_autoptr(GBytes) key = g_bytes_new(course->id, strlen(course->id));
  g_autoptr(Kept) kept = g_new(Kept, 1);
  *kept = (Kept){1, catalog_course_ref(course), version};
  lru_cache_keep(cache->courses, key, kept, size_of(course));
}

static bool load(Connection *connection, const char *id, CatalogCourse **ret_course, GError **error) {
  bool has_row = false;
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_COURSE);
  statement_bind(&statement, argument_text(id));
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_course = has_row ? course_row_read(&statement) : NULL;
  return true;
}

/* Is the kept course, which may be NULL, still what the catalog has? */
static bool check(Connection *connection, const CatalogCourse *course, bool *ret_same, GError **error) {
  int64_t change_seq = 0;
  *ret_same = false;
  if (!course)
    return true;
  if (!connection_number(connection, STATEMENT_LOAD_COURSE_CHANGE, &change_seq, error, argument_text(course->id)))
    return false;
  *ret_same = change_seq == course->change_seq;
  return true;
}

/* `courses` has what was kept; what is not of `version` is compared or loaded in one transaction. */
static bool renew(CourseCache *cache, const char *const *ids, GPtrArray *courses, const uint64_t *versions,
                  uint64_t version, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, cache->catalog, error))
    return false;
  for (guint i = 0; i < courses->len; i++) {
    CatalogCourse *course = courses->pdata[i];
    bool is_same = course && versions[i] == version;
    if (is_same)
      continue;
    if (!check(transaction.connection, course, &is_same, error))
      return false;
    if (!is_same) {
      g_clear_pointer(&courses->pdata[i], catalog_course_free);
      if (!load(transaction.connection, ids[i], (CatalogCourse **)&courses->pdata[i], error))
        return false;
    }
    if (courses->pdata[i])
      keep(cache, courses->pdata[i], version);
  }
  return true;
}

bool course_cache_load(CourseCache *cache, const char *const *ids, size_t count, GPtrArray **ret_courses,
                       GError **error) {
  uint64_t version = catalog_version(cache->catalog); /* before anything is read */
  g_autoptr(GPtrArray) courses = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_course_free);
  g_autofree uint64_t *versions = g_new0(uint64_t, MAX(count, 1));
  bool is_all = true;
  for (size_t i = 0; i < count; i++) {
    CatalogCourse *course = find(cache, ids[i], &versions[i]);
    is_all = is_all && course && versions[i] == version;
    g_ptr_array_add(courses, course);
  }
  if (!is_all && !renew(cache, ids, courses, versions, version, error))
    return false;
  *ret_courses = g_steal_pointer(&courses);
  return true;
}
