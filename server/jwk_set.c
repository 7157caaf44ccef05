#include "server/jwk_set.h"

#include "base/base64url.h"
#include "server/oidc_error.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <string.h>

#define NUMBER_BYTES_MAX 1100
/** Coordinates, and r and s of a signature, on P-256 (RFC 7518 §3.4, §6.2.1.2). */
#define P256_BYTES 32

typedef struct {
  char *id; /**< NULL: it has none */
  gnutls_pk_algorithm_t kind;
  gnutls_pubkey_t key;
} Jwk;

struct JwkSet {
  Jwk keys[JWK_SET_KEYS_MAX];
  size_t count;
};

void jwk_set_free(JwkSet *set) {
  if (set == NULL)
    return;
  for (size_t i = 0; i < set->count; i++) {
    g_free(set->keys[i].id);
    gnutls_pubkey_deinit(set->keys[i].key);
  }
  g_free(set);
}

/** A number in base 64; NULL when it is not there or none. */
static GBytes *read_number(const json_t *key, const char *name) {
  const char *code = json_string_value(json_object_get(key, name));
  GBytes *bytes = code != NULL ? base64url_decode_bytes(code, strlen(code)) : NULL;
  if (bytes == NULL || g_bytes_get_size(bytes) <= NUMBER_BYTES_MAX)
    return bytes;
  g_bytes_unref(bytes);
  return NULL;
}

static gnutls_datum_t datum_of(GBytes *bytes) {
  gsize size = 0;
  gconstpointer data = g_bytes_get_data(bytes, &size);
  return (gnutls_datum_t){(unsigned char *)data, (unsigned)size};
}

static bool import_rsa(const json_t *key, gnutls_pubkey_t into) {
  g_autoptr(GBytes) modulus = read_number(key, "n"), exponent = read_number(key, "e");
  if (modulus == NULL || exponent == NULL)
    return false;
  gnutls_datum_t m = datum_of(modulus), e = datum_of(exponent);
  unsigned bits = 0;
  return gnutls_pubkey_import_rsa_raw(into, &m, &e) == 0 &&
         gnutls_pubkey_get_pk_algorithm(into, &bits) == GNUTLS_PK_RSA && bits >= JWK_RSA_BITS_MIN &&
         bits <= JWK_RSA_BITS_MAX;
}

static bool import_p256(const json_t *key, gnutls_pubkey_t into) {
  const char *curve = json_string_value(json_object_get(key, "crv"));
  g_autoptr(GBytes) x_bytes = read_number(key, "x"), y_bytes = read_number(key, "y");
  if (curve == NULL || strcmp(curve, "P-256") != 0 || x_bytes == NULL || y_bytes == NULL ||
      g_bytes_get_size(x_bytes) != P256_BYTES || g_bytes_get_size(y_bytes) != P256_BYTES)
    return false;
  gnutls_datum_t x = datum_of(x_bytes), y = datum_of(y_bytes);
  return gnutls_pubkey_import_ecc_raw(into, GNUTLS_ECC_CURVE_SECP256R1, &x, &y) == 0;
}

static bool is_to_verify(const json_t *key) {
  const char *use = json_string_value(json_object_get(key, "use"));
  return use == NULL || strcmp(use, "sig") == 0;
}

static void add(JwkSet *set, const json_t *key) {
  const char *type = json_string_value(json_object_get(key, "kty"));
  gnutls_pubkey_t into = NULL;
  if (type == NULL || !is_to_verify(key) || set->count == JWK_SET_KEYS_MAX || gnutls_pubkey_init(&into) != 0)
    return;
  bool is_rsa = strcmp(type, "RSA") == 0, is_ec = strcmp(type, "EC") == 0;
  if ((is_rsa && import_rsa(key, into)) || (is_ec && import_p256(key, into)))
    set->keys[set->count++] = (Jwk){.id = g_strdup(json_string_value(json_object_get(key, "kid"))),
                                    .kind = is_rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA,
                                    .key = into};
  else
    gnutls_pubkey_deinit(into);
}

JwkSet *jwk_set_parse(const char *text, size_t size, GError **error) {
  g_autoptr(JwkSet) set = g_new0(JwkSet, 1);
  json_t *root = size <= JWK_SET_BYTES_MAX ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
  const json_t *keys = json_object_get(root, "keys");
  for (size_t i = 0; i < json_array_size(keys); i++)
    add(set, json_array_get(keys, i));
  json_decref(root);
  if (set->count > 0)
    return g_steal_pointer(&set);
  g_set_error_literal(error, OIDC_ERROR, OIDC_ERROR_PROVIDER,
                      "the provider's keys hold none of RSA or P-256 that is for us");
  return NULL;
}

static bool verify_rsa(gnutls_pubkey_t key, GBytes *data, GBytes *signature) {
  gnutls_datum_t text = datum_of(data), mark = datum_of(signature);
  return gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_RSA_SHA256, 0, &text, &mark) >= 0;
}

/** r and s one after the other become what GnuTLS takes: a DER sequence. */
static bool verify_p256(gnutls_pubkey_t key, GBytes *data, GBytes *signature) {
  gnutls_datum_t text = datum_of(data), both = datum_of(signature), mark = {NULL, 0};
  if (both.size != 2 * P256_BYTES)
    return false;
  gnutls_datum_t r = {both.data, P256_BYTES}, s = {both.data + P256_BYTES, P256_BYTES};
  if (gnutls_encode_rs_value(&mark, &r, &s) != 0)
    return false;
  bool is_good = gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_ECDSA_SHA256, 0, &text, &mark) >= 0;
  gnutls_free(mark.data);
  return is_good;
}

JwkVerdict jwk_set_verify(const JwkSet *set, const char *algorithm, const char *key_id, GBytes *data,
                          GBytes *signature) {
  bool is_rsa = strcmp(algorithm, "RS256") == 0;
  JwkVerdict verdict = JWK_VERDICT_NO_KEY;
  if (!is_rsa && strcmp(algorithm, "ES256") != 0)
    return JWK_VERDICT_ALGORITHM;
  for (size_t i = 0; i < set->count; i++) {
    const Jwk *key = &set->keys[i];
    if (key->kind != (is_rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA) ||
        (key_id != NULL && key->id != NULL && strcmp(key_id, key->id) != 0))
      continue;
    if (is_rsa ? verify_rsa(key->key, data, signature) : verify_p256(key->key, data, signature))
      return JWK_VERDICT_GOOD;
    verdict = JWK_VERDICT_WRONG;
  }
  return verdict;
}
