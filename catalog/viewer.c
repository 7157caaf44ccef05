#include "catalog/viewer.h"

#include "base/json_writer.h"
#include "catalog/division.h"

#include <string.h>

const CatalogViewer catalog_viewer_everything = {.everything = true};

static bool has(const char *const *list, const char *value) {
  return list && *value && g_strv_contains(list, value);
}

static bool has_rights(const CatalogViewer *viewer, const char *division) {
  for (const char *const *code = viewer->rights; code && *code; code++)
    if (division_is_within(division, *code))
      return true;
  return false;
}

static bool stands_within(const CatalogViewer *viewer, const char *division) {
  for (const char *const *code = viewer->standings; code && *code; code++)
    if (division_is_within(*code, division))
      return true;
  return false;
}

bool viewer_may_see(const CatalogViewer *viewer, const CourseGate *gate) {
  bool is_published = g_str_equal(gate->state, "published");
  if (is_published && g_str_equal(gate->visibility, "public"))
    return true;
  if (!viewer || g_str_equal(gate->state, "deleted"))
    return false;
  if (viewer->everything || has_rights(viewer, gate->division) || has(viewer->staff_of, gate->institution_id))
    return true;
  if (!is_published)
    return false;
  return (g_str_equal(gate->visibility, "division") && stands_within(viewer, gate->visible_to)) ||
         (g_str_equal(gate->visibility, "institution") && has(viewer->institutions, gate->visible_to)) ||
         (g_str_equal(gate->visibility, "room") && has(viewer->rooms, gate->visible_to)) ||
         (g_str_equal(gate->visibility, "link") && has(viewer->links, gate->visible_to));
}

static void write_list(JsonWriter *writer, const char *name, const char *const *list) {
  json_writer_name(writer, name);
  json_writer_begin_array(writer);
  for (; list && *list; list++)
    if (**list)
      json_writer_string(writer, *list);
  json_writer_end_array(writer);
}

/* A division and all above it: a course for any of them is for who stands there. */
static void write_standings(JsonWriter *writer, const char *const *codes) {
  json_writer_name(writer, "division");
  json_writer_begin_array(writer);
  for (; codes && *codes; codes++) {
    char code[DIVISION_CODE_SIZE];
    if (division_level(*codes) == 0)
      continue;
    g_strlcpy(code, *codes, sizeof code);
    do {
      json_writer_string(writer, code);
    } while (division_parent(code, code));
  }
  json_writer_end_array(writer);
}

static void write_rights(JsonWriter *writer, const char *const *codes) {
  json_writer_name(writer, "rights");
  json_writer_begin_array(writer);
  for (; codes && *codes; codes++) {
    g_autofree char *prefix = g_strndup(*codes, division_prefix_length(*codes));
    if (*prefix)
      json_writer_string(writer, prefix);
  }
  json_writer_end_array(writer);
}

char *viewer_write_json(const CatalogViewer *viewer) {
  if (!viewer)
    return NULL;
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_int(&writer, "everything", viewer->everything);
  write_standings(&writer, viewer->standings);
  write_list(&writer, "institution", viewer->institutions);
  write_list(&writer, "room", viewer->rooms);
  write_list(&writer, "link", viewer->links);
  write_list(&writer, "staff_of", viewer->staff_of);
  write_rights(&writer, viewer->rights);
  json_writer_end_object(&writer);
  return g_string_free(text, FALSE);
}
