#include "catalog/totp.h"

#include <string.h>

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* "12345678901234567890" */

/* The last six digits of the SHA-1 values in RFC 6238, appendix B. */
static void test_totp_vectors(void) {
  static const struct {
    int64_t at_s;
    const char *code;
  } cases[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
               {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char code[TOTP_DIGITS + 1];
    int64_t step = -1;
    totp_write(SECRET, cases[i].at_s / TOTP_STEP_S, code);
    g_assert_cmpstr(code, ==, cases[i].code);
    g_assert_true(totp_find_step(SECRET, code, cases[i].at_s, &step));
    g_assert_cmpint(step, ==, cases[i].at_s / TOTP_STEP_S);
    g_assert_true(totp_find_step(SECRET, code, cases[i].at_s + TOTP_STEP_S, &step));
    g_assert_cmpint(step, ==, cases[i].at_s / TOTP_STEP_S);
    g_assert_false(totp_find_step(SECRET, code, cases[i].at_s + 3 * TOTP_STEP_S, &step));
  }
}

static void test_totp_refuses(void) {
  static const char *const codes[] = {"", "28708", "2870822", "28708a", "287083", "-87082", "２８７０８２"};
  int64_t step = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
    g_assert_false(totp_find_step(SECRET, codes[i], 59, &step));
  g_assert_true(totp_find_step(SECRET, "287 082", 59, &step));
  g_assert_false(totp_find_step("not base 32!", "287082", 59, &step));
  g_assert_false(totp_find_step("", "287082", 59, &step));
}

static void test_totp_secrets(void) {
  g_autofree char *one = totp_new_secret(), *other = totp_new_secret();
  char code[TOTP_DIGITS + 1];
  g_assert_cmpuint(strlen(one), ==, 32);
  g_assert_cmpstr(one, !=, other);
  totp_write(one, 1, code);
  g_assert_cmpuint(strlen(code), ==, TOTP_DIGITS);
  g_autofree char *uri = totp_format_uri(SECRET, "Kapok", "a b");
  g_assert_cmpstr(uri, ==, "otpauth://totp/Kapok:a%20b?secret=" SECRET "&issuer=Kapok&digits=6&period=30");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/totp/vectors", test_totp_vectors);
  g_test_add_func("/totp/refuses", test_totp_refuses);
  g_test_add_func("/totp/secrets", test_totp_secrets);
  return g_test_run();
}
