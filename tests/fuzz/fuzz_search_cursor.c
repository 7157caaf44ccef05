/* Fuzz target: cursors of course pages that nobody of us wrote, and ours with any text in them. The first byte chooses the
 * sort; the rest is the cursor, and the title of a course whose cursor must be read back. */
#include "catalog/course_cursor.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_own(CourseQuery *query, char *title, int64_t number) {
  CoursePosition position = {.number = number, .title = title, .id = (char *)"0123456789abc"};
  g_auto(CoursePosition) again = {0};
  g_autofree char *cursor = course_cursor_write_position(query, &position);
  query->cursor = cursor;
  if (!g_utf8_validate(title, -1, NULL) || strlen(cursor) > 4096)
    return;
  if (!course_cursor_parse(query, &again, NULL) || strcmp(again.id, position.id) != 0 ||
      (query->sort == COURSE_SORT_TITLE ? strcmp(again.title, title) != 0 : again.number != number))
    g_error("a cursor of ours is not read back: %s", cursor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes < 1)
    return 0;
  g_autofree char *text = g_strndup((const char *)data + 1, size_bytes - 1);
  CourseQuery query = {
      .text = "太极", .sort = (CourseSort)(data[0] % (COURSE_SORT_POPULARITY + 1)), .limit = 10, .cursor = text};
  g_auto(CoursePosition) position = {0};
  course_cursor_parse(&query, &position, NULL);
  check_own(&query, text, (int64_t)size_bytes * -7919);
  return 0;
}
