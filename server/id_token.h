/** ID tokens of OpenID Connect (Core 1.0 §2, §3.1.3.7): a JWS in its compact form (RFC 7515 §7.1) with claims about who signed in.
 * Parser of outside bytes.
 *
 * Threads: an object serves one thread at a time. */
#pragma once

#include "server/jwk_set.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define ID_TOKEN_BYTES_MAX 16384
/** How far clocks may differ. */
#define ID_TOKEN_LEEWAY_S 60

typedef struct IdToken IdToken;

/** Read it; nothing of it is to be believed before id_token_verify(). NULL with OIDC_ERROR_TOKEN when it is none: too long, not three
 * parts, no JSON objects, a member twice, a header that asks for what we do not know ("crit"). */
IdToken *id_token_parse(const char *text, GError **error);
/** NULL is accepted. */
void id_token_free(IdToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdToken, id_token_free)

/** What it must say. */
typedef struct {
  const char *issuer, *client_id, *nonce;
  int64_t now_s; /**< seconds since 1970 */
} IdTokenExpectation;

/** Whether one of `keys` signed it (RS256 or ES256), and it is of that issuer, for us, of this sign-in, and not over. `*ret_unknown_key`
 * is set when it names a key that is not among `keys`: they may have changed. OIDC_ERROR_TOKEN, with what is wrong. */
bool id_token_verify(const IdToken *token, const JwkSet *keys, const IdTokenExpectation *expected,
                     bool *ret_unknown_key, GError **error);

/** A claim that is a text; NULL when it is not there or none. Borrowed. */
const char *id_token_find(const IdToken *token, const char *claim);
/** Whether a claim is that text, or a list with it. */
bool id_token_names(const IdToken *token, const char *claim, const char *text);
