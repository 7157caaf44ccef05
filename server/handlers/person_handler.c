#include "server/handlers/person_handler.h"

#include "base/id.h"
#include "catalog/password.h"
#include "catalog/place.h"
#include "server/handlers/person_json.h"

#include <string.h>

#define PAGE_LIMIT 50
#define SCAN_LIMIT 200  /**< people that are looked at in one go */
#define SCAN_BATCHES 25 /**< and so often for one page */

/** Whether who asks may give this role. The place of an institution is looked up. */
static bool may_give(const ServerContext *server, const HttpRequest *request, const RoleGrant *grant) {
  const AccessIdentity *identity = access_identity(request);
  g_auto(Place) place = {0};
  RoleGrant placed = *grant;
  if (!(identity->scopes & RIGHT_PEOPLE))
    return false;
  if (grant->institution_id != NULL && grant->institution_id[0] != '\0' &&
      catalog_load_place(server->catalog, "institution", grant->institution_id, &place, NULL))
    placed.division = place.division;
  return role_grants_may_give(identity->grants, identity->grant_count, &placed);
}

/** Whether who asks may change this account: over where the person belongs, and over every role that they hold. Who belongs nowhere
 * and holds nothing is anybody's who has RIGHT_PEOPLE. */
static bool may_change(const ServerContext *server, const HttpRequest *request, const CatalogPerson *person) {
  Place place = {person->division, NULL};
  for (size_t i = 0; i < person->grant_count; i++)
    if (!may_give(server, request, &person->grants[i]))
      return false;
  bool belongs_nowhere = person->division[0] == '\0';
  return access_may(request, RIGHT_PEOPLE, belongs_nowhere ? NULL : &place);
}

static CatalogPerson *load_person(const ServerContext *server, const HttpRequest *request, HttpResponse *response) {
  const char *id = http_request_route_param(request, "person");
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  if (!id_is_valid(id)) {
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
    return NULL;
  }
  if (!catalog_load_person(server->catalog, id, &person, &error)) {
    handler_set_error(response, request, error);
    return NULL;
  }
  if (!may_change(server, request, person)) {
    http_problem_set(response, request, HTTP_PROBLEM_FORBIDDEN, NULL);
    return NULL;
  }
  return g_steal_pointer(&person);
}

/** The next PAGE_LIMIT people that who asks has a say over, of SCAN_BATCHES batches at most; `*ret_next` the login to go on after,
 * NULL at the end. */
static bool load_page(const ServerContext *server, const HttpRequest *request, PersonQuery *query, GPtrArray *page,
                      char **ret_next, GError **error) {
  g_autofree char *after = g_strdup(query->after);
  for (int batch = 0; batch < SCAN_BATCHES; batch++) {
    g_autoptr(GPtrArray) people = NULL;
    query->after = after;
    if (!catalog_list_persons(server->catalog, query, &people, error))
      return false;
    for (guint i = 0; i < people->len; i++) {
      if (!may_change(server, request, people->pdata[i]))
        continue;
      if (page->len == PAGE_LIMIT) { /* one more: there is a next page */
        *ret_next = g_strdup(((const CatalogPerson *)page->pdata[page->len - 1])->login);
        return true;
      }
      g_ptr_array_add(page, g_steal_pointer(&people->pdata[i]));
    }
    if (people->len < (guint)query->limit)
      return true;
    g_free(after);
    const CatalogPerson *last = people->pdata[people->len - 1];
    after = g_strdup(last != NULL ? last->login : ((const CatalogPerson *)page->pdata[page->len - 1])->login);
  }
  *ret_next = g_steal_pointer(&after);
  return true;
}

void person_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const char *after = handler_find_text(request, "cursor");
  PersonQuery query = {.after = after != NULL ? after : "",
                       .text = handler_find_text(request, "q"),
                       .division = handler_find_text(request, "division"),
                       .role = handler_find_text(request, "role"),
                       .limit = SCAN_LIMIT};
  g_autoptr(GPtrArray) page = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_person_free);
  g_autofree char *next = NULL;
  g_autoptr(GError) error = NULL;
  if (!load_page(context, request, &query, page, &next, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  JsonWriter writer;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < page->len; i++) {
    json_writer_begin_object(&writer);
    person_json_write_members(&writer, page->pdata[i]);
    json_writer_end_object(&writer);
  }
  json_writer_end_array(&writer);
  json_writer_member_string(&writer, "next", next);
  json_writer_end_object(&writer);
  person_take_private(response, text);
}

void person_handler_sign_out(gpointer context, const HttpRequest *request, HttpResponse *response) {
  static const CredentialKind kinds[] = {CREDENTIAL_SESSION, CREDENTIAL_TOKEN, CREDENTIAL_DEVICE};
  const ServerContext *server = context;
  g_autoptr(CatalogPerson) person = load_person(server, request, response);
  g_autoptr(GError) error = NULL;
  for (size_t i = 0; person != NULL && i < G_N_ELEMENTS(kinds); i++)
    if (!catalog_revoke_credentials(server->catalog, access_actor(request), kinds[i], person->id, NULL, &error)) {
      handler_set_error(response, request, error);
      return;
    }
  if (person != NULL)
    response->status = 204;
}

/** The hash of a new password; NULL with the problem set. */
static char *hash_password(const HttpRequest *request, HttpResponse *response, const char *password,
                           const char *login) {
  g_autoptr(GError) error = NULL;
  char *hash = password_check(password, login, &error) ? password_hash(password, &error) : NULL;
  if (hash == NULL)
    person_set_error(response, request, error);
  return hash;
}

void person_handler_create(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  if (body == NULL)
    return;
  const char *login = body_fields_find(body, "login"), *name = body_fields_find(body, "name");
  const char *division = body_fields_find(body, "division"), *password = body_fields_find(body, "password");
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = NULL;
  Place place = {division, NULL};
  if (login == NULL || name == NULL) {
    person_refuse_field(response, request, "login 和 name 不能为空。", "login and name are wanted.");
    return;
  }
  if (!access_require(request, response, RIGHT_PEOPLE, division != NULL && division[0] != '\0' ? &place : NULL))
    return;
  if (password != NULL) {
    hash = hash_password(request, response, password, login);
    if (hash == NULL)
      return;
  }
  if (!catalog_create_person(server->catalog, access_actor(request), login, name, division != NULL ? division : "",
                             hash, NULL, &person, &error)) {
    person_set_error(response, request, error);
    return;
  }
  person_note_change(server, request, person->login, "account made");
  person_take_json(response, person);
  response->status = 201;
}

void person_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(CatalogPerson) person = load_person(context, request, response);
  if (person != NULL)
    person_take_json(response, person);
}

/** Answer with the person as they are now. */
static void answer(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                   const char *id) {
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  if (catalog_load_person(server->catalog, id, &person, &error))
    person_take_json(response, person);
  else
    handler_set_error(response, request, error);
}

void person_handler_update(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(CatalogPerson) person = load_person(server, request, response);
  g_autoptr(BodyFields) body = person != NULL ? person_load_body(request, response, false) : NULL;
  if (body == NULL)
    return;
  const char *division = body_fields_find(body, "division"), *password = body_fields_find(body, "password");
  bool is_disabled = body_fields_get_bool(body, "is_disabled", person->is_disabled);
  Place place = {division, NULL};
  g_autofree char *hash = NULL;
  g_autoptr(GError) error = NULL;
  if (division != NULL && division[0] != '\0' && !access_require(request, response, RIGHT_PEOPLE, &place))
    return;
  if (password != NULL) {
    hash = hash_password(request, response, password, person->login);
    if (hash == NULL)
      return;
  }
  const char *actor = access_actor(request);
  bool resets_totp = body_fields_get_bool(body, "reset_totp", false);
  if (!catalog_update_person(server->catalog, actor, person->id, body_fields_find(body, "name"), division,
                             &is_disabled, &error) ||
      (hash != NULL && !catalog_set_password(server->catalog, actor, person->id, hash, NULL, &error)) ||
      (resets_totp && !catalog_set_totp(server->catalog, actor, person->id, NULL, 0, &error))) {
    person_set_error(response, request, error);
    return;
  }
  if (is_disabled != person->is_disabled)
    person_note_change(server, request, person->login, is_disabled ? "account disabled" : "account enabled");
  if (hash != NULL)
    person_note_change(server, request, person->login, "password set");
  if (resets_totp)
    person_note_change(server, request, person->login, "second factor removed");
  answer(server, request, response, person->id);
}

typedef bool (*RoleChangeFunc)(Catalog *catalog, const char *actor, const char *id, const RoleGrant *grant,
                               GError **error);

static void change_role(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        const char *role, RoleGrant *grant, RoleChangeFunc change) {
  g_autoptr(CatalogPerson) person = load_person(server, request, response);
  g_autoptr(GError) error = NULL;
  if (person == NULL)
    return;
  if (role == NULL || !role_find(role, &grant->role)) {
    person_refuse_field(response, request, "role：没有这个角色。", "role: there is no such role.");
    return;
  }
  if (!may_give(server, request, grant)) {
    http_problem_set(response, request, HTTP_PROBLEM_FORBIDDEN, NULL);
    return;
  }
  if (!change(server->catalog, access_actor(request), person->id, grant, &error)) {
    person_set_error(response, request, error);
    return;
  }
  g_autofree char *what = g_strdup_printf("role %s %s", role, change == catalog_give_role ? "given" : "taken");
  person_note_change(server, request, person->login, what);
  answer(server, request, response, person->id);
}

void person_handler_give_role(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(BodyFields) body = person_load_body(request, response, false);
  if (body == NULL)
    return;
  RoleGrant grant = {.division = body_fields_find(body, "division"),
                     .institution_id = body_fields_find(body, "institution_id")};
  change_role(context, request, response, body_fields_find(body, "role"), &grant, catalog_give_role);
}

void person_handler_take_role(gpointer context, const HttpRequest *request, HttpResponse *response) {
  RoleGrant grant = {.division = http_request_find_param(request, "division"),
                     .institution_id = http_request_find_param(request, "institution_id")};
  change_role(context, request, response, http_request_find_param(request, "role"), &grant, catalog_take_role);
}
