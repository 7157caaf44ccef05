#include "server/handlers/desk_handler.h"

#include "catalog/progress.h"
#include "catalog/quota.h"
#include "catalog/review.h"
#include "catalog/work.h"
#include "server/access.h"
#include "server/handlers/person_json.h"

#include <string.h>

#define WORKERS_SINCE_US (30 * G_TIME_SPAN_SECOND)
#define PAGE_LIMIT_DEFAULT 50
#define PAGE_LIMIT_MAX 200
#define NEAR_PERCENT 90

/* --- how much the institutions have --- */

/** Those within the reach of who asks, and lessons without an institution for who manages everything. */
static bool load_usage(const ServerContext *server, const HttpRequest *request, GArray **ret_usage,
                       GError **error) {
  g_autofree char *reach = access_write_reach(request, RIGHT_MANAGE);
  g_autoptr(GHashTable) names = NULL;
  g_autoptr(GArray) all = NULL;
  if (!catalog_list_usage(server->catalog, &upload_desk_limits(server->uploads)->quota, &all, error))
    return false;
  if (!access_may_everywhere(request, RIGHT_MANAGE)) {
    if (!catalog_list_reached_institutions(server->catalog, reach, &names, error))
      return false;
    for (guint i = all->len; i > 0; i--)
      if (!g_hash_table_contains(names, g_array_index(all, QuotaUsage, i - 1).institution))
        g_array_remove_index(all, i - 1);
  }
  *ret_usage = g_steal_pointer(&all);
  return true;
}

static bool is_near(const QuotaUsage *usage) {
  int64_t bytes = usage->source_bytes + usage->derived_bytes;
  return (usage->quota.bytes_max > 0 && bytes >= usage->quota.bytes_max / 100 * NEAR_PERCENT) ||
         (usage->quota.lessons_max > 0 && usage->lesson_count * 100 >= usage->quota.lessons_max * NEAR_PERCENT);
}

static void write_limit(JsonWriter *writer, const char *name, int64_t limit) {
  json_writer_name(writer, name);
  if (limit > 0)
    json_writer_int(writer, limit);
  else
    json_writer_null(writer);
}

static void write_usage(JsonWriter *writer, const QuotaUsage *usage) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "institution", usage->institution);
  json_writer_member_int(writer, "source_bytes", usage->source_bytes);
  json_writer_member_int(writer, "derived_bytes", usage->derived_bytes);
  json_writer_member_int(writer, "lesson_count", usage->lesson_count);
  write_limit(writer, "bytes_max", usage->quota.bytes_max);
  write_limit(writer, "lessons_max", usage->quota.lessons_max);
  json_writer_member_bool(writer, "is_near", is_near(usage));
  json_writer_end_object(writer);
}

static gint compare_usage(gconstpointer one, gconstpointer other) {
  const QuotaUsage *a = one, *b = other;
  int64_t a_bytes = a->source_bytes + a->derived_bytes, b_bytes = b->source_bytes + b->derived_bytes;
  return a_bytes != b_bytes ? (a_bytes < b_bytes ? 1 : -1) : strcmp(a->institution, b->institution);
}

/** The page that begins at `first` of those whose name holds `text`. */
static GString *write_storage(const GArray *usage, const char *text, int64_t first, int64_t limit) {
  JsonWriter writer;
  GString *json = handler_begin_items(&writer);
  int64_t at = 0;
  for (guint i = 0; i < usage->len && at <= first + limit; i++) {
    const QuotaUsage *each = &g_array_index(usage, QuotaUsage, i);
    if (text != NULL && strstr(each->institution, text) == NULL)
      continue;
    if (at >= first && at < first + limit)
      write_usage(&writer, each);
    at++;
  }
  json_writer_end_array(&writer);
  g_autofree char *next = at > first + limit ? g_strdup_printf("%" G_GINT64_FORMAT, first + limit) : NULL;
  json_writer_member_string(&writer, "next", next);
  json_writer_end_object(&writer);
  return json;
}

void desk_handler_storage(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  int64_t first = 0, limit = PAGE_LIMIT_DEFAULT;
  g_autoptr(GArray) usage = NULL;
  g_autoptr(GError) error = NULL;
  const char *text = http_request_find_param(request, "q");
  if (!handler_read_number(request, response, "cursor", 0, G_MAXINT32, &first) ||
      !handler_read_number(request, response, "limit", 1, PAGE_LIMIT_MAX, &limit))
    return;
  if (!load_usage(server, request, &usage, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  g_array_sort(usage, compare_usage);
  person_take_private(response, write_storage(usage, text, first, limit));
}

/* --- what needs attention --- */

static bool write_work_counts(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                              GError **error) {
  g_autofree char *reach = access_write_reach(request, RIGHT_EDIT);
  int64_t counts[WORK_STATE_COUNT] = {0};
  if (!catalog_count_work(server->catalog, reach, counts, error))
    return false;
  json_writer_name(writer, "jobs");
  json_writer_begin_object(writer);
  for (int i = 0; i < WORK_STATE_COUNT; i++)
    json_writer_member_int(writer, work_state_name((WorkState)i), counts[i]);
  json_writer_end_object(writer);
  return true;
}

static bool write_reviews(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                          GError **error) {
  g_autofree char *reach = access_write_reach(request, RIGHT_PUBLISH);
  int64_t count = 0;
  if (!catalog_count_reviews_due(server->catalog, reach, &count, error))
    return false;
  json_writer_member_int(writer, "reviews", count);
  return true;
}

static bool write_quotas(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                         GError **error) {
  g_autoptr(GArray) usage = NULL;
  int64_t near_count = 0;
  if (!load_usage(server, request, &usage, error))
    return false;
  for (guint i = 0; i < usage->len; i++)
    near_count += is_near(&g_array_index(usage, QuotaUsage, i));
  json_writer_member_int(writer, "near_quota", near_count);
  return true;
}

/** Workers and disk: what an operator of the whole system looks after. */
static bool write_machine(JsonWriter *writer, const ServerContext *server, GError **error) {
  g_auto(CatalogQueue) queue = {0};
  int64_t free_bytes = 0;
  if (!catalog_load_queue(server->catalog, g_get_real_time() - WORKERS_SINCE_US, &queue, error) ||
      !blob_store_free_space(server->store, &free_bytes, error))
    return false;
  json_writer_name(writer, "machine");
  json_writer_begin_object(writer);
  json_writer_member_int(writer, "workers", queue.worker_count);
  json_writer_member_int(writer, "workers_short_of_space", queue.short_of_space_count);
  json_writer_member_int(writer, "free_bytes", free_bytes);
  json_writer_end_object(writer);
  return true;
}

void desk_handler_overview(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  bool is_good = write_work_counts(&writer, server, request, &error) &&
                 write_reviews(&writer, server, request, &error) &&
                 (!access_may(request, RIGHT_MANAGE, NULL) || write_quotas(&writer, server, request, &error)) &&
                 (!access_may_everywhere(request, RIGHT_OPERATE) || write_machine(&writer, server, &error));
  if (!is_good) {
    handler_set_error(response, request, error);
    return;
  }
  json_writer_end_object(&writer);
  person_take_private(response, g_steal_pointer(&text));
}
