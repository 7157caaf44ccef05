#include "server/handlers/studio_handler.h"

#include "catalog/course_desk.h"
#include "server/access.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/edit.h"

#include <string.h>

#define PAGE_LIMIT_DEFAULT 50

/* False with 400 set. */
static bool read_query(const HttpRequest *request, HttpResponse *response, DeskQuery *ret_query) {
  size_t count = 0;
  int64_t limit = PAGE_LIMIT_DEFAULT;
  const CatalogWord *states = catalog_course_states(&count);
  const char *state = handler_find_text(request, "status");
  const CatalogWord *word = state != NULL ? catalog_find_word(states, count, state) : NULL;
  if (state != NULL && word == NULL)
    return handler_refuse_parameter(request, response, "status");
  if (!handler_read_number(request, response, "limit", 1, COURSE_PAGE_LIMIT_MAX, &limit))
    return false;
  *ret_query = (DeskQuery){.viewer = access_viewer(request),
                           .state = word != NULL ? word->slug : NULL,
                           .text = handler_find_text(request, "q"),
                           .limit = (int)limit,
                           .cursor = handler_find_text(request, "cursor")};
  return true;
}

static void write_entry(JsonWriter *writer, const ServerContext *server, const HttpRequest *request,
                        const DeskCourse *entry) {
  json_writer_begin_object(writer);
  course_handler_write_members(writer, entry->course);
  json_writer_member_int(writer, "making_count", entry->making_count);
  json_writer_member_int(writer, "failed_count", entry->failed_count);
  course_handler_write_rights(writer, server, request, entry->course->id);
  json_writer_end_object(writer);
}

void studio_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  DeskQuery query;
  g_autoptr(DeskPage) page = NULL;
  g_autoptr(GError) error = NULL;
  if (!read_query(request, response, &query))
    return;
  if (!catalog_query_desk(server->catalog, &query, &page, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < page->courses->len; i++)
    write_entry(&writer, server, request, page->courses->pdata[i]);
  json_writer_end_array(&writer);
  json_writer_member_string(&writer, "next", page->next);
  json_writer_end_object(&writer);
  edit_take_page(response, request, text);
}
