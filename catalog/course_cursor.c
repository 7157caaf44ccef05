#include "catalog/course_cursor.h"

#include "base/base64url.h"
#include "base/id.h"

#include <string.h>

#define CURSOR_SIZE_MAX 4096
#define CHECK_LENGTH 16
#define FIELD_SEPARATOR "\n"

void course_position_clear(CoursePosition *position) {
  g_free(position->title);
  g_free(position->id);
  *position = (CoursePosition){0};
}

static void digest_field(GChecksum *checksum, const char *text) {
  g_checksum_update(checksum, (const guchar *)(text ? "+" : "-"), 1);
  if (text)
    g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text) + 1);
}

/* Binds the payload to the query, so that a cursor of another one is refused. */
static char *digest(const CourseQuery *query, const char *payload) {
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  const char sort[] = {(char)('0' + query->sort), '\0'};
  g_autofree char *viewer = viewer_write_json(query->viewer);
  const char *fields[] = {sort,        query->text,     query->category, query->audience,
                          query->kind, query->division, query->level,    query->institution,
                          query->band, viewer,          payload};
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
    digest_field(checksum, fields[i]);
  return g_strndup(g_checksum_get_string(checksum), CHECK_LENGTH);
}

char *course_cursor_write_position(const CourseQuery *query, const CoursePosition *position) {
  g_autofree char *payload =
      query->sort == COURSE_SORT_TITLE
          ? g_strconcat(position->id, FIELD_SEPARATOR, position->title, NULL)
          : g_strdup_printf("%s" FIELD_SEPARATOR "%" G_GINT64_FORMAT, position->id, position->number);
  g_autofree char *check = digest(query, payload);
  g_autofree char *text = g_strconcat(check, payload, NULL);
  return base64url_encode(text);
}

char *course_cursor_write(const CourseQuery *query, const CatalogCourse *last) {
  int64_t number = query->sort == COURSE_SORT_DURATION ? last->duration_us : last->created_us;
  return course_cursor_write_position(query, &(CoursePosition){number, last->title, last->id});
}

static bool refuse(GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                      "the cursor is not one of this query: start again from the first page");
  return false;
}

bool course_cursor_parse(const CourseQuery *query, CoursePosition *ret_position, GError **error) {
  g_autofree char *text = strlen(query->cursor) <= CURSOR_SIZE_MAX ? base64url_decode(query->cursor) : NULL;
  if (!text || strlen(text) <= CHECK_LENGTH)
    return refuse(error);
  const char *payload = text + CHECK_LENGTH;
  g_autofree char *check = digest(query, payload);
  if (strncmp(check, text, CHECK_LENGTH) != 0)
    return refuse(error);
  g_auto(GStrv) fields = g_strsplit(payload, FIELD_SEPARATOR, 2);
  if (g_strv_length(fields) != 2 || !id_is_valid(fields[0]))
    return refuse(error);
  CoursePosition position = {0};
  if (query->sort != COURSE_SORT_TITLE &&
      !g_ascii_string_to_signed(fields[1], 10, INT64_MIN, INT64_MAX, &position.number, NULL))
    return refuse(error);
  position.title = query->sort == COURSE_SORT_TITLE ? g_strdup(fields[1]) : NULL;
  position.id = g_strdup(fields[0]);
  *ret_position = position;
  return true;
}
