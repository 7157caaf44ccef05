#include "server/handlers/audit_handler.h"

#include "catalog/audit.h"
#include "server/handlers/handler.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 500

/** A number of a parameter; `*ret_number` stays when it is absent. */
static bool read_number(const HttpRequest *request, HttpResponse *response, const char *name, guint64 max,
                        int64_t *ret_number) {
  const char *text = http_request_find_param(request, name);
  guint64 number = 0;
  if (text == NULL || text[0] == '\0')
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 1, max, &number, NULL)) {
    g_autofree char *zh = g_strdup_printf("参数 %s 的值不对。", name);
    g_autofree char *en = g_strdup_printf("The value of the parameter %s is wrong.", name);
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
    return false;
  }
  *ret_number = (int64_t)number;
  return true;
}

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

void audit_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  int64_t before = 0, limit = LIMIT_DEFAULT;
  g_autoptr(GArray) entries = NULL;
  g_autoptr(GError) error = NULL;
  if (!read_number(request, response, "before", G_MAXINT64, &before) ||
      !read_number(request, response, "limit", LIMIT_MAX, &limit))
    return;
  if (catalog_list_audit(server->catalog, http_request_find_param(request, "kind"),
                         http_request_find_param(request, "id"), before, limit, &entries, &error)) {
    handler_take_json(response, write_page(entries, limit));
    http_response_set_header(response, "Cache-Control", HTTP_CACHE_NEVER);
  } else {
    handler_set_error(response, request, error);
  }
}
