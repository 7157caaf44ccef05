/** ID tokens signed by keys made here: good ones, and each thing that can be wrong with one. */
#include "base/base64url.h"
#include "server/id_token.h"
#include "server/oidc_error.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define NOW_S INT64_C(1800000000)

typedef struct {
  gnutls_privkey_t rsa, ec, other;
  JwkSet *keys;
} Fixture;

static gnutls_privkey_t make_key(gnutls_pk_algorithm_t kind, unsigned bits) {
  gnutls_privkey_t key = NULL;
  g_assert_cmpint(gnutls_privkey_init(&key), ==, 0);
  g_assert_cmpint(gnutls_privkey_generate(key, kind, bits, 0), ==, 0);
  return key;
}

static char *encode(const gnutls_datum_t *number, size_t size) {
  guchar padded[1024] = {0};
  size_t skip = 0;
  while (skip < number->size && number->data[skip] == 0)
    skip++; /* GnuTLS puts a zero before a high bit */
  size_t length = number->size - skip, width = size > 0 ? size : length;
  g_assert_cmpuint(length, <=, width);
  memcpy(padded + width - length, number->data + skip, length);
  return base64url_encode_bytes(padded, width);
}

static char *write_rsa(gnutls_privkey_t key, const char *id) {
  gnutls_datum_t m = {0}, e = {0};
  g_assert_cmpint(gnutls_privkey_export_rsa_raw(key, &m, &e, NULL, NULL, NULL, NULL, NULL, NULL), ==, 0);
  g_autofree char *n = encode(&m, 0), *exponent = encode(&e, 0);
  gnutls_free(m.data);
  gnutls_free(e.data);
  return g_strdup_printf("{\"kty\":\"RSA\",\"kid\":\"%s\",\"use\":\"sig\",\"n\":\"%s\",\"e\":\"%s\"}", id, n,
                         exponent);
}

static char *write_ec(gnutls_privkey_t key, const char *id) {
  gnutls_ecc_curve_t curve;
  gnutls_datum_t x = {0}, y = {0};
  g_assert_cmpint(gnutls_privkey_export_ecc_raw(key, &curve, &x, &y, NULL), ==, 0);
  g_autofree char *x_text = encode(&x, 32), *y_text = encode(&y, 32);
  gnutls_free(x.data);
  gnutls_free(y.data);
  return g_strdup_printf("{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", id, x_text,
                         y_text);
}

static void set_up(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  fixture->rsa = make_key(GNUTLS_PK_RSA, 2048);
  fixture->other = make_key(GNUTLS_PK_RSA, 2048);
  fixture->ec = make_key(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
  g_autofree char *rsa = write_rsa(fixture->rsa, "r"), *ec = write_ec(fixture->ec, "e");
  g_autofree char *text = g_strdup_printf("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"},%s,%s]}", rsa, ec);
  fixture->keys = jwk_set_parse(text, strlen(text), &error);
  g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  jwk_set_free(fixture->keys);
  gnutls_privkey_deinit(fixture->rsa);
  gnutls_privkey_deinit(fixture->ec);
  gnutls_privkey_deinit(fixture->other);
}

static char *sign(gnutls_privkey_t key, const char *header, const char *claims) {
  g_autofree char *first = base64url_encode(header), *second = base64url_encode(claims);
  g_autofree char *text = g_strdup_printf("%s.%s", first, second), *code = NULL;
  bool is_ec = gnutls_privkey_get_pk_algorithm(key, NULL) == GNUTLS_PK_ECDSA;
  gnutls_datum_t data = {(unsigned char *)text, (unsigned)strlen(text)}, mark = {0};
  g_assert_cmpint(
      gnutls_privkey_sign_data2(key, is_ec ? GNUTLS_SIGN_ECDSA_SHA256 : GNUTLS_SIGN_RSA_SHA256, 0, &data, &mark),
      ==, 0);
  if (is_ec) {
    gnutls_datum_t r = {0}, s = {0};
    g_assert_cmpint(gnutls_decode_rs_value(&mark, &r, &s), ==, 0);
    g_autofree char *r_code = encode(&r, 32), *s_code = encode(&s, 32);
    g_autoptr(GBytes) r_bytes = base64url_decode_bytes(r_code, strlen(r_code));
    g_autoptr(GBytes) s_bytes = base64url_decode_bytes(s_code, strlen(s_code));
    guchar both[64];
    memcpy(both, g_bytes_get_data(r_bytes, NULL), 32);
    memcpy(both + 32, g_bytes_get_data(s_bytes, NULL), 32);
    code = base64url_encode_bytes(both, sizeof both);
    gnutls_free(r.data);
    gnutls_free(s.data);
  } else {
    code = base64url_encode_bytes(mark.data, mark.size);
  }
  gnutls_free(mark.data);
  return g_strdup_printf("%s.%s", text, code);
}

/** What is wrong with the token; NULL: nothing. */
static char *judge(const Fixture *fixture, const char *text, bool *ret_unknown_key) {
  static const IdTokenExpectation expected = {
      .issuer = "https://id.example", .client_id = "kapok", .nonce = "n", .now_s = NOW_S};
  g_autoptr(GError) error = NULL;
  g_autoptr(IdToken) token = id_token_parse(text, &error);
  bool is_unknown = false;
  if (token != NULL && id_token_verify(token, fixture->keys, &expected, &is_unknown, &error)) {
    g_assert_cmpstr(id_token_find(token, "sub"), ==, "s1");
    return NULL;
  }
  g_assert_nonnull(error);
  g_assert_true(g_error_matches(error, OIDC_ERROR, OIDC_ERROR_TOKEN));
  if (ret_unknown_key != NULL)
    *ret_unknown_key = is_unknown;
  return g_strdup(error->message);
}

static void expect(const Fixture *fixture, const char *text, const char *wrong) {
  g_autofree char *told = judge(fixture, text, NULL);
  if (wrong == NULL)
    g_assert_cmpstr(told, ==, NULL);
  else
    g_assert_nonnull(told != NULL ? strstr(told, wrong) : NULL);
}

#define RSA_HEADER "{\"alg\":\"RS256\",\"kid\":\"r\"}"
#define GOOD_TIMES "\"exp\":1800000300,\"iat\":1799999990"
#define GOOD "{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}"

static void test_id_token_claims(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const struct {
    const char *claims, *wrong;
  } cases[] = {
      {GOOD, NULL},
      {"{\"iss\":\"https://id.example\",\"aud\":[\"kapok\"],\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}", NULL},
      {"{\"iss\":\"https://"
       "id.example\",\"aud\":[\"kapok\",\"b\"],\"azp\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}",
       NULL},
      {"{\"iss\":\"https://id.example\",\"aud\":[\"kapok\",\"b\"],\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}",
       "client"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"azp\":\"b\",\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES
       "}",
       "client"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"other\",\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}",
       "client"},
      {"{\"iss\":\"https://id.example\",\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}", "client"},
      {"{\"iss\":\"https://id.example/\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\"," GOOD_TIMES "}",
       "issuer"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"nonce\":\"m\",\"sub\":\"s1\"," GOOD_TIMES "}", "nonce"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"sub\":\"s1\"," GOOD_TIMES "}", "nonce"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"nonce\":\"n\"," GOOD_TIMES "}", "nobody"},
      {"{\"iss\":\"https://"
       "id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"exp\":1799999940,\"iat\":1}",
       "expired"},
      {"{\"iss\":\"https://"
       "id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"exp\":1799999950,\"iat\":1}",
       NULL},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"iat\":1}", "expired"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"exp\":\"9\",\"iat\":1}",
       "expired"},
      {"{\"iss\":\"https://id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"exp\":1e300,\"iat\":1}",
       "expired"},
      {"{\"iss\":\"https://"
       "id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"exp\":1800000900,\"iat\":1800000100}",
       "future"},
      {"{\"iss\":\"https://"
       "id.example\",\"aud\":\"kapok\",\"nonce\":\"n\",\"sub\":\"s1\",\"nbf\":1800000200," GOOD_TIMES "}",
       "not good yet"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = sign(fixture->rsa, RSA_HEADER, cases[i].claims);
    expect(fixture, text, cases[i].wrong);
  }
}

/** Both kinds of keys, with and without an id; and keys, algorithms and bytes that are not the right ones. */
static void test_id_token_signatures(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *by_rsa = sign(fixture->rsa, RSA_HEADER, GOOD),
                  *by_ec = sign(fixture->ec, "{\"alg\":\"ES256\"}", GOOD);
  g_autofree char *by_other = sign(fixture->other, RSA_HEADER, GOOD);
  g_autofree char *unknown = sign(fixture->other, "{\"alg\":\"RS256\",\"kid\":\"new\"}", GOOD);
  g_autofree char *mixed = sign(fixture->rsa, "{\"alg\":\"ES256\",\"kid\":\"r\"}", GOOD);
  g_autofree char *none = sign(fixture->rsa, "{\"alg\":\"none\"}", GOOD);
  g_autofree char *shared = sign(fixture->rsa, "{\"alg\":\"HS256\",\"kid\":\"r\"}", GOOD);
  g_autofree char *critical = sign(fixture->rsa, "{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"x\"]}", GOOD);
  expect(fixture, by_rsa, NULL);
  for (int i = 0; i < 20; i++) { /* r and s have high bits and short forms by chance */
    g_autofree char *again = sign(fixture->ec, "{\"alg\":\"ES256\",\"kid\":\"e\"}", GOOD);
    expect(fixture, again, NULL);
  }
  expect(fixture, by_ec, NULL);
  expect(fixture, by_other, "signature is wrong");
  expect(fixture, mixed, "no such key");
  expect(fixture, none, "RS256 or ES256");
  expect(fixture, shared, "RS256 or ES256");
  expect(fixture, critical, "not known");
  bool is_unknown = false;
  g_autofree char *told = judge(fixture, unknown, &is_unknown);
  g_assert_nonnull(told);
  g_assert_true(is_unknown);
  /* One character changed, but not the last, whose low bits say nothing. */
  for (size_t i = 0; i + 1 < strlen(by_ec); i += 7) {
    g_autofree char *changed = g_strdup(by_ec);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    g_autofree char *wrong = judge(fixture, changed, NULL);
    g_assert_nonnull(wrong);
  }
}

static void test_id_token_malformed(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *long_text = g_strnfill(ID_TOKEN_BYTES_MAX + 1, 'A');
  g_autofree char *twice =
      sign(fixture->rsa, RSA_HEADER, "{\"iss\":\"https://id.example\",\"iss\":\"https://id.example\"}");
  const char *const texts[] = {
      "", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "e30.e30.A", "W10.W10.AAAA", "e30=.e30=.AAAA", long_text, twice};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *wrong = judge(fixture, texts[i], NULL);
    g_assert_nonnull(wrong);
  }
}

static void test_id_token_keys(void) {
  static const char *const sets[] = {
      "",
      "[]",
      "{}",
      "{\"keys\":[]}",
      "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
      "{\"keys\":{\"kty\":\"RSA\"}}",
      "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", /* far too short */
      "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]}",
      "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
      "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}", /* not on the curve */
  };
  gnutls_privkey_t encryption = make_key(GNUTLS_PK_RSA, 2048);
  g_autofree char *key = write_rsa(encryption, "x");
  gnutls_privkey_deinit(encryption);
  char *use = strstr(key, "\"sig\"");
  memcpy(use, "\"enc\"", 5);
  g_autofree char *other_use = g_strdup_printf("{\"keys\":[%s]}", key);
  for (size_t i = 0; i <= G_N_ELEMENTS(sets); i++) {
    const char *text = i < G_N_ELEMENTS(sets) ? sets[i] : other_use;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwkSet) set = jwk_set_parse(text, strlen(text), &error);
    if (set != NULL) { /* a point off the curve may be found out only when it is used */
      g_autoptr(GBytes) data = g_bytes_new_static("a", 1), mark = g_bytes_new_take(g_malloc0(64), 64);
      g_assert_cmpint(jwk_set_verify(set, "ES256", NULL, data, mark), ==, JWK_VERDICT_WRONG);
      continue;
    }
    g_assert_true(g_error_matches(error, OIDC_ERROR, OIDC_ERROR_PROVIDER));
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/id_token/" name, Fixture, NULL, set_up, function, tear_down)
  ADD("claims", test_id_token_claims);
  ADD("signatures", test_id_token_signatures);
  ADD("malformed", test_id_token_malformed);
#undef ADD
  g_test_add_func("/id_token/keys", test_id_token_keys);
  return g_test_run();
}
