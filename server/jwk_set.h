/** Public keys that somebody signs tokens with (JSON Web Key Set, RFC 7517; RFC 7518 §6): RSA of 2048 bits and more, and P-256.
 * Parser of outside bytes.
 *
 * Threads: any, at once, after it was made. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define JWK_SET_BYTES_MAX (256 * 1024)
#define JWK_SET_KEYS_MAX 32
#define JWK_RSA_BITS_MIN 2048
#define JWK_RSA_BITS_MAX 8192

typedef struct JwkSet JwkSet;

/** Keys of other kinds and uses are left out. NULL with OIDC_ERROR_PROVIDER when it is no set, or none of its keys is for us. */
JwkSet *jwk_set_parse(const char *text, size_t size, GError **error);
/** NULL is accepted. */
void jwk_set_free(JwkSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwkSet, jwk_set_free)

typedef enum {
  JWK_VERDICT_GOOD,
  JWK_VERDICT_WRONG,     /**< no key that it could be by signed it */
  JWK_VERDICT_NO_KEY,    /**< no key of that id and kind is here */
  JWK_VERDICT_ALGORITHM, /**< neither RS256 nor ES256: "none" and shared secrets never are */
} JwkVerdict;

/** Whether a key signed `data` with `algorithm` (JWS names, RFC 7518 §3.1). `key_id` NULL: any key of the right kind. */
JwkVerdict jwk_set_verify(const JwkSet *set, const char *algorithm, const char *key_id, GBytes *data,
                          GBytes *signature);
