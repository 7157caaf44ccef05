#include "server/handlers/channel_access.h"

#include "base/id.h"

#include <string.h>

static bool may_see(const HttpRequest *request, const ChannelSheet *sheet) {
  const Place place = {sheet->gate.division, sheet->gate.institution_id};
  return viewer_may_see(access_viewer(request), &sheet->gate) || access_may(request, RIGHT_MANAGE, &place);
}

bool channel_access_load(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *id, ChannelSheet **ret_sheet) {
  g_autoptr(ChannelSheet) sheet = NULL;
  g_autoptr(GError) error = NULL;
  if (!id_is_valid(id)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  if (!channel_book_load(server->channels, id, &sheet, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  if (!may_see(request, sheet)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return false;
  }
  *ret_sheet = g_steal_pointer(&sheet);
  return true;
}

bool channel_access_list(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         GPtrArray **ret_sheets) {
  g_autoptr(GPtrArray) sheets = NULL;
  g_autoptr(GError) error = NULL;
  if (!channel_book_list(server->channels, &sheets, &error)) {
    handler_set_error(response, request, error);
    return false;
  }
  for (guint i = sheets->len; i-- > 0;)
    if (!may_see(request, sheets->pdata[i]))
      g_ptr_array_remove_index(sheets, i);
  *ret_sheets = g_steal_pointer(&sheets);
  return true;
}

bool channel_access_is_public(const ChannelSheet *sheet) {
  return strcmp(sheet->gate.visibility, "public") == 0;
}

char *channel_access_poster(const CatalogChannelLesson *lesson) {
  return lesson != NULL && lesson->has_poster ? g_strdup_printf("/media/%s/poster.jpg", lesson->asset_id) : NULL;
}

char *channel_access_title(const CatalogChannelLesson *lesson) {
  bool is_same = strcmp(lesson->title, lesson->course_title) == 0 || lesson->title[0] == '\0';
  return is_same ? g_strdup(lesson->course_title) : g_strdup_printf("%s：%s", lesson->course_title, lesson->title);
}
