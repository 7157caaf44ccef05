#include "server/body_fields.h"
#include "server/http/http_request.h"

#include <string.h>

static void test_body_fields_json(void) {
  static const char text[] =
      "{\"login\":\"张三\",\"yes\":true,\"days\":7,\"scopes\":[\"edit\",\"upload\"],\"nothing\":null}";
  g_autoptr(BodyFields) fields = body_fields_parse_json(text, strlen(text));
  g_assert_nonnull(fields);
  g_assert_cmpstr(body_fields_find(fields, "login"), ==, "张三");
  g_assert_null(body_fields_find(fields, "days"));
  g_assert_true(body_fields_get_bool(fields, "yes", false));
  g_assert_true(body_fields_get_bool(fields, "login", true));
  g_assert_cmpint(body_fields_get_int(fields, "days", 1), ==, 7);
  g_assert_cmpint(body_fields_get_int(fields, "yes", 9), ==, 9);
  const char *const *scopes = body_fields_find_list(fields, "scopes");
  g_assert_cmpstr(scopes[0], ==, "edit");
  g_assert_cmpstr(scopes[1], ==, "upload");
  g_assert_null(scopes[2]);
  g_assert_true(body_fields_has(fields, "nothing"));
  g_assert_null(body_fields_find(fields, "nothing"));
}

static void test_body_fields_json_refuses(void) {
  static const char *const texts[] = {"",
                                      "null",
                                      "[]",
                                      "{",
                                      "{\"a\":{}}",
                                      "{\"a\":1.5}",
                                      "{\"a\":[1]}",
                                      "{\"a\":[[]]}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":1,\"a\":2}",
                                      "{} {}"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    g_assert_null(body_fields_parse_json(texts[i], strlen(texts[i])));
  g_autoptr(GString) many = g_string_new("{\"a\":1");
  for (int i = 0; i < BODY_FIELDS_MAX; i++)
    g_string_append_printf(many, ",\"%d\":1", i);
  g_string_append_c(many, '}');
  g_assert_null(body_fields_parse_json(many->str, many->len));
  g_autofree char *large = g_strnfill(BODY_FIELDS_BYTES_MAX + 1, ' ');
  g_assert_null(body_fields_parse_json(large, BODY_FIELDS_BYTES_MAX + 1));
}

static void test_body_fields_form(void) {
  static const char text[] = "grant_type=urn%3Aa%3Ab&client_id=tv+box&&empty=&bare";
  g_autoptr(BodyFields) fields = body_fields_parse_form(text, strlen(text));
  g_assert_nonnull(fields);
  g_assert_cmpstr(body_fields_find(fields, "grant_type"), ==, "urn:a:b");
  g_assert_cmpstr(body_fields_find(fields, "client_id"), ==, "tv box");
  g_assert_cmpstr(body_fields_find(fields, "empty"), ==, "");
  g_assert_cmpstr(body_fields_find(fields, "bare"), ==, "");
  static const char *const wrong[] = {"a=%", "a=%0", "a=%00", "a=%ff", "a=1&a=2", "%zz=1"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
    g_assert_null(body_fields_parse_form(wrong[i], strlen(wrong[i])));
}

static void test_body_fields_cookies(void) {
  static const struct {
    const char *header, *value;
  } cases[] = {{"a=1", "1"},     {"b=2; a=1", "1"},    {"aa=2; a=1", "1"}, {"a=", ""},       {"a=1; a=2", "1"},
               {" a=1 ;b", "1"}, {"b;a=1", "1"},       {"b=a=1", NULL},    {"a", NULL},      {"", NULL},
               {";;;", NULL},    {"a=\"1 2\"", "1 2"}, {"a=\"", "\""},     {"a=x=y", "x=y"}, {"A=1", NULL}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *value = http_cookie_dup(cases[i].header, "a");
    g_assert_cmpstr(value, ==, cases[i].value);
  }
  g_autofree char *fill = g_strnfill(HTTP_COOKIE_BYTES_MAX + 1, 'x');
  g_autofree char *header = g_strconcat("a=", fill, NULL);
  g_assert_null(http_cookie_dup(header, "a"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/body_fields/json", test_body_fields_json);
  g_test_add_func("/body_fields/json_refuses", test_body_fields_json_refuses);
  g_test_add_func("/body_fields/form", test_body_fields_form);
  g_test_add_func("/body_fields/cookies", test_body_fields_cookies);
  return g_test_run();
}
