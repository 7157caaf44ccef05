#include "catalog/role.h"

#include "base/json_writer.h"
#include "catalog/division.h"

#include <string.h>

static const struct {
  const char *name, *zh;
  unsigned rights;
} roles[ROLE_COUNT] = {
    [ROLE_TEACHER] = {"teacher", "教师", RIGHT_UPLOAD | RIGHT_EDIT | RIGHT_HOST},
    [ROLE_HOST] = {"host", "活动室管理员", RIGHT_HOST},
    [ROLE_REVIEWER] = {"reviewer", "审核员", RIGHT_EDIT | RIGHT_PUBLISH},
    [ROLE_MANAGER] = {"manager", "管理员",
                      RIGHT_UPLOAD | RIGHT_EDIT | RIGHT_PUBLISH | RIGHT_MANAGE | RIGHT_PEOPLE | RIGHT_FIGURES |
                          RIGHT_HOST},
    [ROLE_ADMINISTRATOR] = {"administrator", "系统管理员", RIGHT_ALL},
};

static const char *const right_names[RIGHT_COUNT] = {"upload", "edit",    "publish", "manage",
                                                     "people", "figures", "host",    "operate"};

const char *role_name(Role role) {
  return roles[role].name;
}

const char *role_zh(Role role) {
  return roles[role].zh;
}

bool role_find(const char *name, Role *ret_role) {
  for (int i = 0; i < ROLE_COUNT; i++)
    if (strcmp(name, roles[i].name) == 0 || strcmp(name, roles[i].zh) == 0) {
      *ret_role = (Role)i;
      return true;
    }
  return false;
}

unsigned role_rights(Role role) {
  return roles[role].rights;
}

const char *right_name(Right right) {
  for (int i = 0; i < RIGHT_COUNT; i++)
    if (right == 1u << i)
      return right_names[i];
  return "";
}

bool right_find(const char *name, Right *ret_right) {
  for (int i = 0; i < RIGHT_COUNT; i++)
    if (strcmp(name, right_names[i]) == 0) {
      *ret_right = (Right)(1u << i);
      return true;
    }
  return false;
}

static bool is_empty(const char *text) {
  return text == NULL || text[0] == '\0';
}

static bool reaches(const RoleGrant *grant, const Place *place) {
  bool has_division = !is_empty(grant->division), has_institution = !is_empty(grant->institution_id);
  if (!has_division && !has_institution)
    return true;
  if (has_institution)
    return !is_empty(place->institution_id) && strcmp(grant->institution_id, place->institution_id) == 0;
  return !is_empty(place->division) && division_is_within(place->division, grant->division);
}

bool role_grants_allow(const RoleGrant *grants, size_t count, Right right, const Place *place) {
  for (size_t i = 0; i < count; i++)
    if (roles[grants[i].role].rights & right && (place == NULL || reaches(&grants[i], place)))
      return true;
  return false;
}

/** Which places of a reach are written. */
typedef enum { REACH_DIVISIONS, REACH_INSTITUTIONS } ReachPart;

static void write_reach_part(JsonWriter *writer, const RoleGrant *grants, size_t count, Right right,
                             ReachPart part) {
  json_writer_name(writer, part == REACH_DIVISIONS ? "divisions" : "institutions");
  json_writer_begin_array(writer);
  for (size_t i = 0; i < count; i++) {
    const RoleGrant *grant = &grants[i];
    if (!(roles[grant->role].rights & right))
      continue;
    if (part == REACH_INSTITUTIONS && !is_empty(grant->institution_id))
      json_writer_string(writer, grant->institution_id);
    if (part == REACH_DIVISIONS && is_empty(grant->institution_id) && !is_empty(grant->division)) {
      g_autofree char *prefix = g_strndup(grant->division, division_prefix_length(grant->division));
      if (prefix[0] != '\0')
        json_writer_string(writer, prefix);
    }
  }
  json_writer_end_array(writer);
}

char *role_grants_write_reach(const RoleGrant *grants, size_t count, Right right) {
  static const Place nowhere = {NULL, NULL};
  if (!role_grants_allow(grants, count, right, NULL))
    return NULL;
  GString *text = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, text);
  json_writer_begin_object(&writer);
  json_writer_member_int(&writer, "everything", role_grants_allow(grants, count, right, &nowhere));
  write_reach_part(&writer, grants, count, right, REACH_DIVISIONS);
  write_reach_part(&writer, grants, count, right, REACH_INSTITUTIONS);
  json_writer_end_object(&writer);
  return g_string_free(text, FALSE);
}

bool role_grants_may_give(const RoleGrant *giver, size_t count, const RoleGrant *grant) {
  Place place = {grant->division, grant->institution_id};
  bool is_everywhere = is_empty(grant->division) && is_empty(grant->institution_id);
  unsigned given = 0;
  for (size_t i = 0; i < count; i++) {
    bool is_wide = is_empty(giver[i].division) && is_empty(giver[i].institution_id);
    if (is_everywhere ? is_wide : reaches(&giver[i], &place))
      given |= roles[giver[i].role].rights;
  }
  return given & RIGHT_PEOPLE && (roles[grant->role].rights & ~given) == 0;
}
