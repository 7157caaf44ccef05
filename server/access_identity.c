#include "server/access_identity.h"

/** What the identity shows and what it holds. */
typedef struct {
  AccessIdentity shown; /**< first */
  CatalogPerson *person;
  CatalogCredential *credential;
  CatalogViewer viewer;
  char *actor, *room_id;
  const char *rooms[2];
  GPtrArray *standings, *institutions, *staff_of, *rights; /**< borrowed texts, NULL-terminated */
} OwnedIdentity;

static GPtrArray *list_new(void) {
  return g_ptr_array_new();
}

static const char *const *end_list(GPtrArray *list) {
  g_ptr_array_add(list, NULL);
  return (const char *const *)list->pdata;
}

static bool is_empty(const char *text) {
  return text == NULL || text[0] == '\0';
}

/** Where they live, work and have a say. */
static void fill_viewer(OwnedIdentity *identity, unsigned scopes) {
  const CatalogPerson *person = identity->person;
  if (!is_empty(person->division))
    g_ptr_array_add(identity->standings, person->division);
  for (size_t i = 0; i < person->grant_count; i++) {
    const RoleGrant *grant = &person->grants[i];
    bool may_edit = role_rights(grant->role) & scopes & RIGHT_EDIT;
    bool is_everywhere = is_empty(grant->division) && is_empty(grant->institution_id);
    if (!is_empty(grant->institution_id))
      g_ptr_array_add(identity->institutions, (gpointer)grant->institution_id);
    if (!is_empty(grant->division))
      g_ptr_array_add(identity->standings, (gpointer)grant->division);
    if (may_edit && !is_empty(grant->institution_id))
      g_ptr_array_add(identity->staff_of, (gpointer)grant->institution_id);
    if (may_edit && !is_empty(grant->division))
      g_ptr_array_add(identity->rights, (gpointer)grant->division);
    identity->viewer.everything = identity->viewer.everything || (may_edit && is_everywhere);
  }
}

AccessIdentity *access_identity_new(AccessKind kind, CatalogPerson *person, CatalogCredential *credential,
                                    unsigned scopes) {
  OwnedIdentity *identity = g_new0(OwnedIdentity, 1);
  identity->person = person;
  identity->credential = credential;
  identity->standings = list_new();
  identity->institutions = list_new();
  identity->staff_of = list_new();
  identity->rights = list_new();
  identity->actor = person != NULL ? g_strdup_printf("person:%s", person->login) : g_strdup("room");
  if (person != NULL)
    fill_viewer(identity, scopes);
  identity->viewer.standings = end_list(identity->standings);
  identity->viewer.institutions = end_list(identity->institutions);
  identity->viewer.staff_of = end_list(identity->staff_of);
  identity->viewer.rights = end_list(identity->rights);
  identity->shown = (AccessIdentity){.kind = kind,
                                     .person = person,
                                     .credential = credential,
                                     .actor = identity->actor,
                                     .scopes = scopes,
                                     .grants = person != NULL ? person->grants : NULL,
                                     .grant_count = person != NULL ? person->grant_count : 0,
                                     .viewer = &identity->viewer};
  return &identity->shown;
}

void access_identity_join(AccessIdentity *shown, const char *room_id) {
  OwnedIdentity *identity = (OwnedIdentity *)shown;
  g_free(identity->room_id);
  identity->room_id = g_strdup(room_id);
  identity->rooms[0] = identity->room_id;
  identity->viewer.rooms = identity->rooms;
  shown->room_id = identity->room_id;
}

void access_identity_free(AccessIdentity *shown) {
  OwnedIdentity *identity = (OwnedIdentity *)shown;
  if (identity == NULL)
    return;
  catalog_person_free(identity->person);
  catalog_credential_free(identity->credential);
  g_ptr_array_unref(identity->standings);
  g_ptr_array_unref(identity->institutions);
  g_ptr_array_unref(identity->staff_of);
  g_ptr_array_unref(identity->rights);
  g_free(identity->actor);
  g_free(identity->room_id);
  g_free(identity);
}
