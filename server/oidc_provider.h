/** The OpenID provider at which people of a university or a city sign in (OpenID Connect Core 1.0: Authorization Code, with PKCE by
 * RFC 7636). What it says of itself (Discovery 1.0) and its keys are asked for when they are needed and kept for an hour; keys are
 * asked for again when a token names one that is not there.
 *
 * Threads: any; begin() and redeem() wait for the provider, so they belong on threads that may (http/http_slow.h). */
#pragma once

#include "base/settings.h"
#include "server/id_token.h"

#include <glib.h>
#include <stdbool.h>

typedef struct OidcProvider OidcProvider;

/** By the settings `oidc-...`; `*ret_provider` NULL when no issuer is set. Fails (G_FILE_ERROR) when the secret's file cannot be
 * read or holds no line. */
bool oidc_provider_open(const Settings *settings, OidcProvider **ret_provider, GError **error);
/** NULL is accepted. */
void oidc_provider_free(OidcProvider *provider);

/** One sign-in under way: all follows from a secret that only the browser keeps (in its cookie), so nothing is stored here and a
 * code that somebody else's browser brings is of no use. */
typedef struct {
  char state[65], nonce[65], verifier[65], challenge[44];
} OidcFlow;
void oidc_flow_derive(const char *secret, OidcFlow *ret_flow);

/** Where the browser goes to sign in; `redirect_uri` is where it comes back to. Caller frees; NULL with OIDC_ERROR_PROVIDER. */
char *oidc_provider_begin(OidcProvider *provider, const OidcFlow *flow, const char *redirect_uri, GError **error);

/** Who signed in, as the provider says. */
typedef struct {
  char *subject;      /**< issuer and `sub`: the same for ever, and nobody else's */
  char *login, *name; /**< by the settings oidc-login-claim and oidc-name-claim; NULL: it does not say */
  bool is_strong;     /**< with a second factor there (`amr` has "mfa", RFC 8176) */
} OidcPerson;
void oidc_person_clear(OidcPerson *person);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OidcPerson, oidc_person_clear)

/** Turn the code that the browser brought back into an ID token, check it, and ask for what it does not say of login and name
 * (UserInfo, Core 1.0 §5.3). False with an OIDC_ERROR. */
bool oidc_provider_redeem(OidcProvider *provider, const OidcFlow *flow, const char *code, const char *redirect_uri,
                          OidcPerson *ret_person, GError **error);

/** What people read on the button, or NULL. */
const char *oidc_provider_label(const OidcProvider *provider);
