/** Signing in, out and staying so; second factors, tokens, other people's accounts: on a real server. */
#include "catalog/totp.h"
#include "tests/unit/server/people_fixture.h"

#define WRONG "{\"login\":\"learner\",\"password\":\"not the password\"}"
#define RIGHT "{\"login\":\"Learner\",\"password\":\"" PASSWORD "\"}"

static bool is_signed_in(Browser *browser) {
  g_auto(Reply) reply = {0};
  browser_ask(browser, "GET", "/api/v1/session", NULL, 200, &reply);
  return strstr(reply_text(&reply), "\"login\":\"learner\"") != NULL;
}

static void test_sign_in_and_out(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner");
  g_auto(Browser) browser = browser_open(&fixture), other = browser_open(&fixture);
  browser_do(&browser, "POST", "/api/v1/session", WRONG, 401);
  browser_do(&browser, "POST", "/api/v1/session", "{\"login\":\"nobody\",\"password\":\"" PASSWORD "\"}", 401);
  browser_do(&browser, "POST", "/api/v1/session", "{\"login\":\"learner\"}", 400);
  browser_do(&browser, "POST", "/api/v1/session", "[", 400);
  g_assert_false(is_signed_in(&browser));
  browser_do(&browser, "POST", "/api/v1/session", RIGHT, 200);
  g_assert_true(is_signed_in(&browser));
  g_assert_false(is_signed_in(&other));
  server_stop(fixture.server); /* a session outlives the server */
  fixture_start_server(&fixture);
  g_assert_true(is_signed_in(&browser));
  g_autofree char *kept = g_strdup(g_hash_table_lookup(browser.cookies, "kapok_session"));
  browser_do(&browser, "DELETE", "/api/v1/session", NULL, 204);
  g_hash_table_insert(browser.cookies, g_strdup("kapok_session"), g_steal_pointer(&kept));
  g_assert_false(is_signed_in(&browser)); /* not by forgetting the cookie alone */
  fixture_close(&fixture);
}

/** A wrong guess. Whether it was not even looked at; on a slow machine the first waits may be over by then. */
static bool has_to_wait(Browser *browser) {
  g_auto(Reply) reply = {0};
  g_autofree char *text = g_strdup_printf("POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
                                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n" WRONG,
                                          strlen(WRONG));
  int fd = client_connect(browser->fixture);
  g_assert_true(client_send(fd, text, strlen(text)));
  client_read(fd, true, &reply);
  close(fd);
  g_autofree char *retry_after = reply_header(&reply, "Retry-After");
  g_assert_true(reply.status == 401 || (reply.status == 429 && retry_after != NULL));
  return reply.status == 429;
}

/** Guessing makes the guesser wait, and nobody else. */
static void test_sign_in_guesses(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner"), *second = person_add(&fixture, "other");
  g_auto(Browser) known = browser_open(&fixture), guesser = browser_open(&fixture);
  browser_sign_in(&known, "learner");
  int attempts = 0;
  while (!has_to_wait(&guesser))
    g_assert_cmpint(++attempts, <, 12);
  g_assert_cmpint(attempts, >=, 6);
  browser_sign_in(&guesser, "other"); /* another account, from the same address */
  browser_do(&known, "DELETE", "/api/v1/session", NULL, 204);
  browser_sign_in(&known, "learner"); /* a browser that this person has used before, from the same address */
  fixture_close(&fixture);
}

static void test_sign_in_ends(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner");
  g_auto(Browser) one = browser_open(&fixture), other = browser_open(&fixture);
  browser_sign_in(&one, "learner");
  browser_sign_in(&other, "learner");
  browser_do(&one, "PUT", "/api/v1/me/password", "{\"old\":\"wrong\",\"new\":\"another good one\"}", 422);
  browser_do(&one, "PUT", "/api/v1/me/password", "{\"old\":\"" PASSWORD "\",\"new\":\"short\"}", 422);
  browser_do(&one, "PUT", "/api/v1/me/password", "{\"old\":\"" PASSWORD "\",\"new\":\"another good one\"}", 204);
  g_assert_true(is_signed_in(&one));
  g_assert_false(is_signed_in(&other));
  browser_do(&other, "POST", "/api/v1/session", RIGHT, 401);
  bool is_disabled = true;
  g_assert_true(catalog_update_person(fixture.catalog, "test", id, NULL, NULL, &is_disabled, NULL));
  g_assert_false(is_signed_in(&one));
  browser_do(&one, "POST", "/api/v1/session", "{\"login\":\"learner\",\"password\":\"another good one\"}", 401);
  fixture_close(&fixture);
}

/** A new secret takes over only once it has arrived. */
static void test_sign_in_rotation(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner"), *new_secret = NULL;
  g_auto(Browser) browser = browser_open(&fixture), stale = browser_open(&fixture);
  g_autoptr(CatalogCredential) session = NULL;
  g_autoptr(GError) error = NULL;
  browser_sign_in(&browser, "learner");
  const char *old_secret = g_hash_table_lookup(browser.cookies, "kapok_session");
  g_hash_table_insert(stale.cookies, g_strdup("kapok_session"), g_strdup(old_secret));
  g_assert_true(catalog_find_credential(fixture.catalog, CREDENTIAL_SESSION, old_secret, &session, &error));
  catalog_rotate_credential(fixture.catalog, session->id, G_MAXINT64, &new_secret, &error);
  g_assert_no_error(error);
  g_assert_true(is_signed_in(&browser)); /* the answer with the new one may have been lost */
  g_assert_true(is_signed_in(&browser));
  g_hash_table_insert(browser.cookies, g_strdup("kapok_session"), g_strdup(new_secret));
  g_assert_true(is_signed_in(&browser));
  g_assert_true(is_signed_in(&stale)); /* requests that were under way */
  g_autoptr(CatalogCredential) settled = NULL;
  g_assert_true(catalog_find_credential(fixture.catalog, CREDENTIAL_SESSION, new_secret, &settled, &error));
  g_assert_true(settled->is_current);
  g_assert_false(settled->is_unsettled); /* the old one's time runs out */
  fixture_close(&fixture);
}

static void code_now(const char *secret, char code[TOTP_DIGITS + 1]) {
  totp_write(secret, g_get_real_time() / G_USEC_PER_SEC / TOTP_STEP_S, code);
}

static void test_sign_in_second_factor(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner");
  g_auto(Browser) browser = browser_open(&fixture), other = browser_open(&fixture);
  g_auto(Reply) proposed = {0}, set = {0}, asked = {0};
  char code[TOTP_DIGITS + 1], next[TOTP_DIGITS + 1];
  browser_sign_in(&browser, "learner");
  browser_ask(&browser, "POST", "/api/v1/me/totp", NULL, 200, &proposed);
  g_autofree char *secret = reply_member(&proposed, "secret");
  browser_sign_in(&other, "learner"); /* only proposed yet */
  code_now(secret, code);
  g_autofree char *body =
      g_strdup_printf("{\"secret\":\"%s\",\"code\":\"%s\",\"password\":\"" PASSWORD "\"}", secret, code);
  browser_ask(&browser, "PUT", "/api/v1/me/totp", body, 200, &set);
  const char *codes = strstr(reply_text(&set), "[\"") + 2;
  g_autofree char *recovery = g_strndup(codes, strcspn(codes, "\""));
  browser_ask(&other, "POST", "/api/v1/session", RIGHT, 401, &asked);
  g_assert_nonnull(strstr(reply_text(&asked), "second_factor"));
  g_autofree char *again =
      g_strdup_printf("{\"login\":\"learner\",\"password\":\"" PASSWORD "\",\"code\":\"%s\"}", code);
  browser_do(&other, "POST", "/api/v1/session", again, 401); /* that code was used to set it up */
  totp_write(secret, g_get_real_time() / G_USEC_PER_SEC / TOTP_STEP_S + 1, next);
  g_autofree char *fresh =
      g_strdup_printf("{\"login\":\"learner\",\"password\":\"" PASSWORD "\",\"code\":\"%s\"}", next);
  browser_do(&other, "POST", "/api/v1/session", fresh, 200);
  browser_do(&other, "POST", "/api/v1/session", fresh, 401); /* nor is any taken twice */
  g_autofree char *saved =
      g_strdup_printf("{\"login\":\"learner\",\"password\":\"" PASSWORD "\",\"code\":\"%s\"}", recovery);
  browser_do(&other, "POST", "/api/v1/session", saved, 200);
  browser_do(&other, "POST", "/api/v1/session", saved, 401);
  browser_do(&browser, "DELETE", "/api/v1/me/totp", "{\"password\":\"" PASSWORD "\"}", 204);
  browser_sign_in(&other, "learner");
  fixture_close(&fixture);
}

static void ask_with_token(const Fixture *fixture, const char *token, const char *method, const char *target,
                           int status) {
  g_autofree char *headers = g_strdup_printf("Authorization: Bearer %s\r\n", token);
  g_auto(Reply) reply = {0};
  fixture_ask(fixture, method, target, headers, &reply);
  g_assert_cmpint(reply.status, ==, status);
}

static void test_sign_in_tokens(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner");
  person_give(&fixture, id, ROLE_ADMINISTRATOR, NULL, NULL);
  g_auto(Browser) browser = browser_open(&fixture);
  g_auto(Reply) reading = {0}, operating = {0};
  browser_sign_in(&browser, "learner");
  browser_do(&browser, "POST", "/api/v1/me/tokens", "{\"scopes\":[\"everything\"]}", 422);
  browser_do(&browser, "POST", "/api/v1/me/tokens", "{\"days\":0}", 422);
  browser_ask(&browser, "POST", "/api/v1/me/tokens", "{\"label\":\"script\"}", 201, &reading);
  browser_ask(&browser, "POST", "/api/v1/me/tokens", "{\"scopes\":[\"operate\"]}", 201, &operating);
  g_autofree char *reads = reply_member(&reading, "token"), *operates = reply_member(&operating, "token");
  ask_with_token(&fixture, reads, "GET", "/api/v1/me/credentials", 200);
  ask_with_token(&fixture, reads, "GET", "/api/v1/audit", 403);
  ask_with_token(&fixture, operates, "GET", "/api/v1/audit", 200);
  ask_with_token(&fixture, operates, "GET", "/api/v1/people", 403);
  ask_with_token(&fixture, operates, "POST", "/api/v1/me/totp", 403); /* for sessions only */
  ask_with_token(&fixture, reads + strlen("kapok_"), "GET", "/api/v1/me/credentials", 401);
  ask_with_token(&fixture, "kapok_", "GET", "/api/v1/me/credentials", 401);
  g_autofree char *token_id = reply_member(&operating, "id");
  g_autofree char *address = g_strdup_printf("/api/v1/me/credentials/%s", token_id);
  browser_do(&browser, "DELETE", address, NULL, 204);
  browser_do(&browser, "DELETE", address, NULL, 404);
  ask_with_token(&fixture, operates, "GET", "/api/v1/audit", 401);
  fixture_close(&fixture);
}

/** A manager has a say over people and roles of the own county, not over those above or elsewhere. */
static void test_sign_in_people(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *boss = person_add(&fixture, "boss"), *learner = person_add(&fixture, "learner");
  person_give(&fixture, boss, ROLE_ADMINISTRATOR, NULL, NULL);
  g_auto(Browser) browser = browser_open(&fixture), manager = browser_open(&fixture);
  browser_sign_in(&browser, "boss");
  g_auto(Reply) made = {0}, listed = {0};
  browser_ask(&browser, "POST", "/api/v1/people",
              "{\"login\":\"clerk\",\"name\":\"职员\",\"password\":\"" PASSWORD "\"}", 201, &made);
  browser_do(&browser, "POST", "/api/v1/people", "{\"login\":\"CLERK\",\"name\":\"again\"}", 409);
  browser_do(&browser, "POST", "/api/v1/people", "{\"login\":\"z\",\"name\":\"short\"}", 422);
  browser_do(&browser, "POST", "/api/v1/people", "{\"login\":\"good\",\"name\":\"\"}", 422);
  g_autofree char *clerk = reply_member(&made, "id");
  g_autofree char *of_clerk = g_strdup_printf("/api/v1/people/%s", clerk);
  g_autofree char *roles = g_strdup_printf("%s/roles", of_clerk),
                  *of_boss = g_strdup_printf("/api/v1/people/%s", boss);
  g_autofree char *boss_role = g_strdup_printf("%s/roles?role=administrator", of_boss);
  browser_do(&browser, "POST", roles, "{\"role\":\"manager\",\"division\":\"510499000000\"}", 422);
  browser_do(&browser, "POST", roles, "{\"role\":\"king\"}", 422);
  browser_do(&browser, "DELETE", boss_role, NULL, 409); /* the last administrator stays */
  browser_do(&browser, "PATCH", of_boss, "{\"is_disabled\":true}", 409);
  browser_do(&browser, "POST", roles, "{\"role\":\"manager\"}", 200);
  browser_sign_in(&manager, "clerk");
  browser_do(&manager, "PATCH", of_boss, "{\"password\":\"" PASSWORD "2\"}", 403); /* an administrator can more */
  browser_do(&manager, "POST", roles, "{\"role\":\"administrator\"}", 403);
  browser_ask(&manager, "GET", "/api/v1/people", NULL, 200, &listed);
  g_assert_null(strstr(reply_text(&listed), "\"boss\""));
  g_assert_nonnull(strstr(reply_text(&listed), "\"learner\""));
  fixture_close(&fixture);
}

static int64_t count_events(const Fixture *fixture, const char *event) {
  g_auto(Reply) reply = {0};
  g_autofree char *sample = g_strdup_printf("kapok_security_events_total{event=\"%s\"} ", event);
  fixture_ask(fixture, "GET", "/metrics", "", &reply);
  const char *found = strstr(reply_text(&reply), sample);
  g_assert_nonnull(found);
  return g_ascii_strtoll(found + strlen(sample), NULL, 10);
}

/** The security log hears of who came in, who did not, and of rights that changed; a refused sign-in is told once. */
static void test_sign_in_is_logged(void) {
  Fixture fixture;
  fixture_open(&fixture);
  g_autofree char *id = person_add(&fixture, "learner"), *boss_id = person_add(&fixture, "boss");
  g_autofree char *roles = g_strdup_printf("/api/v1/people/%s/roles", id);
  person_give(&fixture, boss_id, ROLE_ADMINISTRATOR, NULL, NULL);
  g_auto(Browser) browser = browser_open(&fixture), boss = browser_open(&fixture);
  browser_do(&browser, "POST", "/api/v1/session", WRONG, 401);
  g_assert_cmpint(count_events(&fixture, "sign_in_failed"), ==, 1);
  g_assert_cmpint(count_events(&fixture, "token_refused"), ==, 0);
  g_assert_cmpint(count_events(&fixture, "sign_in"), ==, 0);
  browser_do(&browser, "POST", "/api/v1/session", RIGHT, 200);
  browser_sign_in(&boss, "boss");
  g_assert_cmpint(count_events(&fixture, "sign_in"), ==, 2);
  g_assert_cmpint(count_events(&fixture, "rights_changed"), ==, 0);
  browser_do(&browser, "POST", "/api/v1/me/tokens", "{\"label\":\"script\",\"scopes\":[]}", 201);
  g_assert_cmpint(count_events(&fixture, "rights_changed"), ==, 1);
  browser_do(&boss, "POST", roles, "{\"role\":\"teacher\"}", 200);
  g_assert_cmpint(count_events(&fixture, "rights_changed"), ==, 2);
  browser_do(&browser, "POST", roles, "{\"role\":\"administrator\"}", 403);
  g_assert_cmpint(count_events(&fixture, "rights_changed"), ==, 2);
  g_assert_cmpint(count_events(&fixture, "access_denied"), ==, 1);
  for (int i = 0; i < 60 && !has_to_wait(&boss);)
    i++;
  g_assert_cmpint(count_events(&fixture, "locked_out"), ==, 1);
  g_assert_cmpint(count_events(&fixture, "rate_limited"), ==, 0);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server_sign_in/and_out", test_sign_in_and_out);
  g_test_add_func("/server_sign_in/guesses", test_sign_in_guesses);
  g_test_add_func("/server_sign_in/ends", test_sign_in_ends);
  g_test_add_func("/server_sign_in/rotation", test_sign_in_rotation);
  g_test_add_func("/server_sign_in/second_factor", test_sign_in_second_factor);
  g_test_add_func("/server_sign_in/tokens", test_sign_in_tokens);
  g_test_add_func("/server_sign_in/people", test_sign_in_people);
  g_test_add_func("/server_sign_in/is_logged", test_sign_in_is_logged);
  return g_test_run();
}
