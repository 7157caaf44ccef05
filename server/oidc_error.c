#include "server/oidc_error.h"

GQuark oidc_error_quark(void) {
  return g_quark_from_static_string("kapok-oidc-error");
}
