/** What can go wrong when somebody signs in at the OpenID provider. */
#pragma once

#include <glib.h>

#define OIDC_ERROR (oidc_error_quark())
GQuark oidc_error_quark(void);

typedef enum {
  OIDC_ERROR_PROVIDER, /**< it does not answer, or not as OpenID Connect says */
  OIDC_ERROR_REFUSED,  /**< it does not take the code that the browser brought */
  OIDC_ERROR_TOKEN,    /**< its ID token is not good: signature, issuer, audience, nonce or time */
} OidcError;
