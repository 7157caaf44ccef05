/** Every route, as everybody: what the table of routes says is what the server does. The cases are made of the table, so
 * that a new route is among them by itself. */
#include "catalog/credential.h"
#include "catalog/division.h"
#include "catalog/person.h"
#include "catalog/record_store.h"
#include "server/access_rule.h"
#include "server/server_routes.h"
#include "tests/unit/server/server_fixture.h"

#define CITY "510400000000"
#define COUNTY "510402000000"
#define OTHER "510403000000"
#define TOKEN "an-operators-token-of-the-test"

/** Who asks. */
typedef struct {
  const char *name;
  Role role;
  const char *division;
  bool at_school, has_role;
  bool is_person, is_operator, reads_only;
} Asker;

static const Asker askers[] = {
    {.name = "stranger"},
    {.name = "resident", .is_person = true},
    {.name = "teacher", .role = ROLE_TEACHER, .at_school = true, .has_role = true, .is_person = true},
    {.name = "teacher-elsewhere", .role = ROLE_TEACHER, .division = OTHER, .has_role = true, .is_person = true},
    {.name = "host", .role = ROLE_HOST, .division = COUNTY, .has_role = true, .is_person = true},
    {.name = "reviewer", .role = ROLE_REVIEWER, .division = COUNTY, .has_role = true, .is_person = true},
    {.name = "manager", .role = ROLE_MANAGER, .division = COUNTY, .has_role = true, .is_person = true},
    {.name = "manager-elsewhere", .role = ROLE_MANAGER, .division = OTHER, .has_role = true, .is_person = true},
    {.name = "manager-above", .role = ROLE_MANAGER, .division = CITY, .has_role = true, .is_person = true},
    {.name = "administrator", .role = ROLE_ADMINISTRATOR, .has_role = true, .is_person = true},
    {.name = "administrator-token",
     .role = ROLE_ADMINISTRATOR,
     .has_role = true,
     .is_person = true,
     .reads_only = true},
    {.name = "operator", .is_operator = true},
};

/** The one world in which all is tried: everything stands in COUNTY at one school. */
typedef struct {
  Fixture fixture;
  Lesson lesson;
  char *school, *lecturer, *room, *collection, *course, *channel, *resident;
  char *headers[G_N_ELEMENTS(askers)];
} World;

static char *make(World *world, RecordKind kind, const char *const *fields) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = catalog_record_new(kind), made = NULL;
  RecordFault fault = {0};
  bool is_repeat = false;
  for (; *fields != NULL; fields += 2)
    catalog_record_set(record, fields[0], fields[1]);
  catalog_create_record(world->fixture.catalog, "test", record, NULL, &made, &is_repeat, &fault, &error);
  g_assert_no_error(error);
  return g_strdup(made->id);
}

static void make_divisions(World *world) {
  static const DivisionRow rows[] = {{.code = CITY, .name = (char *)"市", .name_en = (char *)""},
                                     {.code = COUNTY, .name = (char *)"区", .name_en = (char *)""},
                                     {.code = OTHER, .name = (char *)"别区", .name_en = (char *)""}};
  g_autoptr(GArray) list = g_array_new(false, false, sizeof(DivisionRow));
  g_autoptr(GError) error = NULL;
  DivisionCounts counts = {0};
  g_array_append_vals(list, rows, G_N_ELEMENTS(rows));
  catalog_put_divisions(world->fixture.catalog, "test", list, &counts, &error);
  g_assert_no_error(error);
}

static void make_asker(World *world, size_t i) {
  const Asker *asker = &askers[i];
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *secret = NULL;
  if (asker->is_operator)
    world->headers[i] = g_strdup("Authorization: Bearer " TOKEN "\r\n");
  if (!asker->is_person)
    return;
  catalog_create_person(world->fixture.catalog, "test", asker->name, asker->name, "", NULL, NULL, &person, &error);
  g_assert_no_error(error);
  RoleGrant grant = {asker->role, asker->division, asker->at_school ? world->school : NULL};
  if (asker->has_role)
    catalog_give_role(world->fixture.catalog, "test", person->id, &grant, &error);
  g_assert_no_error(error);
  CredentialRequest request = {.kind = asker->reads_only ? CREDENTIAL_TOKEN : CREDENTIAL_SESSION,
                               .person_id = person->id,
                               .expires_us = G_MAXINT64};
  catalog_issue_credential(world->fixture.catalog, NULL, &request, &secret, NULL, &error);
  g_assert_no_error(error);
  world->headers[i] = asker->reads_only ? g_strdup_printf("Authorization: Bearer kapok_%s\r\n", secret)
                                        : g_strdup_printf("Cookie: kapok_session=%s\r\n", secret);
}

static void adjust(Settings *settings) {
  g_autofree char *path = g_build_filename(settings->data_dir, "token", NULL);
  g_assert_true(g_file_set_contents(path, TOKEN "\n", -1, NULL));
  g_free(settings->api_token_file);
  settings->api_token_file = g_steal_pointer(&path);
}

static void world_open(World *world) {
  *world = (World){0};
  fixture_open_adjusted(&world->fixture, adjust);
  make_divisions(world);
  world->school = make(world, RECORD_INSTITUTION, (const char *const[]){"name", "学校", "division", COUNTY, NULL});
  world->lecturer =
      make(world, RECORD_LECTURER, (const char *const[]){"name", "讲师", "institution_id", world->school, NULL});
  world->room =
      make(world, RECORD_ROOM, (const char *const[]){"name", "活动室", "institution_id", world->school, NULL});
  world->collection =
      make(world, RECORD_COLLECTION, (const char *const[]){"title", "合集", "division", COUNTY, NULL});
  world->course =
      make(world, RECORD_COURSE, (const char *const[]){"title", "课程", "institution_id", world->school, NULL});
  world->channel =
      make(world, RECORD_CHANNEL,
           (const char *const[]){"title", "频道", "number", "1", "institution_id", world->school, NULL});
  for (size_t i = 0; i < G_N_ELEMENTS(askers); i++)
    make_asker(world, i);
  g_autoptr(CatalogPerson) resident = NULL;
  g_assert_true(catalog_find_person(world->fixture.catalog, "resident", &resident, NULL));
  world->resident = g_strdup(resident->id);
}

static void world_close(World *world) {
  for (size_t i = 0; i < G_N_ELEMENTS(askers); i++)
    g_free(world->headers[i]);
  g_free(world->school);
  g_free(world->lecturer);
  g_free(world->room);
  g_free(world->collection);
  g_free(world->course);
  g_free(world->channel);
  g_free(world->resident);
  fixture_close(&world->fixture);
}

/** An address of the route that names what is there. */
static char *address_of(const World *world, const HttpRoute *route) {
  const char *object = route->rule->object;
  const char *record = object == NULL                       ? "0000000000000"
                       : g_str_equal(object, "course")      ? world->course
                       : g_str_equal(object, "institution") ? world->school
                       : g_str_equal(object, "lecturer")    ? world->lecturer
                       : g_str_equal(object, "room")        ? world->room
                       : g_str_equal(object, "collection")  ? world->collection
                       : g_str_equal(object, "channel")     ? world->channel
                                                            : "0000000000000";
  GString *address = g_string_new(route->pattern);
  g_string_replace(address, "{record}", record, 0);
  g_string_replace(address, "{person}", world->resident, 0);
  for (char *open; (open = strchr(address->str, '{')) != NULL;) {
    gssize at = open - address->str;
    g_string_erase(address, at, strchr(open, '}') - open + 1);
    g_string_insert(address, at, "0000000000000");
  }
  if (g_str_equal(address->str, "/api/v1/attachments")) /* all of them are for those who may edit everything */
    g_string_append_printf(address, "?course_id=%s", world->course);
  return g_string_free(address, false);
}

/** What the rule means for this asker, said once more and in other words than in the server. */
static bool is_let_in(const Asker *asker, const AccessRule *rule, bool object_is_there) {
  unsigned rights = asker->is_operator                      ? RIGHT_ALL
                    : asker->has_role && !asker->reads_only ? role_rights(asker->role)
                                                            : 0;
  bool is_far = asker->division != NULL && g_str_equal(asker->division, OTHER);
  bool is_everywhere = asker->is_operator || asker->role == ROLE_ADMINISTRATOR;
  switch (rule->who) {
  case ACCESS_WHO_ANYONE:
  case ACCESS_WHO_OPEN:
  case ACCESS_WHO_MEDIA:
  case ACCESS_WHO_SEES:
    return true;
  case ACCESS_WHO_SIGNED_IN:
    return asker->is_person;
  case ACCESS_WHO_SESSION:
    return asker->is_person && !asker->reads_only;
  case ACCESS_WHO_SOMEWHERE:
    return rights & rule->right;
  case ACCESS_WHO_AT_OBJECT:
    if (g_str_equal(rule->object, "collection") && asker->at_school)
      return false; /* it belongs to the county, not to the school */
    return rights & rule->right && (is_everywhere || (object_is_there && !is_far));
  case ACCESS_WHO_EVERYWHERE:
    return rights & rule->right && is_everywhere;
  case ACCESS_WHO_ADDRESS:
    return false; /* none of them has one: test_server_codes.c */
  }
  return false;
}

static const char *method_name(unsigned methods) {
  return methods & HTTP_METHOD_GET     ? "GET"
         : methods & HTTP_METHOD_POST  ? "POST"
         : methods & HTTP_METHOD_PUT   ? "PUT"
         : methods & HTTP_METHOD_PATCH ? "PATCH"
                                       : "DELETE";
}

/** A body that no handler takes, so that nothing is changed: what matters is whether the handler was asked at all. */
static void try_route(World *world, const HttpRoute *route, size_t who) {
  const Asker *asker = &askers[who];
  g_autofree char *address = address_of(world, route);
  const char *method = method_name(route->methods), *header = world->headers[who];
  bool has_body = route->flags & HTTP_ROUTE_BODY;
  g_autofree char *headers =
      g_strdup_printf("%s%s", header != NULL ? header : "", has_body ? "Content-Length: 0\r\n" : "");
  bool object_is_there = strstr(address, "0000000000000") == NULL;
  g_auto(Reply) reply = {0};
  fixture_ask(&world->fixture, method, address, headers, &reply);
  bool is_refused = strstr(reply_text(&reply), "urn:kapok:problem:forbidden") != NULL ||
                    strstr(reply_text(&reply), "urn:kapok:problem:sign_in") != NULL;
  bool is_let = is_let_in(asker, route->rule, object_is_there);
  bool is_known = asker->is_person || asker->is_operator;
  if (!is_let && (!is_refused || reply.status != (is_known ? 403 : 401)))
    g_error("%s %s (%s) let %s in: %d", method, address, route->rule->name, asker->name, reply.status);
  bool asks_further = route->rule->who == ACCESS_WHO_ANYONE || route->rule->who == ACCESS_WHO_SOMEWHERE;
  if (is_let && (reply.status == 401 || (is_refused && !asks_further)))
    g_error("%s %s (%s) refused %s: %d", method, address, route->rule->name, asker->name, reply.status);
}

/** Signing out would end the session that the next ones are tried with; signing others out is tried in test_server_desk.c. */
static bool is_left_out(const HttpRoute *route) {
  return route->methods & HTTP_METHOD_DELETE &&
         (g_str_equal(route->pattern, "/api/v1/session") ||
          g_str_equal(route->pattern, "/api/v1/people/{person}/credentials"));
}

static void test_server_access_table(void) {
  World world;
  size_t count = 0, tried = 0;
  const HttpRoute *routes = server_routes(&count);
  world_open(&world);
  for (size_t i = 0; i < count; i++)
    for (size_t who = 0; who < G_N_ELEMENTS(askers) && !is_left_out(&routes[i]); who++, tried++)
      if (!(routes[i].flags & HTTP_ROUTE_CORS))
        try_route(&world, &routes[i], who);
  g_assert_cmpuint(tried, >, 400);
  world_close(&world);
}

/** What a page of another site has a browser do is refused, whoever is signed in. */
static void test_server_access_cross_site(void) {
  static const struct {
    const char *headers;
    int status;
  } cases[] = {
      {"Sec-Fetch-Site: cross-site\r\n", 403},
      {"Sec-Fetch-Site: same-site\r\n", 403},
      {"Sec-Fetch-Site: same-origin\r\n", 204},
      {"Origin: http://evil.example\r\n", 403},
      {"Origin: null\r\n", 403},
      {"Origin: http://localhost.evil.example\r\n", 403},
      {"Origin: http://localhost\r\n", 204},
      {"Referer: http://evil.example/localhost\r\n", 403},
      {"Referer: http://localhost/account\r\n", 204},
      {"Sec-Fetch-Site: cross-site\r\nAuthorization: Bearer " TOKEN "\r\n", 204},
      {"", 204},
  };
  World world;
  world_open(&world);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Reply) reply = {0};
    fixture_ask(&world.fixture, "DELETE", "/api/v1/session", cases[i].headers, &reply);
    g_assert_cmpint(reply.status, ==, cases[i].status);
  }
  world_close(&world);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server_access/table", test_server_access_table);
  g_test_add_func("/server_access/cross_site", test_server_access_cross_site);
  return g_test_run();
}
