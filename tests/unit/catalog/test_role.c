#include "catalog/role.h"

#define CITY "510400000000"
#define COUNTY "510402000000"
#define OTHER "510403000000"
#define VILLAGE "510402001001"

static void test_role_names(void) {
  for (int i = 0; i < ROLE_COUNT; i++) {
    Role role = ROLE_COUNT;
    g_assert_true(role_find(role_name((Role)i), &role));
    g_assert_cmpint(role, ==, i);
    g_assert_true(role_find(role_zh((Role)i), &role));
    g_assert_cmpint(role, ==, i);
    g_assert_cmpuint(role_rights(role) & ~(unsigned)RIGHT_ALL, ==, 0);
  }
  for (int i = 0; i < RIGHT_COUNT; i++) {
    Right right = 0;
    g_assert_true(right_find(right_name((Right)(1u << i)), &right));
    g_assert_cmpuint(right, ==, 1u << i);
  }
  Role role = ROLE_TEACHER;
  Right right = RIGHT_EDIT;
  g_assert_false(role_find("king", &role));
  g_assert_false(right_find("", &right));
}

static void test_role_reach(void) {
  static const struct {
    RoleGrant grant;
    Right right;
    Place place;
    bool is_allowed;
  } cases[] = {
      {{ROLE_MANAGER, COUNTY, NULL}, RIGHT_MANAGE, {COUNTY, ""}, true},
      {{ROLE_MANAGER, COUNTY, NULL}, RIGHT_MANAGE, {VILLAGE, "school"}, true},
      {{ROLE_MANAGER, COUNTY, NULL}, RIGHT_MANAGE, {CITY, ""}, false},
      {{ROLE_MANAGER, COUNTY, NULL}, RIGHT_MANAGE, {OTHER, ""}, false},
      {{ROLE_MANAGER, COUNTY, NULL}, RIGHT_MANAGE, {"", ""}, false},
      {{ROLE_MANAGER, COUNTY, NULL}, RIGHT_OPERATE, {COUNTY, ""}, false},
      {{ROLE_TEACHER, "", "school"}, RIGHT_EDIT, {VILLAGE, "school"}, true},
      {{ROLE_TEACHER, "", "school"}, RIGHT_EDIT, {"", "school"}, true},
      {{ROLE_TEACHER, "", "school"}, RIGHT_EDIT, {VILLAGE, "college"}, false},
      {{ROLE_TEACHER, "", "school"}, RIGHT_EDIT, {"", ""}, false},
      {{ROLE_TEACHER, "", "school"}, RIGHT_PUBLISH, {VILLAGE, "school"}, false},
      {{ROLE_REVIEWER, CITY, ""}, RIGHT_PUBLISH, {VILLAGE, "school"}, true},
      {{ROLE_REVIEWER, CITY, ""}, RIGHT_UPLOAD, {VILLAGE, "school"}, false},
      {{ROLE_ADMINISTRATOR, NULL, NULL}, RIGHT_OPERATE, {"", ""}, true},
      {{ROLE_ADMINISTRATOR, "", ""}, RIGHT_UPLOAD, {OTHER, "college"}, true},
      {{ROLE_HOST, VILLAGE, ""}, RIGHT_HOST, {VILLAGE, ""}, true},
      {{ROLE_HOST, VILLAGE, ""}, RIGHT_EDIT, {VILLAGE, ""}, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpint(role_grants_allow(&cases[i].grant, 1, cases[i].right, &cases[i].place), ==,
                    cases[i].is_allowed);
    g_assert_false(role_grants_allow(NULL, 0, cases[i].right, &cases[i].place));
  }
  g_assert_true(role_grants_allow(&cases[0].grant, 1, RIGHT_MANAGE, NULL));
  g_assert_false(role_grants_allow(&cases[0].grant, 1, RIGHT_OPERATE, NULL));
}

static void test_role_giving(void) {
  static const RoleGrant administrator = {ROLE_ADMINISTRATOR, "", ""}, manager = {ROLE_MANAGER, COUNTY, ""},
                         teacher = {ROLE_TEACHER, "", "school"};
  static const struct {
    const RoleGrant *giver;
    RoleGrant given;
    bool may;
  } cases[] = {
      {&administrator, {ROLE_ADMINISTRATOR, "", ""}, true},
      {&administrator, {ROLE_MANAGER, CITY, ""}, true},
      {&administrator, {ROLE_TEACHER, "", "school"}, true},
      {&manager, {ROLE_MANAGER, COUNTY, ""}, true},
      {&manager, {ROLE_MANAGER, VILLAGE, ""}, true},
      {&manager, {ROLE_TEACHER, VILLAGE, ""}, true},
      {&manager, {ROLE_MANAGER, CITY, ""}, false},
      {&manager, {ROLE_MANAGER, OTHER, ""}, false},
      {&manager, {ROLE_ADMINISTRATOR, COUNTY, ""}, false},
      {&manager, {ROLE_ADMINISTRATOR, "", ""}, false},
      {&manager, {ROLE_TEACHER, "", ""}, false},
      {&manager, {ROLE_TEACHER, "", "school"}, false}, /* where the school stands is not said */
      {&manager, {ROLE_TEACHER, VILLAGE, "school"}, true},
      {&teacher, {ROLE_TEACHER, "", "school"}, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(role_grants_may_give(cases[i].giver, 1, &cases[i].given), ==, cases[i].may);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/role/names", test_role_names);
  g_test_add_func("/role/reach", test_role_reach);
  g_test_add_func("/role/giving", test_role_giving);
  return g_test_run();
}
