#include "server/handlers/audit_handler.h"

#include "catalog/audit.h"
#include "server/handlers/handler.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 500

static void write_entry(JsonWriter *writer, const CatalogAuditEntry *entry) {
  json_writer_begin_object(writer);
  json_writer_member_int(writer, "id", entry->id);
  handler_write_time(writer, "at", entry->at_us);
  json_writer_member_string(writer, "actor", entry->actor);
  json_writer_member_string(writer, "kind", entry->kind);
  json_writer_member_string(writer, "record_id", entry->record_id);
  json_writer_member_string(writer, "action", entry->action);
  json_writer_name(writer, "changes");
  json_writer_raw(writer, entry->changes);
  json_writer_end_object(writer);
}

static GString *write_page(const GArray *entries, int64_t limit) {
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < entries->len; i++)
    write_entry(&writer, &g_array_index(entries, CatalogAuditEntry, i));
  json_writer_end_array(&writer);
  json_writer_name(&writer, "before");
  if (entries->len == (guint)limit)
    json_writer_int(&writer, g_array_index(entries, CatalogAuditEntry, entries->len - 1).id);
  else
    json_writer_null(&writer);
  json_writer_end_object(&writer);
  return text;
}

/** A time (RFC 3339) of a parameter; `*ret_time_us` stays when it is absent. */
static bool read_time(const HttpRequest *request, HttpResponse *response, const char *name, int64_t *ret_time_us) {
  const char *text = handler_find_text(request, name);
  if (text == NULL)
    return true;
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
  if (time == NULL) {
    g_autofree char *zh = g_strdup_printf("参数 %s 不是时间，应如 2026-11-29T08:00:00Z。", name);
    g_autofree char *en = g_strdup_printf("The parameter %s is no time like 2026-11-29T08:00:00Z.", name);
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
    return false;
  }
  *ret_time_us = g_date_time_to_unix(time) * G_USEC_PER_SEC;
  return true;
}

void audit_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  AuditQuery query = {.kind = handler_find_text(request, "kind"),
                      .record_id = handler_find_text(request, "id"),
                      .action = handler_find_text(request, "action"),
                      .actor = handler_find_text(request, "actor"),
                      .limit = LIMIT_DEFAULT};
  g_autoptr(GArray) entries = NULL;
  g_autoptr(GError) error = NULL;
  if (!handler_read_number(request, response, "before", 1, G_MAXINT64, &query.before) ||
      !handler_read_number(request, response, "limit", 1, LIMIT_MAX, &query.limit) ||
      !read_time(request, response, "since", &query.since_us) ||
      !read_time(request, response, "until", &query.until_us))
    return;
  if (catalog_list_audit(server->catalog, &query, &entries, &error)) {
    handler_take_json(response, write_page(entries, query.limit));
    http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  } else {
    handler_set_error(response, request, error);
  }
}
