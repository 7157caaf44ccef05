#include "server/id_token.h"

#include "base/base64url.h"
#include "server/oidc_error.h"

#include <jansson.h>
#include <string.h>

/** Beyond this a time in a token is none. */
#define SECONDS_MAX (INT64_C(1) << 40)

struct IdToken {
  json_t *header, *claims;
  GBytes *signed_part, *signature;
};

static bool refuse(GError **error, const char *what) {
  g_set_error(error, OIDC_ERROR, OIDC_ERROR_TOKEN, "the ID token is not good: %s", what);
  return false;
}

void id_token_free(IdToken *token) {
  if (token == NULL)
    return;
  json_decref(token->header);
  json_decref(token->claims);
  g_clear_pointer(&token->signed_part, g_bytes_unref);
  g_clear_pointer(&token->signature, g_bytes_unref);
  g_free(token);
}

/** The object in one part; NULL: none. */
static json_t *read_object(const char *code, size_t length) {
  g_autoptr(GBytes) bytes = base64url_decode_bytes(code, length);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
  json_t *value = text != NULL ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
  if (json_is_object(value))
    return value;
  json_decref(value);
  return NULL;
}

IdToken *id_token_parse(const char *text, GError **error) {
  g_autoptr(IdToken) token = g_new0(IdToken, 1);
  const char *first = strchr(text, '.'), *second = first != NULL ? strchr(first + 1, '.') : NULL;
  if (strnlen(text, ID_TOKEN_BYTES_MAX + 1) > ID_TOKEN_BYTES_MAX || second == NULL) {
    refuse(error, "it is no signed token");
    return NULL;
  }
  token->header = read_object(text, (size_t)(first - text));
  token->claims = read_object(first + 1, (size_t)(second - first - 1));
  token->signed_part = g_bytes_new(text, (gsize)(second - text));
  token->signature = base64url_decode_bytes(second + 1, strlen(second + 1));
  if (token->header == NULL || token->claims == NULL || token->signature == NULL) {
    refuse(error, "it cannot be read");
    return NULL;
  }
  if (json_object_get(token->header, "crit") != NULL) {
    refuse(error, "its header asks for what is not known");
    return NULL;
  }
  return g_steal_pointer(&token);
}

const char *id_token_find(const IdToken *token, const char *claim) {
  return json_string_value(json_object_get(token->claims, claim));
}

bool id_token_names(const IdToken *token, const char *claim, const char *text) {
  const json_t *value = json_object_get(token->claims, claim);
  if (json_is_string(value))
    return strcmp(json_string_value(value), text) == 0;
  for (size_t i = 0; i < json_array_size(value); i++) {
    const char *item = json_string_value(json_array_get(value, i));
    if (item != NULL && strcmp(item, text) == 0)
      return true;
  }
  return false;
}

/** A NumericDate (RFC 7519 §2); false when it is not there or none. */
static bool read_time(const IdToken *token, const char *claim, int64_t *ret_s) {
  const json_t *value = json_object_get(token->claims, claim);
  double seconds = json_is_number(value) ? json_number_value(value) : -1;
  if (!(seconds >= 0 && seconds < (double)SECONDS_MAX))
    return false;
  *ret_s = (int64_t)seconds;
  return true;
}

static bool is_for_us(const IdToken *token, const char *client_id) {
  const json_t *audience = json_object_get(token->claims, "aud");
  const char *party = id_token_find(token, "azp");
  if (!id_token_names(token, "aud", client_id))
    return false;
  if (party == NULL)
    return json_array_size(audience) <= 1; /* more than one must say which of them it is for */
  return strcmp(party, client_id) == 0;
}

static bool check_times(const IdToken *token, int64_t now_s, GError **error) {
  int64_t expires_s = 0, issued_s = 0, begins_s = 0;
  if (!read_time(token, "exp", &expires_s) || expires_s + ID_TOKEN_LEEWAY_S <= now_s)
    return refuse(error, "it has expired");
  if (!read_time(token, "iat", &issued_s) || issued_s - ID_TOKEN_LEEWAY_S > now_s)
    return refuse(error, "it is from the future; are the clocks right?");
  if (json_object_get(token->claims, "nbf") != NULL &&
      (!read_time(token, "nbf", &begins_s) || begins_s - ID_TOKEN_LEEWAY_S > now_s))
    return refuse(error, "it is not good yet");
  return true;
}

static bool check_claims(const IdToken *token, const IdTokenExpectation *expected, GError **error) {
  const char *issuer = id_token_find(token, "iss"), *nonce = id_token_find(token, "nonce");
  const char *subject = id_token_find(token, "sub");
  if (issuer == NULL || strcmp(issuer, expected->issuer) != 0)
    return refuse(error, "another issuer made it");
  if (!is_for_us(token, expected->client_id))
    return refuse(error, "it is for another client");
  if (nonce == NULL || strcmp(nonce, expected->nonce) != 0)
    return refuse(error, "it is of another sign-in (nonce)");
  if (subject == NULL || subject[0] == '\0')
    return refuse(error, "it names nobody");
  return check_times(token, expected->now_s, error);
}

bool id_token_verify(const IdToken *token, const JwkSet *keys, const IdTokenExpectation *expected,
                     bool *ret_unknown_key, GError **error) {
  const char *algorithm = json_string_value(json_object_get(token->header, "alg"));
  const char *key_id = json_string_value(json_object_get(token->header, "kid"));
  JwkVerdict verdict =
      jwk_set_verify(keys, algorithm != NULL ? algorithm : "none", key_id, token->signed_part, token->signature);
  *ret_unknown_key = verdict == JWK_VERDICT_NO_KEY;
  if (verdict == JWK_VERDICT_ALGORITHM)
    return refuse(error, "it is not signed with RS256 or ES256");
  if (verdict == JWK_VERDICT_NO_KEY)
    return refuse(error, "the provider has no such key");
  if (verdict != JWK_VERDICT_GOOD)
    return refuse(error, "its signature is wrong");
  return check_claims(token, expected, error);
}
