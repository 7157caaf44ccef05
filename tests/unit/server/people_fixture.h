/** A server with people in it, and a browser that keeps cookies. Every function is inline. */
#pragma once

#include "catalog/credential.h"
#include "catalog/password.h"
#include "catalog/person.h"
#include "tests/unit/server/server_fixture.h"

#define PASSWORD "a good long password"

/** Cookies by name, as a browser keeps them. */
typedef struct {
  const Fixture *fixture;
  GHashTable *cookies;
} Browser;

static inline Browser browser_open(const Fixture *fixture) {
  return (Browser){fixture, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
}

static inline void browser_clear(Browser *browser) {
  g_clear_pointer(&browser->cookies, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Browser, browser_clear)

static inline void browser_take_cookies(Browser *browser, const Reply *reply) {
  g_auto(GStrv) lines = g_strsplit(reply->head, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (!g_str_has_prefix(*line, "Set-Cookie: "))
      continue;
    char *pair = *line + strlen("Set-Cookie: ");
    g_assert_nonnull(strstr(pair, "; HttpOnly; SameSite=Lax"));
    g_auto(GStrv) parts = g_strsplit(pair, ";", 2);
    g_auto(GStrv) names = g_strsplit(parts[0], "=", 2);
    if (names[1][0] != '\0')
      g_hash_table_insert(browser->cookies, g_strdup(names[0]), g_strdup(names[1]));
    else
      g_hash_table_remove(browser->cookies, names[0]);
  }
}

/** `body` NULL: none. Checks the status. */
static inline void browser_ask(Browser *browser, const char *method, const char *target, const char *body,
                               int status, Reply *ret_reply) {
  g_autoptr(GString) headers = g_string_new(NULL);
  GHashTableIter iter;
  gpointer name, value;
  g_hash_table_iter_init(&iter, browser->cookies);
  for (bool is_first = true; g_hash_table_iter_next(&iter, &name, &value); is_first = false)
    g_string_append_printf(headers, "%s%s=%s", is_first ? "Cookie: " : "; ", (char *)name, (char *)value);
  if (headers->len > 0)
    g_string_append(headers, "\r\n");
  if (body != NULL)
    g_string_append_printf(headers, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
  g_autofree char *text = g_strdup_printf("%s %s HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n%s\r\n%s",
                                          method, target, headers->str, body != NULL ? body : "");
  int fd = client_connect(browser->fixture);
  g_assert_true(client_send(fd, text, strlen(text)));
  client_read(fd, true, ret_reply);
  close(fd);
  browser_take_cookies(browser, ret_reply);
  if (ret_reply->status != status)
    g_error("%s %s: %d, not %d: %s", method, target, ret_reply->status, status, reply_text(ret_reply));
}

/** The same when the answer's body does not matter. */
static inline void browser_do(Browser *browser, const char *method, const char *target, const char *body,
                              int status) {
  g_auto(Reply) reply = {0};
  browser_ask(browser, method, target, body, status, &reply);
}

/** The text of a member of a flat JSON answer; caller frees. */
static inline char *reply_member(Reply *reply, const char *name) {
  g_autofree char *key = g_strdup_printf("\"%s\":\"", name);
  const char *at = strstr(reply_text(reply), key);
  g_assert_nonnull(at);
  at += strlen(key);
  return g_strndup(at, strcspn(at, "\""));
}

static inline char *person_add(const Fixture *fixture, const char *login) {
  g_autoptr(CatalogPerson) person = NULL;
  g_autoptr(GError) error = NULL;
  static char *hash;
  if (hash == NULL)
    hash = password_hash(PASSWORD, &error);
  g_assert_no_error(error);
  catalog_create_person(fixture->catalog, "test", login, login, "", hash, NULL, &person, &error);
  g_assert_no_error(error);
  return g_strdup(person->id);
}

static inline void person_give(const Fixture *fixture, const char *id, Role role, const char *division,
                               const char *institution_id) {
  RoleGrant grant = {role, division, institution_id};
  g_autoptr(GError) error = NULL;
  catalog_give_role(fixture->catalog, "test", id, &grant, &error);
  g_assert_no_error(error);
}

static inline void browser_sign_in(Browser *browser, const char *login) {
  g_autofree char *body = g_strdup_printf("{\"login\":\"%s\",\"password\":\"" PASSWORD "\"}", login);
  browser_do(browser, "POST", "/api/v1/session", body, 200);
}
