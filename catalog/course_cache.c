#include "catalog/course_cache.h"

#include "base/json_writer.h"
#include "base/lru_cache.h"
#include "catalog/course_card.h"
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

static void keep(CourseCache *cache, CatalogCourse *course, uint64_t version) {
  if (!course_is_settled(course))
    return;
  g_autoptr(GBytes) key = g_bytes_new(course->id, strlen(course->id));
  g_autoptr(Kept) kept = g_new(Kept, 1);
  *kept = (Kept){1, catalog_course_ref(course), version};
  lru_cache_keep(cache->courses, key, kept, size_of(course));
}

/* JSON array of the ids that have no course yet. */
static char *write_missing(const char *const *ids, const GPtrArray *courses) {
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_array(&writer);
  for (guint i = 0; i < courses->len; i++)
    if (!courses->pdata[i])
      json_writer_string(&writer, ids[i]);
  json_writer_end_array(&writer);
  return g_string_free(text, FALSE);
}

/* Takes the course. */
static void put(GPtrArray *courses, const char *const *ids, CatalogCourse *course) {
  for (guint i = 0; i < courses->len; i++)
    if (!courses->pdata[i] && strcmp(ids[i], course->id) == 0) {
      courses->pdata[i] = course;
      return;
    }
  catalog_course_free(course);
}

/* All that are missing by one statement: to begin one costs as much as some rows. */
static bool load_missing(Connection *connection, const char *const *ids, GPtrArray *courses, GError **error) {
  g_autofree char *missing = write_missing(ids, courses);
  if (strcmp(missing, "[]") == 0)
    return true;
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_COURSES);
  statement_bind(&statement, argument_text(missing));
  while (statement_next_row(&statement))
    put(courses, ids, course_row_read(&statement));
  return statement_check(&statement, error);
}

/* Is the kept course still what the catalog has? */
static bool check(Connection *connection, const CatalogCourse *course, bool *ret_same, GError **error) {
  int64_t change_seq = 0;
  if (!connection_number(connection, STATEMENT_LOAD_COURSE_CHANGE, &change_seq, error, argument_text(course->id)))
    return false;
  *ret_same = change_seq == course->change_seq;
  return true;
}

/* Forget those that are not of `version` and have changed since they were kept. */
static bool check_kept(Connection *connection, GPtrArray *courses, const uint64_t *versions, uint64_t version,
                       GError **error) {
  for (guint i = 0; i < courses->len; i++) {
    bool is_same = false;
    if (!courses->pdata[i] || versions[i] == version)
      continue;
    if (!check(connection, courses->pdata[i], &is_same, error))
      return false;
    if (!is_same)
      g_clear_pointer(&courses->pdata[i], catalog_course_free);
  }
  return true;
}

/* `courses` has what was kept; what is not of `version` is compared or loaded in one transaction. */
static bool renew(CourseCache *cache, const char *const *ids, GPtrArray *courses, const uint64_t *versions,
                  uint64_t version, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, cache->catalog, error) ||
      !check_kept(transaction.connection, courses, versions, version, error) ||
      !load_missing(transaction.connection, ids, courses, error))
    return false;
  for (guint i = 0; i < courses->len; i++)
    if (courses->pdata[i] && versions[i] != version)
      keep(cache, courses->pdata[i], version);
  return true;
}

bool course_cache_load(CourseCache *cache, const CourseWanted *wanted, GPtrArray **ret_courses, GError **error) {
  uint64_t version = catalog_version(cache->catalog); /* before anything is read */
  g_autoptr(GPtrArray) courses = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_course_free);
  g_autofree uint64_t *versions = g_new0(uint64_t, MAX(wanted->count, 1));
  bool is_all = true;
  for (size_t i = 0; i < wanted->count; i++) {
    CatalogCourse *course = find(cache, wanted->ids[i], &versions[i]);
    if (!course && wanted->read_card && (course = wanted->read_card(wanted->data, i)) &&
        wanted->are_cards_current) {
      versions[i] = version;
      keep(cache, course, version);
    }
    is_all = is_all && course && versions[i] == version;
    g_ptr_array_add(courses, course);
  }
  if (!is_all && !renew(cache, wanted->ids, courses, versions, version, error))
    return false;
  *ret_courses = g_steal_pointer(&courses);
  return true;
}
